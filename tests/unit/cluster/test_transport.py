"""Requests go out as they should, end when they should, and fail with an error that says what is known."""

import json
import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from desktop import __version__
from desktop.cancellation import CancelToken
from desktop.cluster import client, connection, flight, kubeconfig, transport
from desktop.cluster.connection import Connection
from desktop.cluster.identity import Fetched, Identity, IdentitySource
from desktop.cluster.notices import Notice, ServerWarns
from desktop.cluster.transport import Transport
from desktop.errors import (
    ApiError,
    BulkheadError,
    Cancelled,
    ConnectionLost,
    SignInFailed,
    TooManyRequests,
    TransportError,
    Unauthorized,
    Unreachable,
)
from tests.unit.cluster.small_server import Talk, always, answer, read_request, serve, server_context

CA = trustme.CA()
TLS = server_context(CA, "127.0.0.1")


def connected(port: int, **more: object) -> Connection:
    made = Connection(f"https://127.0.0.1:{port}", CA.cert_pem.bytes())
    return replace(made, **more)  # type: ignore[arg-type]


@contextmanager
def talking(talk: Talk, **more: object) -> Iterator[Transport]:
    """Give a transport to a server that talks like that."""
    with serve(talk, TLS) as port:
        made = Transport(connected(port, **more))
        try:
            yield made
        finally:
            made.close()


class Recorder:
    """Answers every request alike and keeps them."""

    def __init__(self, body: bytes = b"{}", head: str = "", status: str = "200 OK") -> None:
        self.requests: list[str] = []
        self._answer = (body, head, status)

    def __call__(self, connection: socket.socket) -> None:
        while got := read_request(connection):
            self.requests.append(got.decode())
            answer(connection, *self._answer)


def get(made: Transport, token: CancelToken | None = None) -> bytes:
    return made.call("GET", "/version", token or CancelToken()).body


def stream(made: Transport, token: CancelToken | None = None, read_limit: float = 20.0) -> Iterator[bytes]:
    return made.lines("/watch", token or CancelToken(), query=[], read_limit=read_limit)


def test_to_import_the_gateway_imports_no_client_library() -> None:
    check = "import desktop.cluster.live, sys; sys.exit(bool({'kubernetes', 'urllib3', 'ruamel'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False, cwd=Path(__file__).parents[3]).returncode == 0


def test_a_request_says_who_asks_and_what_for() -> None:
    recorder = Recorder()
    with talking(recorder, authorization=lambda: "Bearer abc") as made:
        made.call("GET", "/api/v1/pods", CancelToken(), query=[("limit", "5"), ("continue", "a=b&c")])
    (request,) = recorder.requests
    assert request.startswith("GET /api/v1/pods?limit=5&continue=a%3Db%26c HTTP/1.1\r\n")
    for header in (
        f"User-Agent: bulkhead/{__version__}",
        "Authorization: Bearer abc",
        "Accept: application/json",
        "Accept-Encoding: gzip",
    ):
        assert f"\r\n{header}\r\n" in request


def test_a_server_below_a_path_is_asked_there_and_compression_can_be_off() -> None:
    recorder = Recorder()
    with serve(recorder, TLS) as port:
        made = Transport(Connection(f"https://127.0.0.1:{port}/k8s/c-1", CA.cert_pem.bytes(), compression=False))
        get(made)
        made.close()
    assert recorder.requests[0].startswith("GET /k8s/c-1/version ")
    assert "gzip" not in recorder.requests[0]
    assert "Authorization" not in recorder.requests[0]


@pytest.mark.parametrize("content_type", ["application/json", "application/apply-patch+yaml"])
def test_a_body_is_sent_as_json(content_type: str) -> None:
    recorder = Recorder()
    body = {"name": "ünï", "no": None, "deep": [{"n": 1.5, "yes": True}]}
    with talking(recorder) as made:
        made.call("PATCH", "/x", CancelToken(), body=body, content_type=content_type)
    head, _, sent = recorder.requests[0].partition("\r\n\r\n")
    assert json.loads(sent) == body
    assert f"\r\nContent-Type: {content_type}\r\n" in head


def test_warnings_are_told_once_each() -> None:
    head = (
        'Warning: 299 - "unknown field \\"spec.x\\""\r\n'
        'Warning: 299 kube "second", 299 - "third"\r\n'
        'Warning: 299 - "second"\r\n'
        'Warning: 199 - "not for us"\r\n'
    )
    with talking(always(head=head)) as made:
        warnings = made.call("GET", "/x", CancelToken()).warnings
    assert warnings == ('unknown field "spec.x"', "second", "third")


def test_a_redirect_is_not_followed_and_the_credentials_stay_here() -> None:
    elsewhere = Recorder()
    with serve(elsewhere, TLS) as other:
        head = f"Location: https://127.0.0.1:{other}/\r\n"
        with (
            talking(always(head=head, status="307 Temporary Redirect"), authorization=lambda: "Bearer abc") as made,
            pytest.raises(ApiError) as caught,
        ):
            get(made)
    assert caught.value.code == "api.redirect"
    assert caught.value.facts["location"] == f"127.0.0.1:{other}"
    assert elsewhere.requests == []


# --- no connection ---------------------------------------------------------------------------------------------------


def test_a_refused_connection_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        get(Transport(connected(port)))
    assert caught.value.code == "unreachable.refused"
    assert caught.value.facts == {"host": "127.0.0.1", "port": port}


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_an_unknown_name_is_told_as_such(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **more: object) -> object:
        raise socket.gaierror if more.get("flags") else error

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Unreachable) as caught:
        get(Transport(Connection("https://nowhere.example")))
    assert caught.value.code == "unreachable.name-unknown"


def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = gone.getsockname()

    with serve(always(b"hello"), TLS) as port:
        family = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(*family, closed), (*family, ("127.0.0.1", port))])
        assert get(Transport(connected(port))) == b"hello"


@contextmanager
def black_hole() -> Iterator[int]:
    """Give a port where connections are neither made nor refused: the system answers no more once the queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
            waiting.append(sock)
        try:
            yield listener.getsockname()[1]
        finally:
            for sock in waiting:
                sock.close()


def test_a_connection_that_does_not_come_about_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_LIMIT", 0.3)
    with black_hole() as port, pytest.raises(Unreachable) as caught:
        get(Transport(connected(port)))
    assert caught.value.code == "unreachable.timeout"


def test_a_handshake_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_LIMIT", 0.3)
    with serve(read_request_only) as port, pytest.raises(Unreachable) as caught:
        get(Transport(connected(port)))
    assert caught.value.code == "unreachable.timeout"


def test_a_server_that_hangs_up_before_tls_took_nothing() -> None:
    with serve(lambda connection: connection.close()) as port, pytest.raises(Unreachable) as caught:
        Transport(connected(port)).call("POST", "/x", CancelToken(), body={}, changes=True)
    assert caught.value.code == "unreachable.closed"


# --- a connection that breaks ----------------------------------------------------------------------------------------


def read_request_only(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def cut(connection: socket.socket) -> None:
    read_request(connection)


def half(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half":')


def garbled(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def bad_gzip(connection: socket.socket) -> None:
    read_request(connection)
    answer(connection, b"not gzip", "Content-Encoding: gzip\r\n")


@pytest.mark.parametrize("talk", [cut, half, garbled, bad_gzip])
@pytest.mark.parametrize("changes", [False, True])
def test_an_answer_cut_off_leaves_it_unknown_whether_the_request_took_effect(talk: Talk, changes: bool) -> None:
    with talking(talk) as made, pytest.raises(ConnectionLost) as caught:
        made.call("PUT" if changes else "GET", "/x", CancelToken(), body={} if changes else None, changes=changes)
    assert caught.value.code == "connection.lost"


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = transport._Request("GET", "/", [], {}, read_limit=0.3)
    monkeypatch.setattr(transport, "_Request", lambda *_, **__: slow)
    with talking(read_request_only) as made, pytest.raises(ConnectionLost) as caught:
        get(made)
    assert caught.value.code == "connection.timeout"


class Impatient:
    """Answers the first request of its first connection; the second it takes and drops."""

    def __init__(self) -> None:
        self.heads: list[str] = []

    def __call__(self, connection: socket.socket) -> None:
        is_first = not self.heads
        self.heads.append(method(read_request(connection)))
        answer(connection)
        got = read_request(connection)
        if is_first:
            self.heads.append(f"{method(got)} dropped")


def test_a_read_on_a_connection_that_went_stale_is_repeated_on_a_new_one() -> None:
    server = Impatient()
    with talking(server) as made:
        assert get(made) == b"{}"
        assert get(made) == b"{}"
    assert server.heads == ["GET", "GET dropped", "GET"]


def test_a_change_on_a_connection_that_went_stale_is_never_repeated() -> None:
    server = Impatient()
    with talking(server) as made:
        get(made)
        with pytest.raises(ConnectionLost):
            made.call("PUT", "/x", CancelToken(), body={}, changes=True)
    assert server.heads == ["GET", "PUT dropped"]


def method(request: bytes) -> str:
    return request.decode().split(" ")[0]


def test_a_connection_is_used_again_but_not_after_a_long_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    connections: list[object] = []

    def counting(connection: socket.socket) -> None:
        connections.append(connection)
        always()(connection)

    with talking(counting) as made:
        get(made)
        get(made)
        assert len(connections) == 1
        monkeypatch.setattr(client, "IDLE_LIMIT", 0.0)
        get(made)
        assert len(connections) == 2


def test_connections_are_kept_alive_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    sockets: list[socket.socket] = []

    def remembering(*arguments: object) -> socket.socket:
        sock = flight.dial(*arguments)  # type: ignore[arg-type]
        sockets.append(sock.dup())
        return sock

    monkeypatch.setattr(client, "dial", remembering)
    with talking(always()) as made:
        get(made)
        options = [
            sockets[0].getsockopt(level, option)
            for level, option in (
                (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
                (socket.IPPROTO_TCP, socket.TCP_NODELAY),
            )
        ]
    for each in sockets:
        each.close()
    assert options == [1, 30, 15, 9, 1]


# --- cancelling ------------------------------------------------------------------------------------------------------


def seconds_until_cancelled(work: Callable[[CancelToken], object], error: type[BulkheadError] = Cancelled) -> float:
    """Cancel a blocked piece of work after a moment and measure how long it then takes to end."""
    token = CancelToken()
    cancelled_at: list[float] = []

    def cancel() -> None:
        cancelled_at.append(time.monotonic())
        token.cancel()

    timer = threading.Timer(0.3, cancel)
    timer.start()
    with pytest.raises(error) as caught:
        work(token)
    timer.join()
    assert type(caught.value) is error
    return time.monotonic() - cancelled_at[0]


def test_name_resolution_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def look_up(*_: object, **more: object) -> object:
        if not more.get("flags"):
            release.wait(20)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    made = Transport(Connection("https://slow.example"))
    assert seconds_until_cancelled(lambda token: get(made, token)) < 1
    release.set()


def test_connecting_can_be_cancelled() -> None:
    with black_hole() as port:
        made = Transport(connected(port))
        assert seconds_until_cancelled(lambda token: get(made, token)) < 1


def test_a_handshake_can_be_cancelled() -> None:
    with serve(read_request_only) as port:
        made = Transport(connected(port))
        assert seconds_until_cancelled(lambda token: get(made, token)) < 1


def half_then_wait(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    connection.recv(1)


@pytest.mark.parametrize("talk", [read_request_only, half_then_wait])
def test_waiting_for_an_answer_can_be_cancelled(talk: Talk) -> None:
    with talking(talk) as made:
        assert seconds_until_cancelled(lambda token: get(made, token)) < 1


def test_waiting_for_an_answer_on_a_used_connection_can_be_cancelled() -> None:
    def once(connection: socket.socket) -> None:
        read_request(connection)
        answer(connection)
        read_request_only(connection)

    with talking(once) as made:
        get(made)
        assert seconds_until_cancelled(lambda token: get(made, token)) < 1


def test_a_change_that_is_cancelled_once_sent_is_unknown() -> None:
    with talking(read_request_only) as made:

        def put(token: CancelToken) -> object:
            return made.call("PUT", "/x", token, body={}, changes=True)

        assert seconds_until_cancelled(put, ConnectionLost) < 1


def test_a_change_that_is_cancelled_before_it_is_sent_is_cancelled() -> None:
    with serve(read_request_only) as port:
        made = Transport(connected(port))

        def put(token: CancelToken) -> object:
            return made.call("PUT", "/x", token, body={}, changes=True)

        assert seconds_until_cancelled(put) < 1


def test_nothing_is_sent_for_a_token_that_is_cancelled_already() -> None:
    recorder = Recorder()
    token = CancelToken()
    token.cancel()
    with talking(recorder) as made:
        with pytest.raises(Cancelled):
            get(made, token)
        with pytest.raises(Cancelled):
            stream(made, token)
    assert recorder.requests == []


# --- line by line ----------------------------------------------------------------------------------------------------


def chunks(*parts: bytes, end: bytes = b"0\r\n\r\n") -> Talk:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in parts:
            connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        connection.sendall(end)

    return talk


def test_lines_come_whole_however_they_are_cut_and_an_unfinished_one_not_at_all() -> None:
    with talking(chunks(b"one\ntw", b"o", b"\n\nthr", b"ee\nunfinished")) as made:
        assert list(stream(made)) == [b"one", b"two", b"", b"three"]


def test_a_line_is_there_as_soon_as_it_is_sent() -> None:
    go_on = threading.Event()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
        go_on.wait(10)
        connection.sendall(b"4\r\ntwo\n\r\n0\r\n\r\n")

    with talking(talk) as made:
        lines = stream(made)
        assert next(lines) == b"one"
        go_on.set()
        assert list(lines) == [b"two"]


def test_a_stream_that_breaks_is_told() -> None:
    with talking(chunks(b"one\n", end=b"")) as made:
        lines = stream(made)
        assert next(lines) == b"one"
        with pytest.raises(ConnectionLost):
            next(lines)


def test_a_stream_that_falls_silent_is_told() -> None:
    def talk(connection: socket.socket) -> None:
        chunks(b"one\n", end=b"")(connection)
        connection.recv(1)

    with talking(talk) as made:
        lines = stream(made, read_limit=0.3)
        assert next(lines) == b"one"
        with pytest.raises(ConnectionLost) as caught:
            next(lines)
    assert caught.value.code == "connection.timeout"


def test_a_stream_that_does_not_begin_is_given_up_sooner_than_one_that_falls_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "READ_LIMIT", 0.3)

    def late(connection: socket.socket) -> None:
        chunks(b"one\n", end=b"")(connection)
        time.sleep(0.8)
        connection.sendall(b"4\r\ntwo\n\r\n0\r\n\r\n")

    with talking(late) as made:
        assert list(stream(made, read_limit=5)) == [b"one", b"two"]
    with talking(read_request_only) as made, pytest.raises(ConnectionLost) as caught:
        stream(made, read_limit=600)
    assert caught.value.code == "connection.timeout"


def test_a_line_without_end_is_not_collected_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LINE_LIMIT", 1000)
    with talking(chunks(*[b"x" * 400] * 4)) as made, pytest.raises(TransportError) as caught:
        list(stream(made))
    assert caught.value.code == "answer.too-long"


def test_a_stream_that_is_refused_fails_at_once() -> None:
    body = b'{"kind":"Status","code":410,"reason":"Expired"}'
    with talking(always(body, status="410 Gone")) as made, pytest.raises(ApiError) as caught:
        stream(made)
    assert caught.value.code == "api.expired"


def test_a_stream_can_be_cancelled_while_it_waits() -> None:
    def talk(connection: socket.socket) -> None:
        chunks(b"one\n", end=b"")(connection)
        connection.recv(1)

    with talking(talk) as made:
        assert seconds_until_cancelled(lambda token: list(stream(made, token))) < 1


def test_to_close_ends_what_is_under_way_and_refuses_what_comes() -> None:
    def talk(connection: socket.socket) -> None:
        chunks(b"one\n", end=b"")(connection)
        connection.recv(1)

    with talking(talk) as made:
        lines = stream(made)
        next(lines)
        threading.Timer(0.2, made.close).start()
        with pytest.raises(Cancelled):
            next(lines)
        with pytest.raises(Cancelled):
            get(made)


def test_a_stream_that_is_dropped_lets_go_of_its_connection() -> None:
    ended = threading.Event()

    def talk(connection: socket.socket) -> None:
        chunks(b"one\n", end=b"")(connection)
        read_request_only(connection)
        ended.set()

    with talking(talk) as made:
        lines = stream(made)
        next(lines)
        del lines
        assert ended.wait(5)


# --- credentials -----------------------------------------------------------------------------------------------------


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


# --- files that change, and what the server tells ---------------------------------------------------------------------


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


def test_warnings_are_handed_on_for_reads_and_left_to_the_writes_that_tell_them() -> None:
    heard: list[Notice] = []
    with talking(always(head='Warning: 299 - "v1beta1 is old"\r\n'), hear=heard.append) as made:
        get(made)
        list(stream(made))
        made.call("POST", "/x", CancelToken(), body={})
    assert heard == [ServerWarns("v1beta1 is old")] * 2


def test_a_form_is_sent_as_one() -> None:
    recorder = Recorder()
    with talking(recorder) as made:
        made.call("POST", "/token", CancelToken(), form={"a": "x y&", "b": "é"})
    head, _, sent = recorder.requests[0].partition("\r\n\r\n")
    assert sent == "a=x+y%26&b=%C3%A9"
    assert "\r\nContent-Type: application/x-www-form-urlencoded\r\n" in head


class Busy(Recorder):
    """Asks to wait, so often."""

    def __init__(self, times: int, seconds: int = 0) -> None:
        super().__init__()
        self._times, self._seconds = times, seconds

    def __call__(self, connection: socket.socket) -> None:
        while got := read_request(connection):
            self.requests.append(got.decode())
            busy = len(self.requests) <= self._times
            answer(connection, head=f"Retry-After: {self._seconds}\r\n", status="429 Busy" if busy else "200 OK")


def test_a_patient_request_waits_as_the_server_asks_and_another_fails_at_once() -> None:
    busy = Busy(2)
    with talking(busy) as made:
        assert made.call("POST", "/x", CancelToken(), body={}, changes=True, patient=True).body == b"{}"
        assert len(busy.requests) == 3
        busy.requests.clear()
        with pytest.raises(TooManyRequests):
            get(made)
    assert len(busy.requests) == 1


@pytest.mark.parametrize(("times", "seconds", "requests"), [(99, 0, transport.RETRIES + 1), (1, 11, 1)])
def test_patience_has_an_end(times: int, seconds: int, requests: int) -> None:
    busy = Busy(times, seconds)
    with talking(busy) as made, pytest.raises(TooManyRequests):
        made.call("GET", "/x", CancelToken(), patient=True)
    assert len(busy.requests) == requests


def test_to_cancel_ends_the_waiting_for_a_busy_server() -> None:
    with talking(Busy(99, 9)) as made:
        assert seconds_until_cancelled(lambda token: made.call("GET", "/x", token, patient=True)) < 2
