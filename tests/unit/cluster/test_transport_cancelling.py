"""Whatever a request waits for, to cancel it ends that at once."""

import socket
import threading
from collections.abc import Iterator

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster import severable
from desktop.cluster.connection import Connection
from desktop.cluster.flight import Flight
from desktop.cluster.transport import Transport
from desktop.errors import (
    Cancelled,
    ConnectionLost,
)
from tests.unit.cluster.small_server import Talk, always, answer, read_request, serve
from tests.unit.cluster.talking import (
    Recorder,
    black_hole,
    connected,
    get,
    read_request_only,
    seconds_until_cancelled,
    stream,
    talking,
)


@pytest.fixture(autouse=True, params=["as this system does", "without shutting down"])
def _waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make all promises also where to shut a connection down wakes nobody who waits for it: on Windows."""
    if request.param == "without shutting down":
        monkeypatch.setattr(severable, "NEEDED", True)
        monkeypatch.setattr(Flight, "_shut_down", lambda flight: flight._alarm and flight._alarm.ring())
    yield
    while severable._unrung:
        for end in severable._unrung.pop():
            end.close()


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


def test_many_requests_need_one_alarm() -> None:
    with talking(always()) as made:
        get(made)
        known = len(severable._unrung)
        for _ in range(5):
            get(made)
        assert len(severable._unrung) == known
