"""Computes who can talk to whom in the cluster shown before anybody asks what a change means.

That takes a third of a second in a big cluster; with it, what a change means is there in a moment, the first too.
"""

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from desktop.cancellation import CancelToken
from desktop.session.state import Connection
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext

if TYPE_CHECKING:
    from desktop.reach.snapshot import Snapshot
    from desktop.session.session import Session

_LOOK_MS = 500
"""How often it is looked whether the cluster has changed."""
_REST = 20
"""It rests so many times as long as it computed: however often pods come and go, it takes a twentieth of a core."""
_GROUP = "impact ahead"


class Ahead(QObject):
    """Follows one cluster at a time, while it is live."""

    def __init__(self, context: UiContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._session: Session | None = None
        self._snapshot: Snapshot | None = None  # what was looked at last
        self._began = 0.0  # when that was, by the monotonic clock
        self._look = QTimer(self, interval=_LOOK_MS, singleShot=True)
        self._look.timeout.connect(self._compute)
        self.destroyed.connect(partial(context.engine.cancel, _GROUP))

    def show(self, session: "Session | None") -> None:
        """Follow this cluster, and no other."""
        if session is self._session:
            return
        self._context.engine.cancel(_GROUP)
        self._session, self._snapshot = session, None
        self._look.start()

    @Slot()
    def _compute(self) -> None:
        """Compute if the cluster has changed, as far as connections are concerned."""
        session, last = self._session, self._snapshot
        if session is None:
            return
        now = session.snapshot
        if session.state.connection is not Connection.LIVE or now is last:
            self._look.start()
            return
        self._snapshot, self._began = now, time.monotonic()

        def job(token: CancelToken, _: ProgressSink) -> None:
            from desktop.session.meaning import compute_ahead, may_mean_something_else  # noqa: PLC0415  takes long

            if last is None or may_mean_something_else(last, now):
                compute_ahead(session, token.check)

        self._context.engine.run(_GROUP, job, self._rest, self._rest)

    def _rest(self, _: object) -> None:
        """Look again later; what went wrong is told when somebody asks what a change means."""
        took = time.monotonic() - self._began
        self._look.start(max(_LOOK_MS, round(took * 1000 * _REST)))
