"""Asking a SOCKS5 proxy for a way to a server (RFC 1928; RFC 1929 for a name and password)."""

import ipaddress
import socket
import struct

from desktop.cluster.proxies import Proxy
from desktop.errors import Unreachable

_VERSION, _CONNECT = 5, 1
_NO_PASSWORD, _PASSWORD = 0, 2
_ADDRESS_LENGTHS = {1: 4, 4: 16}


def ask(sock: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    """Have the proxy at the other end of ``sock`` connect it to a server; raises Unreachable or OSError.

    The server's name goes to the proxy as it is: only there may it be known.
    """
    has_password = bool(proxy.user or proxy.password)
    methods = bytes([_NO_PASSWORD, _PASSWORD] if has_password else [_NO_PASSWORD])
    sock.sendall(bytes([_VERSION, len(methods)]) + methods)
    version, method = _read(sock, 2)
    if version != _VERSION:
        raise Unreachable("proxy.not-spoken", proxy=str(proxy))
    if method == _PASSWORD and has_password:
        _sign_in(sock, proxy)
    elif method != _NO_PASSWORD:
        raise Unreachable("proxy.credentials-refused", proxy=str(proxy))
    sock.sendall(bytes([_VERSION, _CONNECT, 0]) + _address(host) + struct.pack("!H", port))
    version, reply, _, kind = _read(sock, 4)
    if version != _VERSION:
        raise Unreachable("proxy.not-spoken", proxy=str(proxy))
    if reply != 0:
        raise Unreachable("proxy.refused", proxy=str(proxy), host=host, port=port, status=reply)
    length = _ADDRESS_LENGTHS.get(kind) or _read(sock, 1)[0]
    _read(sock, length + 2)  # the proxy's own end, of no use


def _sign_in(sock: socket.socket, proxy: Proxy) -> None:
    user, password = proxy.user.encode()[:255], proxy.password.encode()[:255]
    sock.sendall(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
    if _read(sock, 2)[1] != 0:
        raise Unreachable("proxy.credentials-refused", proxy=str(proxy))


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("idna")[:255]
        return bytes([3, len(name)]) + name
    return bytes([1 if address.version == 4 else 4]) + address.packed


def _read(sock: socket.socket, count: int) -> bytes:
    """Read exactly so many bytes."""
    got = b""
    while len(got) < count:
        more = sock.recv(count - len(got))
        if not more:
            raise ConnectionResetError
        got += more
    return got
