"""Keeping a picture of one kind up to date: list, then watch, for as long as it is wanted, whatever goes wrong.

Three loops, one inside the other: ``run`` lists anew whenever the watched version has become too old, ``_follow``
starts one watch after the other, ``_watch`` hands on the events of one. The numbers are client-go's.

What client-go does not see: a server that was restored from a backup has gone back to older versions, and a watch from
a later one is silent until it gets there again. So after a watch that did not come to its end in good order, or that
said nothing at all, the server is asked first where it is; and an event older than the one before it lists anew.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop.cancellation import CancelToken
from desktop.cluster.clock import Clock
from desktop.cluster.gateway import WATCH_SECONDS, Bookmark, Gateway, Gone, Put
from desktop.errors import (
    BulkheadError,
    Cancelled,
    ConnectionLost,
    Expired,
    Forbidden,
    NotFound,
    TransportError,
    Unreachable,
)
from desktop.reach.objects import Kind, Thing

FIRST_DELAY = 0.8
LONGEST_DELAY = 30.0
JITTER = 1.0
"""A delay is lengthened by a random part of itself, up to this much."""
LONGEST_PAUSE = 55.0
"""So the next try and its answer come within a minute of whatever was wrong."""
CALM = 120.0
"""Seconds without trouble after which the next delay is the first again."""
SELDOM = 120.0
"""Seconds, lengthened as a delay is, after which the server is asked again where it said a clear no: the user may not,
or there is no such kind. Rights come back, and kinds are installed, by the hour rather than by the second."""
SHORT_WATCH = 1.0
"""A watch that ends sooner than this (in seconds) without an event is a failure."""
LONG_AGO = timedelta(seconds=WATCH_SECONDS[1])
"""Where nothing was heard for longer than any watch lasts, all is listed anew."""
OVERDUE = 120.0
"""Seconds of silence after which a watch that sends bookmarks is not believed: an API server sends one each minute."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A list is coming in: so many objects so far, of so many (None: not said)."""

    kind: Kind
    namespace: str | None
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """All there is now; what was known before and is not among it is gone."""

    kind: Kind
    namespace: str | None
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """One change."""

    kind: Kind
    namespace: str | None
    event: Put | Gone


@dataclass(frozen=True, slots=True)
class Live:
    """The server agreed to tell of every change from now on."""

    kind: Kind
    namespace: str | None


@dataclass(frozen=True, slots=True)
class Failing:
    """Changes do not come in since ``since`` (UTC); the next try is in ``pause`` seconds."""

    kind: Kind
    namespace: str | None
    error: BulkheadError
    since: datetime
    pause: float


@dataclass(frozen=True, slots=True)
class Denied:
    """The user may not list (any more, if it was ``listed``) or watch this; the next try is in ``pause`` seconds."""

    kind: Kind
    namespace: str | None
    error: Forbidden
    listed: bool
    pause: float


Report = Counted | Listed | Happened | Live | Failing | Denied
Sink = Callable[[Report], None]
"""Takes what a reflector has to say, on the reflector's thread."""


class Backoff:
    """How long to wait after each failure: twice as long as before up to a limit, and never in step with others."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._delay = FIRST_DELAY
        self._next_try = 0.0

    def delay(self) -> float:
        """Return the seconds to wait after a failure just now."""
        now = self._clock.monotonic()
        if now - self._next_try > CALM:
            self._delay = FIRST_DELAY
        delay = min(self._delay * (1 + JITTER * self._clock.random()), LONGEST_PAUSE)
        self._delay = min(self._delay * 2, LONGEST_DELAY)
        self._next_try = now + delay
        return delay


_LONG_AGO, _ROUSED = "watch.too-long-ago", "watch.roused"


class Reflector:
    """Follows one kind, in one namespace or (None) in all. ``run`` it on a thread of its own."""

    def __init__(
        self,
        gateway: Gateway,
        kind: Kind,
        namespace: str | None,
        sink: Sink,
        token: CancelToken,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._gateway = gateway
        self._kind = kind
        self._namespace = namespace
        self._sink = sink
        self._token = token
        self._clock = clock or Clock()
        self._backoff = Backoff(self._clock)
        self._failing_since: datetime | None = None
        self._listed = False
        self._version = ""
        self._heard = self._clock.now()
        self._open = False  # whether the server agreed to the last watch
        self._doubted = False  # whether the server may not be where the last watch left it
        self._pausing: CancelToken | None = None  # of the pause that may be ended
        self._cut_off = False  # whether the server could not be reached before it
        self._asking: CancelToken | None = None  # of the list or watch that is under way
        self._heard_at = self._clock.monotonic()
        self._marked = False  # whether this watch sends bookmarks

    @property
    def version(self) -> str:
        """How far it has followed; empty before the first list."""
        return self._version

    @property
    def heard_at(self) -> float:
        """When the server last told something, by the clock that waits."""
        return self._heard_at

    @property
    def cut_off(self) -> bool:
        """Whether it waits before its next try to reach the server."""
        return self._pausing is not None and self._cut_off

    def rouse(self, since: float | None) -> None:
        """Take note that the server answers (any thread), and ask it at once where the last try to reach it failed.

        Where it gave nobody an answer from ``since`` on (by the clock that waits), end any pause but one that the
        server asked for, and a list or watch that has told nothing after that.
        """
        pausing, asking = self._pausing, self._asking
        if pausing is not None and (self._cut_off or since is not None):
            pausing.cancel()
        if asking is not None and since is not None and self._heard_at <= since:
            asking.cancel()

    def rouse_if_overdue(self) -> None:
        """End a watch that has told nothing for longer than it should (any thread)."""
        asking = self._asking
        if asking is not None and self._marked and self._clock.monotonic() - self._heard_at > OVERDUE:
            asking.cancel()

    def run(self) -> None:
        """List and follow until cancelled.

        Where the server no longer knows the place of a list, the next list comes after a pause, but for one that was
        made long before, or where it was not the server who said so.
        """
        with suppress(Cancelled):
            while True:
                if not self._list():
                    self._pause(self._seldom(), ours=True)
                    continue
                listed = self._clock.monotonic()
                problem = self._follow()
                if isinstance(problem, Forbidden):
                    self._deny(problem)
                elif problem.code != _LONG_AGO and self._clock.monotonic() - listed < LONGEST_DELAY:
                    self._back_off(problem)

    def _list(self) -> bool:
        """List, as often as it takes; whether there is anything to follow."""
        self._open = self._cut_off = False
        while True:
            try:
                with self._breakable() as token:
                    listing = self._gateway.list(self._kind, self._namespace, token, self._count)
            except Cancelled:
                raise
            except Forbidden as error:
                self._deny(error)
            except BulkheadError as error:
                if error.code != _ROUSED:
                    self._back_off(error)
            else:
                self._version, self._heard_at = listing.version, self._clock.monotonic()
                self._listed, self._doubted, self._heard = True, False, self._clock.now()
                if not listing.served:  # no watch will follow that would end a failure
                    self._failing_since = None
                self._sink(Listed(self._kind, self._namespace, listing.things))
                return listing.served

    def _count(self, done: int, total: int | None) -> None:
        self._heard_at = self._clock.monotonic()
        self._sink(Counted(self._kind, self._namespace, done, total))

    def _follow(self) -> Expired | NotFound | Forbidden:
        """Start watch after watch, each where the last one ended; return once the server no longer knows that place.

        Nor does it where somebody took the kind away, or the right to it.
        """
        while True:
            began = self._clock.monotonic()
            version = self._version
            problem: BulkheadError | None = None
            self._open = False
            try:
                with self._breakable() as token:
                    if self._doubted:
                        self._make_sure(token)
                    self._watch(token)
            except Cancelled:
                raise
            except BulkheadError as error:
                problem = error
            lasted = self._clock.monotonic() - began
            worked = self._open and (lasted >= SHORT_WATCH or version != self._version)
            silent = isinstance(problem, ConnectionLost) and problem.code == "connection.timeout"
            roused = problem is not None and problem.code == _ROUSED
            if problem is None:
                self._heard = self._clock.now()
            if problem is None or isinstance(problem, TransportError):
                self._doubted = bool(problem) or lasted < WATCH_SECONDS[0] or version == self._version
            if worked:
                self._failing_since = self._heard if silent or roused else None
            if isinstance(problem, Expired | NotFound | Forbidden):
                return problem
            if roused or (worked and not silent and (problem is None or isinstance(problem, ConnectionLost))):
                # It came to its end, or something on the way did not like how long it took. Start the next, but never
                # more than one a second.
                self._clock.sleep(self._token, max(0.0, SHORT_WATCH - lasted))
            else:
                self._back_off(problem or TransportError("watch.ended-at-once"))

    def _make_sure(self, token: CancelToken) -> None:
        """Raise Expired where a watch from the place of the last one may miss something."""
        if self._clock.now() - self._heard > LONG_AGO:
            raise Expired(_LONG_AGO, status=410)
        latest = self._gateway.latest(self._kind, self._namespace, token)
        self._heard_at = self._clock.monotonic()
        if _is_before(latest, self._version):
            raise Expired("watch.went-back", status=410)
        self._doubted = False

    @contextmanager
    def _breakable(self) -> Iterator[CancelToken]:
        """Give a token for what the block asks of the server; raises ConnectionLost where we are roused meanwhile."""
        token = CancelToken()
        with self._token.on_cancel(token.cancel):
            self._marked, self._asking = False, token
            try:
                yield token
            except Cancelled:
                if self._token.cancelled or not token.cancelled:
                    raise
                raise ConnectionLost(_ROUSED) from None
            finally:
                self._asking = None

    def _watch(self, token: CancelToken) -> None:
        """Hand on the events of one watch until it ends."""
        events = self._gateway.watch(self._kind, self._namespace, self._version, token)
        self._open, self._heard_at = True, self._clock.monotonic()
        self._sink(Live(self._kind, self._namespace))
        with closing(events):  # an error that is kept would keep the watch open
            for event in events:
                self._heard_at = self._clock.monotonic()
                if _is_before(event.version, self._version):
                    raise Expired("watch.went-back", status=410)
                self._heard = self._clock.now()
                if isinstance(event, Bookmark):
                    self._marked = True
                else:
                    self._sink(Happened(self._kind, self._namespace, event))
                self._version = event.version or self._version

    def _back_off(self, error: BulkheadError) -> None:
        """Tell of a failure and wait; raises Cancelled."""
        asked = error.facts.get("retry_after")
        told = asked if isinstance(asked, (int, float)) else 0.0
        pause = max(self._backoff.delay(), told)
        self._failing_since = self._failing_since or self._clock.now()
        self._sink(Failing(self._kind, self._namespace, error, self._failing_since, pause))
        # A server that lets watches begin, and breaks them, is not out of reach: that it answers is no news.
        self._cut_off = not self._open and isinstance(error, Unreachable | ConnectionLost)
        self._pause(pause, ours=not told)

    def _deny(self, error: Forbidden) -> None:
        """Tell of a right that is missing, and wait for long; raises Cancelled."""
        pause = self._seldom()
        # What was listed is not followed from here on; of what never was, nothing grows old.
        self._failing_since = (self._failing_since or self._clock.now()) if self._listed else None
        self._sink(Denied(self._kind, self._namespace, error, self._listed, pause))
        self._cut_off = False
        self._pause(pause, ours=True)

    def _seldom(self) -> float:
        return SELDOM * (1 + JITTER * self._clock.random())

    def _pause(self, seconds: float, *, ours: bool) -> None:
        """Wait, for as long as nobody rouses us; where the server asked for it (not ``ours``), for all of the time."""
        token = CancelToken()
        with self._token.on_cancel(token.cancel):
            self._pausing = token if ours else None
            try:
                self._clock.sleep(token, seconds)
            except Cancelled:
                self._token.check()
            finally:
                self._pausing = None


def _is_before(version: str, other: str) -> bool:
    """Whether a resource version is older than another; False where that cannot be told.

    Versions are whole numbers that only grow (KEP-5504), but for those of some servers that are no API server.
    """
    return version.isdecimal() and other.isdecimal() and int(version) < int(other)
