"""What a real Kubernetes 1.36 server was asked is asked of the test server: its answers are the same, word for word.

What differs from run to run (uids, resource versions, times, tokens to go on with) may have another value, but must
have the same one wherever the real server gave the same.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.helpers.api_server import ApiServer
from tests.helpers.policies import Json, policy
from tests.helpers.raw_client import MERGE_PATCH, RawClient

TRANSCRIPT = Path(__file__).parents[1] / "cases" / "kubernetes-1.36.json"
EXCHANGES: list[Json] = json.loads(TRANSCRIPT.read_text(encoding="utf-8"))["exchanges"]
POLICIES = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies"
PASSING = {"uid", "resourceVersion", "creationTimestamp", "time", "continue"}
"""The fields whose values differ from run to run."""
IN_WORDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=\()[0-9]{2,}(?=\))")
"""What differs from run to run within messages."""


class Replay:
    """Asks the test server what the real one was asked, and remembers what stands for what."""

    def __init__(self, server: ApiServer, clients: ExitStack) -> None:
        self.server = server
        agents = {"User-Agent": "Python-urllib/3.11"}
        self._agents = agents
        config = server.kubeconfig()
        self._clients = {
            said: clients.enter_context(RawClient(config, user))
            for said, user in {
                "admin": "admin",
                "nobody": "anonymous",
                "an invalid token": "stranger",
                "viewer (get, list, watch only)": "viewer",
                "editor (writes in namespace shop only)": "editor",
            }.items()
        }
        self._stands_for: dict[str, str] = {}

    def between(self, number: int) -> None:
        """Do what was done between the exchanges and not written down."""
        server = self.server
        if number == 17:
            touched = self.ask("admin", "PATCH", f"{POLICIES}/access-demo1?fieldManager=someone", TOUCH, MERGE_PATCH)
            self._stands_for["45764"] = touched["metadata"]["resourceVersion"]
        elif number == 56:
            for page in range(5):
                self.ask("admin", "POST", POLICIES, policy(f"page-{page}"))
        elif number == 59:
            threading.Thread(target=self._meanwhile, daemon=True).start()
        elif number == 71:
            self._stands_for[token_in(number)] = self._first_page()
        elif number == 72:
            server.add(policy("later"))
            server.remove("networkpolicies", "shop", "later")
            server.compact()
        elif number == 73:
            self._stands_for[token_in(number)] = self._first_page()
            server.compact()

    def ask(self, user: str, method: str, path: str, body: Any = None, content_type: str = "", accept: str = "") -> Any:
        headers = {**self._agents, **({"Accept": accept} if accept else {})}
        return self._clients[user].ask(method, path, body, content_type or "application/json", **headers).value

    def repeat(self, exchange: Json) -> Iterator[str]:
        """Make an exchange again; yields what the answer has otherwise."""
        request, response = exchange["request"], exchange["response"]
        client = self._clients[request["as"]]
        headers = {**self._agents, **({"Accept": request["accept"]} if "accept" in request else {})}
        body = request.get("body")
        reply = client.ask(
            request["method"],
            self._translated(request["path"]).replace("timeoutSeconds=3", "timeoutSeconds=0.3"),
            json.loads(self._translated(json.dumps(body))) if body is not None else None,
            request.get("content_type", "application/json"),
            **headers,
        )
        value: Any = reply.value.decode() if isinstance(reply.value, bytes) else reply.value
        expected = response["body"]
        if isinstance(expected, list) and not isinstance(value, list):
            value = [value]
        if "discovery" in response["content_type"]:  # what was written down is but the group of policies
            value["items"] = [item for item in value["items"] if item["metadata"]["name"] == "networking.k8s.io"]
        if reply.status != response["status"]:
            yield f"status: {response['status']}, not {reply.status}"
        if reply.headers["Content-Type"] != response["content_type"]:
            yield f"content type: {response['content_type']}, not {reply.headers['Content-Type']}"
        yield from self._compare(expected, value, "")

    def _meanwhile(self) -> None:
        time.sleep(0.3)
        with RawClient(self.server.kubeconfig()) as client:
            client.ask("POST", POLICIES, policy("watched"), **self._agents)
            client.ask(
                "PATCH", f"{POLICIES}/watched", {"metadata": {"labels": {"a": "b"}}}, MERGE_PATCH, **self._agents
            )
            client.ask("DELETE", f"{POLICIES}/watched", **self._agents)

    def _first_page(self) -> str:
        return str(self.ask("admin", "GET", f"{POLICIES}?limit=2")["metadata"]["continue"])

    def _translated(self, text: str) -> str:
        for theirs, ours in sorted(self._stands_for.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(theirs, ours)
        return text

    def _compare(self, expected: Any, value: Any, at: str) -> Iterator[str]:
        if isinstance(expected, dict) and isinstance(value, dict):
            for key in expected.keys() | value.keys():
                if key not in value or key not in expected:
                    yield f"{at}.{key} is {'missing' if key in expected else 'too much'}"
                elif key in PASSING and isinstance(expected[key], str):
                    yield from self._passing(key, expected[key], str(value[key]), f"{at}.{key}")
                else:
                    yield from self._compare(expected[key], value[key], f"{at}.{key}")
        elif isinstance(expected, list) and isinstance(value, list) and len(expected) == len(value):
            for index, (theirs, ours) in enumerate(zip(expected, value, strict=True)):
                yield from self._compare(theirs, ours, f"{at}[{index}]")
        elif isinstance(expected, str) and isinstance(value, str):
            if IN_WORDS.sub("…", expected) != IN_WORDS.sub("…", value):
                yield f"{at}: {expected!r}, not {value!r}"
        elif expected != value:
            yield f"{at}: {json.dumps(expected)}, not {json.dumps(value)}"

    def _passing(self, key: str, theirs: str, ours: str, at: str) -> Iterator[str]:
        if key in ("creationTimestamp", "time"):
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", ours):
                yield f"{at}: {ours} is no time"
        elif self._stands_for.setdefault(theirs, ours) != ours:
            yield f"{at}: {ours}, though {theirs} was {self._stands_for[theirs]} before"


TOUCH = {"metadata": {"labels": {"touched": "yes"}}}


def token_in(number: int) -> str:
    """Return the token to go on with that an exchange asks with."""
    return str(EXCHANGES[number]["request"]["path"]).rpartition("continue=")[2]


def test_the_test_server_answers_as_the_real_one_did() -> None:
    with ApiServer() as server, ExitStack() as clients:
        for name in ("shop", "other", "team-0000"):
            server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        replay = Replay(server, clients)
        differences = []
        for number, exchange in enumerate(EXCHANGES):
            replay.between(number)
            differences += [f"{number} {exchange['title']}: {each}" for each in replay.repeat(exchange)]
    assert not differences, "\n".join(differences)
