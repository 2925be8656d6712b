"""The state of a cluster in words. What may not be listed, or is not listed yet, is never told as a number."""

from datetime import datetime
from typing import TYPE_CHECKING

from desktop.errors import ConsentNeeded
from desktop.language import tr
from desktop.reach.kinds import Coverage, Kind
from desktop.session.state import Connection, Progress, SessionState
from desktop.wording import kinds
from desktop.wording.plain import plain
from desktop.wording.times import clock, clock_to_the_second

if TYPE_CHECKING:
    from desktop.cluster.gateway import ServerVersion
    from desktop.cluster.impersonation import Impersonation


def connection_words(state: SessionState, now: datetime) -> str:
    """Return the state of the connection: ``Live``, ``Stale since 12:04``, ``Not permitted to list policies``."""
    match state.connection:
        case Connection.IDLE:
            return tr("Not opened")
        case Connection.CONNECTING:
            return tr("Connecting")
        case Connection.SYNCHRONIZING:
            return tr("Synchronizing")
        case Connection.LIVE:
            return tr("Live")
        case Connection.STALE:
            return tr("Stale since {time}", time=clock(state.since, now)) if state.since else tr("Stale")
        case Connection.FORBIDDEN:
            return tr("Not permitted to list policies")
        case Connection.OFFLINE:
            return tr("Offline")
        case Connection.ERROR:
            return tr("Needs consent") if isinstance(state.error, ConsentNeeded) else tr("Error")


def as_of_words(state: SessionState, now: datetime) -> str:
    """Return of when that is which was just computed from what is shown: ``As of 12:04:31``."""
    if state.since is not None:
        return tr("As of {time}, not connected", time=clock_to_the_second(state.since, now))
    if state.connection is Connection.LIVE:
        return tr("As of {time}", time=clock_to_the_second(now, now))
    return tr("Not everything is listed yet")


def progress_words(progress: Progress) -> str:
    """Return how far a synchronization is: ``Pods: 500 of 2000``."""
    what = kinds.plural(progress.kind) if progress.kind else tr("Objects")
    if progress.total is None:
        return tr("{what}: {done}", what=what, done=progress.done)
    return tr("{what}: {done} of {total}", what=what, done=progress.done, total=progress.total)


def coverage_words(coverage: Coverage, count: int) -> str:
    """Return a number of objects with what is known of it: ``14``, ``not permitted to list``, ``not listed yet``."""
    match coverage:
        case Coverage.UNKNOWN:
            return tr("not listed yet")
        case Coverage.COMPLETE:
            return str(count)
        case Coverage.PARTIAL:
            return tr("{count} in the named namespaces", count=count)
        case Coverage.FORBIDDEN:
            return tr("not permitted to list")


def kind_words(kind: Kind, state: SessionState) -> str:
    """Return how many objects of a kind are known: ``14 policies``, ``Pods: not permitted to list``."""
    coverage, count = state.coverage.get(kind, Coverage.UNKNOWN), state.counts.get(kind, 0)
    if coverage is Coverage.COMPLETE:
        return kinds.counted(kind, count)
    return tr("{kind}: {words}", kind=kinds.plural(kind), words=coverage_words(coverage, count))


def version_words(version: "ServerVersion | None") -> str:
    """Return a server's version as it names itself, or nothing where there is none (a folder) or none is known."""
    return plain(version.text) if version else ""


def identity_words(acting_as: "Impersonation | None") -> str:
    """Return whom a cluster's user acts as: ``Acting as alice · groups: a, b``; nothing where as nobody else."""
    if acting_as is None:
        return ""
    words = [tr("Acting as {user}", user=plain(acting_as.user))]
    if acting_as.uid:
        words.append(tr("UID {uid}", uid=plain(acting_as.uid)))
    if acting_as.groups:
        words.append(tr("groups: {groups}", groups=", ".join(map(plain, acting_as.groups))))
    for key, values in acting_as.extra.items():
        words.append(tr("{key}: {values}", key=plain(key), values=", ".join(map(plain, values))))
    return " · ".join(words)


def insecure_words(*, unencrypted: bool) -> str:
    """Return the lasting warning of a cluster that is not encrypted, or whose certificate is not verified."""
    if unencrypted:
        return tr(
            "The connection to this server is not encrypted: someone between may read and change everything sent."
        )
    return tr(
        "The certificate of this server is not verified: someone between may read and change everything sent, your "
        "credentials too."
    )


def insecure_consent(title: str, *, unencrypted: bool) -> str:
    """Return what must be confirmed before anything is written to such a cluster; ``&`` marks a letter."""
    name = plain(title).replace("&", "&&")
    if unencrypted:
        return tr(
            "I underst&and that nothing proves that this server is {cluster}: the connection is not encrypted",
            cluster=name,
        )
    return tr(
        "I underst&and that nothing proves that this server is {cluster}: its certificate is not verified", cluster=name
    )


def status_words(title: str, state: SessionState, now: datetime) -> str:
    """Return a cluster's line of the status bar: ``prod: synchronized 12:04:31, Live · 14 policies · 231 pods``."""
    words = connection_words(state, now)
    if state.last_sync:
        when = clock_to_the_second(state.last_sync, now)
        head = tr("{title}: synchronized {time}, {state}", title=plain(title), time=when, state=words)
    else:
        head = tr("{title}: {state}", title=plain(title), state=words)
    known = [kind for kind in (Kind.NETWORK_POLICY, Kind.POD) if kind in state.coverage]
    return " · ".join([head, *(kind_words(kind, state) for kind in known)])
