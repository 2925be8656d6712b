"""Connections that are kept up to date are computed anew where that is less to carry along."""

from desktop.policy.codec import parse_policy
from desktop.reach.objects import Coverage, Kind, Pod, StoredPolicy
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Gone, Put, Snapshot
from desktop.reach.standing import Standing


def _policy(number: int) -> StoredPolicy:
    peer = {"podSelector": {"matchLabels": {f"key-{number}": "a"}}}
    policy = parse_policy({"spec": {"podSelector": {}, "ingress": [{"from": [peer], "ports": [{"port": 1 + number}]}]}})
    return StoredPolicy("shop", f"p-{number}", policy, b"")


def test_policies_that_come_and_go_for_days_do_not_pile_up() -> None:
    snapshot = Snapshot().apply(Put(Pod("shop", f"web-{number}", {f"key-{number}": "a"})) for number in range(60))
    for kind in Kind:
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    standing = Standing.of(snapshot, Settings())
    for number in range(60):
        snapshot = snapshot.apply([Gone(Kind.NETWORK_POLICY, "shop", f"p-{number - 1}"), Put(_policy(number))])
        standing = standing.follow(snapshot)
    anew = Standing.of(snapshot, Settings())
    assert len(standing.ends.classes) < 30
    for row in range(60):
        cells = {
            column: standing.reach.ports.spans(cell.certain) for column, cell in standing.matrix.cells(row).items()
        }
        assert cells == {
            column: anew.reach.ports.spans(cell.certain) for column, cell in anew.matrix.cells(row).items()
        }


def test_nothing_new_is_nothing_to_compute() -> None:
    snapshot = Snapshot().apply([Put(Pod("shop", "web")), Put(_policy(1))])
    standing = Standing.of(snapshot, Settings())
    assert standing.follow(snapshot) is standing
