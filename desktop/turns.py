"""Lets the window go first.

Python runs one thread at a time. One that decodes a page of a list keeps the others waiting for some milliseconds, and
a painting that has to ask for a hundred turns would wait a hundred times. So heavy work is done in pieces of a few
milliseconds, one piece at a time in the whole program, and none begins while the window has something to do.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 0.1
"""How long the window keeps others waiting at most, each time: one that is never idle must not stop the rest."""

_idle = threading.Event()
_idle.set()
_works = 0  # how much of the window's work has begun; its own thread alone counts
_since = 0.0  # when it began, by the monotonic clock
_one_at_a_time = threading.Lock()
_unhurried = threading.Lock()  # guards the next
_owed = 0.0  # seconds to rest
_REST_AFTER = 0.005


@contextmanager
def window_works() -> Iterator[None]:
    """Do something in the window's own thread that takes more than a moment; also to decorate what always does."""
    window_begins()
    try:
        yield
    finally:
        window_ends()


def window_begins() -> None:
    """Begin something in the window's own thread that goes on in a later turn of its; ``window_ends`` must follow."""
    global _works, _since  # noqa: PLW0603  there is one window thread in the program
    if not _works:
        _since = time.monotonic()
    _works += 1
    _idle.clear()


def window_ends() -> None:
    """End what ``window_begins`` began."""
    global _works  # noqa: PLW0603  as above
    _works -= 1
    if not _works:
        _idle.set()


def give_way() -> None:
    """Wait until the window is idle, between two pieces of work that others may interrupt."""
    if not _idle.is_set():  # asked for each of ten thousand objects
        _idle.wait(max(0.0, _since + PATIENCE_SECONDS - time.monotonic()))


@contextmanager
def piece() -> Iterator[None]:
    """Do a piece of work that nobody can interrupt, when its turn has come."""
    with _one_at_a_time:
        give_way()
        yield


@contextmanager
def unhurried_piece() -> Iterator[None]:
    """Do a piece of work that nobody waits for; after a few of its sort there is a rest for as long as they took."""
    global _owed  # noqa: PLW0603
    with _unhurried:
        with piece():
            started = time.monotonic()
            yield
            _owed += time.monotonic() - started
        if _owed >= _REST_AFTER:  # each rest has a price of its own
            time.sleep(_owed)
            _owed = 0.0
