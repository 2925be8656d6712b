"""Notices of all clusters on their way to the screen: each warning of a server once."""

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.cluster.notices import Notice

_LIMIT = 200
"""Notices that wait to be shown; of more than that nobody would read the older ones."""


class NoticeBoard:
    """Takes notices on any thread and gives each to one reader."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, Notice]] = deque(maxlen=_LIMIT)
        self._warned: set[tuple[str, Notice]] = set()

    def put(self, cluster: str, notice: "Notice") -> None:
        """Take a notice about the cluster with that id."""
        from desktop.cluster.notices import ServerWarns  # noqa: PLC0415  not before the window shows

        with self._lock:
            if isinstance(notice, ServerWarns):
                if (cluster, notice) in self._warned:
                    return
                self._warned.add((cluster, notice))
            self._waiting.append((cluster, notice))

    def take(self) -> "tuple[tuple[str, Notice], ...]":
        """Return what came since the last call, each with the cluster's id."""
        if not self._waiting:
            return ()
        with self._lock:
            taken = tuple(self._waiting)
            self._waiting.clear()
        return taken
