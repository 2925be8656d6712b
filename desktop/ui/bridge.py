"""Where threads meet Qt, and nowhere else: results of tasks come home to the UI thread, news of sessions are pumped.

Nothing here waits. Worker threads only ever append and emit; every callback runs in the UI thread.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot

from desktop import turns
from desktop.errors import BulkheadError
from desktop.session.state import Progress
from desktop.session.tasks import Job, Outcome, Task, TaskPool

if TYPE_CHECKING:
    from desktop.session.catalog import Catalog
    from desktop.session.sessions import Sessions
    from desktop.session.settings import Settings
    from desktop.ui.messages import Messages

T = TypeVar("T")

_PUMP_INTERVAL_MS = 50
_PUMP_BUDGET_S = 0.008
_NEXT_TURN_MS = 1
"""What makes a timer of it: of 0 PySide 6.11 makes a queued call."""


@dataclass(frozen=True)
class UiContext:
    """What every part of the window may use; what is computed from a cluster's picture runs on ``engine``, in turn."""

    tasks: "TaskRunner"
    messages: "Messages"
    settings: "Settings"
    catalog: "Catalog"
    sessions: "Sessions"
    engine: "TaskRunner"


class _Ticket(Generic[T]):
    """One running job: whom to tell, and the news it has for them."""

    def __init__(
        self,
        group: str,
        done: Callable[[T], object],
        failed: Callable[[BulkheadError], object],
        progress: Callable[[Progress], object] | None,
    ) -> None:
        self.group = group
        self._done = done
        self._failed = failed
        self._progress = progress
        self._lock = threading.Lock()
        self._latest: Progress | None = None
        self._outcome: Outcome[T] | None = None

    def note_progress(self, progress: Progress) -> bool:
        """Keep the latest progress (worker thread); False while earlier news still wait to be fetched."""
        with self._lock:
            waiting, self._latest = self._latest is not None, progress
        return not waiting

    def note_outcome(self, outcome: Outcome[T]) -> None:
        """Keep the outcome (worker thread)."""
        with self._lock:
            self._outcome = outcome

    def tell(self) -> bool:
        """Tell what is new (UI thread); True when that was the end. An outcome outdates the progress before it."""
        with self._lock:
            progress, self._latest = self._latest, None
            outcome, self._outcome = self._outcome, None
        if outcome is None:
            if progress is not None and self._progress is not None:
                self._progress(progress)
            return False
        if outcome.error is not None:
            self._failed(outcome.error)
        else:
            self._done(outcome.unwrap())
        return True

    def forget(self) -> None:
        """Let go of whom to tell (UI thread): a worker may hold the ticket last, and no widget may end there."""
        self._done = self._failed = _unheard
        self._progress = None


def _unheard(_: object) -> None:
    """What nobody waits for any more."""


class TaskRunner(QObject):
    """Runs jobs off the UI thread and brings what becomes of them back to it.

    A new job in a group cancels the older one of that group; what a cancelled or replaced job still says is dropped.
    The group "" is none: its jobs do not know of each other, and nothing of them is dropped.
    """

    _news = Signal(object)

    def __init__(self, pool: TaskPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._running: dict[str, tuple[_Ticket[Any], Task]] = {}
        self._news.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        group: str,
        job: Job[T],
        done: Callable[[T], object],
        failed: Callable[[BulkheadError], object],
        progress: Callable[[Progress], object] | None = None,
    ) -> Task:
        """Start ``job`` on a worker thread; ``done`` or ``failed`` is called once here, unless it comes too late.

        ``Task.cancel`` of the returned task asks the job to stop but still tells what came of it; ``cancel`` of a
        group drops that too.
        """
        ticket: _Ticket[T] = _Ticket(group, done, failed, progress)

        def progressed(news: Progress) -> None:
            if ticket.note_progress(news):
                self._news.emit(ticket)

        def ended(outcome: Outcome[T]) -> None:
            ticket.note_outcome(outcome)
            self._news.emit(ticket)

        task = self._pool.submit(group, job, ended, progressed)
        if group:
            if replaced := self._running.get(group):
                replaced[0].forget()
            self._running[group] = (ticket, task)
        return task

    def cancel(self, group: str) -> None:
        """Stop the group's job; nothing more is heard of it."""
        if running := self._running.pop(group, None):
            running[0].forget()
            running[1].cancel()

    @Slot(object)
    def _tell(self, ticket: _Ticket[Any]) -> None:
        until_painted()
        if self._counts(ticket) and ticket.tell():
            if self._counts(ticket):
                self._running.pop(ticket.group, None)
            ticket.forget()

    def _counts(self, ticket: _Ticket[Any]) -> bool:
        """Whether a job is still the newest of its group."""
        running = self._running.get(ticket.group)
        return not ticket.group or (running is not None and running[0] is ticket)


def until_painted() -> None:
    """Have others wait until what is changed in this turn of the event loop has been laid out and painted."""
    turns.window_begins()
    QTimer.singleShot(_NEXT_TURN_MS, turns.window_ends)


def in_turn(owner: QObject, work: Callable[[], object]) -> None:
    """Do ``work`` in the next turn of the event loop, while ``owner`` lives: much at once is parted so, in order.

    Timers come before it there, and what this turn leaves to paint; a queued call would run before both.
    """

    def do() -> None:
        with turns.window_works():
            work()

    QTimer.singleShot(_NEXT_TURN_MS, owner, do)


_AT_ONCE = frozenset({QEvent.Type.UpdateRequest, QEvent.Type.LayoutRequest})


def at_once(event: QEvent, handle: Callable[[QEvent], bool]) -> bool:
    """Handle a widget's event; where it is to paint all that needs it, or to lay it out, without others between.

    Called from Qt alone, each size that a layout asks for would wait for Python's lock (see ``desktop.ui.item_views``).
    """
    if event.type() not in _AT_ONCE:
        return handle(event)
    with turns.window_works():
        return handle(event)


class Pump(QObject):
    """Fetches what is new in each open session, a little at a time, so that the window never stutters."""

    updated = Signal(str, object)
    """A cluster's id and its SessionUpdate."""

    noticed = Signal(str, object)
    """A cluster's id and a Notice about it."""

    def __init__(self, sessions: "Sessions", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sessions = sessions
        self._next = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_PUMP_INTERVAL_MS)
        self._timer.timeout.connect(self.tick)
        self._timer.start()

    def stop(self) -> None:
        """Fetch no more."""
        self._timer.stop()

    @Slot()
    @turns.window_works()
    def tick(self) -> None:
        """Fetch from the sessions in turn until each was asked or the time is used up; the next tick goes on there."""
        deadline = time.perf_counter() + _PUMP_BUDGET_S
        for cluster, notice in self._sessions.notices.take():
            self.noticed.emit(cluster, notice)
        sessions = tuple(self._sessions.all())
        for _ in range(len(sessions)):
            session = sessions[self._next % len(sessions)]
            self._next = (self._next + 1) % len(sessions)
            update = session.drain()
            if update is not None:
                self.updated.emit(session.id, update)
            if time.perf_counter() >= deadline:
                break
