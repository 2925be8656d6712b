"""The client library's transport on connections of our own.

Importing this module costs up to a second, for the library is large: only ``transport`` does so, at the first request.

The library's REST client encodes bodies and makes the requests. What it cannot do is done here: an SSLContext made in
memory (it wants the key in a file), a connection that can be broken off at any moment, no second try behind our back,
and no redirect (with it the credentials would go wherever the answer says).
"""

import socket
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import urllib3
from kubernetes.client.exceptions import ApiException
from kubernetes.client.rest import RESTClientObject, should_bypass_proxies
from kubernetes.utils.keepalive import tcp_keepalive_socket_options
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from desktop.cluster import server_url
from desktop.cluster.flight import CURRENT, dial

ERRORS = (urllib3.exceptions.HTTPError, ApiException, HTTPException, OSError)
"""What the library's transport raises."""

IDLE_LIMIT = 30.0
"""Seconds after which an unused connection is not trusted any more: something between may have dropped it silently."""

_POOL_SIZE = 64
"""Idle connections kept for one cluster; more can be in use."""


class _Connection(HTTPConnection):
    """A connection that the flight of the current request can sever."""

    _used_at = 0.0

    def _new_conn(self) -> socket.socket:
        flight = CURRENT.get()
        flight.dialled = True
        seconds = float(self.timeout or 0)
        sock = dial(self._dns_host, self.port, seconds, flight.token)
        try:
            sock.settimeout(seconds)  # of each step of the TLS handshake, too
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            flight.attach(sock)
        except OSError:  # closed already by the other side, on some systems
            sock.close()
            raise
        return sock

    @property
    def is_connected(self) -> bool:
        """Whether the connection can be used for one more request."""
        return super().is_connected and time.monotonic() - self._used_at < IDLE_LIMIT

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request, and tell the flight that from now on the server may act on it."""
        flight = CURRENT.get()
        if self.sock is None:
            self.connect()
        elif not flight.dialled:
            flight.attach(self.sock)
        flight.sent = True
        super().request(*args, **kwargs)

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as in the library itself
        """Wait for the answer."""
        self._used_at = time.monotonic()
        return super().getresponse()


class _SecureConnection(_Connection, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection

    def _validate_conn(self, conn: Any) -> None:
        """Connect; the library's warning about unverified connections is the screen's lasting one here."""
        if conn.is_closed:
            conn.connect()


class _Pools(urllib3.PoolManager):
    """Pools that never follow a redirect."""

    def __init__(self, context: ssl.SSLContext | None, tls_server_name: str) -> None:
        secure: dict[str, Any] = {} if context is None else {"ssl_context": context}
        if tls_server_name:
            secure["server_hostname"] = tls_server_name
        super().__init__(
            num_pools=1,
            maxsize=_POOL_SIZE,
            retries=False,
            socket_options=tcp_keepalive_socket_options(),
            **secure,
        )
        self.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def urlopen(  # type: ignore[override]  # as in the library itself
        self, method: str, url: str, redirect: bool = True, **kwargs: Any
    ) -> urllib3.BaseHTTPResponse:
        """Make a request; ``redirect`` is not obeyed."""
        return super().urlopen(method, url, redirect=False, **kwargs)


class Rest(RESTClientObject):
    """The library's REST client on our pools."""

    def __init__(self, context: ssl.SSLContext | None, tls_server_name: str = "") -> None:
        # Not the library's own __init__: it makes pools from files, and takes proxies from the environment.
        self.configuration = None
        self.pool_manager = _Pools(context, tls_server_name)

    def headers(self, headers: Mapping[str, str]) -> urllib3.HTTPHeaderDict:
        """Return headers of which one may stand several times."""
        return urllib3.HTTPHeaderDict(headers)


def environment_proxy(server: str) -> str:
    """Return the proxy by which kubectl would go to a server, as the environment names it; empty where directly."""
    parts = urlsplit(server)
    proxies = getproxies_environment()
    proxy = proxies.get(parts.scheme, "")
    bypassed = f"localhost,127.0.0.0/8,::1,{proxies.get('no', '')}"
    if not proxy or should_bypass_proxies(server, bypassed):
        return ""
    return server_url.without_secrets(proxy)
