"""A stream gives whole lines as they come, and an error when it breaks or falls silent."""

import socket
import threading
import time

import pytest

from desktop.cluster import transport
from desktop.errors import (
    ApiError,
    Cancelled,
    ConnectionLost,
    TransportError,
)
from tests.unit.cluster.small_server import Talk, always, read_request
from tests.unit.cluster.talking import get, read_request_only, seconds_until_cancelled, stream, talking


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


def test_a_page_to_log_in_is_no_stream_and_nobody_takes_it_for_one() -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Please log in</html>\n")

    with talking(talk) as made:
        with pytest.raises(TransportError) as caught:
            stream(made)
        assert caught.value.code == "answer.unreadable"


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
