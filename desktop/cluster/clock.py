"""Time and chance, so that tests can have their own."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from desktop.cancellation import CancelToken

_WITH_SLEEP = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""A clock that goes on while the machine sleeps (Linux; macOS). Windows has neither, and its usual clock goes on."""


def elapsed() -> float:
    """Return seconds that went by, those included for which the machine slept."""
    return time.monotonic() if _WITH_SLEEP is None else time.clock_gettime(_WITH_SLEEP)


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells the time: ``monotonic`` may stand still while the machine sleeps, ``now`` may be set."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    random: Callable[[], float] = random.random
    sleep: Callable[[CancelToken, float], None] = CancelToken.wait
    elapsed: Callable[[], float] = elapsed
