"""In a cluster too big for the short ways, rows and cells still say what asking one by one says."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from desktop.policy.codec import parse_policy
from desktop.reach.explain import End, Verdict, explain
from desktop.reach.matrix import EMPTY
from desktop.reach.objects import Pod, StoredPolicy
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Put, Snapshot
from desktop.reach.standing import Standing
from tests.helpers.reach import bit_of
from tests.helpers.teams_of import TeamsOf

_QUESTIONS = 3_000


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """Give a cluster of several hundred workloads, one of which has pods that differ."""
    whole = TeamsOf(workloads=400, namespaces=8, policies=1_600, pods_each=2).picture()
    namespace, pods = next(iter(whole.pods.items()))
    odd = next(iter(pods.values()))
    return whole.apply([Put(replace(odd, labels={**odd.labels, "tier": "db"})), Put(Pod(namespace, "0-first"))])


def _questions(snapshot: Snapshot) -> Iterator[tuple[End, End, int]]:
    random = Random(3)
    ends: list[End] = [pod for table in snapshot.pods.values() for pod in table.values()]
    ends += [f"{random.randrange(1, 224)}.{random.randrange(256)}.3.4" for _ in range(len(ends) // 4)]
    ports = [
        9090,
        53,
        443,
        *(port.port for table in snapshot.pods.values() for pod in table.values() for port in pod.ports),
    ]
    for _ in range(_QUESTIONS):
        source, destination = random.choice(ends), random.choice(ends)
        if isinstance(source, Pod) or isinstance(destination, Pod):
            yield source, destination, random.choice(ports)


def _agrees(standing: Standing) -> None:
    reach, matrix, columns = standing.reach, standing.matrix, standing.columns
    groups, into = {}, {}
    lines: dict[int, list[int]] = {}
    for index in range(len(columns.all)):
        for each in columns.members(index):
            lines.setdefault(each, []).append(index)
        groups[index], into[index] = matrix.cells(index), matrix.groups_into(index)
    for index, cells in groups.items():
        for other, cell in cells.items():
            assert into[other][cell] >> index & 1
    for source, destination, port in _questions(standing.snapshot):
        told = explain(standing.snapshot, source, destination, "TCP", port, standing.ends.settings).verdict
        start, end, mask = bit_of(reach, source), bit_of(reach, destination), reach.ports.mask_of("TCP", port)
        row = reach.row(start)
        certain, possible = (bool(ports & mask) for ports in row.at(end))
        said = Verdict.ALLOWED if certain else Verdict.UNDECIDABLE if possible else Verdict.NOT_ALLOWED
        assert said is told, (source, destination, port)
        for line in lines[start]:
            for column in lines[end]:
                cell = groups[line].get(column, EMPTY)
                assert not certain or cell.certain & mask
                assert not possible or (cell.certain | cell.undecidable) & mask
                assert certain or not cell.certain & ~cell.partly & mask


def test_rows_and_cells_say_what_the_explanation_says(snapshot: Snapshot) -> None:
    _agrees(Standing.of(snapshot, Settings()))


def test_so_they_do_after_changes_that_take_ends_and_ports_apart(snapshot: Snapshot) -> None:
    namespace = next(iter(snapshot.pods))
    spec = {
        "podSelector": {"matchLabels": {"tier": "api"}},
        "ingress": [
            {
                "from": [
                    {"ipBlock": {"cidr": "60.0.0.0/7"}},
                    {"podSelector": {"matchLabels": {"tier": "web", "app": "app-8"}}},
                ],
                "ports": [{"port": 50, "endPort": 55}, {"port": "metrics"}],
            }
        ],
    }
    policy = parse_policy({"metadata": {"namespace": namespace, "name": "new"}, "spec": spec})
    standing = Standing.of(snapshot, Settings())
    _ = standing.reach
    followed = standing.follow(snapshot.apply([Put(StoredPolicy(namespace, "new", policy, b""))]))
    _agrees(followed)
    assert EMPTY not in followed.matrix.cells(0).values()
