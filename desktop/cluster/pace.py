"""How quickly one client may ask one server, as client-go's token bucket has it (``rest.Config`` QPS and Burst)."""

import threading
import time
from collections.abc import Callable

from desktop.cancellation import CancelToken

PER_SECOND = 50.0
AT_ONCE = 300
"""What kubectl allows itself."""


class Pace:
    """So many requests a second on average, and so many at once after a rest. Thread-safe."""

    def __init__(
        self, per_second: float = PER_SECOND, at_once: int = AT_ONCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds_each, self._lead, self._clock = 1 / per_second, (at_once - 1) / per_second, clock
        self._next = clock() - self._lead  # when the next request would be due if there were no "at once"
        self._lock = threading.Lock()

    def wait(self, token: CancelToken) -> None:
        """Wait for the turn of one request; raises Cancelled."""
        with self._lock:
            now = self._clock()
            due = max(self._next, now - self._lead)
            self._next = due + self._seconds_each
        if due > now:
            token.wait(due - now)
