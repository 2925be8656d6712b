"""The test server breaks exactly as it is told to, and leaves nothing behind."""

import gzip
import http.client
import json
import ssl
import threading
import time

import pytest

from tests.helpers.api_server import ApiServer, Fault, Kind
from tests.helpers.api_server.certificates import Certificate
from tests.helpers.policies import policy
from tests.helpers.raw_client import RawClient

POLICIES = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies"
WATCH = f"{POLICIES}?watch=true&timeoutSeconds=20"


def test_a_status_may_come_instead_of_an_answer_so_many_times(api_server: ApiServer, raw: RawClient) -> None:
    api_server.faults.add(Fault(Kind.ANSWER, code=429, headers=(("Retry-After", "7"),), times=2))
    replies = [raw.ask("GET", POLICIES) for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert replies[0].headers["Retry-After"] == "7"
    assert replies[0].value["reason"] == "TooManyRequests"


def test_a_fault_falls_only_on_what_it_names(api_server: ApiServer, raw: RawClient) -> None:
    api_server.faults.add(Fault(Kind.ANSWER, method="GET", path="networkpolicies", watch=False, code=503))
    assert raw.ask("GET", "/api/v1/namespaces").status == 200
    assert raw.ask("POST", POLICIES, policy("a")).status == 201
    assert raw.ask("GET", POLICIES).status == 503


def test_lists_and_watches_may_expire(api_server: ApiServer, raw: RawClient) -> None:
    api_server.faults.add(Fault(Kind.EXPIRE))
    assert raw.ask("GET", POLICIES).status == 410
    assert raw.ask("GET", WATCH).value["object"]["code"] == 410


def test_a_watch_may_end_at_once(api_server: ApiServer, raw: RawClient) -> None:
    api_server.faults.add(Fault(Kind.CLOSE, watch=True))
    assert raw.ask("GET", WATCH).value == []


def test_an_answer_may_be_cut(api_server: ApiServer, raw: RawClient) -> None:
    api_server.faults.add(Fault(Kind.CUT, after=10))
    with pytest.raises(http.client.IncompleteRead) as cut:
        raw.ask("GET", POLICIES)
    assert len(cut.value.partial) == 10


def test_a_write_may_be_carried_out_and_its_answer_lost(api_server: ApiServer, raw: RawClient) -> None:
    api_server.faults.add(Fault(Kind.LOSE, method="POST"))
    with pytest.raises((http.client.HTTPException, OSError)):
        raw.ask("POST", POLICIES, policy("a"))
    assert api_server.names("networkpolicies") == ["shop/a"]


def test_a_body_may_come_slowly(api_server: ApiServer, raw: RawClient) -> None:
    api_server.faults.add(Fault(Kind.SLOW, rate=1000))
    started = time.monotonic()
    assert raw.ask("GET", "/version").status == 200
    assert time.monotonic() - started > 0.3


def test_a_redirect_may_lead_elsewhere(api_server: ApiServer, raw: RawClient) -> None:
    api_server.faults.add(Fault(Kind.REDIRECT, location="https://elsewhere.example/"))
    reply = raw.ask("GET", POLICIES)
    assert (reply.status, reply.headers["Location"]) == (307, "https://elsewhere.example/")


@pytest.mark.parametrize("deaf", [False, True])
def test_a_black_hole_never_answers_and_ends_with_the_server(deaf: bool) -> None:
    with ApiServer() as server:
        server.deaf = deaf
        server.faults.add(Fault(Kind.BLACK_HOLE))
        outcome: list[str] = []
        thread = threading.Thread(target=lambda: outcome.append(_attempt(server)))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        server.close()
        thread.join(5)
    assert outcome == ["broken"]


def _attempt(server: ApiServer) -> str:
    with RawClient(server.kubeconfig()) as raw:
        try:
            raw.ask("GET", POLICIES)
        except (http.client.HTTPException, OSError):
            return "broken"
    return "answered"


def test_a_hushed_watch_says_nothing_until_the_link_is_back(api_server: ApiServer) -> None:
    api_server.faults.add(Fault(Kind.HUSH, watch=True))
    with RawClient(api_server.kubeconfig()) as raw:
        lines: list[str] = []
        query = f"watch=true&resourceVersion={api_server.store.version}&timeoutSeconds=1"
        thread = threading.Thread(target=lambda: lines.append(raw.ask("GET", f"{POLICIES}?{query}").value))
        thread.start()
        api_server.add(policy("a"))
        time.sleep(0.3)
        assert not lines
        api_server.faults.clear()
        thread.join(5)
    assert lines


def test_connections_are_refused_until_it_listens_again(api_server: ApiServer) -> None:
    api_server.refuse()
    with RawClient(api_server.kubeconfig()) as raw, pytest.raises(ConnectionRefusedError):
        raw.ask("GET", POLICIES)
    api_server.listen()
    with RawClient(api_server.kubeconfig()) as raw:
        assert raw.ask("GET", POLICIES).status == 200


@pytest.mark.parametrize("certificate", [Certificate.EXPIRED, Certificate.OTHER_NAME, Certificate.OTHER_CA])
def test_a_bad_certificate_is_not_trusted(certificate: Certificate) -> None:
    with (
        ApiServer(certificate) as server,
        RawClient(server.kubeconfig()) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        raw.ask("GET", POLICIES)


def test_large_answers_are_compressed_when_asked(api_server: ApiServer, raw: RawClient) -> None:
    api_server.add(*(policy(f"page-{number}") for number in range(400)))
    reply = raw.ask("GET", POLICIES, Accept_Encoding="gzip")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(reply.value))["items"]) == 400
    assert raw.ask("GET", "/version", Accept_Encoding="gzip").headers["Content-Encoding"] is None


def test_every_request_is_remembered_with_its_answer(api_server: ApiServer, raw: RawClient) -> None:
    raw.ask("GET", POLICIES)
    raw.ask("GET", f"{POLICIES}/missing")
    raw.ask("GET", "/api/v1/pods?limit=1")
    assert [each.code for each in api_server.requests(plural="networkpolicies")] == [200, 404]
    assert (api_server.count("list"), api_server.count("get"), api_server.count("list", "pods")) == (2, 1, 1)
    assert api_server.access.tokens["admin"] in api_server.seen[0].request.headers["authorization"]


def test_no_thread_outlives_the_server() -> None:
    before = threading.active_count()
    with ApiServer() as server, RawClient(server.kubeconfig()) as raw:
        raw.ask("GET", "/version")
        thread = threading.Thread(target=lambda: _attempt_watch(server))
        thread.start()
        deadline = time.monotonic() + 5
        while not server.open_watches and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.open_watches == 1
        server.close()
        thread.join(5)
        assert server.open_watches == 0
    assert threading.active_count() == before


def _attempt_watch(server: ApiServer) -> None:
    with RawClient(server.kubeconfig()) as raw:
        try:
            raw.ask("GET", WATCH)
        except (http.client.HTTPException, OSError):
            return
