"""Sockets whose waits another thread can end, for systems where shutting a connection down does not: Windows.

There whoever waits for a connection waits on until its other end speaks or the time is up (Python issue 91913). So each
wait is for two things: the connection, and the alarm of the flight that it belongs to.
"""

import errno
import os
import selectors
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from desktop.cluster import tls_socket

NEEDED = os.name == "nt"
"""Whether connections are made of the sockets of this module."""

_WANTED: dict[type[OSError], int] = {
    ssl.SSLWantReadError: selectors.EVENT_READ,
    ssl.SSLWantWriteError: selectors.EVENT_WRITE,
}

_T = TypeVar("_T")


class Alarm:
    """Ends the waits for connections, of one flight; ``ring`` may be called from any thread until it is closed."""

    def __init__(self) -> None:
        try:
            self._heard, self._rung = _unrung.pop()
        except IndexError:
            self._heard, self._rung = socket.socketpair()
        self._rang = False
        self._handles: set[int] = set()

    def guard(self, handle: int) -> None:
        """From now on end the waits for the connection with this handle."""
        self._handles.add(handle)
        _guards[handle] = self

    def ring(self) -> None:
        """End all waits, now and later."""
        self._rang = True
        self._rung.close()

    def close(self) -> None:
        """Let go of the connections."""
        for handle in self._handles:
            if _guards.get(handle) is self:  # the handle of a connection that is closed may be another's by now
                del _guards[handle]
        if self._rang:
            self._heard.close()
        else:
            _unrung.append((self._heard, self._rung))

    def fileno(self) -> int:
        """Return the handle that can be read from once it has rung."""
        return self._heard.fileno()


_unrung: deque[tuple[socket.socket, socket.socket]] = deque()
"""What alarms are made of, for the next: on Windows it is a connection, and each that ends keeps a port for long."""
_guards: dict[int, Alarm] = {}
"""Who guards which connection. By handle, for TLS puts a socket of its own in the place of the one it is given."""


class _Waiting(socket.socket):
    """A socket that the system never waits on: all waiting is done here."""

    _limit: float | None = None

    def settimeout(self, value: float | None) -> None:
        """Set the seconds that a wait may take; None for as long as it takes."""
        self._limit = value
        super().settimeout(0.0)

    def gettimeout(self) -> float | None:
        """Return the seconds that a wait may take."""
        return self._limit

    def setblocking(self, flag: bool) -> None:
        """Wait for ever, or never."""
        self.settimeout(None if flag else 0.0)

    def getblocking(self) -> bool:
        """Whether there are waits at all."""
        return self._limit != 0

    def _until_done(self, act: Callable[[], _T], event: int) -> _T:
        """Do ``act``, waiting for ``event`` (or for what TLS needs) wherever the system would."""
        end = None if self._limit is None else time.monotonic() + self._limit
        while True:
            try:
                return act()
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                if self._limit == 0:
                    raise
                wanted = _WANTED.get(type(error), event)
            self._wait(wanted, end)

    def _wait(self, event: int, end: float | None) -> None:
        """Wait for an event until a point of time; raises TimeoutError, and ConnectionError once the alarm rang."""
        alarm = _guards.get(self.fileno())
        with selectors.DefaultSelector() as selector:
            selector.register(self, event)
            if alarm is not None:
                selector.register(alarm, selectors.EVENT_READ)
            ready = selector.select(None if end is None else max(0.0, end - time.monotonic()))
        if not ready:
            raise TimeoutError("timed out")
        if any(key.fileobj is alarm for key, _ in ready):
            raise ConnectionAbortedError(errno.ECONNABORTED, os.strerror(errno.ECONNABORTED))


class Socket(_Waiting):
    """A plain connection."""

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Receive, as ``socket.recv`` does."""
        return self._until_done(lambda: super(_Waiting, self).recv(bufsize, flags), selectors.EVENT_READ)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Receive, as ``socket.recv_into`` does."""
        return self._until_done(lambda: super(_Waiting, self).recv_into(buffer, nbytes, flags), selectors.EVENT_READ)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send, as ``socket.send`` does."""
        return self._until_done(lambda: super(_Waiting, self).send(data, flags), selectors.EVENT_WRITE)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send, as ``socket.sendall`` does, but for each part anew with the whole time."""
        with memoryview(data) as view, view.cast("B") as rest:
            sent = 0
            while sent < len(rest):
                sent += self.send(rest[sent:], flags)


class TlsSocket(_Waiting, tls_socket.TlsSocket):
    """A connection with TLS."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands, as ``SSLSocket.do_handshake`` does."""
        self._until_done(lambda: super(_Waiting, self).do_handshake(block), selectors.EVENT_READ)

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002  as in ssl
        """Receive, as ``SSLSocket.read`` does; all other ways to receive lead here."""
        return self._until_done(lambda: super(_Waiting, self).read(len, buffer), selectors.EVENT_READ)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send, as ``SSLSocket.send`` does; all other ways to send lead here."""
        return self._until_done(lambda: super(_Waiting, self).send(data, flags), selectors.EVENT_WRITE)
