"""A client asks a server no quicker than kubectl would, whatever happens."""

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.pace import Pace
from desktop.errors import Cancelled


class Time(CancelToken):
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0

    def wait(self, seconds: float) -> None:
        super().wait(0)
        self.now += seconds


def seconds_for(count: int, time: Time, pace: Pace) -> float:
    started = time.now
    for _ in range(count):
        pace.wait(time)
    return time.now - started


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    time = Time()
    pace = Pace(per_second=10, at_once=30, clock=lambda: time.now)
    assert seconds_for(30, time, pace) == 0
    assert seconds_for(20, time, pace) == pytest.approx(2.0)


def test_a_rest_makes_room_for_a_burst_again_but_for_no_more_than_one() -> None:
    time = Time()
    pace = Pace(per_second=10, at_once=30, clock=lambda: time.now)
    seconds_for(50, time, pace)
    time.now += 3600
    assert seconds_for(30, time, pace) == 0
    assert seconds_for(1, time, pace) == pytest.approx(0.1)


def test_waiting_for_a_turn_can_be_cancelled() -> None:
    time = Time()
    pace = Pace(per_second=10, at_once=1, clock=lambda: time.now)
    pace.wait(time)
    time.cancel()
    with pytest.raises(Cancelled):
        pace.wait(time)
