"""The ``server`` of a kubeconfig's cluster."""

import base64
import posixpath
import re
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit, urlunsplit

from desktop.errors import ConfigError


def check(server: str, *, means_tls: bool = False) -> None:
    """Raise ConfigError unless ``server`` is an http or https address.

    kubectl takes an address without a scheme for an unencrypted one, whatever the entry says of certificates. Where
    it says something (``means_tls``) that cannot have been meant, and the scheme has to be written.
    """
    if not server:
        raise ConfigError("kubeconfig.no-server")
    is_bare = "://" not in server
    parts = _split(server)
    if is_bare and (means_tls or (parts and parts.path not in ("", "/"))):
        raise ConfigError("kubeconfig.no-scheme", server=without_secrets(server))
    if parts is None or not parts.hostname:
        raise ConfigError("kubeconfig.server-unreadable")
    if parts.scheme not in ("http", "https"):
        raise ConfigError("kubeconfig.scheme-unknown", scheme=parts.scheme)


def is_plain(server: str) -> bool:
    """Whether the address is unencrypted."""
    parts = _split(server)
    return parts is not None and parts.scheme == "http"


def base(server: str) -> str:
    """Return a checked address as what paths are appended to, its own path cleaned as kubectl does.

    No name and password, no query, no fragment, no slash at the end.
    """
    parts = urlsplit(_complete(server))
    path = posixpath.normpath(b"/" + unquote_to_bytes(parts.path)).strip(b"/")
    prefix = f"/{quote(path, safe='/$&+,:;=@')}" if path else ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], prefix, "", ""))


def authorization(server: str) -> str:
    """Return the ``Authorization`` header that a name and password in a checked address ask for; empty without."""
    parts = urlsplit(_complete(server))
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def without_secrets(server: str) -> str:
    """Return the address as it may be shown: without a name and password, query and fragment."""
    return re.sub(r"^([^/?#]*://)?[^/?#]*@", r"\1", re.split(r"[?#]", server, maxsplit=1)[0])


def _complete(server: str) -> str:
    return server if "://" in server else f"http://{server}"


def _split(server: str) -> SplitResult | None:
    """Split an address; None where that is not possible (a port that is no number, brackets left open)."""
    try:
        parts = urlsplit(_complete(server))
        _ = parts.port
    except ValueError:
        return None
    return parts
