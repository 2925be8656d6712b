"""Waiting in a test for what another thread does."""

import time
from collections.abc import Callable


def eventually(what: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until ``what`` holds; fail when it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)
