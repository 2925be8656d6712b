"""Coverage counts the pods that some policy isolates, by direction, and claims nothing of what is not known."""

import pytest

from desktop.policy.objects import Direction
from desktop.reach.objects import Coverage, Kind
from desktop.reach.protection import Protection, protected, protection
from desktop.reach.snapshot import Snapshot
from tests.helpers.scenes import scene

CLUSTER = {
    "namespaces": {"empty": {}},
    "workloads": {"Deployment/shop/web": {}, "Deployment/shop/db": {}},
    "pods": {
        "shop/web-0": {"labels": {"app": "web"}, "owner": "Deployment/web"},
        "shop/web-1": {"labels": {"app": "web", "canary": "yes"}, "owner": "Deployment/web"},
        "shop/db-0": {"labels": {"app": "db"}, "owner": "Deployment/db"},
        "shop/agent": {"labels": {"app": "db"}, "host network": True},
        "tools/job": {"labels": {}},
    },
    "policies": {
        "shop/db": {"podSelector": {"matchLabels": {"app": "db"}}, "ingress": []},
        "shop/canary": {"podSelector": {"matchLabels": {"canary": "yes"}}, "policyTypes": ["Egress"]},
        "shop/also-db": {"podSelector": {"matchLabels": {"app": "db"}}, "ingress": [{}]},
    },
}


def of(snapshot: Snapshot, namespace: str) -> Protection:
    return next(each for each in protection(snapshot) if each.namespace == namespace)


def test_each_pod_counts_once_however_many_policies_isolate_it() -> None:
    shop = of(scene(CLUSTER), "shop")
    assert (shop.pods, shop.isolated) == (3, {Direction.INGRESS: 1, Direction.EGRESS: 1})


def test_host_network_pods_are_counted_apart() -> None:
    assert of(scene(CLUSTER), "shop").on_host_network == 1


def test_a_namespace_without_pods_or_policies_is_there() -> None:
    assert [each.namespace for each in protection(scene(CLUSTER))] == ["empty", "shop", "tools"]
    assert of(scene(CLUSTER), "tools").isolated == {Direction.INGRESS: 0, Direction.EGRESS: 0}


@pytest.mark.parametrize("kind", [Kind.POD, Kind.NETWORK_POLICY])
def test_where_pods_or_policies_may_not_be_listed_nothing_is_claimed(kind: Kind) -> None:
    snapshot = scene(CLUSTER).covering(kind, Coverage.PARTIAL, frozenset({"tools"}))
    assert not of(snapshot, "shop").known
    assert of(snapshot, "tools").known


def test_a_policy_that_cannot_be_read_leaves_its_namespace_unknown() -> None:
    snapshot = scene({**CLUSTER, "policies": {"tools/broken": {"podSelector": 3}}})
    assert not of(snapshot, "tools").known


def test_workloads_are_listed_with_their_policies_and_parted_where_their_pods_differ() -> None:
    told = [
        (each.workload.name, [pod.name for pod in each.pods], *each.policies.values(), each.on_host_network)
        for each in protected(scene(CLUSTER), ["shop"])
    ]
    assert told == [
        ("agent", ["agent"], (), (), True),
        ("db", ["db-0"], ("also-db", "db"), (), False),
        ("web", ["web-0"], (), (), False),
        ("web", ["web-1"], (), ("canary",), False),
    ]
