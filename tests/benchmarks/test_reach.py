"""How long it takes to know all connections of a cluster, against asking pair by pair in the same run.

The pair by pair time is that of a sample, times the pairs of pods: one port each, where the matrix has them all.
"""

import json
import subprocess
import sys
from dataclasses import astuple
from itertools import pairwise

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.reach_run import Run
from tests.helpers.server_process import ROOT
from tests.helpers.teams_of import TeamsOf

MOST_OF_PAIR_BY_PAIR = 0.01
MOST_OF_AN_IMPACT = 0.200
MOST_OF_AN_ANSWER = 0.010

BIG = TeamsOf(workloads=5_000, namespaces=500, policies=5_000)
UNLIKE = TeamsOf(workloads=5_000, namespaces=500, policies=5_000, ports=500, blocks=4_000)  # hardly two rules alike
BIGGEST = TeamsOf(workloads=25_000, namespaces=2_000, policies=10_000)
OF_THE_PEER = TeamsOf(workloads=1_000, namespaces=100, policies=1_200, pods_each=1, ports=100, blocks=200)

pytestmark = [pytest.mark.benchmark(group="connections"), pytest.mark.timeout(600)]


def run(size: TeamsOf) -> Run:
    """Compute a cluster once, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.reach_run", *map(str, astuple(size))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Run(**json.loads(done.stdout))


def line(size: TeamsOf, told: Run) -> str:
    return (
        f"{size.workloads * size.pods_each:7} pods {size.namespaces:5} namespaces {size.policies:6} policies: "
        f"{told.classes:6} classes {told.columns:6} columns {told.seconds:7.2f} s {told.peak:5.0f} MB; "
        f"pair by pair {told.pairwise:10.0f} s, ratio {told.seconds / told.pairwise:.6f}; "
        f"impact {told.impact * 1000:4.0f} ms, the first {told.first * 1000:4.0f} ms; why {told.why * 1000:5.2f} ms"
    )


@pytest.mark.parametrize(
    ("size", "seconds", "memory"),
    [(BIG, 10, 1_000), (UNLIKE, 10, 1_000), (BIGGEST, 60, 4_000), (OF_THE_PEER, 2, 1_000)],
)
def test_all_connections_of_a_big_cluster(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], size: TeamsOf, seconds: float, memory: float
) -> None:
    runs: list[Run] = []
    benchmark.pedantic(lambda: runs.append(run(size)), rounds=3)  # type: ignore[no-untyped-call]
    best = min(runs, key=lambda each: each.seconds)
    benchmark.extra_info |= {"seconds": best.seconds, "pairwise": best.pairwise, "peak_mb": best.peak}
    with capsys.disabled():
        sys.stdout.write(f"\n{line(size, best)}\n")
    assert best.seconds <= min(seconds, best.pairwise * MOST_OF_PAIR_BY_PAIR)
    assert best.peak <= memory
    assert min(each.why for each in runs) <= MOST_OF_AN_ANSWER
    if size in {BIG, UNLIKE}:
        assert min(each.impact for each in runs) <= MOST_OF_AN_IMPACT
        assert min(each.first for each in runs) <= MOST_OF_AN_IMPACT


def test_the_cost_grows_little_faster_than_the_cluster(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = [TeamsOf(pods // 4, pods // 40, pods // 4) for pods in (1_000, 4_000, 16_000)]
    runs: list[Run] = []
    benchmark.pedantic(lambda: runs.extend(map(run, sizes)), rounds=1)  # type: ignore[no-untyped-call]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(map(line, sizes, runs)) + "\n")
    for smaller, bigger in pairwise(runs):
        assert bigger.seconds <= 16 * smaller.seconds  # pair by pair it is sixteen times as much
