"""Requests go out as they should, end when they should, and fail with an error that says what is known."""

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop import __version__
from desktop.cancellation import CancelToken
from desktop.cluster import client, flight, transport
from desktop.cluster.connection import Connection
from desktop.cluster.notices import Notice, ServerWarns
from desktop.cluster.transport import Transport
from desktop.errors import (
    ApiError,
    ConnectionLost,
    TooManyRequests,
    Unreachable,
)
from tests.unit.cluster.small_server import Talk, always, answer, read_request, serve
from tests.unit.cluster.talking import (
    CA,
    TLS,
    Recorder,
    black_hole,
    connected,
    cut,
    garbled,
    get,
    read_request_only,
    seconds_until_cancelled,
    stream,
    talking,
)


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


def test_an_address_that_leads_nowhere_holds_up_no_connection_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as those of IPv6 behind a tunnel that carries IPv4 only."""
    monkeypatch.setattr(transport, "CONNECT_LIMIT", 300.0)
    with black_hole() as nowhere, serve(always(b"hello"), TLS) as port:
        family = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        places = [(*family, ("127.0.0.1", each)) for each in (nowhere, nowhere, port, nowhere)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
        token = CancelToken()
        timer = threading.Timer(30, token.cancel)
        timer.start()
        made = Transport(connected(port))
        assert get(made, token) == b"hello"
        made.close()
        timer.cancel()


def test_where_no_address_answers_the_last_refusal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = gone.getsockname()
    unknown = (12345, socket.SOCK_STREAM, 0, "", closed)  # a family that this system does not have
    places = [unknown, (socket.AF_INET, socket.SOCK_STREAM, 0, "", closed)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    with pytest.raises(Unreachable) as caught:
        get(Transport(connected(closed[1])))
    assert caught.value.code == "unreachable.refused"


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


def half(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half":')


def bad_gzip(connection: socket.socket) -> None:
    read_request(connection)
    answer(connection, b"not gzip", "Content-Encoding: gzip\r\n")


@pytest.mark.parametrize("talk", [cut, half, garbled, bad_gzip])
@pytest.mark.parametrize("changes", [False, True])
def test_an_answer_cut_off_leaves_it_unknown_whether_the_request_took_effect(talk: Talk, changes: bool) -> None:
    with talking(talk) as made, pytest.raises(ConnectionLost) as caught:
        made.call("PUT" if changes else "GET", "/x", CancelToken(), body={} if changes else None, changes=changes)
    assert caught.value.code == "connection.lost"


def test_a_refusal_that_cannot_be_unpacked_keeps_no_connection_open_while_its_error_is_shown() -> None:
    hung_up = threading.Event()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        length = transport.ERROR_BODY_LIMIT
        head = f"HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nContent-Length: {length + 1}\r\n\r\n"
        connection.sendall(head.encode() + b"x" * length)
        read_request_only(connection)
        hung_up.set()

    with talking(talk) as made:
        with pytest.raises(ConnectionLost) as caught:
            get(made)
        assert hung_up.wait(20)
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


# --- what the server tells, and what it asks for ---------------------------------------------------------------------


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
