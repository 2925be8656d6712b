"""The one thread that keeps a session's picture: it takes in what the feeds tell, in batches, and lays out the news.

Feeds, and whoever commands, only append to the inbox; only this thread changes the picture and the rows; the screen
fetches what is new when it likes.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

from desktop import pauses, turns
from desktop.cluster.gateway import FileProblems, ServerVersion
from desktop.cluster.reflector import Report
from desktop.errors import BulkheadError
from desktop.policy.profile import Profile
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Change, Replaced, Snapshot, changed
from desktop.session.feeds import Feed, Feeds, disconnected
from desktop.session.rows import Changed, PolicyTable
from desktop.session.state import TROUBLED, Connection, PolicyRow, Progress, SessionState, SessionUpdate

REST_SECONDS = (0.01, 0.1)
"""After each batch it rests as long as that took, within these bounds: what comes in meanwhile is the next batch.

So a burst of events costs few new pictures, and the screen has half of the time to itself, however big the cluster.
"""
PROBLEM_SECONDS = 1.0
"""How often it looks for problems of files, of which no event tells."""
RESET_ROWS = 1000
"""From so many changed rows on, all rows are told anew: a table takes that faster than changes one by one."""

_log = logging.getLogger(__name__)


class Keeper:
    """Keeps the picture of one cluster. Everything but ``drain`` and the published values runs on its own thread.

    On that thread it calls ``start`` with each feed that should begin, and ``followed`` after each change of what is
    live, with whether that made a synchronization complete. ``problems`` (None for a cluster without files) tells what
    is wrong with files.
    """

    def __init__(
        self,
        name: str,
        *,
        insecure: bool,
        start: Callable[[Feed], None],
        followed: Callable[[bool], None],
        problems: Callable[[], FileProblems] | None = None,
    ) -> None:
        self._start_feed = start
        self._problems = problems
        self._followed = followed
        self._feeds = Feeds()
        self._table = PolicyTable()
        self._connecting = False
        self._fault: BulkheadError | None = None
        self._picture: datetime | None = None  # the age of what was there before the synchronization
        self._last_sync: datetime | None = None
        self._trouble: tuple[Connection, datetime] | None = None  # the last one, and since when it is so
        self._version: ServerVersion | None = None
        self._insecure = insecure
        self.reached = threading.Event()  # something was listed: the cluster answers

        self._inbox: deque[tuple[Feed, Report] | Callable[[], None]] = deque()
        self._woken = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"keeper {name}", daemon=True)

        self._lock = threading.Lock()  # guards what is published, below
        self._state = SessionState(insecure=insecure)
        self._snapshot = Snapshot()
        self._rows: dict[tuple[str, str], PolicyRow] = {}
        self._changed: dict[tuple[str, str], PolicyRow] = {}
        self._removed: set[tuple[str, str]] = set()
        self._drained = False  # ever
        self._news = False

    @property
    def state(self) -> SessionState:
        """The state as last published."""
        return self._state

    @property
    def snapshot(self) -> Snapshot:
        """The picture as last published."""
        return self._snapshot

    def rows(self) -> dict[tuple[str, str], PolicyRow]:
        """Return all rows by namespace and name."""
        with self._lock:
            return dict(self._rows)

    def drain(self) -> SessionUpdate | None:
        """Return what is new since the last call; None where nothing is."""
        with self._lock:
            if not self._news:
                return None
            reset = not self._drained or len(self._changed) + len(self._removed) >= RESET_ROWS
            changed = tuple((self._rows if reset else self._changed).values())
            removed = () if reset else tuple(self._removed)
            self._changed, self._removed = {}, set()
            self._drained, self._news = True, False
            return SessionUpdate(self._state, self._snapshot, changed, removed, reset)

    def tell(self, feed: Feed, report: Report) -> None:
        """Take a feed's report (any thread)."""
        self._inbox.append((feed, report))
        self._woken.set()

    def connecting(self) -> None:
        """Show at once that a synchronization is being prepared (any thread)."""
        self._command(self._show_connecting)

    def show_picture(self, snapshot: Snapshot, last_sync: datetime | None, version: ServerVersion | None) -> None:
        """Show the last good picture until there is a better one (any thread)."""
        self._command(lambda: self._show_picture(snapshot, last_sync, version))

    def begin(self, feeds: Sequence[Feed]) -> None:
        """Begin a synchronization with ``feeds`` (any thread)."""
        self._command(lambda: self._begin(feeds))

    def fail(self, error: BulkheadError) -> None:
        """Take note that the cluster cannot be used at all (any thread)."""
        self._command(lambda: self._fail(error))

    def cancel(self) -> None:
        """Stop the running synchronization and keep what is there (any thread)."""
        self._command(self._cancel)

    def disconnect(self) -> None:
        """Take note that the connection is given up (any thread); what is shown is stale from now on."""
        self._command(lambda: self._feeds.stop(datetime.now(UTC)))

    def forget(self, forgotten: Callable[[], None]) -> None:
        """Show nothing any more (any thread): it is of another cluster. ``forgotten`` is called when that is done."""
        self._command(lambda: self._forget(forgotten))

    def use(self, profile: Profile, version: ServerVersion | None = None) -> None:
        """Let the findings follow ``profile``; ``version`` is the server's, where it is news (any thread)."""
        self._command(lambda: self._use(profile, version))

    def run(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop all feeds and the thread."""
        self._command(lambda: self._feeds.stop(datetime.now(UTC)))
        self._closing.set()
        self._woken.set()

    @property
    def thread(self) -> threading.Thread:
        """The thread, to be waited for after ``close``."""
        return self._thread

    def _command(self, command: Callable[[], None]) -> None:
        self._inbox.append(command)
        self._woken.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            if not self._table.has_unchecked:
                self._woken.wait(PROBLEM_SECONDS if self._problems else None)
            self._woken.clear()
            try:
                self._work()
            except Exception as fault:  # noqa: BLE001  the screen must not wait for a thread that is no more
                _log.exception("keeping the picture failed")
                self._fault = BulkheadError("unexpected", exception=type(fault).__name__)
                self._publish(self._snapshot, Changed({}, set()))
        self._take_in()

    def _work(self) -> None:
        turns.give_way()
        if self._inbox:
            started = time.monotonic()
            self._take_in()
            shortest, longest = REST_SECONDS
            self._closing.wait(min(max(time.monotonic() - started, shortest), longest))
        else:
            self._publish(self._snapshot, self._table.check_some())

    def _take_in(self) -> None:
        """Take in what has come so far and publish what follows from it."""
        now = datetime.now(UTC)
        changes: list[Change] = []
        heard = False
        for _ in range(len(self._inbox)):
            message = self._inbox.popleft()
            if isinstance(message, tuple):
                changes += self._feeds.hear(*message, self._snapshot, now)
                heard = True
            else:  # a command sees the picture as it is by then
                self._follow(changes, now, heard=heard)
                changes, heard = [], False
                message()
        self._follow(changes, now, heard=heard)

    def _follow(self, changes: list[Change], now: datetime, *, heard: bool) -> None:
        """Apply ``changes``, start the feeds that are due, publish; ``heard``: a feed said something."""
        listed = any(isinstance(change, Replaced) for change in changes)
        with pauses.many_objects() if listed else nullcontext():
            complete, live = self._show(changes, now, heard=heard)
        if complete or (changes and live):
            self._followed(complete)

    def _show(self, changes: list[Change], now: datetime, *, heard: bool) -> tuple[bool, bool]:
        """Return whether this made a synchronization complete, and whether the cluster is live."""
        snapshot = self._snapshot.apply(changes)
        for kind in Kind:
            if (coverage := self._feeds.coverage(kind)) is not None:
                snapshot = snapshot.covering(kind, *coverage)
        for feed in self._feeds.take_ready():
            self._start_feed(feed)
        if changes:
            self.reached.set()
        complete = self._feeds.take_completion()
        if complete:
            self._last_sync = now
        connection, since, _ = self._connection()
        shown = {Connection.LIVE, Connection.STALE} | ({Connection.SYNCHRONIZING} if self._last_sync else set())
        if heard and connection in shown:
            snapshot = replace(snapshot, as_of=since or now)
        self._publish(snapshot, self._table.show(snapshot))
        return complete, connection is Connection.LIVE

    def _show_connecting(self) -> None:
        self._connecting, self._fault = True, None

    def _show_picture(self, snapshot: Snapshot, last_sync: datetime | None, version: ServerVersion | None) -> None:
        self._picture, self._last_sync, self._version = snapshot.as_of, last_sync, version
        with pauses.many_objects():
            self._publish(snapshot, self._table.show(snapshot))

    def _begin(self, feeds: Sequence[Feed]) -> None:
        self._connecting, self._fault, self._picture = False, None, self._snapshot.as_of
        self.reached.clear()
        self._feeds.begin(feeds, datetime.now(UTC))

    def _fail(self, error: BulkheadError) -> None:
        self._connecting, self._fault = False, error
        self._feeds.stop(datetime.now(UTC))

    def _cancel(self) -> None:
        self._connecting = False
        self._feeds.cancel_pending(datetime.now(UTC))

    def _forget(self, forgotten: Callable[[], None]) -> None:
        self._feeds.stop(datetime.now(UTC))
        self._feeds, self._fault = Feeds(), None
        self._picture = self._last_sync = self._version = None
        self._publish(Snapshot(), self._table.show(Snapshot()))
        forgotten()

    def _use(self, profile: Profile, version: ServerVersion | None) -> None:
        self._version = version or self._version
        self._table.use(profile)
        self._publish(self._snapshot, Changed({}, set()))

    def _connection(self) -> tuple[Connection, datetime | None, BulkheadError | None]:
        """Return the state, since when what is shown is old, and the error to blame."""
        connection, since, error = self._feeds.connection(self._picture)
        if self._fault is not None:
            return disconnected(self._fault), since, self._fault
        if self._connecting and connection is not Connection.STALE:
            return (Connection.SYNCHRONIZING if connection is Connection.LIVE else Connection.CONNECTING), None, None
        return connection, since, error

    def _troubled_since(self, connection: Connection) -> datetime | None:
        """Return since when it is so; to try again is no end of it."""
        if connection in TROUBLED:
            if self._trouble is None or self._trouble[0] is not connection:
                self._trouble = connection, datetime.now(UTC)
            return self._trouble[1]
        if connection is not Connection.CONNECTING:
            self._trouble = None
        return None

    def _progress(self) -> Progress | None:
        return Progress(0, None) if self._connecting else self._feeds.progress

    def _publish(self, snapshot: Snapshot, rows: Changed) -> None:
        """Lay out what is new for whoever fetches it."""
        connection, since, error = self._connection()
        state = SessionState(
            connection=connection,
            since=since,
            last_sync=self._last_sync,
            version=self._version,
            progress=self._progress(),
            error=error,
            coverage=snapshot.coverage,
            counts=self._counts(snapshot),
            insecure=self._insecure,
            problems=self._problems() if self._problems else (),
            next_try=None if self._fault else self._feeds.next_try,
            troubled_since=self._troubled_since(connection),
        )
        with self._lock:
            if state == self._state and snapshot is self._snapshot and not rows.rows and not rows.removed:
                return
            self._state, self._snapshot, self._news = state, snapshot, True
            self._rows.update(rows.rows)
            self._changed.update(rows.rows)
            self._removed -= rows.rows.keys()
            for key in rows.removed:
                self._rows.pop(key, None)
                self._changed.pop(key, None)
                self._removed.add(key)

    def _counts(self, snapshot: Snapshot) -> dict[Kind, int]:
        """Count the objects of the kinds that were listed; only those that may have changed are counted anew."""
        old, counts = self._snapshot, dict(self._state.counts)
        for kind in Kind:
            if snapshot.coverage_of(kind) not in {Coverage.COMPLETE, Coverage.PARTIAL}:
                counts.pop(kind, None)
            elif kind not in counts or changed(old, snapshot, kind):
                counts[kind] = snapshot.count(kind)
        return counts
