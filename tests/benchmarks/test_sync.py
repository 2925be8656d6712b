"""How long a big cluster takes to synchronize, against the client library's own typed list calls in the same run.

Server, program and library each run in a process of their own. The time pytest-benchmark tells is that of the whole
process with its start; what is compared is what the process itself measured.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.sync_run import Run
from tests.helpers.cluster_of import ClusterOf
from tests.helpers.server_process import ROOT, RunningServer, running_server

MOST_OF_THE_LIBRARYS_TIME = 0.25
MOST_MEMORY = 600.0  # MB

pytestmark = [pytest.mark.benchmark(group="synchronize"), pytest.mark.timeout(300)]


def run(how: str, server: RunningServer) -> Run:
    """Synchronize once, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.sync_run", how, server.kubeconfig]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Run(**json.loads(done.stdout))


@pytest.mark.parametrize("pods", [2_000, 20_000, 50_000])
def test_a_cluster_synchronizes_in_a_quarter_of_the_librarys_time(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], tmp_path: Path, pods: int
) -> None:
    cluster = ClusterOf(namespaces=pods // 40, pods=pods, policies=pods // 4)
    runs: list[Run] = []
    with running_server(tmp_path, cluster) as server:
        yardstick = run("library", server)
        benchmark.pedantic(lambda: runs.append(run("ours", server)), rounds=3)  # type: ignore[no-untyped-call]
    best = min(runs, key=lambda each: each.seconds)
    ratio = best.seconds / yardstick.seconds
    peak = max(each.peak for each in runs)
    benchmark.extra_info |= {"seconds": best.seconds, "library": yardstick.seconds, "ratio": ratio, "peak_mb": peak}
    with capsys.disabled():
        sys.stdout.write(
            f"\n{pods:6} pods, {cluster.policies:5} policies, {cluster.namespaces:4} namespaces: "
            f"{best.seconds:6.2f} s, {peak:4.0f} MB; the library {yardstick.seconds:6.2f} s, {yardstick.peak:4.0f} MB; "
            f"ratio {ratio:.3f}\n"
        )
    wanted = {"Namespace": cluster.namespaces, "Pod": cluster.pods, "NetworkPolicy": cluster.policies}
    assert best.counts == yardstick.counts == wanted
    assert ratio <= MOST_OF_THE_LIBRARYS_TIME
    if pods <= 20_000:
        assert peak <= MOST_MEMORY
