"""What is needed to reach one cluster: its address, whom to trust, and who we are. Secrets stay in memory."""

import base64
import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.cluster import (
    named_files,
    oidc_provider,
    plugin,
    plugin_answer,
    plugin_policy,
    plugin_run,
    proxies,
    server_url,
)
from desktop.cluster.identity import Fetched, IdentitySource, bearer
from desktop.cluster.impersonation import Impersonation
from desktop.cluster.kubeconfig import Context, Kubeconfig, Stanzas, load
from desktop.cluster.named_files import Stamp
from desktop.cluster.notices import Hear, PluginEnded, PluginSays, unheard
from desktop.cluster.oidc_provider import Provider
from desktop.cluster.plugin import Allows, Plugin
from desktop.cluster.proxies import Proxy
from desktop.cluster.stanzas import UserStanza, data
from desktop.errors import ConfigError, ConsentNeeded, FileError

TOKEN_AGE = 60.0
"""Seconds after which a token file is read again (client-go's period)."""

Authorization = Callable[[], str]
"""Gives the ``Authorization`` header of the next request; empty where none is sent."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a cluster. ``authority`` is the PEM of the CAs to trust; empty means the system's.

    ``plugin`` is the sign-in program, or ``provider`` the identity provider, that ``source`` asks, where there is one;
    what a source gives adds to the rest. ``files`` are the certificate files read; ``hear`` takes notices.
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
    proxy: Proxy | None = None
    compression: bool = True
    namespace: str = "default"
    acting_as: Impersonation | None = None
    plugin: Plugin | None = field(default=None, repr=False)
    provider: Provider | None = field(default=None, repr=False)
    files: tuple[Stamp, ...] = field(default=(), repr=False, compare=False)
    hear: Hear = field(default=unheard, repr=False, compare=False)
    source: IdentitySource | None = field(default=None, repr=False, compare=False)
    renew: "Callable[[], Connection] | None" = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a connection is wanted for, and by whom: what stays the same when it is made anew."""

    context: Context
    allows: Allows
    hear: Hear


def connection(
    kubeconfig: Kubeconfig, context: Context, *, allows: Allows = plugin.none_allowed, hear: Hear = unheard
) -> Connection:
    """Read what ``context`` names, and find the sign-in program it names; nothing is run.

    ``allows`` says whether the user let that program run, ``hear`` takes what it will tell people. Raises the
    context's error; ConsentNeeded; ConfigError or FileError for what cannot be used.
    """
    return _connection(kubeconfig, _Wish(context, allows, hear), None)


def _connection(kubeconfig: Kubeconfig, wish: _Wish, before: Connection | None) -> Connection:
    context = wish.context
    if context.error is not None:
        raise context.error.with_traceback(None)  # it may be raised many times
    stanzas = kubeconfig.stanzas[context.file, context.name]
    try:
        return _read(stanzas, kubeconfig, wish, before)
    except ConsentNeeded:
        raise
    except ConfigError as error:
        raise ConfigError(error.code, **{"context": context.name, "file": str(context.file), **error.facts}) from error


def _again(kubeconfig: Kubeconfig, wish: _Wish, before: Connection) -> Connection:
    """Load the kubeconfigs anew (a login tool may have rewritten them) and make the same context's connection."""
    fresh = load(kubeconfig.paths, kubeconfig.extra)
    for candidate in fresh.contexts:
        if (candidate.file, candidate.name) == (wish.context.file, wish.context.name):
            return _connection(fresh, replace(wish, context=candidate), before)
    raise ConfigError("kubeconfig.no-such-context", name=wish.context.name)


def _read(stanzas: Stanzas, kubeconfig: Kubeconfig, wish: _Wish, before: Connection | None) -> Connection:
    """Make the connection; ``before`` is the one it replaces, whose identity it keeps where it may."""
    context, cluster, user = wish.context, stanzas.cluster, stanzas.user
    server = server_url.base(cluster.server or "")
    within = server_url.authorization(cluster.server or "")  # for kubectl it comes before all others
    made = Connection(
        server,
        authorization=lambda: within,
        insecure=True,
        proxy=proxies.of(cluster.proxy_url or "", server, os.environ),
        namespace=context.namespace,
        acting_as=context.acting_as,
        hear=wish.hear,
    )
    if not server_url.is_plain(server):  # kubectl too sends no credentials where anybody could read them
        names = ((stanzas.user_folder, user.client_certificate), (stanzas.user_folder, user.client_key))
        files = named_files.stamps((*names, (stanzas.cluster_folder, cluster.certificate_authority)))
        certificate = _part(
            stanzas.user_folder, user.client_certificate_data, user.client_certificate, "client-certificate"
        )
        key = _part(stanzas.user_folder, user.client_key_data, user.client_key, "client-key") if certificate else b""
        folder = stanzas.cluster_folder
        authority = _part(folder, cluster.certificate_authority_data, cluster.certificate_authority, "authority")
        made = replace(
            made,
            authority=authority,
            files=files,
            client_certificate=certificate,
            client_key=key,
            authorization=made.authorization if within else _authorization(user, stanzas.user_folder),
            tls_server_name=cluster.tls_server_name or "",
            insecure=bool(cluster.insecure_skip_tls_verify),
            compression=not cluster.disable_compression,
        )
        has_header = bool(within or user.token or user.token_file or user.username)
        if user.exec is not None and not has_header and not certificate:
            wanted = plugin.resolve(user.exec, stanzas.user_file, cluster, authority, cluster.server or "")
            made = replace(made, plugin=wanted, source=_running(wanted, wish, before))
        if user.auth_provider is not None and not has_header:
            provider = oidc_provider.read(user.auth_provider, stanzas.user_folder)
            made = replace(made, provider=provider, source=_renewing(provider, before))
    return replace(made, renew=lambda: _again(kubeconfig, wish, made))


def _running(wanted: Plugin, wish: _Wish, before: Connection | None) -> IdentitySource:
    """Return what runs a program; raises ConfigError, or ConsentNeeded where the user was not asked."""
    plugin_policy.check(wanted)
    _make_sure_of_consent(wanted, wish)
    if before is not None and before.source is not None and before.plugin == wanted:
        return before.source

    def fetch(token: CancelToken) -> Fetched:
        _make_sure_of_consent(wanted, wish)  # it may have been taken back
        try:
            answer = plugin_run.run(wanted, token, lambda text: wish.hear(PluginSays(wanted.command, text)))
        finally:
            wish.hear(PluginEnded(wanted.command))
        return plugin_answer.read(answer, wanted)

    return IdentitySource(fetch)


def _make_sure_of_consent(wanted: Plugin, wish: _Wish) -> None:
    """Raise ConsentNeeded where the user does not let a program run."""
    if not wish.allows(wanted):
        facts = {"command": str(wanted.path), "context": wish.context.name, "file": str(wanted.file)}
        raise ConsentNeeded("plugin.consent-needed", program=wanted, **facts)


def _renewing(provider: Provider, before: Connection | None) -> IdentitySource:
    """Return what asks an identity provider."""
    if before is not None and before.source is not None and before.provider == provider:
        return before.source
    from desktop.cluster import oidc  # noqa: PLC0415  it makes connections of its own

    return IdentitySource(oidc.Renewal(provider).fetch)


def _part(folder: Path, inline: str | None, name: str | None, field_name: str) -> bytes:
    """Return what stands in the kubeconfig itself or in the file it names; empty data do not hide a file."""
    if inline:
        return data(inline, field_name)
    return named_files.read(named_files.resolve(folder, name)) if name else b""


def _authorization(user: UserStanza, folder: Path) -> Authorization:
    """Choose as client-go does: a token file beats a token, a token beats nothing, a password goes with neither."""
    if user.token_file:
        return TokenFile(named_files.resolve(folder, user.token_file), otherwise=user.token or "")
    if user.token:
        header = bearer(user.token)
        return lambda: header
    if user.username:
        pair = f"{user.username}:{user.password or ''}".encode()
        basic = f"Basic {base64.b64encode(pair).decode()}"
        return lambda: basic
    return str


class TokenFile:
    """A token that somebody else keeps fresh in a file: read again each minute, white space around it dropped."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic, *, otherwise: str = "") -> None:
        """Read it; raises FileError or ConfigError, unless there is a token to use ``otherwise``."""
        self._path = path
        self._clock = clock
        self._header, self._read_at = bearer(otherwise) if otherwise else self._read(), clock()
        if otherwise:
            self._read_at -= TOKEN_AGE

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
        token = named_files.read(self._path).decode("utf-8-sig", "surrogateescape").strip()
        if not token:
            raise ConfigError("kubeconfig.token-file-empty", path=str(self._path))
        return bearer(token)
