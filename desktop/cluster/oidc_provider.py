"""An identity provider as a kubeconfig names it (``auth-provider: oidc``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from desktop.cluster import named_files
from desktop.cluster.stanzas import AuthProviderStanza, data
from desktop.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider. ``authority`` is the PEM of the CAs to trust there; empty means the system's."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    authority: bytes = field(default=b"", repr=False)


def check(stanza: AuthProviderStanza) -> None:
    """Raise ConfigError where kubectl would refuse an oidc provider."""
    config = stanza.config or {}
    for name in ("idp-issuer-url", "client-id"):
        if not config.get(name):
            raise ConfigError("oidc.field-missing", field=name)
    data(config.get("idp-certificate-authority-data"), "idp-certificate-authority-data")


def check_issuer(issuer: str) -> None:
    """Raise ConfigError where a provider is not spoken to by TLS; only who renews a token needs to speak to it."""
    try:
        parts = urlsplit(issuer)
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError("oidc.issuer-not-https")


def read(stanza: AuthProviderStanza, folder: Path) -> Provider:
    """Read a checked stanza of a file in ``folder``; raises ConfigError and FileError."""
    config: Mapping[str, str | None] = stanza.config or {}

    def text(name: str) -> str:
        return config.get(name) or ""

    inline, file = text("idp-certificate-authority-data"), text("idp-certificate-authority")
    authority = b""
    if inline:
        authority = data(inline, "idp-certificate-authority-data")
    elif file:
        authority = named_files.read(named_files.resolve(folder, file))
    return Provider(
        text("idp-issuer-url"),
        text("client-id"),
        text("client-secret"),
        text("id-token"),
        text("refresh-token"),
        authority,
    )
