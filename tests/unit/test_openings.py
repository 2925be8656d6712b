"""Deleting policies opens the pods that no policy is left to restrict, and only those."""

import pytest

from desktop.policy.objects import Direction, LabelSelector, NetworkPolicy, Rule
from desktop.reach.objects import Coverage, Kind, Namespace, Pod, StoredPolicy, Thing
from desktop.reach.snapshot import Put, Snapshot
from desktop.ui.review.opening import Opening, openings

BOTH = (Direction.INGRESS, Direction.EGRESS)


def policy(name: str, app: str = "", directions: tuple[Direction, ...] | None = None) -> StoredPolicy:
    selector = LabelSelector((("app", app),) if app else ())
    return StoredPolicy("shop", name, NetworkPolicy("shop", name, selector, (Rule(),), None, directions), b"")


def cluster(*policies: StoredPolicy, known: bool = True) -> Snapshot:
    pods = [
        Pod("shop", "db-0", {"app": "db"}),
        Pod("shop", "web-0", {"app": "web"}),
        Pod("shop", "web-1", {"app": "web"}),
        Pod("shop", "agent", {"app": "web"}, host_network=True),
        Pod("other", "web-9", {"app": "web"}),
    ]
    things: list[Thing] = [Namespace("shop"), *pods, *policies]
    snapshot = Snapshot().apply([Put(thing) for thing in things])
    for kind in (Kind.POD, Kind.NETWORK_POLICY):
        snapshot = snapshot.covering(kind, Coverage.COMPLETE if known else Coverage.FORBIDDEN)
    return snapshot


def test_the_last_policy_of_a_pod_opens_it() -> None:
    found = openings(cluster(policy("web", "web")), {("shop", "web")})
    assert found == {("shop", "web"): Opening(True, 2, ("web-0", "web-1"), ())}


def test_another_policy_for_the_pod_keeps_it_restricted() -> None:
    found = openings(cluster(policy("web", "web"), policy("all")), {("shop", "all")})
    assert found == {("shop", "all"): Opening(True, 3, ("db-0",), ())}


def test_policies_deleted_together_do_not_count_for_each_other() -> None:
    found = openings(cluster(policy("web", "web"), policy("all")), {("shop", "all"), ("shop", "web")})
    assert found["shop", "web"].inbound == ("web-0", "web-1")
    assert found["shop", "all"].inbound == ("db-0", "web-0", "web-1")


def test_each_direction_counts_for_itself() -> None:
    found = openings(cluster(policy("web", "web", BOTH), policy("in", "web")), {("shop", "web")})
    assert found == {("shop", "web"): Opening(True, 2, (), ("web-0", "web-1"))}


@pytest.mark.parametrize(
    "snapshot",
    [
        cluster(policy("web", "web"), known=False),
        cluster(policy("web", "web"), StoredPolicy("shop", "odd", None, b"{}")),
        cluster(StoredPolicy("shop", "web", None, b"{}")),
        cluster(),
    ],
)
def test_nothing_is_said_where_pods_or_policies_are_not_fully_known(snapshot: Snapshot) -> None:
    assert openings(snapshot, {("shop", "web")}) == {("shop", "web"): Opening()}
