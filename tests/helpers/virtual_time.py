"""A clock for tests, on which ten minutes pass in no time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from desktop.cancellation import CancelToken
from desktop.cluster.clock import Clock

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


class VirtualTime:
    """A clock that stands still except for sleeps; it cancels the token at its end."""

    def __init__(self, token: CancelToken, end: float = 1e9, chance: Callable[[], float] = lambda: 0.0) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []
        self._token = token
        self._end = self.seconds + end
        self.clock = Clock(self._monotonic, lambda: START + timedelta(seconds=self.seconds - 1000), chance, self._sleep)

    def _monotonic(self) -> float:
        return self.seconds

    def _sleep(self, token: CancelToken, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)
        self.seconds += seconds
        if self.seconds >= self._end:
            self._token.cancel()
        token.check()
