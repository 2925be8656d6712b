"""How many requests a minute a server in trouble gets, beside what client-go would ask of it."""

import statistics
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from desktop.cancellation import CancelToken
from desktop.cluster.pulse import Pulse
from desktop.errors import Cancelled, Unreachable
from tests.helpers.trouble import MINUTES, RETRY_AFTER, TROUBLES, Course, Trouble, client_go_attempts, ten_minutes
from tests.helpers.virtual_time import VirtualTime

SEEDS = range(5)
PINGS_OF_CLIENT_GO = 2.0
"""A minute, on each silent connection: the HTTP/2 transport pings after 30 s without a frame."""
MOST_OF_CLIENT_GOS = 1.2

pytestmark = [pytest.mark.benchmark(group="trouble"), pytest.mark.timeout(300)]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_a_server_in_trouble_gets_no_more_requests_than_from_client_go(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], tmp_path: Path, trouble: Trouble
) -> None:
    courses: list[Course] = []

    def follow() -> None:
        courses.extend(ten_minutes(trouble, tmp_path, seed) for seed in SEEDS)

    benchmark.pedantic(follow, rounds=1)  # type: ignore[no-untyped-call]
    asked = RETRY_AFTER if trouble.name.startswith("429") else 0
    theirs = statistics.mean(client_go_attempts(seed, at_least=asked) for seed in SEEDS) * trouble.client_go / MINUTES
    ours = statistics.mean(course.requests for course in courses) / MINUTES
    benchmark.extra_info |= {"requests_per_minute": ours, "client_go": theirs, "ratio": ours / theirs}
    with capsys.disabled():
        sys.stdout.write(
            f"\n{trouble.name:28} {ours:5.2f} requests a minute; client-go {theirs:5.2f}; ratio {ours / theirs:.2f}\n"
        )
    assert ours / theirs <= MOST_OF_CLIENT_GOS


@pytest.mark.parametrize("answers", [True, False], ids=["silent", "out of reach"])
def test_a_cluster_that_tells_nothing_is_hardly_asked_whether_it_is_there(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], answers: bool
) -> None:
    """Once for the whole cluster, however many kinds are followed."""
    asked: list[float] = []

    def follow() -> None:
        token = CancelToken()
        time = VirtualTime(token, MINUTES * 60.0)

        def ask() -> None:
            asked.append(time.seconds)
            if not answers:
                raise Unreachable("unreachable.refused")

        pulse = Pulse(ask, list, time.clock)
        with suppress(Cancelled):
            while True:
                time.clock.sleep(token, pulse.beat())

    benchmark.pedantic(follow, rounds=1)  # type: ignore[no-untyped-call]
    ours = len(asked) / MINUTES
    benchmark.extra_info |= {"questions_per_minute": ours, "client_go": PINGS_OF_CLIENT_GO}
    name = "silent" if answers else "out of reach"
    with capsys.disabled():
        sys.stdout.write(f"\n{name:28} {ours:5.2f} questions a minute; client-go {PINGS_OF_CLIENT_GO:5.2f} pings\n")
    assert ours <= 2 * PINGS_OF_CLIENT_GO + 0.5
