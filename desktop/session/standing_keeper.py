"""The connections of one cluster, computed once for all who ask, and brought up to date from there."""

import threading

from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing


class StandingKeeper:
    """Keeps the connections that were computed last. Any thread may ask; who asks meanwhile waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Standing | None = None

    def at(self, snapshot: Snapshot, settings: Settings) -> Standing:
        """Return the connections of a picture (takes time: not for the UI thread)."""
        with self._lock:
            last = self._last
            if last is None or last.ends.settings != settings:
                last = Standing.of(snapshot, settings)
            elif last.snapshot is not snapshot:
                last = last.follow(snapshot)
            self._last = last
            return last
