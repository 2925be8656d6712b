"""What a sign-in program answers: ``ExecCredential.status`` of ``client.authentication.k8s.io``."""

from datetime import UTC, datetime

import msgspec

from desktop.cluster.identity import Fetched, Identity, bearer
from desktop.cluster.plugin import Plugin
from desktop.errors import ConfigError, SignInFailed
from desktop.manifest import reader


class _Status(msgspec.Struct, rename="camel"):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None
    expiration_timestamp: datetime | None = None


class _Credential(msgspec.Struct, rename="camel"):
    api_version: str | None = None
    kind: str | None = None
    status: _Status | None = None


def read(answer: bytes, plugin: Plugin) -> Fetched:
    """Return the identity in an answer, and until when it lasts; raises SignInFailed, which shows none of it."""
    try:
        credential = _credential(answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _refused("plugin.answer-unreadable", plugin) from None  # the cause may quote the answer
    if credential.kind not in (None, "", "ExecCredential") or credential.api_version != plugin.version:
        raise _refused("plugin.answer-of-other-version", plugin)
    status = credential.status or _Status()
    certificate, key = status.client_certificate_data or "", status.client_key_data or ""
    if bool(certificate) != bool(key):
        raise _refused("plugin.half-a-certificate", plugin)
    if not status.token and not certificate:
        raise _refused("plugin.answer-empty", plugin)
    try:
        authorization = bearer(status.token) if status.token else ""
    except ConfigError:
        raise _refused("plugin.answer-unreadable", plugin) from None
    until = status.expiration_timestamp
    if until is not None and until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return Fetched(Identity(authorization, certificate.encode(), key.encode()), until)


def _credential(answer: bytes) -> _Credential:
    """Read an answer, which is JSON, or YAML as kubectl takes it too."""
    try:
        return msgspec.json.decode(answer, type=_Credential)
    except (msgspec.DecodeError, UnicodeDecodeError):
        documents = reader.read_bytes(answer).documents
        return msgspec.convert(documents[0].value if documents else None, _Credential)


def _refused(code: str, plugin: Plugin) -> SignInFailed:
    return SignInFailed(code, command=str(plugin.path), version=plugin.version)
