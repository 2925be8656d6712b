"""Which proxy leads to a server: the one a kubeconfig names, else the one of the environment, as kubectl reads both.

What kubectl does is Go's ``net/http`` and ``golang.org/x/net/http/httpproxy``, and for blocks of addresses its own
``NewProxierWithNoProxyCIDR``: names in capitals come first, loopback servers are never behind a proxy of the
environment, and what a kubeconfig names is used whatever the environment says.
"""

import base64
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from desktop.errors import ConfigError

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy; ``scheme`` is http, https or socks5."""

    scheme: str
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Return the address as it may be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def authorization(self) -> str:
        """The ``Proxy-Authorization`` header; empty where the address holds no name and no password."""
        if not self.user and not self.password:
            return ""
        return f"Basic {base64.b64encode(f'{self.user}:{self.password}'.encode()).decode()}"


def of(url: str, server: str, environment: Mapping[str, str]) -> Proxy | None:
    """Return the proxy that leads to a server, by the kubeconfig's ``proxy-url`` or else by the environment."""
    return named(url) if url else of_environment(server, environment)


def named(url: str) -> Proxy:
    """Return the proxy of a kubeconfig's ``proxy-url``; raises ConfigError, which shows no password."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        raise ConfigError("kubeconfig.proxy-unreadable")
    if parts.scheme not in ("http", "https", "socks5"):
        raise ConfigError("kubeconfig.proxy-scheme-unknown", scheme=parts.scheme)
    return _proxy(parts)


def of_environment(server: str, environment: Mapping[str, str]) -> Proxy | None:
    """Return the proxy by which kubectl goes to a server; None where directly. Raises ConfigError."""
    target = urlsplit(server)
    name = "HTTPS_PROXY" if target.scheme == "https" else "HTTP_PROXY"
    url = _either(environment, name)
    if not url or _is_exempt(target, _either(environment, "NO_PROXY")):
        return None
    if name == "HTTP_PROXY" and "REQUEST_METHOD" in environment:
        raise ConfigError("proxy.unreadable", name=name)  # a web server's program: the variable may be a visitor's
    parts = _split(url if "://" in url else f"http://{url}")
    if parts is None or not parts.hostname or parts.scheme not in _PORTS:
        raise ConfigError("proxy.unreadable", name=name)
    return _proxy(parts)


def _either(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "") or environment.get(name.lower(), "")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _proxy(parts: SplitResult) -> Proxy:
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Proxy(parts.scheme.removesuffix("h"), parts.hostname or "", port, user, password)


def _is_exempt(target: SplitResult, listed: str) -> bool:
    """Whether ``NO_PROXY``, or being on this computer, keeps a server from the environment's proxies."""
    host = (target.hostname or "").strip()
    port = str(target.port or _PORTS[target.scheme])
    if host == "localhost":
        return True
    address = _address(host)
    if address is not None and address.is_loopback:
        return True
    return any(_matches(entry.strip().lower(), host, address, port) for entry in listed.split(","))


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def _sloppy(text: str) -> _Address | None:
    """Read an address as kubectl does for blocks: numbers may have zeros before them, which mean nothing."""
    parts = text.split(".")
    if len(parts) == 4 and all(part.isascii() and part.isdigit() for part in parts):
        text = ".".join(part.lstrip("0") or "0" for part in parts)
    return None if "%" in text else _address(text)


def _block(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Read a block; None where kubectl takes it for none (``k8s.io/utils/net``: ``ParseCIDRSloppy``)."""
    start, _, length = text.partition("/")
    address = _sloppy(start)
    if address is None or not (length.isascii() and length.isdigit()):
        return None
    within_ipv6 = ":" in start and isinstance(address, ipaddress.IPv4Address)
    bits = int(length) - (96 if within_ipv6 else 0)
    if not 0 <= bits <= address.max_prefixlen:
        return None
    return ipaddress.ip_network((address, bits), strict=False)


def _matches(entry: str, host: str, address: _Address | None, port: str) -> bool:
    """Whether one entry of ``NO_PROXY`` means a server: ``*``, addresses, blocks, and domains with all below them."""
    if entry == "*":
        return True
    if "/" in entry:
        block, sloppy = _block(entry), _sloppy(host)
        return block is not None and sloppy is not None and sloppy in block
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*):([^:]*)", entry)
    name, wanted_port = (found[1].strip("[]"), found[2]) if found else (entry, "")
    if not name or wanted_port not in ("", port):
        return False
    listed = _address(name)
    if listed is not None:
        return listed == address
    if address is not None:
        return False
    name = name.removeprefix("*") if name.startswith("*.") else name
    return host.endswith(name if name.startswith(".") else f".{name}") or host == name
