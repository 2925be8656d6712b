"""One request under way, and how to break it off at any moment: in name resolution, connecting, TLS, or waiting."""

import contextlib
import os
import queue
import selectors
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar

from desktop.cancellation import CancelToken
from desktop.cluster import severable
from desktop.errors import Unreachable

_GLANCE = 0.1
"""Seconds between looks at the token while a name is resolved or a connection is made."""

Address = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class Flight:
    """A request on its way. ``dialled``: on a connection of its own; ``sent``: the server may have seen it.

    ``patience`` is the longest silence in seconds that is borne once the answer has begun.
    """

    def __init__(self, token: CancelToken) -> None:
        self.token = token
        self.patience = 0.0
        self.dialled = False
        self.sent = False
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._alarm: severable.Alarm | None = None
        self._severed = False

    def attach(self, sock: socket.socket) -> None:
        """Name the socket to sever.

        The flight keeps a handle of its own to the same connection: TLS takes the first socket object away while it
        shakes hands, and shutting down a TLS socket from another thread would make it speak plain text.
        """
        with self._lock:
            if self._handle is not None:
                self._handle.close()
            self._handle = socket.socket(fileno=socket.dup(sock.fileno()))
            if severable.NEEDED:
                self._alarm = self._alarm or severable.Alarm()
                self._alarm.guard(sock.fileno())
            if self._severed:
                self._shut_down()

    def sever(self) -> None:
        """Break the connection off, from any thread: whatever blocks on it ends at once."""
        with self._lock:
            self._severed = True
            self._shut_down()

    def _shut_down(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):  # the peer was quicker
                self._handle.shutdown(socket.SHUT_RDWR)
        if self._alarm is not None:
            self._alarm.ring()

    def land(self) -> None:
        """Let go of the connection."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None
            if self._alarm is not None:
                self._alarm.close()
                self._alarm = None


CURRENT: ContextVar[Flight] = ContextVar("flight")
"""The flight of the request that this thread makes: how a connection, deep in the library, finds it."""


def dial(host: str, port: int, seconds: float, token: CancelToken) -> socket.socket:
    """Connect to the first address of ``host`` that answers, each with its share of ``seconds``.

    Raises Unreachable, or Cancelled within a tenth of a second.
    """
    deadline = time.monotonic() + seconds
    addresses = _resolve(host, port, deadline, token)
    problem: OSError = TimeoutError()
    for position, address in enumerate(addresses):
        share = (deadline - time.monotonic()) / (len(addresses) - position)
        try:
            return _connect(address, time.monotonic() + share, token)
        except OSError as error:
            problem = error
    raise unreachable(problem, host, port) from problem


def unreachable(error: BaseException, host: str, port: int) -> Unreachable:
    """Say why no connection came about."""
    facts = {"host": host, "port": port}
    if isinstance(error, TimeoutError):
        return Unreachable("unreachable.timeout", **facts)
    if isinstance(error, ConnectionRefusedError):
        return Unreachable("unreachable.refused", **facts)
    if isinstance(error, socket.gaierror):
        return Unreachable("unreachable.name-unknown", **facts)
    if isinstance(error, (ConnectionError, EOFError)):
        return Unreachable("unreachable.closed", **facts)
    reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
    return Unreachable("unreachable.failed", reason=reason, **facts)


def _resolve(host: str, port: int, deadline: float, token: CancelToken) -> Sequence[Address]:
    """Look a name up on a thread that may be left behind: the system's resolver cannot be interrupted."""
    with contextlib.suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    answer: queue.SimpleQueue[Sequence[Address] | OSError | UnicodeError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answer.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    for _ in _until(deadline, token):
        with contextlib.suppress(queue.Empty):
            result = answer.get(timeout=_GLANCE)
            if isinstance(result, UnicodeError):  # a label that is empty or too long
                raise unreachable(socket.gaierror(), host, port) from result
            if isinstance(result, OSError):
                raise unreachable(result, host, port) from result
            return result
    raise unreachable(TimeoutError(), host, port)


def _connect(address: Address, deadline: float, token: CancelToken) -> socket.socket:
    """Connect to one address; raises OSError, or Cancelled."""
    family, kind, protocol, _, where = address
    sock = (severable.Socket if severable.NEEDED else socket.socket)(family, kind, protocol)
    try:
        sock.setblocking(False)
        with selectors.DefaultSelector() as selector:
            with contextlib.suppress(BlockingIOError):
                sock.connect(where)
            selector.register(sock, selectors.EVENT_WRITE)
            for _ in _until(deadline, token):
                if selector.select(_GLANCE):
                    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if code:
                        raise OSError(code, _words(code))
                    return sock
        raise TimeoutError
    except BaseException:
        sock.close()
        raise


def _words(code: int) -> str:
    """Say what the system means by a code of a connection; on Windows those are not the ones of ``os.strerror``."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  for a rare sentence

        return ctypes.FormatError(code)
    return os.strerror(code)


def _until(deadline: float, token: CancelToken) -> Iterator[None]:
    """Yield until the deadline; raises Cancelled as soon as the token is cancelled."""
    while time.monotonic() < deadline:
        token.check()
        yield
    token.check()
