"""What is needed to reach one cluster: its address, whom to trust, and who we are. Secrets stay in memory."""

import base64
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from desktop.cluster import named_files, server_url
from desktop.cluster.impersonation import Impersonation
from desktop.cluster.kubeconfig import Context, Kubeconfig, Stanzas, load
from desktop.cluster.stanzas import UserStanza, data
from desktop.errors import ConfigError, FileError

TOKEN_AGE = 60.0
"""Seconds after which a token file is read again (client-go's period)."""

Authorization = Callable[[], str]
"""Gives the ``Authorization`` header of the next request; empty where none is sent."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a cluster. ``authority`` is the PEM of the CAs to trust; empty means the system's.

    ``renew`` reads everything again, for when the server no longer accepts what was read; it may raise ConfigError
    or FileError. None of the secrets is in ``repr``.
    """

    server: str
    authority: bytes = field(default=b"", repr=False)
    client_certificate: bytes = field(default=b"", repr=False)
    client_key: bytes = field(default=b"", repr=False)
    authorization: Authorization = field(default=str, repr=False, compare=False)
    tls_server_name: str = ""
    insecure: bool = False
    compression: bool = True
    namespace: str = "default"
    acting_as: Impersonation | None = None
    renew: "Callable[[], Connection] | None" = field(default=None, repr=False, compare=False)


def connection(kubeconfig: Kubeconfig, context: Context) -> Connection:
    """Read what ``context`` names; raises its error, or ConfigError or FileError for a file that cannot be used."""
    if context.error is not None:
        raise context.error.with_traceback(None)  # it may be raised many times
    stanzas = kubeconfig.stanzas[context.file, context.name]
    try:
        return _read(stanzas, context, partial(_again, kubeconfig, context))
    except ConfigError as error:
        raise ConfigError(error.code, context=context.name, file=str(context.file), **error.facts) from error


def _again(kubeconfig: Kubeconfig, context: Context) -> Connection:
    """Load the kubeconfigs anew (a login tool may have rewritten them) and make the same context's connection."""
    fresh = load(kubeconfig.paths, kubeconfig.extra)
    for candidate in fresh.contexts:
        if (candidate.file, candidate.name) == (context.file, context.name):
            return connection(fresh, candidate)
    raise ConfigError("kubeconfig.no-such-context", name=context.name)


def _read(stanzas: Stanzas, context: Context, renew: Callable[[], Connection]) -> Connection:
    cluster, user = stanzas.cluster, stanzas.user
    server = server_url.base(cluster.server or "")
    if server_url.is_plain(server):  # kubectl too sends no credentials where anybody could read them
        return Connection(server, insecure=True, namespace=context.namespace, acting_as=context.acting_as, renew=renew)
    certificate = _part(
        stanzas.user_folder, user.client_certificate_data, user.client_certificate, "client-certificate"
    )
    key = _part(stanzas.user_folder, user.client_key_data, user.client_key, "client-key") if certificate else b""
    return Connection(
        server,
        _part(stanzas.cluster_folder, cluster.certificate_authority_data, cluster.certificate_authority, "authority"),
        certificate,
        key,
        _authorization(user, stanzas.user_folder),
        tls_server_name=cluster.tls_server_name or "",
        insecure=bool(cluster.insecure_skip_tls_verify),
        compression=not cluster.disable_compression,
        namespace=context.namespace,
        acting_as=context.acting_as,
        renew=renew,
    )


def _part(folder: Path, inline: str | None, name: str | None, field_name: str) -> bytes:
    """Return what stands in the kubeconfig itself or in the file it names; empty data do not hide a file."""
    if inline:
        return data(inline, field_name)
    return named_files.read(named_files.resolve(folder, name)) if name else b""


def _authorization(user: UserStanza, folder: Path) -> Authorization:
    """Choose as client-go does: a token file beats a token, a token beats nothing, a password goes with neither."""
    if user.token_file:
        return TokenFile(named_files.resolve(folder, user.token_file))
    if user.token:
        bearer = f"Bearer {_header_value(user.token)}"
        return lambda: bearer
    if user.username:
        pair = f"{user.username}:{user.password or ''}".encode()
        basic = f"Basic {base64.b64encode(pair).decode()}"
        return lambda: basic
    return str


def _header_value(token: str) -> str:
    """Return a token that may stand in a header; raises ConfigError that does not show it."""
    if not token.isascii() or not token.isprintable():
        raise ConfigError("kubeconfig.token-invalid")
    return token


class TokenFile:
    """A token that somebody else keeps fresh in a file: read again each minute, white space around it dropped."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._header, self._read_at = self._read(), clock()

    def __call__(self) -> str:
        """Return the header."""
        if self._clock() - self._read_at >= TOKEN_AGE:
            # Amid a rotation the file may be missing or empty. The token read last may well still be good; where it is
            # not, the server's 401 says so.
            with contextlib.suppress(FileError, ConfigError):
                self._header = self._read()
            self._read_at = self._clock()
        return self._header

    def _read(self) -> str:
        token = named_files.read(self._path).strip().decode("ascii", "replace")
        if not token:
            raise ConfigError("kubeconfig.token-file-empty", path=str(self._path))
        return f"Bearer {_header_value(token)}"
