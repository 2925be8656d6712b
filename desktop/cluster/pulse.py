"""Noticing that a cluster went out of reach and came back, where no connection says so.

A connection that is silent may be dead: what is between drops packets, or the other end has forgotten it while the
machine slept. TCP finds out after minutes, and what it has to send again it sends later and later. So a cluster from
which nothing comes is asked now and then whether it is there, as client-go's HTTP/2 connections are pinged; when it
answers after it did not, or after the machine slept, whoever follows it asks anew at once instead of waiting.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Protocol

from desktop.cluster.clock import Clock
from desktop.errors import BulkheadError, Cancelled, ServerError, TransportError

PERIOD = 20.0
"""Seconds of silence after which a cluster that answered is asked."""
GLANCE = 5.0
"""Seconds between two looks at what is due, and whether the machine slept."""
REST = 15.0
"""Seconds between two questions to a cluster that is out of reach."""
BELIEVED = 2
"""So many questions without an answer mean that it is: of several servers behind one name one may be down."""
SLEPT = timedelta(seconds=20)
"""Where so much more went by than was waited, the machine slept.

The clock on the wall tells that, too, of a virtual machine that was halted; but it may be set back just then.
"""
LONG = timedelta(seconds=60)
"""Where so much was waited instead of a glance, it slept, too: some systems' clocks for waiting go on meanwhile."""


class Follower(Protocol):
    """Who can be roused (``desktop.cluster.reflector.Reflector``). Times are of the clock that waits."""

    @property
    def heard_at(self) -> float:
        """When the cluster last told it something."""
        ...

    @property
    def cut_off(self) -> bool:
        """Whether it waits before its next try to reach the cluster."""
        ...

    def rouse(self, since: float | None) -> None:
        """Take note that the cluster answers: ask it at once where the last try to reach it failed.

        Where nobody got an answer from ``since`` on, ask it unless it was heard from after that.
        """
        ...

    def rouse_if_overdue(self) -> None:
        """Ask the cluster at once where it should have been heard from by now."""
        ...


class Pulse:
    """Feels whether a cluster is there. ``ask`` raises TransportError or ServerError where it does not answer."""

    def __init__(self, ask: Callable[[], None], followers: Callable[[], Collection[Follower]], clock: Clock) -> None:
        self._ask, self._followers, self._clock = ask, followers, clock
        self._looked_at, self._wall, self._elapsed = clock.monotonic(), clock.now(), clock.elapsed()
        self._answered_at = clock.monotonic()
        self._missed_at: float | None = None  # since when it does not answer, or the machine was found to have slept
        self._failures = 0
        self._slept = False

    def beat(self) -> float:
        """Do what is due, and return after how many seconds to do it again; may block, raises Cancelled."""
        now = self._look()
        followers = self._followers()
        heard_at = max((each.heard_at for each in followers), default=self._answered_at)
        known_at = self._answered_at if any(each.cut_off for each in followers) else max(heard_at, self._answered_at)
        if self._missed_at is not None or now - known_at >= PERIOD:
            self._feel()
        for follower in self._followers():
            follower.rouse_if_overdue()
        self._look()
        return REST if self._failures >= BELIEVED else GLANCE

    def _look(self) -> float:
        """Notice where the machine slept since the last look, a question being under way or not; returns the time."""
        now, wall, elapsed = self._clock.monotonic(), self._clock.now(), self._clock.elapsed()
        waited = timedelta(seconds=now - self._looked_at)
        went_by = max(wall - self._wall, timedelta(seconds=elapsed - self._elapsed))
        if went_by > waited + SLEPT or waited > LONG:
            self._slept, self._missed_at = True, now
        self._looked_at, self._wall, self._elapsed = now, wall, elapsed
        return now

    def _feel(self) -> None:
        asked = self._clock.monotonic()
        try:
            self._ask()
        except Cancelled:
            raise
        except (TransportError, ServerError):
            self._missed_at = asked if self._missed_at is None else self._missed_at
            self._failures += 1
            return
        except BulkheadError:  # an answer all the same
            pass
        was_away = self._slept or self._failures >= BELIEVED
        for follower in self._followers():
            follower.rouse(self._missed_at if was_away else None)
        self._missed_at, self._failures, self._slept = None, 0, False
        self._answered_at = self._clock.monotonic()
