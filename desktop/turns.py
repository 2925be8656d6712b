"""Lets the window go first.

Python runs one thread at a time. One that decodes a page of a list keeps the others waiting for some milliseconds, and
a painting that has to ask for a hundred turns would wait a hundred times. So heavy work is done in pieces of a few
milliseconds, one piece at a time in the whole program, and none begins while the window has something to do.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 0.1
"""How long a piece of work waits for the window at most: a window that is never idle must not stop the rest."""

_idle = threading.Event()
_idle.set()
_one_at_a_time = threading.Lock()


@contextmanager
def window_works() -> Iterator[None]:
    """Do something in the window's own thread that takes more than a moment; also to decorate what always does."""
    within = not _idle.is_set()
    _idle.clear()
    try:
        yield
    finally:
        if not within:
            _idle.set()


def give_way() -> None:
    """Wait until the window is idle, between two pieces of work that others may interrupt."""
    if not _idle.is_set():  # asked for each of ten thousand objects
        _idle.wait(PATIENCE_SECONDS)


@contextmanager
def piece() -> Iterator[None]:
    """Do a piece of work that nobody can interrupt, when its turn has come."""
    with _one_at_a_time:
        give_way()
        yield
