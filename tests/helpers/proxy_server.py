"""A proxy for tests: HTTP (also behind TLS) and SOCKS5. It notes what is asked of it; all goes to one server."""

import base64
import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.helpers.hanging_up import hang_up


@dataclass
class ProxyServer:
    """A proxy at ``port``. ``to`` is the port all is connected to (0: nothing), ``status`` what it answers instead.

    ``password`` (``user:password``) is what it demands; ``seen`` is each request: the way, the target, the credentials.
    """

    to: int = 0
    status: str = ""
    password: str = ""
    context: ssl.SSLContext | None = None
    port: int = 0
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def handle(self, client: socket.socket) -> None:
        """Serve one connection."""
        if self.context:
            client = self.context.wrap_socket(client, server_side=True)
        with client:
            first = client.recv(1)
            if first == b"\x05":
                self._socks(client)
            elif first:
                self._http(client, first)

    def _http(self, client: socket.socket, got: bytes) -> None:
        while b"\r\n\r\n" not in got:
            more = client.recv(4096)
            if not more:
                return
            got += more
        head = got.partition(b"\r\n\r\n")[0].decode()
        self.heads.append(head)
        method, target, _ = head.split("\r\n")[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
        given = headers.get("Proxy-Authorization", "").removeprefix("Basic ")
        credentials = base64.b64decode(given).decode() if given else ""
        self.seen.append(("connect" if method == "CONNECT" else "forward", target, credentials))
        if self.password and credentials != self.password:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif self.status or not self.to:
            client.sendall(f"HTTP/1.1 {self.status or '502 Bad Gateway'}\r\nContent-Length: 0\r\n\r\n".encode())
        elif method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self._pass_on(client, b"")
        else:
            self._pass_on(client, got)

    def _socks(self, client: socket.socket) -> None:
        methods = client.recv(client.recv(1)[0])
        credentials = ""
        if self.password:
            if 2 not in methods:
                client.sendall(b"\x05\xff")
                self.seen.append(("socks", "", ""))
                return
            client.sendall(b"\x05\x02")
            client.recv(1)
            credentials = ":".join(client.recv(client.recv(1)[0]).decode() for _ in range(2))
            client.sendall(b"\x01" + (b"\x00" if credentials == self.password else b"\x01"))
            if credentials != self.password:
                self.seen.append(("socks", "", credentials))
                return
        else:
            client.sendall(b"\x05\x00")
        kind = client.recv(4)[3]
        raw = client.recv({1: 4, 4: 16}.get(kind) or client.recv(1)[0])
        host = raw.decode() if kind == 3 else socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, raw)
        self.seen.append(("socks", f"{host}:{int.from_bytes(client.recv(2))}", credentials))
        if not self.to:
            client.sendall(b"\x05\x05\x00\x01" + bytes(6))
            return
        client.sendall(b"\x05\x00\x00\x01" + bytes(6))
        self._pass_on(client, b"")

    def _pass_on(self, client: socket.socket, first: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.to)) as server:
            server.sendall(first)
            ends = {client: server, server: client}
            while True:
                waiting = isinstance(client, ssl.SSLSocket) and client.pending()
                for end in [client] if waiting else select.select([client, server], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[end].sendall(data)


@contextlib.contextmanager
def proxy(proxy_: ProxyServer) -> Iterator[ProxyServer]:
    """Run a proxy."""
    listener = socket.create_server(("127.0.0.1", 0))
    proxy_.port = listener.getsockname()[1]
    clients: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def handle(client: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            proxy_.handle(client)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                clients.append(client)
                threads.append(threading.Thread(target=handle, args=(client,), daemon=True))
                threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield proxy_
    finally:
        hang_up(listener)
        listener.close()
        acceptor.join(5)
        for client in clients:
            hang_up(client)
        for thread in threads:
            thread.join(5)
        for client in clients:
            client.close()
