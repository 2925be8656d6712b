"""Keeping the garbage collector from stopping the program while objects come in by the ten thousand.

A collection stops every thread, the one that paints among them, for as long as it takes to walk through the objects
it looks at. Objects read from a server hold no cycles and stay: there is nothing to find among them.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_users = 0
_enabled = False  # whether Python collected by itself before the first of them


@contextmanager
def many_objects() -> Iterator[None]:
    """While the block makes many lasting objects, collect nothing; then let them count as old without a walk.

    To freeze and thaw at once moves all young objects to the oldest generation, which is collected seldom: only after
    a quarter as many others have grown old. Nothing is exempted for good. For short blocks without waiting.
    """
    global _users, _enabled  # noqa: PLW0603  the collector is one for the whole program
    with _lock:
        if not _users:
            _enabled = gc.isenabled()
            gc.disable()
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                gc.freeze()
                gc.unfreeze()
                if _enabled:
                    gc.enable()


def collect(generation: int) -> bool:
    """Collect garbage, unless many objects come in just now; whether it was done."""
    with _lock:
        if not _users:
            gc.collect(generation)
        return not _users
