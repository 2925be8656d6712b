"""One kubeconfig file: its clusters, users and contexts, each read by itself so that a bad one hides no other.

The types are strict, as kubectl's are: a string where a boolean belongs is an error, not a truth.
"""

import base64
import binascii
import hashlib
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from desktop.cluster import named_files
from desktop.errors import BulkheadError, ConfigError
from desktop.manifest import reader
from desktop.policy.findings import Finding, Severity


class NamedExtension(msgspec.Struct, frozen=True):
    """``extensions[]`` of a stanza: what a program wants to be told, of any shape."""

    name: str | None = None
    extension: object = None


class ClusterStanza(msgspec.Struct, frozen=True, rename="kebab"):
    """``clusters[].cluster``: absent and null are one."""

    server: str | None = None
    tls_server_name: str | None = None
    insecure_skip_tls_verify: bool | None = None
    certificate_authority: str | None = None
    certificate_authority_data: str | None = None
    proxy_url: str | None = None
    disable_compression: bool | None = None
    extensions: tuple[NamedExtension, ...] | None = None

    def __repr__(self) -> str:
        return "ClusterStanza(...)"  # a proxy's address may hold a password


class ExecVariable(msgspec.Struct, frozen=True):
    """``exec.env[]``."""

    name: str | None = None
    value: str | None = None


class ExecStanza(msgspec.Struct, frozen=True, rename="camel"):
    """``users[].user.exec``: a program that gives credentials (``client.authentication.k8s.io``)."""

    api_version: str | None = None
    command: str | None = None
    args: tuple[str | None, ...] | None = None
    env: tuple[ExecVariable, ...] | None = None
    install_hint: str | None = None
    provide_cluster_info: bool | None = None
    interactive_mode: str | None = None

    def __repr__(self) -> str:
        return "ExecStanza(...)"  # arguments and variables may hold secrets


class AuthProviderStanza(msgspec.Struct, frozen=True):
    """``users[].user.auth-provider``."""

    name: str | None = None
    config: dict[str, str | None] | None = None

    def __repr__(self) -> str:
        return "AuthProviderStanza(...)"  # holds tokens


class UserStanza(msgspec.Struct, frozen=True, rename="kebab"):
    """``users[].user``. ``unknown_impersonation`` names what is set of the ``as`` family beside its known fields."""

    client_certificate: str | None = None
    client_certificate_data: str | None = None
    client_key: str | None = None
    client_key_data: str | None = None
    token: str | None = None
    token_file: str | None = msgspec.field(default=None, name="tokenFile")
    username: str | None = None
    password: str | None = None
    exec: ExecStanza | None = None
    auth_provider: AuthProviderStanza | None = None
    as_user: str | None = msgspec.field(default=None, name="as")
    as_uid: str | None = None
    as_groups: tuple[str, ...] | None = None
    as_user_extra: dict[str, tuple[str, ...] | None] | None = None
    unknown_impersonation: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "UserStanza(...)"  # holds secrets


class ContextStanza(msgspec.Struct, frozen=True, rename="kebab"):
    """``contexts[].context``."""

    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None


_S = TypeVar("_S", ClusterStanza, UserStanza, ContextStanza)


@dataclass(frozen=True, slots=True)
class Entry(Generic[_S]):
    """A named stanza and the file where it stands; ``stanza`` is None where ``error`` says what is wrong with it."""

    name: str
    file: Path
    stanza: _S | None
    error: ConfigError | None = None


@dataclass(frozen=True, slots=True)
class KubeconfigFile:
    """What one file holds; ``errors`` are those that belong to no entry with a name."""

    clusters: dict[str, Entry[ClusterStanza]]
    users: dict[str, Entry[UserStanza]]
    contexts: dict[str, Entry[ContextStanza]]
    current: str
    errors: tuple[BulkheadError, ...]


_PASSED_OVER = frozenset({"yaml.duplicate-key", "yaml.tag", "yaml.directive", "yaml.text-after-marker"})
"""What kubectl makes nothing of in a kubeconfig: it takes the last of two values, and the text of what has a tag."""

LIMITS = reader.Limits(bytes_=16 << 20, nodes=500_000)
"""Of one file: some 3,000 contexts, each with its own certificates in the text."""

_known: dict[Path, tuple[bytes, KubeconfigFile]] = {}
_parsing = (
    threading.Lock()
)  # guards what is known: fifty clusters of one file are opened at once, and it is parsed once


def parse(path: Path) -> KubeconfigFile:
    """Read one kubeconfig; raises FileError when it cannot be read, ConfigError when it is no kubeconfig at all.

    A file with the same in it as the last time is not parsed again.
    """
    content = named_files.read(path, LIMITS.bytes_)
    digest = hashlib.blake2b(content).digest()
    with _parsing:
        if path not in _known or _known[path][0] != digest:
            _known[path] = digest, _parse(path, content)
        return _known[path][1]


def _parse(path: Path, content: bytes) -> KubeconfigFile:
    value = _document(path, content)
    if value.get("apiVersion") not in (None, "", "v1") or value.get("kind") not in (None, "", "Config"):
        raise ConfigError("kubeconfig.not-a-kubeconfig", file=str(path))
    errors: list[BulkheadError] = []
    current = value.get("current-context") or ""
    if not isinstance(current, str):
        errors.append(ConfigError("kubeconfig.wrong-type", file=str(path), field="current-context"))
        current = ""
    return KubeconfigFile(
        _entries(value, path, "cluster", ClusterStanza, errors),
        _entries(value, path, "user", UserStanza, errors),
        _entries(value, path, "context", ContextStanza, errors),
        current,
        tuple(errors),
    )


def data(stanza: str | None, field: str) -> bytes:
    """Decode the base64 of a ``*-data`` field as Go does (line ends are skipped); raises ConfigError."""
    try:
        return base64.b64decode((stanza or "").replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ConfigError("kubeconfig.not-base64", field=field) from error


def _document(path: Path, content: bytes) -> Mapping[str, object]:
    """Return the first YAML document (kubectl reads no other); nothing at all is an empty configuration."""
    reading = reader.read_bytes(content, LIMITS)
    documents = (each for each in reading.documents if each.value is not None or _faults(each.findings))
    document = next(documents, None)
    for finding in _faults(document.findings if document else reading.findings):
        line = finding.place.line if finding.place else 1
        raise ConfigError("kubeconfig.not-yaml", file=str(path), line=line, finding=finding)
    value = document.value if document else None
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigError("kubeconfig.not-a-kubeconfig", file=str(path))
    return value


def _faults(findings: Iterable[Finding]) -> list[Finding]:
    """Return those that kubectl stumbles over, too."""
    return [each for each in findings if each.severity is Severity.ERROR and each.code not in _PASSED_OVER]


def _entries(
    value: Mapping[str, object], path: Path, inner: str, kind: type[_S], errors: list[BulkheadError]
) -> dict[str, Entry[_S]]:
    """Read one of the three lists; ``inner`` is the field within each entry. The nameless go to ``errors``."""
    field = f"{inner}s"
    entries: dict[str, Entry[_S]] = {}
    items = value.get(field) or []
    if not isinstance(items, list):
        errors.append(ConfigError("kubeconfig.wrong-type", file=str(path), field=field))
        return entries
    for index, item in enumerate(items):
        name = item.get("name") or "" if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(name, str):
            errors.append(ConfigError("kubeconfig.wrong-type", file=str(path), field=f"{field}[{index}]"))
        elif name in entries:
            error = ConfigError("kubeconfig.duplicate-name", file=str(path), field=field, name=name)
            entries[name] = Entry(name, path, None, error)
        else:
            entries[name] = _entry(name, path, item.get(inner), inner, kind)
    return entries


def _entry(name: str, path: Path, value: object, field: str, kind: type[_S]) -> Entry[_S]:
    """Read one stanza."""
    value = {} if value is None else value
    try:
        stanza = msgspec.convert(_with_impersonation(value) if kind is UserStanza else value, kind)
        for part in ("certificate_authority_data", "client_certificate_data", "client_key_data"):
            data(getattr(stanza, part, None), part.replace("_", "-"))
    except msgspec.ValidationError as error:
        # The message names the types and the place, never the value: "Expected `bool`, got `str` - at `$.x`".
        place = re.search(r"at `\$\.?([^`]*)`", str(error))
        where = f"{field}.{place[1]}" if place and place[1] else field
        wrong = ConfigError("kubeconfig.wrong-type", file=str(path), name=name, field=where)
        return Entry(name, path, None, wrong)
    except ConfigError as error:
        return Entry(name, path, None, ConfigError(error.code, file=str(path), name=name, **error.facts))
    return Entry(name, path, stanza)


_IMPERSONATION = ("as", "as-uid", "as-groups", "as-user-extra")


def _with_impersonation(value: object) -> object:
    """Name the unknown members of the ``as`` family (a later kubectl's): they must not pass unseen."""
    if not isinstance(value, Mapping):
        return value
    unknown = [key for key, part in value.items() if key.startswith("as-") and key not in _IMPERSONATION and part]
    return {**value, "unknown-impersonation": unknown}
