"""Connections that are kept up to date say what computing them anew says, whatever happened in between."""

from collections.abc import Mapping

import pytest

from desktop.policy.codec import parse_policy
from desktop.policy.tiers import parse_tiered
from desktop.reach.columns import Owners
from desktop.reach.objects import (
    ContainerPort,
    Kind,
    Namespace,
    OwnerReference,
    Pod,
    Service,
    StoredPolicy,
    Thing,
    TieredObject,
    Workload,
)
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Change, Gone, Put, Snapshot
from desktop.reach.standing import Standing
from tests.helpers.clusters import known
from tests.helpers.reach import cells_shown

Spec = Mapping[str, object]


def stored(name: str, spec: Spec | None, namespace: str = "x") -> StoredPolicy:
    value = {"metadata": {"namespace": namespace, "name": name}, "spec": spec}
    return StoredPolicy(namespace, name, parse_policy(value) if spec is not None else None, b"")


def labelled(**labels: str) -> Spec:
    return {"podSelector": {"matchLabels": labels}}


def admitting(*peers: Spec, **to: str) -> Spec:
    return {**labelled(**to), "ingress": [{"from": list(peers), "ports": [{"port": 80}]}]}


def picture(*things: Thing) -> Snapshot:
    return known(Snapshot().apply(Put(thing) for thing in things))


OWNER = OwnerReference("ReplicaSet", "web-1")
SHOP = picture(
    Namespace("x"),
    Namespace("y", {"team": "a"}),
    Pod("x", "web-1-a", {"app": "web", "tier": "front"}, owner=OWNER),
    Pod("x", "web-1-b", {"app": "web", "tier": "back"}, owner=OWNER),
    Pod("x", "db", {"app": "db"}, ("10.0.0.1",), (ContainerPort("https", 443),)),
    Pod("y", "job", {"app": "job"}),
    stored("p", admitting(labelled(app="web"), app="db")),
    stored("out", {**labelled(app="web"), "policyTypes": ["Egress"], "egress": [{"to": [labelled(app="db")]}]}),
)
DENY = {
    "priority": 1,
    "subject": {"namespaces": {}},
    "ingress": [{"action": "Deny", "from": [{"pods": {"namespaceSelector": {}, **labelled(tier="front")}}]}],
}

CHANGES: dict[str, list[Change]] = {
    "another pod like one there": [Put(Pod("x", "db-2", {"app": "db"}, ("10.0.0.1",), (ContainerPort("https", 443),)))],
    "a pod like no other": [Put(Pod("x", "new", {"app": "new"}))],
    "a pod that gets another label": [Put(Pod("x", "db", {"app": "web"}))],
    "the last pod of a namespace goes": [Gone(Kind.POD, "y", "job")],
    "the first pod of a namespace": [Put(Pod("z", "first", {"app": "web"}))],
    "a policy like one there": [Put(stored("q", admitting(labelled(app="web"), app="db")))],
    "a policy that tells pods apart": [Put(stored("q", admitting(labelled(tier="front"), app="db")))],
    "such a policy, and such a pod": [
        Put(stored("q", admitting(labelled(tier="front"), app="db"))),
        Put(Pod("x", "more", {"app": "web", "tier": "front"})),
    ],
    "a policy that names a port, which no rule has as a number": [
        Put(stored("q", {**labelled(app="db"), "ingress": [{"ports": [{"port": "https"}]}]}))
    ],
    "a policy that cuts addresses": [Put(stored("q", admitting({"ipBlock": {"cidr": "10.0.0.0/8"}}, app="db")))],
    "a policy about labels of namespaces": [
        Put(stored("q", admitting({"namespaceSelector": {"matchLabels": {"team": "a"}}}, app="db")))
    ],
    "a policy goes": [Gone(Kind.NETWORK_POLICY, "x", "p")],
    "a policy that cannot be read": [Put(stored("q", None))],
    "the last policy of a direction goes": [Gone(Kind.NETWORK_POLICY, "x", "out")],
    "a cluster-wide policy": [
        Put(
            TieredObject(
                Kind.ADMIN_NETWORK_POLICY,
                parse_tiered("AdminNetworkPolicy", {"metadata": {"name": "a"}, "spec": DENY}),
                b"",
            )
        )
    ],
    "a namespace gets another label": [Put(Namespace("y", {"team": "b"}))],
    "pods turn out to have an owner": [
        Put(Workload(Kind.REPLICA_SET, "x", "web-1", owner=OwnerReference("Deployment", "web")))
    ],
    "something that has no say": [Put(Service("x", "s"))],
    "nothing": [],
}


@pytest.mark.parametrize("looked", [False, True], ids=["not looked at before", "looked at before"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_following_equals_computing_anew(change: list[Change], looked: bool) -> None:
    standing = Standing.of(SHOP, Settings(blocks_match_pods=True))
    if looked:
        _ = standing.matrix
    after = SHOP.apply(change)
    followed, anew = standing.follow(after), Standing.of(after, Settings(blocks_match_pods=True))
    assert followed.columns.workloads == anew.columns.workloads
    assert cells_shown(followed.matrix) == cells_shown(anew.matrix)


def test_a_policy_that_tells_a_hundred_pods_apart_is_followed_too() -> None:
    pods = [Pod("x", f"pod-{number:03}", {"n": str(number)}) for number in range(100)]
    before = picture(Namespace("x"), *pods, stored("p", labelled()))
    every: Spec = {
        "podSelector": {"matchExpressions": [{"key": "n", "operator": "In", "values": [str(n) for n in range(100)]}]}
    }
    after = before.apply([Put(stored("q", admitting(every, n="99")))])
    settings = Settings()
    followed, anew = Standing.of(before, settings).follow(after), Standing.of(after, settings)
    assert len(followed.ends.classes) == 100
    assert cells_shown(followed.matrix) == cells_shown(anew.matrix)


def test_what_has_no_say_leaves_what_was_computed() -> None:
    standing = Standing.of(SHOP, Settings())
    sides = standing.reach.sides
    assert standing.follow(SHOP.apply([Put(Service("x", "s"))])).reach.sides == sides
    assert standing.follow(SHOP) is standing


def test_owners_are_looked_up_again_only_where_something_changed() -> None:
    owners = Owners()
    before = owners.of(SHOP)
    after = owners.of(SHOP.apply([Put(Pod("y", "another"))]))
    assert after["x"] is before["x"]
    assert set(after["y"]) == {"job", "another"}


def test_policies_that_come_and_go_for_days_do_not_pile_up() -> None:
    snapshot = picture(*(Pod("x", f"web-{number}", {f"key-{number}": "a"}) for number in range(60)))
    standing = Standing.of(snapshot, Settings())
    for number in range(60):
        policy: Spec = {
            "podSelector": {},
            "ingress": [{"from": [labelled(**{f"key-{number}": "a"})], "ports": [{"port": 1 + number}]}],
        }
        snapshot = snapshot.apply(
            [Gone(Kind.NETWORK_POLICY, "x", f"p-{number - 1}"), Put(stored(f"p-{number}", policy))]
        )
        standing = standing.follow(snapshot)
    assert len(standing.ends.classes) < 30
    assert cells_shown(standing.matrix) == cells_shown(Standing.of(snapshot, Settings()).matrix)
