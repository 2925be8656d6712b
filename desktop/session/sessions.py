"""The sessions of all clusters, by their ids. Light to import: the code of a session is loaded with the first one."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from desktop.session.catalog import ClusterEntry
from desktop.session.notices import NoticeBoard

if TYPE_CHECKING:
    from desktop.cluster.gateway import Gateway
    from desktop.cluster.plugin import Allows
    from desktop.session.session import Session

CLOSE_SECONDS = 2.0
"""The longest that closing waits for threads to end."""


class Sessions:
    """The sessions of the clusters that were asked for, by id. Any thread may call.

    ``allows`` says which sign-in programs may run (None: none); what clusters and programs tell is on ``notices``.
    """

    def __init__(
        self, connect: "Callable[[ClusterEntry], Gateway] | None" = None, allows: "Allows | None" = None
    ) -> None:
        self._connect = connect
        self._allows = allows
        self.notices = NoticeBoard()
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def get(self, entry: ClusterEntry) -> "Session":
        """Return the session of a cluster, made now if there is none; nothing is contacted."""
        with self._lock:
            session = self._sessions.get(entry.id)
            if session is None:
                from desktop.session.session import Session  # noqa: PLC0415  not before the window shows

                session = self._sessions[entry.id] = Session(entry, self._connect or self._connect_as_told)
            return session

    def _connect_as_told(self, entry: ClusterEntry) -> "Gateway":
        from desktop.cluster.plugin import none_allowed  # noqa: PLC0415  as above
        from desktop.session.session import connect  # noqa: PLC0415

        return connect(entry, self._allows or none_allowed, partial(self.notices.put, entry.id))

    def update(self, entry: ClusterEntry) -> None:
        """Tell the session of a cluster, if there is one, what the user changed about it."""
        with self._lock:
            session = self._sessions.get(entry.id)
        if session is not None:
            session.change(entry)

    def all(self) -> "tuple[Session, ...]":
        """Return every session made so far."""
        with self._lock:
            return tuple(self._sessions.values())

    def close(self, id_: str) -> None:
        """Forget the session of a cluster; its threads end by themselves."""
        with self._lock:
            session = self._sessions.pop(id_, None)
        if session is not None:
            session.stop()

    def close_all(self, timeout: float = CLOSE_SECONDS) -> bool:
        """Stop every session and wait at most ``timeout`` seconds; whether all threads have ended by then."""
        sessions = self.all()
        for session in sessions:
            session.stop()
        deadline = time.monotonic() + timeout
        ended = [session.join(deadline) for session in sessions]  # each is asked, whatever the others say
        return all(ended)
