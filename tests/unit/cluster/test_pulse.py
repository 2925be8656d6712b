"""A cluster that was out of reach is asked anew as soon as it is back; one that is there is hardly asked at all."""

from datetime import UTC, datetime, timedelta

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.clock import Clock
from desktop.cluster.pulse import BELIEVED, PERIOD, REST, Pulse
from desktop.errors import BulkheadError, Cancelled, ServerError, TlsError, Unauthorized, Unreachable

OUT = Unreachable("unreachable.timeout")
ILL = ServerError("api.server-error", status=503)
UNKNOWN = TlsError("tls.expired")
REFUSED = Unauthorized("api.unauthorized", status=401)


class Follower:
    """Notes since when it was to have heard something."""

    def __init__(self) -> None:
        self.heard_at = 0.0
        self.cut_off = False
        self.roused: list[float | None] = []
        self.asked_whether_overdue = 0

    def rouse(self, since: float | None) -> None:
        self.roused.append(since)

    @property
    def waked(self) -> list[float]:
        """The times when the cluster was said to have been away."""
        return [since for since in self.roused if since is not None]

    def rouse_if_overdue(self) -> None:
        self.asked_whether_overdue += 1


class Course:
    """A pulse on a clock of its own; each question takes a second, and is answered as ``answers`` say (None: well)."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.ahead = timedelta()
        self.answers: list[BulkheadError | None] = []
        self.asked: list[float] = []
        self.slept_amid = timedelta()  # how long the machine sleeps during the next question
        self.stands_still = True  # whether its clock for waiting does meanwhile
        self.follower = Follower()
        self.slept = 0.0  # as far as a clock tells that goes on meanwhile
        clock = Clock(lambda: self.seconds, self._now, lambda: 0.0, CancelToken.wait, lambda: self.seconds + self.slept)
        self.pulse = Pulse(self._ask, lambda: [self.follower], clock)

    def _now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds) + self.ahead

    def _ask(self) -> None:
        self.asked.append(self.seconds)
        self.seconds += 1
        slept, self.slept_amid = self.slept_amid, timedelta()
        if self.stands_still:
            self.ahead += slept
        else:
            self.seconds += slept.total_seconds()
        if self.answers and (error := self.answers.pop(0)):
            raise error

    def run(self, seconds: float) -> None:
        """Let it beat for some time."""
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds += self.pulse.beat()


def test_a_cluster_that_tells_something_is_not_asked() -> None:
    course = Course()
    for _ in range(20):
        course.follower.heard_at = course.seconds
        course.run(PERIOD / 2)
    assert course.asked == []
    assert course.follower.asked_whether_overdue > 10


def test_a_silent_cluster_is_asked_three_times_a_minute_at_most_and_nobody_is_roused() -> None:
    course = Course()
    course.run(600)
    assert 20 <= len(course.asked) <= 30
    assert course.follower.waked == []


@pytest.mark.parametrize("error", [OUT, ILL, UNKNOWN], ids=lambda error: error.code)
def test_who_follows_is_roused_once_when_a_cluster_that_was_out_of_reach_answers(error: BulkheadError) -> None:
    course = Course()
    course.answers = [None, *[error] * BELIEVED]
    course.run(120)
    missed = course.asked[1]
    assert course.follower.waked == [missed]  # who has heard something since then need not ask


def test_one_question_without_an_answer_means_nothing() -> None:
    course = Course()
    course.answers = [None, OUT, None, OUT, None]
    course.run(200)
    assert course.follower.waked == []


def test_who_cannot_reach_a_cluster_that_answers_others_is_told_so_three_times_a_minute_at_most() -> None:
    course = Course()
    course.follower.cut_off = True
    for _ in range(60):
        course.follower.heard_at = course.seconds
        course.run(PERIOD / 2)
    assert 20 <= len(course.follower.roused) <= 30
    assert course.follower.waked == []


def test_an_answer_that_says_no_is_an_answer() -> None:
    course = Course()
    course.answers = [REFUSED] * 10
    course.run(120)
    assert course.follower.waked == []


def test_a_cluster_that_is_out_of_reach_is_asked_four_times_a_minute_at_most() -> None:
    course = Course()
    course.answers = [OUT] * 100
    course.run(600)
    assert len(course.asked) <= 600 / REST + 2


@pytest.mark.parametrize("stands_still", [True, False], ids=["clock stood still", "clock went on"])
def test_after_a_sleep_of_the_machine_who_follows_is_roused_as_soon_as_the_cluster_answers(
    stands_still: bool,
) -> None:
    course = Course()
    course.run(10)
    if stands_still:
        course.ahead += timedelta(hours=8)
    else:
        course.seconds += 8 * 3600
    woke = course.seconds
    course.answers = [OUT, None]
    course.run(30)
    assert course.follower.waked == [woke]
    assert course.seconds - woke < 60


@pytest.mark.parametrize("stands_still", [True, False], ids=["clock stood still", "clock went on"])
@pytest.mark.parametrize("answer", [OUT, None], ids=["lost", "answered"])
def test_a_sleep_of_the_machine_amid_a_question_is_noticed(stands_still: bool, answer: BulkheadError | None) -> None:
    course = Course()
    course.stands_still, course.slept_amid, course.answers = stands_still, timedelta(hours=8), [answer]
    course.run(PERIOD + 10)
    woke = course.asked[0] + 1 + (0 if stands_still else 8 * 3600)
    course.run(30)
    assert course.follower.waked == [woke]


def test_a_sleep_is_noticed_although_the_clock_was_set_back_just_then() -> None:
    course = Course()
    course.run(60)
    assert course.follower.waked == []
    course.ahead -= timedelta(hours=5)
    course.slept += 3600
    course.run(60)
    assert len(course.follower.waked) == 1


def test_a_clock_that_is_set_back_is_no_sleep() -> None:
    course = Course()
    course.run(10)
    course.ahead -= timedelta(hours=8)
    course.run(100)
    assert course.follower.waked == []


def test_it_ends_when_it_is_cancelled() -> None:
    course = Course()
    course.answers = [Cancelled()]
    with pytest.raises(Cancelled):
        course.run(100)
