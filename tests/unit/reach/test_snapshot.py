"""A picture changes by copying only what a change touches."""

from datetime import UTC, datetime

from desktop.policy.objects import Peer
from desktop.policy.tiers import Tier, TieredPolicy
from desktop.reach.objects import (
    CLUSTER_WIDE,
    Coverage,
    ForeignPolicy,
    Kind,
    Namespace,
    Pod,
    Service,
    StoredPolicy,
    Thing,
    TieredObject,
    Workload,
)
from desktop.reach.snapshot import Gone, Put, Replaced, Snapshot, changed, kind_of, touched


def pods(namespace: str, *names: str) -> tuple[Pod, ...]:
    return tuple(Pod(namespace, name, {"app": name}) for name in names)


def test_an_event_leaves_other_namespaces_the_very_same() -> None:
    old = Snapshot().apply([Replaced(Kind.POD, None, pods("a", "x") + pods("b", "y"))])
    new = old.apply([Put(Pod("a", "z"))])
    assert new.pods["b"] is old.pods["b"]
    assert new.services is old.services
    assert set(new.pods["a"]) == {"x", "z"}
    assert set(old.pods["a"]) == {"x"}
    assert touched(old, new, Kind.POD, Kind.NETWORK_POLICY) == {"a"}


def test_a_listing_that_brings_nothing_new_changes_nothing() -> None:
    things = pods("a", "x") + pods("b", "y")
    old = Snapshot().apply([Replaced(Kind.POD, None, things)])
    new = old.apply([Replaced(Kind.POD, None, pods("b", "y") + pods("a", "x"))])
    assert touched(old, new, Kind.POD) == set()


def test_a_listing_of_the_cluster_removes_what_it_does_not_hold() -> None:
    old = Snapshot().apply([Replaced(Kind.POD, None, pods("a", "x", "y") + pods("b", "z"))])
    new = old.apply([Replaced(Kind.POD, None, pods("a", "y"))])
    assert {namespace: list(table) for namespace, table in new.pods.items()} == {"a": ["y"]}
    assert touched(old, new, Kind.POD) == {"a", "b"}


def test_what_may_differ_is_told_by_kind() -> None:
    old = Snapshot().apply([Put(Namespace("a")), *map(Put, pods("a", "x"))])
    assert [kind for kind in Kind if changed(old, old.apply([Put(Namespace("b"))]), kind)] == [Kind.NAMESPACE]
    assert [kind for kind in Kind if changed(old, old.apply([Put(Pod("a", "y"))]), kind)] == [Kind.POD]


def test_the_namespaces_that_hold_a_kind_are_known() -> None:
    snapshot = Snapshot().apply([Put(Namespace("empty")), *map(Put, pods("a", "x")), *map(Put, pods("b", "y"))])
    assert snapshot.namespaces_with(Kind.POD) == ("a", "b")
    assert snapshot.namespaces_with(Kind.SERVICE) == ()


def test_a_listing_of_a_namespace_leaves_the_others() -> None:
    old = Snapshot().apply([Replaced(Kind.POD, None, pods("a", "x") + pods("b", "y"))])
    new = old.apply([Replaced(Kind.POD, "a", ())])
    assert list(new.pods) == ["b"]


def test_a_listing_of_one_kind_of_workload_leaves_the_other_kinds() -> None:
    deployment, job = Workload(Kind.DEPLOYMENT, "a", "same"), Workload(Kind.JOB, "a", "same")
    snapshot = Snapshot().apply([Put(deployment), Put(job), Replaced(Kind.JOB, None, ())])
    assert list(snapshot.things(Kind.DEPLOYMENT)) == [deployment]
    assert list(snapshot.things(Kind.JOB)) == []
    assert snapshot.count(Kind.DEPLOYMENT) == 1


def test_every_kind_comes_and_goes() -> None:
    things: dict[Kind, Thing] = {
        Kind.NAMESPACE: Namespace("a", {"x": "y"}),
        Kind.POD: Pod("a", "n"),
        Kind.CRON_JOB: Workload(Kind.CRON_JOB, "a", "n"),
        Kind.SERVICE: Service("a", "n"),
        Kind.NETWORK_POLICY: StoredPolicy("a", "n", None, b"{}"),
        Kind.CLUSTER_NETWORK_POLICY: TieredObject(
            Kind.CLUSTER_NETWORK_POLICY, TieredPolicy("ClusterNetworkPolicy", "n", Tier.ADMIN, 1, Peer()), b"{}"
        ),
        Kind.CILIUM_NETWORK_POLICY: ForeignPolicy(Kind.CILIUM_NETWORK_POLICY, "a", "n"),
        Kind.CALICO_GLOBAL_NETWORK_POLICY: ForeignPolicy(Kind.CALICO_GLOBAL_NETWORK_POLICY, "", "n"),
    }
    for kind, thing in things.items():
        assert kind_of(thing) is kind
        there = Snapshot().apply([Put(thing)])
        assert list(there.things(kind)) == [thing]
        assert there.count(kind) == 1
        namespace = "" if kind in CLUSTER_WIDE else "a"
        gone = there.apply([Gone(kind, namespace, "a" if kind is Kind.NAMESPACE else "n")])
        assert gone == Snapshot()


def test_the_end_of_an_unknown_object_changes_nothing() -> None:
    old = Snapshot().apply([Put(Pod("a", "x"))])
    new = old.apply([Gone(Kind.POD, "a", "other"), Gone(Kind.POD, "elsewhere", "x"), Gone(Kind.NAMESPACE, "", "a")])
    assert new == old
    assert touched(old, new, Kind.POD) == set()


def test_the_plug_ins_that_have_policies_of_their_own_are_known() -> None:
    there = Snapshot().apply([Put(ForeignPolicy(Kind.CILIUM_NETWORK_POLICY, "a", "n"))])
    assert there.others == {Kind.CILIUM_NETWORK_POLICY}
    assert there.apply([Gone(Kind.CILIUM_NETWORK_POLICY, "a", "n")]).others == set()


def test_coverage_tells_what_absence_means() -> None:
    snapshot = Snapshot(as_of=datetime(2026, 1, 1, tzinfo=UTC))
    assert snapshot.coverage_of(Kind.POD) is Coverage.UNKNOWN
    assert not snapshot.knows(Kind.POD, "a")
    partial = snapshot.covering(Kind.POD, Coverage.PARTIAL, frozenset({"a"}))
    assert partial.knows(Kind.POD, "a")
    assert not partial.knows(Kind.POD, "b")
    complete = partial.covering(Kind.POD, Coverage.COMPLETE)
    assert complete.knows(Kind.POD, "b")
    assert complete.partial == {}
    assert not complete.covering(Kind.POD, Coverage.FORBIDDEN).knows(Kind.POD, "a")
    assert complete.covering(Kind.POD, Coverage.COMPLETE) is complete


def test_applying_nothing_gives_the_same_picture() -> None:
    snapshot = Snapshot().apply([Put(Pod("a", "x"))])
    assert snapshot.apply([]) is snapshot
