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


@contextmanager
def many_objects() -> Iterator[None]:
    """While the block makes many lasting objects, collect nothing; then let them count as old without a walk.

    To freeze and thaw at once moves all young objects to the oldest generation, which is collected seldom: only after
    a quarter as many others have grown old. Nothing is exempted for good. For short blocks without waiting.
    """
    global _users  # noqa: PLW0603  the collector is one for the whole program
    with _lock:
        _users += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                gc.freeze()
                gc.unfreeze()
                gc.enable()
