"""The client library's transport on connections of our own.

Importing this module costs up to a second, for the library is large: only ``transport`` does so, at the first request.

The library's REST client encodes bodies and makes the requests. What it cannot do is done here: an SSLContext made in
memory (it wants the key in a file), a connection that can be broken off at any moment, no second try behind our back,
and no redirect (with it the credentials would go wherever the answer says).
"""

import contextlib
import re
import socket
import ssl
from collections.abc import Mapping
from functools import partial
from http.client import HTTPException
from typing import Any

import urllib3
from kubernetes.client.exceptions import ApiException
from kubernetes.client.rest import RESTClientObject
from kubernetes.utils.keepalive import tcp_keepalive_socket_options
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from desktop.cluster import clock, severable, socks
from desktop.cluster.flight import CURRENT, dial, unreachable
from desktop.cluster.proxies import Proxy
from desktop.cluster.tls_socket import TlsSocket
from desktop.errors import TlsError

ERRORS = (urllib3.exceptions.HTTPError, ApiException, HTTPException, OSError, UnicodeError)
"""What the library's transport raises; the last for a name that cannot be written as one of a computer."""

IDLE_LIMIT = 30.0
"""Seconds after which an unused connection is not trusted any more: something between may have dropped it silently."""

_TWO_LABELS = re.compile(r"[^.:]+\.[^.:]+\.?")
"""A name right below a top-level domain: OpenSSL takes no wildcard (``*.lan``) for it, Go does."""

_WRONG_NAME = 62
"""OpenSSL's ``X509_V_ERR_HOSTNAME_MISMATCH``."""

_POOL_SIZE = 64
"""Idle connections kept for one cluster; more can be in use."""


class _Connection(HTTPConnection):
    """A connection that the flight of the current request can sever; ``through`` a SOCKS proxy where there is one."""

    _used_at = 0.0

    def __init__(self, *args: Any, through: Proxy | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._through = through

    def _new_conn(self) -> socket.socket:
        flight = CURRENT.get()
        flight.dialled = True
        seconds = float(self.timeout or 0)
        through = self._through
        host, port = (through.host, through.port) if through else (self._dns_host, self.port)
        sock = dial(host, port, seconds, flight.token)
        try:
            sock.settimeout(seconds)  # of each step of the TLS handshake, too
            for option in self.socket_options or ():
                with contextlib.suppress(OSError):  # Windows before 10 (1709) has no say in how often it probes
                    sock.setsockopt(*option)
            flight.attach(sock)
            if through:
                socks.ask(sock, through, self._dns_host, self.port)
        except BaseException:
            sock.close()
            raise
        return sock

    @property
    def is_connected(self) -> bool:
        """Whether the connection can be used for one more request."""
        return super().is_connected and clock.elapsed() - self._used_at < IDLE_LIMIT

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
        """Wait for the answer, and from its head on for as long as the flight bears."""
        self._used_at = clock.elapsed()
        response = super().getresponse()
        if self.sock is not None and (patience := CURRENT.get().patience):
            self.sock.settimeout(patience)
        return response


class _SecureConnection(_Connection, HTTPSConnection):
    """The same with TLS."""

    def connect(self) -> None:
        """Connect, and compare the names here where OpenSSL takes no wildcard."""
        name = self.server_hostname or self._tunnel_host or self.host
        is_verified = self.cert_reqs == ssl.CERT_REQUIRED and not self.proxy_is_forwarding
        compared = is_verified and bool(_TWO_LABELS.fullmatch(name))
        self.assert_hostname = False if compared else None
        super().connect()
        if compared:
            try:
                _check_name(self.sock, name)
            except ssl.SSLCertVerificationError:
                self.close()
                raise

    def _new_conn(self) -> socket.socket:
        """Connect, but not for a name that TLS cannot ask for: ssl finds out late, and leaves the connection open."""
        if self.server_hostname is not None and not _can_be_asked_for(self.server_hostname):
            raise TlsError("tls.wrong-name", host=self.host, port=self.port)
        if self._tunnel_host is not None and not _can_be_asked_for(self._tunnel_host):
            raise unreachable(socket.gaierror(), self._tunnel_host, self._tunnel_port or 0)
        return super()._new_conn()

    def _connect_tls_proxy(self, hostname: str, sock: socket.socket) -> ssl.SSLSocket:
        """Ask a proxy for the name that the server has to bear, where one is given: Go does (``addTLS``)."""
        return super()._connect_tls_proxy(self.server_hostname or hostname, sock)


def _check_name(sock: Any, name: str) -> None:
    """Raise SSLCertVerificationError unless the verified certificate on a connection is for a name of two labels."""
    label, top = name.lower().rstrip(".").split(".")
    borne = [value for kind, value in sock.getpeercert().get("subjectAltName", ()) if kind == "DNS"]
    if not {f"{label}.{top}", f"*.{top}"}.intersection(each.lower() for each in borne):
        error = ssl.SSLCertVerificationError()
        error.verify_code = _WRONG_NAME
        error.verify_message = f"certificate is not valid for '{name}', but for: {', '.join(borne)}"
        raise error


def _can_be_asked_for(name: str) -> bool:
    """Whether a name is one that can be sent as Server Name Indication (RFC 6066)."""
    with contextlib.suppress(UnicodeError):
        return bool(name.rstrip(".").encode("idna")) and "\0" not in name
    return False


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

    def urlopen(  # type: ignore[override]  # as in the library itself
        self, method: str, url: str, redirect: bool = True, **kwargs: Any
    ) -> urllib3.BaseHTTPResponse:
        """Make a request; ``redirect`` is not obeyed."""
        return super().urlopen(method, url, redirect=False, **kwargs)


class _ProxyPools(_Pools, urllib3.ProxyManager):
    """The same through an HTTP proxy."""

    def _set_proxy_headers(self, url: str, headers: Mapping[str, str] | None = None) -> Mapping[str, str]:
        """Leave the headers as they are: one of them may stand several times, and the others are there already."""
        return headers or {}


def _pools(
    context: ssl.SSLContext | None, tls_server_name: str, proxy: Proxy | None, proxy_context: ssl.SSLContext | None
) -> _Pools:
    settings: dict[str, Any] = {
        "num_pools": 1,
        "maxsize": _POOL_SIZE,
        "retries": False,
        "socket_options": tcp_keepalive_socket_options(),
    }
    for each in (context, proxy_context):
        if each is not None:
            each.sslsocket_class = severable.TlsSocket if severable.NEEDED else TlsSocket
    if context is not None:
        settings["ssl_context"] = context
    if tls_server_name:
        settings["server_hostname"] = tls_server_name
    through = proxy if proxy and proxy.scheme == "socks5" else None
    if proxy is None or through:
        pools = _Pools(**settings)
    else:
        headers = {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
        pools = _ProxyPools(str(proxy), proxy_headers=headers, proxy_ssl_context=proxy_context, **settings)
    classes: Any = {"http": partial(_Pool, through=through), "https": partial(_SecurePool, through=through)}
    pools.pool_classes_by_scheme = classes
    return pools


class Rest(RESTClientObject):
    """The library's REST client on our pools."""

    def __init__(
        self,
        context: ssl.SSLContext | None,
        tls_server_name: str = "",
        proxy: Proxy | None = None,
        proxy_context: ssl.SSLContext | None = None,
    ) -> None:
        # Not the library's own __init__: it makes pools from files, and takes proxies from the environment.
        self.configuration = None
        self.pool_manager = _pools(context, tls_server_name, proxy, proxy_context)

    def headers(self, headers: Mapping[str, str]) -> urllib3.HTTPHeaderDict:
        """Return headers of which one may stand several times."""
        return urllib3.HTTPHeaderDict(headers)
