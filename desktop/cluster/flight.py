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
from typing import cast

from desktop.cancellation import CancelToken
from desktop.cluster import severable
from desktop.errors import Unreachable

_GLANCE = 0.1
"""Seconds between looks at the token while a name is resolved or a connection is made."""

_HEAD_START = 0.3
"""Seconds that an address has for itself before the next is tried beside it: Go's delay between families."""

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
    """Connect to the first address of ``host`` that answers.

    Raises Unreachable, or Cancelled within a tenth of a second.

    Where an address takes its time, the next is tried beside it (RFC 8305): behind a tunnel the addresses of one
    family often lead nowhere, and each connection would have to wait for that.
    """
    deadline = time.monotonic() + seconds
    with _Race(_resolve(host, port, deadline, token)) as race:
        for _ in _until(deadline, token):
            winner = race.run()
            if winner is not None:
                return winner
            if race.is_lost:
                raise unreachable(race.problem, host, port) from race.problem
    raise unreachable(TimeoutError(), host, port)


class _Race:
    """Connections to several addresses, begun one after the other; the first that is made counts."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._waiting = list(addresses)
        self._selector = selectors.DefaultSelector()
        self._next_at = 0.0
        self.problem: OSError = TimeoutError()

    def __enter__(self) -> "_Race":
        return self

    def __exit__(self, *_: object) -> None:
        """Give up those that are still on their way."""
        for key in tuple(self._selector.get_map().values()):
            self._drop(key.fileobj)
        self._selector.close()

    @property
    def is_lost(self) -> bool:
        """Whether no address is left; ``problem`` is why the last one failed."""
        return not self._waiting and not self._selector.get_map()

    def run(self) -> socket.socket | None:
        """Wait for a moment; returns a connection as soon as one is made."""
        now = time.monotonic()
        if self._waiting and (now >= self._next_at or not self._selector.get_map()):
            self._next_at = now + _HEAD_START
            self._begin(self._waiting.pop(0))
        for key, _ in self._selector.select(_GLANCE) if self._selector.get_map() else ():
            sock = cast(socket.socket, key.fileobj)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not code:
                self._selector.unregister(sock)
                return sock
            self.problem = OSError(code, _words(code))
            self._drop(sock)
        return None

    def _begin(self, address: Address) -> None:
        family, kind, protocol, _, where = address
        try:
            sock = (severable.Socket if severable.NEEDED else socket.socket)(family, kind, protocol)
        except OSError as error:  # a family that this system does not have
            self.problem = error
            return
        try:
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sock.connect(where)
            self._selector.register(sock, selectors.EVENT_WRITE)
        except OSError as error:
            self.problem = error
            sock.close()

    def _drop(self, sock: object) -> None:
        self._selector.unregister(cast(socket.socket, sock))
        cast(socket.socket, sock).close()


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
