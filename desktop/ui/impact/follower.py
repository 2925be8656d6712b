"""Keeps what a change means up to date: computed off the UI thread, anew when the change or the cluster changes."""

import time
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.reach.impact import Changes
from desktop.reach.snapshot import Snapshot
from desktop.session.meaning import alike, may_mean_something_else, meaning
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.impact.told import Told, tell

if TYPE_CHECKING:
    from desktop.session.session import Session

_LOOK_MS = 500
"""How often it is looked whether the cluster has changed; where computing takes long, less often."""
_REST = 4
"""It rests so many times as long as it computed."""
_numbers = count(1)


class Follower(QObject):
    """Tells what changes mean, and again whenever that is something else because the cluster has changed."""

    told = Signal(object)
    """A Told, of the changes followed now."""

    failed = Signal(object)
    """A BulkheadError: it could not be computed."""

    looked = Signal()
    """What was told last still holds."""

    def __init__(self, context: UiContext, session: "Session", parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._session = context, session
        self._group = f"impact {next(_numbers)}"
        self._changes: Changes | None = None
        self._told: Told | None = None
        self._snapshot: Snapshot | None = None  # what was computed from last, or is being computed from
        self._began = 0.0  # when the computation did, by the monotonic clock
        self._look = QTimer(self, interval=_LOOK_MS, singleShot=True)  # not while it is computed, or it never would be
        self._look.timeout.connect(self.look)

    def follow(self, changes: Changes) -> None:
        """Tell what these changes mean, and no longer what others do."""
        self._changes, self._told = changes, None
        self._compute()

    def stop(self) -> None:
        """Tell nothing more."""
        self._look.stop()
        self._context.engine.cancel(self._group)
        self._changes = self._told = None

    @Slot()
    def look(self) -> None:
        """Compute anew if the cluster has changed."""
        before, now = self._snapshot, self._session.snapshot
        if self._changes is None:
            return
        if before is not None and before is not now and may_mean_something_else(before, now):
            self._compute()
        else:
            self.looked.emit()
            self._look.start()

    def _compute(self) -> None:
        session, changes, last = self._session, self._changes, self._told
        if changes is None:
            return
        self._look.stop()
        self._snapshot, self._began = session.snapshot, time.monotonic()

        def job(token: CancelToken, _: ProgressSink) -> Told:
            found = meaning(session, changes, token.check)
            return last if last is not None and alike(last.meaning, found) else tell(found)

        self._context.engine.run(self._group, job, self._done, self._fail)

    def _done(self, told: Told) -> None:
        self._rest()
        if told is self._told:
            self.looked.emit()
        else:
            self._told = told
            self.told.emit(told)

    def _fail(self, error: BulkheadError) -> None:
        self._rest()
        self.failed.emit(error)

    def _rest(self) -> None:
        took = time.monotonic() - self._began
        self._look.start(max(_LOOK_MS, round(took * 1000 * _REST)))
