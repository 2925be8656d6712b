"""What advice on a text looks at in one cluster, kept from one key to the next: most of it is the same."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from desktop.reach.advice.sight import Sight
from desktop.reach.snapshot import Snapshot


class SightKeeper:
    """Keeps what was looked at last. Any thread may ask; who asks meanwhile waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = Sight(Snapshot())

    @contextmanager
    def at(self, snapshot: Snapshot) -> Iterator[Sight]:
        """Lend a sight of a picture for the time of the block."""
        with self._lock:
            self._last = self._last.of(snapshot)
            yield self._last
