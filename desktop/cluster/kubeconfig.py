"""The contexts of the user's kubeconfig files, merged as kubectl merges them.

Where several files are merged, the first that has an entry of a name wins whole, and so does the first current
context; missing and empty files count for nothing. Unlike kubectl, what is broken breaks only itself: a file that
cannot be read is in ``file_errors``, a context that cannot be used carries its ``error``.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from desktop.cluster import oidc_provider, places, plugin, proxies, server_url, stanzas
from desktop.cluster.impersonation import Impersonation, impersonation
from desktop.cluster.stanzas import ClusterStanza, ContextStanza, Entry, KubeconfigFile, UserStanza
from desktop.errors import BulkheadError, ConfigError, FileError

_MARKING = secrets.token_bytes(32)
"""The key of the marks: new in every run, so that no secret can be guessed from one."""


@dataclass(frozen=True, slots=True)
class Context:
    """A context as a person chooses it. ``file`` is where its stanza stands; it and ``name`` tell it from all others.

    ``error`` says why it cannot be used; ``insecure`` that nothing proves the server's identity; ``acting_as`` whom
    the user acts as; ``reads`` the files of tokens, certificates and keys that it names; ``runs`` the sign-in program,
    as it is written. Holds no secrets.
    """

    name: str
    cluster: str
    user: str
    namespace: str
    server: str
    file: Path
    insecure: bool = False
    error: ConfigError | None = None
    acting_as: Impersonation | None = None
    reads: tuple[Path, ...] = ()
    runs: str = ""


@dataclass(frozen=True, slots=True)
class Stanzas:
    """What a context refers to, each with the file it stands in, from whose folder its relative paths start."""

    cluster: ClusterStanza
    cluster_file: Path
    user: UserStanza
    user_file: Path

    @property
    def cluster_folder(self) -> Path:
        """Where relative paths of the cluster start."""
        return self.cluster_file.parent

    @property
    def user_folder(self) -> Path:
        """Where relative paths of the user start."""
        return self.user_file.parent


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """All contexts, and what could not be read. ``current`` is empty where no file names one.

    ``paths`` and ``extra`` (without those that are among the merged) are what it was loaded from.
    """

    contexts: tuple[Context, ...]
    current: str
    file_errors: tuple[BulkheadError, ...]
    stanzas: Mapping[tuple[Path, str], Stanzas] = field(repr=False)
    paths: Sequence[Path] | None = None
    extra: Sequence[Path] = ()

    def mark(self, context: Context) -> str:
        """Return a mark that is another whenever anything that a context refers to is; nothing can be read from it."""
        stanzas = self.stanzas.get((context.file, context.name))
        told = [str(part) for part in (stanzas.cluster_folder, stanzas.user_folder)] if stanzas else []
        content = msgspec.json.encode([told, stanzas and stanzas.cluster, stanzas and stanzas.user])
        return hashlib.blake2b(content, key=_MARKING, digest_size=16).hexdigest()

    def find(self, name: str) -> Context:
        """Return the first context called ``name``; raises ConfigError."""
        for context in self.contexts:
            if context.name == name:
                return context
        raise ConfigError("kubeconfig.no-such-context", name=name)


def default_paths() -> tuple[Path, ...]:
    """Return the files kubectl would merge: those of KUBECONFIG, or the one at home where that is unset or empty."""
    names = os.environ.get("KUBECONFIG", "")
    if not names:
        return (places.home() / ".kube" / "config",)
    return tuple(Path(name) for name in dict.fromkeys(places.listed(names)))


def load(paths: Sequence[Path] | None = None, extra: Sequence[Path] = ()) -> Kubeconfig:
    """Read kubeconfigs; never fails as a whole.

    ``paths`` (None: ``default_paths()``) are merged and may be missing. Each of ``extra``, the files added by the
    user, stands alone, as kubectl's ``--kubeconfig`` does, so that two files that both call everything "default" can
    be used side by side; one that is missing is an error.
    """
    merged_paths = _distinct(default_paths() if paths is None else paths)
    extra = tuple(path for path in _distinct(extra) if path not in merged_paths)
    errors: list[BulkheadError] = []
    merged = _merge([file for path in merged_paths if (file := _read(path, errors, may_be_missing=True))])
    alone = [_merge([file]) for path in extra if (file := _read(path, errors, may_be_missing=False))]
    contexts: dict[tuple[Path, str], Context] = {}
    found: dict[tuple[Path, str], Stanzas] = {}
    for view in (merged, *alone):
        for entry in view.contexts.values():
            context, referred = _context(entry, view)
            contexts[entry.file, entry.name] = context
            if referred:
                found[entry.file, entry.name] = referred
    return Kubeconfig(tuple(contexts.values()), merged.current, tuple(errors), found, paths, extra)


def _distinct(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(path.absolute() for path in paths))


def _read(path: Path, errors: list[BulkheadError], *, may_be_missing: bool) -> KubeconfigFile | None:
    """Read one file; what is wrong with it goes to ``errors``."""
    try:
        if may_be_missing and not path.exists():
            return None
        file = stanzas.parse(path)
    except (FileError, ConfigError) as error:
        errors.append(error)
        return None
    except OSError as error:  # a folder on the way may not be entered
        errors.append(FileError("file.not-read", path=str(path), reason=error.strerror or type(error).__name__))
        return None
    errors.extend(file.errors)
    return file


_E = TypeVar("_E")


def _first_wins(maps: Iterable[Mapping[str, _E]]) -> dict[str, _E]:
    merged: dict[str, _E] = {}
    for entries in maps:
        for name, entry in entries.items():
            merged.setdefault(name, entry)
    return merged


def _merge(files: list[KubeconfigFile]) -> KubeconfigFile:
    """Merge files as kubectl does: the first entry of a name wins whole."""
    return KubeconfigFile(
        _first_wins(file.clusters for file in files),
        _first_wins(file.users for file in files),
        _first_wins(file.contexts for file in files),
        next((file.current for file in files if file.current), ""),
        (),
    )


def _context(entry: Entry[ContextStanza], view: KubeconfigFile) -> tuple[Context, Stanzas | None]:
    """Join a context with what it refers to; the second is None where the context carries an error."""
    stanza = entry.stanza or ContextStanza()
    cluster = view.clusters.get(stanza.cluster or "")
    server = (cluster.stanza.server if cluster and cluster.stanza else "") or ""
    error: ConfigError | None = None
    insecure = False
    referred: Stanzas | None = None
    acting_as: Impersonation | None = None
    try:
        referred = _resolve(entry, view)
        insecure = bool(referred.cluster.insecure_skip_tls_verify) or server_url.is_plain(server)
        acting_as = impersonation(referred.user)
    except ConfigError as problem:
        error = problem
    context = Context(
        name=entry.name,
        cluster=stanza.cluster or "",
        user=stanza.user or "",
        namespace=stanza.namespace or "default",
        server=server_url.without_secrets(server),
        file=entry.file,
        insecure=insecure,
        error=error,
        acting_as=acting_as,
        reads=_files(referred) if referred else (),
        runs=(referred.user.exec.command or "") if referred and referred.user.exec else "",
    )
    return context, referred


def _files(stanzas: Stanzas) -> tuple[Path, ...]:
    """Return the files beside the kubeconfig that a context names."""
    cluster, user = stanzas.cluster, stanzas.user
    authority = [stanzas.cluster_folder / cluster.certificate_authority] if cluster.certificate_authority else []
    own = (user.client_certificate, user.client_key, user.token_file)
    return (*authority, *(stanzas.user_folder / name for name in own if name))


def _resolve(entry: Entry[ContextStanza], view: KubeconfigFile) -> Stanzas:
    """Find a context's cluster and user and check all that can be checked without reading further files."""
    where = {"context": entry.name, "file": str(entry.file)}
    if entry.stanza is None:
        raise entry.error or ConfigError("kubeconfig.wrong-type", **where)
    cluster = view.clusters.get(entry.stanza.cluster or "")
    if cluster is None and not entry.stanza.cluster:
        raise ConfigError("kubeconfig.no-cluster", **where)
    if cluster is None:
        raise ConfigError("kubeconfig.cluster-not-found", cluster=entry.stanza.cluster, **where)
    nobody = Entry("", entry.file, UserStanza())  # for a server that lets anonymous users in
    user = view.users.get(entry.stanza.user or "", None if entry.stanza.user else nobody)
    if user is None:
        raise ConfigError("kubeconfig.user-not-found", user=entry.stanza.user, **where)
    if cluster.stanza is None or user.stanza is None:
        raise cluster.error or user.error or ConfigError("kubeconfig.wrong-type", **where)
    try:
        _check_cluster(cluster.stanza)
        _check_user(user.stanza)
    except ConfigError as error:
        raise ConfigError(error.code, **where, **error.facts) from error
    return Stanzas(cluster.stanza, cluster.file, user.stanza, user.file)


def _check_cluster(cluster: ClusterStanza) -> None:
    """Raise ConfigError where kubectl would refuse the cluster, or where Bulkhead cannot do what it asks."""
    authority = cluster.certificate_authority or cluster.certificate_authority_data
    means_tls = bool(authority or cluster.insecure_skip_tls_verify or cluster.tls_server_name)
    server_url.check(cluster.server or "", means_tls=means_tls)
    if authority and cluster.insecure_skip_tls_verify:
        raise ConfigError("kubeconfig.authority-and-insecure")
    if cluster.certificate_authority and cluster.certificate_authority_data:
        raise ConfigError("kubeconfig.given-twice", field="certificate-authority")
    if cluster.proxy_url:
        proxies.named(cluster.proxy_url)


def _check_user(user: UserStanza) -> None:
    """Raise ConfigError where kubectl would refuse the user, or where Bulkhead cannot do what it asks."""
    if user.exec is not None and user.auth_provider is not None:
        raise ConfigError("kubeconfig.exec-and-auth-provider")
    if user.exec is not None:
        plugin.check(user.exec)
    if user.auth_provider is not None:
        provider = user.auth_provider.name or ""
        if provider != "oidc":
            fate = "removed" if provider in ("gcp", "azure") else "unknown"
            raise ConfigError(f"kubeconfig.auth-provider-{fate}", provider=provider)
        oidc_provider.check(user.auth_provider)
    impersonation(user)
    if (user.token and (user.username or user.password)) or (user.token_file and user.username):
        raise ConfigError("kubeconfig.token-and-password")
    certificate = user.client_certificate or user.client_certificate_data
    if certificate and not (user.client_key or user.client_key_data):
        raise ConfigError("kubeconfig.no-client-key")
    if user.client_certificate and user.client_certificate_data:
        raise ConfigError("kubeconfig.given-twice", field="client-certificate")
    if certificate and user.client_key and user.client_key_data:
        raise ConfigError("kubeconfig.given-twice", field="client-key")
