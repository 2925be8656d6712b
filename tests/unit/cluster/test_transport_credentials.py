"""Credentials that are refused or replaced are read again, in step, and told to nobody."""

import json
import logging
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from desktop.cancellation import CancelToken
from desktop.cluster import connection, kubeconfig, transport
from desktop.cluster.connection import Connection
from desktop.cluster.identity import Fetched, Identity, IdentitySource
from desktop.cluster.transport import Transport
from desktop.errors import (
    BulkheadError,
    ConnectionLost,
    SignInFailed,
    Unauthorized,
)
from tests.unit.cluster.small_server import always, answer, read_request, serve, server_context
from tests.unit.cluster.talking import (
    CA,
    TLS,
    Recorder,
    connected,
    cut,
    garbled,
    get,
    seconds_until_cancelled,
    talking,
)


class Guarded(Recorder):
    """Knows one token only."""

    def __call__(self, connection: socket.socket) -> None:
        while got := read_request(connection):
            self.requests.append(got.decode())
            if "Bearer new" in self.requests[-1]:
                answer(connection, b"hello")
            else:
                answer(connection, b'{"kind":"Status","code":401}', status="401 Unauthorized")


def renewing(port: int, *tokens: str) -> tuple[Connection, list[int]]:
    """Return a connection with an old token that hands out ``tokens`` one by one, and how often it did."""
    count: list[int] = []

    def renew() -> Connection:
        token = f"Bearer {tokens[len(count)]}"
        count.append(1)
        return connected(port, authorization=lambda: token, renew=renew)

    return connected(port, authorization=lambda: "Bearer old", renew=renew), count


def test_credentials_that_are_refused_are_read_again_once() -> None:
    server = Guarded()
    with serve(server, TLS) as port:
        connection, count = renewing(port, "new")
        made = Transport(connection)
        assert get(made) == b"hello"
        assert get(made) == b"hello"
        made.close()
    assert len(count) == 1
    assert len(server.requests) == 3


def test_credentials_that_stay_refused_are_not_read_again_and_again() -> None:
    server = Guarded()
    with serve(server, TLS) as port:
        connection, count = renewing(port, "stale", "never asked for")
        made = Transport(connection)
        for _ in range(3):
            with pytest.raises(Unauthorized):
                get(made)
        made.close()
    assert len(count) == 1
    assert len(server.requests) == 4


def test_many_threads_read_the_credentials_once() -> None:
    server = Guarded()
    with serve(server, TLS) as port:
        connection, count = renewing(port, "new", "never asked for")
        made = Transport(connection)
        threads = [threading.Thread(target=get, args=(made,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        made.close()
    assert len(count) == 1


def test_credentials_meant_for_another_server_by_now_are_not_used() -> None:
    server = Guarded()
    with serve(server, TLS) as port:
        elsewhere = connected(port + 1, authorization=lambda: "Bearer new")
        made = Transport(connected(port, authorization=lambda: "Bearer old", renew=lambda: elsewhere))
        with pytest.raises(Unauthorized):
            get(made)
        made.close()
    assert len(server.requests) == 1


def test_a_new_authority_is_trusted_after_a_rotation() -> None:
    with serve(always(b"hello"), TLS) as port:
        fresh = connected(port)
        made = Transport(replace(fresh, authority=trustme.CA().cert_pem.bytes(), renew=lambda: fresh))
        assert get(made) == b"hello"
        made.close()


def test_credentials_that_can_no_longer_be_read_leave_the_refusal(caplog: pytest.LogCaptureFixture) -> None:
    def renew() -> Connection:
        raise BulkheadError("file.not-read", path="token")

    caplog.set_level(logging.INFO)
    with talking(Guarded(), renew=renew) as made, pytest.raises(Unauthorized):
        get(made)
    assert "file.not-read" in caplog.text


def test_no_secret_is_in_errors_or_in_the_log_at_its_most_talkative(caplog: pytest.LogCaptureFixture) -> None:
    canary = "CANARY-4711"
    caplog.set_level(logging.DEBUG, logger="")
    body = f"<html>{canary}</html>".encode()
    heads = [
        ("200 OK", ""),
        ("500 Oops", ""),
        ("403 No", f"WWW-Authenticate: {canary}\r\n"),
        ("302 F", f"Location: /{canary}\r\n"),
    ]
    said = ""
    for status, head in heads:
        with talking(always(body, head, status), authorization=lambda: f"Bearer {canary}") as made:
            try:
                made.call("PUT", "/x", CancelToken(), body={"secret": canary})
            except BulkheadError as error:
                said += f"{error!r}{error}{error.facts}"
            said += repr(made)
    for talk in (cut, garbled):
        with talking(talk, authorization=lambda: f"Bearer {canary}") as made, pytest.raises(ConnectionLost) as caught:
            get(made)
        said += f"{caught.value!r}{caught.value.__cause__!r}"
    assert caplog.records
    assert canary not in said + caplog.text


def test_an_unencrypted_server_can_be_talked_to() -> None:
    with serve(always(b"hello")) as port:
        made = Transport(Connection(f"http://127.0.0.1:{port}", insecure=True))
        assert get(made) == b"hello"
        made.close()


# --- identities that are fetched -------------------------------------------------------------------------------------


class Issuer:
    """Hands out tokens one after the other, and counts."""

    def __init__(self, *tokens: str, certificates: bool = False) -> None:
        self.runs = 0
        self._tokens = tokens
        self._certificates = certificates

    def __call__(self, token: CancelToken) -> Fetched:
        token.wait(0.05)
        self.runs += 1
        text = self._tokens[min(self.runs, len(self._tokens)) - 1]
        if not self._certificates:
            return Fetched(Identity(f"Bearer {text}"))
        leaf = CA.issue_cert(f"{text}.example")
        return Fetched(Identity("", leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes()))


def test_eight_requests_at_once_fetch_one_identity() -> None:
    guard, issuer = Guarded(), Issuer("new")
    with talking(guard, source=IdentitySource(issuer)) as made:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda _: get(made), range(8))) == [b"hello"] * 8
        assert get(made) == b"hello"
    assert issuer.runs == 1


def test_an_identity_that_is_refused_is_fetched_again_once() -> None:
    guard, issuer = Guarded(), Issuer("old", "new")
    with talking(guard, source=IdentitySource(issuer)) as made:
        assert get(made) == b"hello"
        assert get(made) == b"hello"
    assert issuer.runs == 2


def test_an_identity_that_stays_refused_starts_no_storm() -> None:
    guard, issuer = Guarded(), Issuer("bad")
    with talking(guard, source=IdentitySource(issuer)) as made:
        for _ in range(5):
            with pytest.raises(Unauthorized):
                get(made)
    assert issuer.runs == 2


def test_to_ask_whether_a_server_is_there_signs_nobody_in() -> None:
    guard, issuer = Guarded(), Issuer("new", "never asked for")
    with talking(guard, source=IdentitySource(issuer)) as made:
        made.knock("/version", CancelToken())
        assert (guard.requests, issuer.runs) == ([], 0)  # nobody asked for anything yet
        get(made)
        made.knock("/version", CancelToken())
    assert [request.count("Bearer new") for request in guard.requests] == [1, 1]
    guard, issuer = Guarded(), Issuer("old", "old")
    with talking(guard, source=IdentitySource(issuer)) as made:
        with pytest.raises(Unauthorized):
            get(made)
        runs = issuer.runs
        with pytest.raises(Unauthorized):
            made.knock("/version", CancelToken())
    assert issuer.runs == runs


def test_no_request_goes_out_where_no_identity_could_be_fetched() -> None:
    recorder = Recorder()

    def fail(_: CancelToken) -> Fetched:
        raise SignInFailed("plugin.failed", command="x", status=1)

    with talking(recorder, source=IdentitySource(fail)) as made, pytest.raises(SignInFailed):
        get(made)
    assert recorder.requests == []


def test_to_cancel_a_request_does_not_wait_for_the_identity() -> None:
    def never(token: CancelToken) -> Fetched:
        token.wait(60)
        raise AssertionError

    with talking(always(), source=IdentitySource(never)) as made:
        assert seconds_until_cancelled(lambda token: get(made, token)) < 1


def test_a_certificate_that_was_fetched_is_presented_and_replaced_by_the_next() -> None:
    seen: list[object] = []

    def talk(connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        while read_request(connection):
            seen.append(dict(connection.getpeercert() or {}).get("subjectAltName"))
            status = "401 Unauthorized" if seen[-1] == (("DNS", "old.example"),) else "200 OK"
            answer(connection, status=status)

    issuer = Issuer("old", "new", certificates=True)
    with serve(talk, server_context(CA, "127.0.0.1", clients=CA)) as port:
        made = Transport(connected(port, source=IdentitySource(issuer)))
        get(made)
        get(made)
        made.close()
    assert seen == [(("DNS", f"{name}.example"),) for name in ("old", "new", "new")]


def test_a_certificate_file_that_is_replaced_is_used_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(transport, "_RENEW_AT_MOST_EVERY", 0.0)
    seen: list[object] = []

    def talk(connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        while read_request(connection):
            seen.append(dict(connection.getpeercert() or {}).get("subjectAltName"))
            answer(connection)

    def write(name: str) -> None:
        leaf = CA.issue_cert(f"{name}.example")
        (tmp_path / "crt").write_bytes(leaf.cert_chain_pems[0].bytes())
        (tmp_path / "key").write_bytes(leaf.private_key_pem.bytes())

    (tmp_path / "ca").write_bytes(CA.cert_pem.bytes())
    with serve(talk, server_context(CA, "127.0.0.1", clients=CA)) as port:
        cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority": "ca"}
        user = {"client-certificate": "crt", "client-key": "key"}
        config = {
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        }
        (tmp_path / "config").write_text(json.dumps(config))
        write("old")
        loaded = kubeconfig.load([tmp_path / "config"])
        made = Transport(connection.connection(loaded, loaded.contexts[0]))
        get(made)
        get(made)
        write("new")
        get(made)
        (tmp_path / "key").write_text("half of a k")  # somebody is writing it: the last good one serves
        get(made)
        get(made)
        made.close()
    assert seen == [(("DNS", f"{name}.example"),) for name in ("old", "old", "new", "new", "new")]
