"""A TLS server of a few lines, for what an API server would never do."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import trustme

from tests.helpers.hanging_up import hang_up

Talk = Callable[[socket.socket], None]


def read_request(connection: socket.socket) -> bytes:
    """Read a request with its body; empty at the end of the connection."""
    got = b""
    while not (head := re.match(rb".*?\r\n\r\n", got, re.DOTALL)) or len(got) < head.end() + _length(head[0]):
        more = connection.recv(65536)
        if not more:
            return b""
        got += more
    return got


def _length(head: bytes) -> int:
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0


def answer(connection: socket.socket, body: bytes = b"{}", head: str = "", status: str = "200 OK") -> None:
    """Send a whole answer."""
    lines = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: application/json\r\n{head}\r\n"
    connection.sendall(lines.encode() + body)


def always(body: bytes = b"{}", head: str = "", status: str = "200 OK") -> Talk:
    """Give the same answer to every request."""

    def talk(connection: socket.socket) -> None:
        while read_request(connection):
            answer(connection, body, head, status)

    return talk


@contextlib.contextmanager
def serve(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run ``talk`` on each connection, TLS being done if there is a ``context``; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []
    open_: list[socket.socket] = []

    def handle(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if context:
                connection = context.wrap_socket(connection, server_side=True)
                open_.append(connection)
            with connection:
                talk(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                open_.append(connection)
                threads.append(threading.Thread(target=handle, args=(connection,), daemon=True))
                threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        hang_up(listener)
        listener.close()
        acceptor.join()
        for connection in open_:
            hang_up(connection)
        for thread in threads:
            thread.join()
        for connection in open_:
            connection.close()


def server_context(
    authority: trustme.CA, *names: str, clients: trustme.CA | None = None, **leaf: object
) -> ssl.SSLContext:
    """Return the server's side of TLS with a certificate for ``names``; ``clients`` signs those it demands."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **leaf).configure_cert(context)  # type: ignore[arg-type]
    if clients:
        clients.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
