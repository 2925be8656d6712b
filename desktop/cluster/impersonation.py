"""Acting as somebody else: what a kubeconfig's ``as`` family asks for, as the headers that the server reads.

Refused rather than left out: a request that goes out without its impersonation may do more than was meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.cluster import headers
from desktop.cluster.stanzas import UserStanza
from desktop.errors import ConfigError

_TOKEN = re.compile(rb"[!#$&'*+\-.^_`|~0-9A-Za-z]")
"""The bytes of a header's name (RFC 9110, 5.6.2), without the percent sign, by which the others are written."""


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Whom to act as; ``extra`` holds the values of each extra key of the user."""

    user: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers; a name stands as often as it has values."""
        pairs = [("Impersonate-User", self.user)]
        if self.uid:
            pairs.append(("Impersonate-Uid", self.uid))
        pairs += [("Impersonate-Group", group) for group in self.groups]
        for key, values in self.extra.items():
            pairs += [(f"Impersonate-Extra-{_escaped(key)}", value) for value in values]
        return tuple((name, headers.as_sent(value)) for name, value in pairs)


def impersonation(user: UserStanza) -> Impersonation | None:
    """Return whom a user's entry acts as, None where as nobody else; raises ConfigError where that is not clear."""
    if user.unknown_impersonation:
        raise ConfigError("kubeconfig.impersonation-unknown", fields=user.unknown_impersonation)
    groups = user.as_groups or ()
    extra = {key: values or () for key, values in (user.as_user_extra or {}).items()}
    if not user.as_user:
        if user.as_uid or groups or extra:
            raise ConfigError("kubeconfig.impersonation-without-user")
        return None
    for text in (user.as_user, user.as_uid or "", *groups, *(value for values in extra.values() for value in values)):
        if not headers.is_sendable(text):
            raise ConfigError("kubeconfig.impersonation-invalid")
    if "" in extra or not user.as_user.strip():  # the server reads a blank name as none, and we would be ourselves
        raise ConfigError("kubeconfig.impersonation-invalid")
    return Impersonation(user.as_user, user.as_uid or "", groups, extra)


def _escaped(key: str) -> str:
    """Write a key as part of a header's name; the server reads percent escapes there."""
    raw = key.encode("utf-8", "replace")
    return "".join(chr(byte) if _TOKEN.match(bytes([byte])) else f"%{byte:02X}" for byte in raw)
