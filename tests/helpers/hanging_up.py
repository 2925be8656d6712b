"""Ending sockets under the threads that wait for them, whatever the system."""

import contextlib
import socket
import sys


def hang_up(sock: socket.socket) -> None:
    """End a connection, or listening (an SSLSocket's own shutdown would pull its TLS away under whoever reads)."""
    with contextlib.suppress(OSError):  # it has ended already; on Windows, also where it listens
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    if sys.platform == "win32" and sock.fileno() != -1:  # only the end of the socket wakes whoever waits for it there
        socket.close(sock.detach())
