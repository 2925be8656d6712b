"""Compute all connections of a cluster in a process of its own, and print how long it took and how much memory."""

import json
import sys
import time
from dataclasses import asdict, dataclass
from random import Random

from desktop import pauses
from desktop.policy.codec import parse_policy
from desktop.reach.explain import explain
from desktop.reach.impact import impact
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing
from tests.helpers.memory import peak_mb
from tests.helpers.teams_of import TeamsOf

_PAIRS = 2_000


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds, and the peak of memory in MB.

    ``pairwise`` is what asking each pair of pods on one port would take; ``first`` the first impact in a cluster whose
    connections were computed ahead, as the window has it done, and nothing else of it.
    """

    classes: int
    columns: int
    seconds: float
    pairwise: float
    impact: float
    first: float
    why: float
    peak: float


def main() -> None:
    """Compute the cluster whose numbers stand in the arguments."""
    snapshot = TeamsOf(*map(int, sys.argv[1:])).picture()
    started = time.perf_counter()
    standing = Standing.of(snapshot, Settings())
    matrix = standing.matrix
    for row in range(len(matrix.columns.all)):
        matrix.groups(row)
    seconds = time.perf_counter() - started
    peak = peak_mb()
    pods, why = _pairwise(snapshot)
    ahead = Standing.of(snapshot, Settings())
    ahead.complete(lambda: None)
    run = Run(
        classes=len(standing.ends.classes),
        columns=len(matrix.columns.all),
        seconds=seconds,
        pairwise=why * pods * pods,
        impact=_impact(standing, 5),
        first=_impact(ahead, 1),
        why=why,
        peak=peak,
    )
    sys.stdout.write(json.dumps(asdict(run)))


def _pairwise(snapshot: Snapshot) -> tuple[int, float]:
    """Return the number of pods, and what it takes to explain one connection."""
    pods, random = [pod for table in snapshot.pods.values() for pod in table.values()], Random(2)
    pairs = [(random.choice(pods), random.choice(pods)) for _ in range(_PAIRS)]
    started = time.perf_counter()
    for source, destination in pairs:
        explain(snapshot, source, destination, "TCP", 9090, Settings())
    return len(pods), (time.perf_counter() - started) / _PAIRS


def _impact(standing: Standing, policies: int) -> float:
    """Return what the slowest of some changes takes: a policy less, one that isolates, one like no other."""
    namespace = next(iter(standing.snapshot.policies))
    isolating = parse_policy({"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}})
    peers = [{"namespaceSelector": {"matchLabels": {"new": "a"}}}, {"ipBlock": {"cidr": "172.31.7.0/24"}}]
    rule = {"from": peers, "ports": [{"port": 31337}]}
    unlike = parse_policy({"spec": {"podSelector": {"matchLabels": {"new": "b"}}, "ingress": [rule]}})
    slowest = 0.0
    for name in list(standing.snapshot.policies[namespace])[:policies]:
        for changes in ({(namespace, name): None}, {(namespace, name): isolating}, {(namespace, "new"): unlike}):
            started = time.perf_counter()
            with pauses.many_objects():  # as the application does
                impact(standing, changes)
            slowest = max(slowest, time.perf_counter() - started)
    return slowest


if __name__ == "__main__":
    main()
