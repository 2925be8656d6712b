"""A network between a client and a server that can go dead without a word, as one behind a lost VPN does."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator


class Relay:
    """Passes on what comes, both ways. While ``dead`` nothing comes through, ends of connections least of all."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.dead = False
        self._forgotten: set[socket.socket] = set()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def forget(self) -> None:
        """Let nothing through of any connection there is, for ever: a firewall has forgotten them."""
        self._forgotten |= set(self._pairs)

    def close(self) -> None:
        """End."""
        self._closing.set()
        self._thread.join(10)
        for each in (self._listener, *self._pairs):
            each.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            for key, _ in self._selector.select(0.02):
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                if self.dead:
                    self._closing.wait(0.02)
                elif sock is self._listener:
                    self._accept()
                elif sock in self._forgotten:
                    self._selector.unregister(sock)
                elif sock in self._pairs:
                    self._pass_on(sock)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(("127.0.0.1", self._to))
        for one, other in ((client, server), (server, client)):
            self._pairs[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, sock: socket.socket) -> None:
        other = self._pairs[sock]
        with contextlib.suppress(OSError):
            if data := sock.recv(1 << 16):
                other.sendall(data)
                return
        for each in (sock, other):
            del self._pairs[each]
            with contextlib.suppress(KeyError):
                self._selector.unregister(each)
            each.close()


@contextlib.contextmanager
def relay(to: int) -> Iterator[Relay]:
    """Run a relay."""
    made = Relay(to)
    try:
        yield made
    finally:
        made.close()
