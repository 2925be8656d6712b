"""Transports to small servers of any manners, for tests."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import trustme

from desktop.cancellation import CancelToken
from desktop.cluster.connection import Connection
from desktop.cluster.transport import Transport
from desktop.errors import (
    BulkheadError,
    Cancelled,
)
from tests.unit.cluster.small_server import Talk, answer, read_request, serve, server_context

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


def read_request_only(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def cut(connection: socket.socket) -> None:
    read_request(connection)


def garbled(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


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
