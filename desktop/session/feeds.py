"""What a session hears from: one feed for each kind (and named namespace), and what all of them together amount to.

A feed lists and then watches. A synchronization asks everything anew with a second set of feeds; until a new feed has
listed, the one before keeps delivering, so that a synchronization that is cancelled or fails takes nothing away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from desktop.cancellation import CancelToken
from desktop.cluster import gateway
from desktop.cluster.reflector import Counted, Denied, Failing, Happened, Listed, Live, Report
from desktop.errors import ApiError, BulkheadError, TlsError, TransportError, Unauthorized
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Change, Gone, Put, Replaced, Snapshot
from desktop.session.state import Connection, Progress


@dataclass(frozen=True, slots=True)
class Scope:
    """What a feed tells of: a kind, in one namespace or (None) in the whole cluster."""

    kind: Kind
    namespace: str | None = None


FIRST_KINDS = frozenset({Kind.NAMESPACE, Kind.NETWORK_POLICY})
"""Asked for first, so that the table fills early; and while they get no answer, nothing else knocks at the door."""


AT_ONCE = 3
"""How many of the other kinds are listed at once: more would only get into each other's way."""


class Status(Enum):
    """How a feed does."""

    HELD = "held"  # not started: the first kinds were not answered yet
    WAITING = "waiting"  # nothing came yet
    LISTING = "listing"  # pages come
    LIVE = "live"  # listed; what happens is told
    FAILING = "failing"  # no answer; it tries again
    FORBIDDEN = "forbidden"  # not permitted; it asks again now and then


@dataclass(slots=True, eq=False)
class Feed:
    """A feed as the keeper sees it. Only ``scope`` and ``token`` are for other threads."""

    scope: Scope
    token: CancelToken = field(default_factory=CancelToken)
    status: Status = Status.HELD
    listed: bool = False
    done: int = 0
    total: int | None = None
    error: BulkheadError | None = None
    since: datetime | None = None  # from when on it no longer told what happens
    next_try: datetime | None = None  # when it asks again, where it fails

    def stop(self, now: datetime) -> None:
        """Let it tell nothing more."""
        self.token.cancel()
        self.since = self.since or now


@dataclass(slots=True)
class _Asked:
    """The feeds of one scope: the one that the picture follows, and the one that was asked to replace it."""

    current: Feed | None = None
    pending: Feed | None = None

    @property
    def feeds(self) -> tuple[Feed, ...]:
        return tuple(feed for feed in (self.current, self.pending) if feed is not None)

    def promote(self, feed: Feed, now: datetime) -> None:
        """Let the picture follow a feed from now on."""
        if self.current is not None and self.current is not feed:
            self.current.stop(now)
        self.current = feed
        if self.pending is feed:
            self.pending = None


class Feeds:
    """All feeds of a session. Belongs to the keeper's thread."""

    def __init__(self) -> None:
        self._asked: dict[Scope, _Asked] = {}
        self._round: tuple[Feed, ...] = ()  # those of the last synchronization
        self._told = False  # that the last synchronization is complete
        self._latest: Kind | None = None

    def begin(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Start a synchronization: ``feeds`` are all that is wanted from now on."""
        self.cancel_pending(now)
        self._round, self._told = tuple(feeds), False
        wanted = {feed.scope: feed for feed in feeds}
        for scope in self._asked.keys() - wanted.keys():
            for feed in self._asked.pop(scope).feeds:
                feed.stop(now)
        for scope, feed in wanted.items():
            asked = self._asked.setdefault(scope, _Asked())
            asked.pending = feed
            if asked.current is not None and asked.current.status is Status.FAILING:
                asked.current.stop(now)  # two feeds would knock at a dead server's door

    def cancel_pending(self, now: datetime) -> None:
        """Stop what has not listed yet; where that leaves a scope without a feed that goes on, stop all."""
        for asked in self._asked.values():
            if asked.pending is not None:
                asked.pending.stop(now)
                asked.pending = None
        self._round = ()
        if any(asked.current is None or asked.current.token.cancelled for asked in self._asked.values()):
            self.stop(now)

    def stop(self, now: datetime) -> None:
        """Stop every feed."""
        self._round = ()
        for asked in self._asked.values():
            for feed in asked.feeds:
                feed.stop(now)

    def hear(self, feed: Feed, report: Report, snapshot: Snapshot, now: datetime) -> list[Change]:
        """Take in a report; returns what it changes in the picture. What a replaced feed still says is dropped."""
        asked = self._asked.get(feed.scope)
        if asked is None or feed.token.cancelled or feed not in asked.feeds:
            return []
        self._latest = feed.scope.kind
        match report:
            case Counted(done=done, total=total):
                feed.done, feed.total = done, total
                if not feed.listed:
                    feed.status = Status.LISTING
            case Listed(things=things):
                feed.listed, feed.status, feed.error, feed.since = True, Status.LIVE, None, None
                feed.done = feed.total = len(things)
                asked.promote(feed, now)
                return [*self._outside(feed.scope, snapshot), Replaced(feed.scope.kind, feed.scope.namespace, things)]
            case Live():
                feed.status, feed.error, feed.since = Status.LIVE, None, None
            case Happened(event=event):
                if feed is asked.current:
                    match event:
                        case gateway.Put(thing=thing):
                            return [Put(thing)]
                        case gateway.Gone(kind=kind, namespace=namespace, name=name):
                            return [Gone(kind, namespace, name)]
            case Failing(error=error, since=since, pause=pause):
                feed.status, feed.error, feed.since = Status.FAILING, error, since
                feed.next_try = now + timedelta(seconds=pause)
            case Denied(error=error, pause=pause):
                feed.error, feed.next_try = error, now + timedelta(seconds=pause)
                if feed.listed:  # that stays, but nobody tells what becomes of it
                    feed.status, feed.since = Status.FAILING, feed.since or now
                    return []
                feed.status, feed.since = Status.FORBIDDEN, None
                asked.promote(feed, now)
                return [Replaced(feed.scope.kind, feed.scope.namespace, ())]
        return []

    def coverage(self, kind: Kind) -> tuple[Coverage, frozenset[str]] | None:
        """Return how much of a kind is known, and in which namespaces where PARTIAL; None: nothing new is known."""
        current = [asked.current for scope, asked in self._asked.items() if scope.kind is kind and asked.current]
        listed = frozenset(feed.scope.namespace for feed in current if feed.listed)
        if None in listed:
            return Coverage.COMPLETE, frozenset()
        if listed:
            return Coverage.PARTIAL, frozenset(name for name in listed if name is not None)
        return (Coverage.FORBIDDEN, frozenset()) if current else None

    def take_ready(self) -> list[Feed]:
        """Return the feeds to start now, each once.

        The first kinds at once, the others, a few at a time, when those were answered. One that fails holds up none.
        """
        held = [feed for feed in self._round if feed.status is Status.HELD]
        ready = [feed for feed in held if feed.scope.kind in FIRST_KINDS]
        if all(_answered(feed) for feed in self._round if feed.scope.kind in FIRST_KINDS):
            busy = sum(feed.status in {Status.WAITING, Status.LISTING} for feed in self._round)
            ready += [feed for feed in held if feed not in ready][: max(0, AT_ONCE - busy)]
        for feed in ready:
            feed.status = Status.WAITING
        return ready

    def take_completion(self) -> bool:
        """Whether everything asked for has now been answered, with a listing or a refusal; True once a round."""
        complete = bool(self._round) and not self._told and all(map(_answered, self._round))
        self._told = self._told or complete
        return complete

    @property
    def progress(self) -> Progress | None:
        """How far the synchronization is; None when none is running."""
        open_ = [feed for feed in self._round if not _answered(feed) and feed.status is not Status.FAILING]
        failing = any(feed.status is Status.FAILING for feed in self._round)
        if not open_ or (failing and all(feed.status is Status.HELD for feed in open_)):
            return None
        totals = [feed.total for feed in self._round if feed.status is not Status.FORBIDDEN]
        total = sum(total or 0 for total in totals) if None not in totals else None
        return Progress(sum(feed.done for feed in self._round), total, self._latest)

    @property
    def next_try(self) -> datetime | None:
        """When the next of what fails is tried again; None where nothing fails, or is tried again.

        What is not permitted does not fail, but for the policies: without them there is nothing.
        """
        feeds = [feed for asked in self._asked.values() for feed in asked.feeds if not feed.token.cancelled]
        failing = [feed for feed in feeds if feed.status is Status.FAILING]
        if self._refusal() is not None:
            failing += [feed for feed in feeds if _is_policies(feed) and feed.status is Status.FORBIDDEN]
        return min((feed.next_try for feed in failing if feed.next_try is not None), default=None)

    def connection(self, picture: datetime | None) -> tuple[Connection, datetime | None, BulkheadError | None]:
        """Return the state they amount to, since when what is shown is old, and the error that is to blame.

        ``picture`` is the age of what was shown before anything was listed, None where there was nothing.
        """
        refused = self._refusal()
        if refused is not None:
            return Connection.FORBIDDEN, None, refused
        current = self._current
        complete = bool(current) and len(current) == len(self._asked)
        ages = [feed.since for feed in current if feed.since is not None]
        broken = bool(ages)
        if not complete and picture is not None:
            ages.append(picture)
        since = min(ages, default=None)
        if self.progress is not None:
            heard = complete or any(feed.status is Status.LISTING or _answered(feed) for feed in self._round)
            if since is not None:
                return Connection.STALE, since, None
            return (Connection.SYNCHRONIZING if heard else Connection.CONNECTING), None, None
        if complete and not broken:
            return Connection.LIVE, None, None
        error = self._blame()
        if since is not None or any(feed.listed for feed in current):
            return Connection.STALE, since, error
        return disconnected(error), None, error

    @property
    def _current(self) -> list[Feed]:
        return [asked.current for asked in self._asked.values() if asked.current]

    def _refusal(self) -> BulkheadError | None:
        """Return why no policies may be listed; None where some may."""
        policies = [feed for feed in self._current if _is_policies(feed)]
        if any(feed.listed for feed in policies):
            return None
        return next((feed.error for feed in policies if feed.status is Status.FORBIDDEN), None)

    def _blame(self) -> BulkheadError | None:
        """Return the error of a feed that fails, a policies' feed first."""
        feeds = [feed for asked in self._asked.values() for feed in asked.feeds if feed.status is Status.FAILING]
        return next((feed.error for feed in sorted(feeds, key=lambda feed: not _is_policies(feed))), None)

    def _outside(self, scope: Scope, snapshot: Snapshot) -> list[Change]:
        """Where only some namespaces are asked for, drop what an older picture holds of others."""
        if scope.namespace is None:
            return []
        wanted = {other.namespace for other in self._asked if other.kind is scope.kind}
        return [Replaced(scope.kind, name, ()) for name in snapshot.namespaces_with(scope.kind) if name not in wanted]


def disconnected(error: BulkheadError | None) -> Connection:
    """Return the state of a cluster of which nothing was ever seen, by what went wrong (None: it was cancelled)."""
    if error is None:
        return Connection.IDLE
    offline = isinstance(error, TransportError | ApiError) and not isinstance(error, TlsError | Unauthorized)
    return Connection.OFFLINE if offline else Connection.ERROR


def _answered(feed: Feed) -> bool:
    return feed.listed or feed.status is Status.FORBIDDEN


def _is_policies(feed: Feed) -> bool:
    return feed.scope.kind is Kind.NETWORK_POLICY
