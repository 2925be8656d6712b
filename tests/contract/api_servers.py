"""API servers as subjects of the contract: the test server, and a real cluster."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from desktop.cluster import kubeconfig
from desktop.cluster.connection import connection
from desktop.cluster.gateway import Gateway
from desktop.cluster.live import LiveGateway
from tests.contract.subjects import Edit, Json, Subject
from tests.helpers.api_server import ApiServer
from tests.helpers.raw_client import MERGE_PATCH, RawClient

_PLURALS = {
    "NetworkPolicy": "apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "Service": "api/v1/namespaces/{}/services",
    "CronJob": "apis/batch/v1/namespaces/{}/cronjobs",
    "Job": "apis/batch/v1/namespaces/{}/jobs",
    "Deployment": "apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "apis/apps/v1/namespaces/{}/daemonsets",
    "ReplicaSet": "apis/apps/v1/namespaces/{}/replicasets",
    "Pod": "api/v1/namespaces/{}/pods",
}
"""Where each kind is; what makes others stands before what is made, so that they can be emptied in this order."""


def live_gateway(path: Path, context: str = "") -> LiveGateway:
    """Return a gateway for a context (or the current one) of a kubeconfig."""
    config = kubeconfig.load([path])
    return LiveGateway(connection(config, config.find(context or config.current)))


class ApiHand:
    """Asks the API itself, as a client called ``contract-test``."""

    def __init__(self, client: RawClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def put(self, document: Json) -> None:
        self._must("POST", self._path(document["kind"]), document)

    def edit(self, name: str, edit: Edit) -> None:
        path = self._path("NetworkPolicy", name)
        document = self._must("GET", path)
        edit(document)
        self._must("PUT", path, document)

    def drop(self, name: str) -> None:
        self._must("DELETE", self._path("NetworkPolicy", name))

    def stored(self) -> dict[str, Json]:
        items = self._must("GET", self._path("NetworkPolicy"))["items"]
        return {item["metadata"]["name"]: item for item in items}

    def _path(self, kind: str, name: str = "") -> str:
        path = f"/{_PLURALS[kind].format(self._namespace)}"
        return f"{path}/{name}" if name else path

    def _must(self, method: str, path: str, body: Json | None = None) -> Any:
        reply = self._client.ask(method, path, body)
        assert reply.status < 300, f"{method} {path}: {reply.value}"
        return reply.value


def allowed_by_review(clients: dict[str, RawClient]) -> Callable[[str, str, str], bool]:
    """Return what says, by asking the API itself, whether a user may use a verb on policies in a namespace."""

    def allowed(user: str, verb: str, namespace: str) -> bool:
        attributes = {"verb": verb, "namespace": namespace, "group": "networking.k8s.io", "resource": "networkpolicies"}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        reply = clients[user].ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        assert reply.status == 201, reply.value
        return bool(reply.value["status"]["allowed"])

    return allowed


@contextmanager
def _api_subject(path: Path, namespace: str, users: tuple[str, ...]) -> Iterator[Subject]:
    """Give a gateway to the API server that a kubeconfig's current context names."""
    text = path.read_text(encoding="utf-8")
    current = str(yaml.safe_load(text)["current-context"])
    clients = {user: RawClient(text, user, folder=path.parent) for user in (current, *users)}
    gateways: dict[str, Gateway] = {user: live_gateway(path, user) for user in (current, *users)}
    yield Subject(
        gateways[current],
        namespace,
        ApiHand(clients[current], namespace),
        {user: gateways[user] for user in users},
        allowed_by_review(clients),
        path,
    )
    for gateway in gateways.values():
        gateway.close()
    for client in clients.values():
        client.close()


@contextmanager
def served_subject(tmp_path: Path) -> Iterator[Subject]:
    """Give the test server."""
    with ApiServer() as server:
        server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        path = tmp_path / "kubeconfig"
        path.write_text(server.kubeconfig(), encoding="utf-8")
        with _api_subject(path, "shop", ("viewer", "editor")) as subject:
            yield subject


class RealCluster:
    """The cluster that a kubeconfig names, and in it a namespace of ours; nothing else is touched.

    A bare API server has nobody to finish the deletion of a namespace, nor to make the service account without which
    it takes no pods; other clusters do both in their own time. So that account is made here if it is not there yet,
    what is in the namespace is deleted one by one, and the end of the namespace itself is not waited for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.namespace = f"bulkhead-test-{secrets.token_hex(4)}"
        with self._client() as client:
            made = client.ask("POST", "/api/v1/namespaces", {"metadata": {"name": self.namespace}})
            assert made.status == 201, made.value
            account = f"/api/v1/namespaces/{self.namespace}/serviceaccounts"
            made = client.ask("POST", account, {"metadata": {"name": "default"}})
            assert made.status in (201, 409), made.value

    @contextmanager
    def subject(self) -> Iterator[Subject]:
        """Give a gateway to it, and empty the namespace afterwards."""
        contexts = [entry["name"] for entry in yaml.safe_load(self.path.read_text(encoding="utf-8"))["contexts"]]
        users = tuple(name for name in ("viewer", "editor") if name in contexts)
        try:
            with _api_subject(self.path, self.namespace, users) as subject:
                yield subject
        finally:
            self._empty()

    def remove(self) -> None:
        """Delete the namespace."""
        with self._client() as client:
            gone = client.ask("DELETE", f"/api/v1/namespaces/{self.namespace}")
            assert gone.status in (200, 202, 409), gone.value

    def _client(self) -> RawClient:
        """Return a client for a moment: the server ends connections that are not used."""
        return RawClient(self.path.read_text(encoding="utf-8"), folder=self.path.parent)

    def _empty(self) -> None:
        """Delete all that a test made; what a finalizer holds, as a test that failed may leave it, is let go."""
        with self._client() as client:
            for plural in _PLURALS.values():
                path = f"/{plural.format(self.namespace)}"
                there = client.ask("GET", path)
                for item in there.value["items"] if there.status == 200 else ():
                    one = f"{path}/{item['metadata']['name']}"
                    gone = client.ask("DELETE", f"{one}?propagationPolicy=Background&gracePeriodSeconds=0")
                    assert gone.status in (200, 202, 404), gone.value
                    if "finalizers" in item["metadata"]:
                        client.ask("PATCH", one, {"metadata": {"finalizers": None}}, MERGE_PATCH)
