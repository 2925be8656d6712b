"""A folder may be only a part of what a cluster holds: what it lacks is told only where a near name is there."""

from desktop.policy.findings import Finding
from desktop.policy.objects import NAMESPACE_NAME, LabelSelector, NetworkPolicy, Peer, Rule
from desktop.policy.profile import DEFAULT
from desktop.reach.advice.advisor import advise
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import Coverage, Kind, Namespace, StoredPolicy
from desktop.reach.snapshot import Put, Snapshot


def found(policy: NetworkPolicy, origin: str, *names: str) -> list[Finding]:
    snapshot = Snapshot().apply(
        [
            Put(StoredPolicy(policy.namespace, policy.name, policy, b"{}", origin=origin)),
            *(Put(Namespace(name, {NAMESPACE_NAME: name})) for name in names),
        ]
    )
    for kind in Kind:
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    return list(advise(policy, DEFAULT, Sight(snapshot)))


def admitting(key: str, value: str) -> NetworkPolicy:
    peer = Peer(None, LabelSelector(((key, value),)))
    return NetworkPolicy("shop", "p", LabelSelector((("app", "x"),)), (Rule((peer,)),))


def codes(policy: NetworkPolicy, origin: str, *names: str) -> list[str]:
    return [finding.code for finding in found(policy, origin, *names)]


def test_a_namespace_that_a_folder_lacks_may_be_in_the_cluster() -> None:
    for key, code in ((NAMESPACE_NAME, "advice.no-such-namespace"), ("team", "advice.peer-no-namespace")):
        assert code in codes(admitting(key, "monitoring"), "", "shop")
        assert codes(admitting(key, "monitoring"), "p.yaml", "shop") == []


def test_a_near_name_in_a_folder_is_told() -> None:
    assert codes(admitting(NAMESPACE_NAME, "monitorng"), "p.yaml", "shop", "monitoring") == ["advice.no-such-namespace"]


def test_pods_that_a_folder_has_none_of_may_be_in_the_cluster() -> None:
    assert "advice.selects-nothing" in codes(NetworkPolicy("shop", "p", LabelSelector((("a", "b"),))), "", "shop")
    assert codes(NetworkPolicy("shop", "p", LabelSelector((("a", "b"),))), "p.yaml", "shop") == []


def test_the_policys_own_namespace_may_be_in_the_cluster_too() -> None:
    assert codes(NetworkPolicy("shop", "p"), "p.yaml", "other") == []
    assert codes(NetworkPolicy("shopp", "p"), "p.yaml", "shop") == ["advice.no-such-namespace"]
