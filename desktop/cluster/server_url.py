"""The ``server`` of a kubeconfig's cluster."""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from desktop.errors import ConfigError


def check(server: str) -> None:
    """Raise ConfigError unless ``server`` is an http or https address.

    kubectl guesses where the scheme is missing; which guess it takes depends on other fields, and one of them sends
    everything unencrypted. So it has to be written. Names and passwords in the address would end on the screen.
    """
    if not server:
        raise ConfigError("kubeconfig.no-server")
    if "://" not in server:
        raise ConfigError("kubeconfig.no-scheme", server=without_secrets(server))
    parts = _split(server)
    if parts is None or not parts.hostname:
        raise ConfigError("kubeconfig.server-unreadable")
    if parts.scheme not in ("http", "https"):
        raise ConfigError("kubeconfig.scheme-unknown", scheme=parts.scheme)
    if parts.username is not None or parts.password is not None:
        raise ConfigError("kubeconfig.password-in-server", server=without_secrets(server))


def is_plain(server: str) -> bool:
    """Whether the address is unencrypted."""
    parts = _split(server)
    return parts is not None and parts.scheme == "http"


def base(server: str) -> str:
    """Return a checked address as what paths are appended to: no query, no fragment, no slash at the end."""
    parts = urlsplit(server)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def without_secrets(server: str) -> str:
    """Return the address as it may be shown: without a name and password, query and fragment."""
    return re.sub(r"^([^/?#]*://)?[^/?#]*@", r"\1", re.split(r"[?#]", server, maxsplit=1)[0])


def _split(server: str) -> SplitResult | None:
    """Split an address; None where that is not possible (a port that is no number, brackets left open)."""
    try:
        parts = urlsplit(server)
        _ = parts.port
    except ValueError:
        return None
    return parts
