"""Which pods a policy selects, which policies hit a pod, and what a pod belongs to."""

from desktop.policy.objects import LabelSelector, NetworkPolicy, Operator, Requirement
from desktop.reach.objects import Kind, OwnerReference, Pod, StoredPolicy, Thing, Workload
from desktop.reach.selection import counts, pods_of, policies_of, workload_of
from desktop.reach.snapshot import Put, Snapshot


def stored(namespace: str, name: str, *labels: tuple[str, str], **expressions: Operator) -> StoredPolicy:
    requirements = tuple(Requirement(key, operator, ("x",)) for key, operator in expressions.items())
    return StoredPolicy(namespace, name, NetworkPolicy(namespace, name, LabelSelector(labels, requirements)), b"{}")


def snapshot(*things: Thing) -> Snapshot:
    return Snapshot().apply([Put(thing) for thing in things])


DB = Pod("shop", "db-0", {"role": "db", "tier": "x"})
WEB = Pod("shop", "web-0", {"role": "web"})
AGENT = Pod("shop", "agent-0", {"role": "db"}, host_network=True)
ELSEWHERE = Pod("other", "db-0", {"role": "db"})


def test_a_policy_selects_the_pods_of_its_own_namespace_by_all_of_its_labels() -> None:
    picture = snapshot(DB, WEB, ELSEWHERE, stored("shop", "one", ("role", "db")))
    policy = stored("shop", "one", ("role", "db"), ("tier", "x")).policy
    assert policy is not None
    assert pods_of(picture, policy).pods == (DB,)
    assert counts(picture, "shop") == {"one": 1}


def test_host_network_pods_are_listed_but_not_selected() -> None:
    picture = snapshot(DB, AGENT, stored("shop", "all"))
    policy = stored("shop", "all").policy
    assert policy is not None
    selected = pods_of(picture, policy)
    assert selected.pods == (DB,)
    assert selected.on_host_network == (AGENT,)
    assert counts(picture, "shop") == {"all": 1}
    assert policies_of(picture, AGENT) == ()


def test_each_operator_counts_as_the_api_says() -> None:
    policies = [stored("shop", operator.value, tier=operator) for operator in Operator]
    assert counts(snapshot(DB, WEB, *policies), "shop") == {"In": 1, "NotIn": 1, "Exists": 1, "DoesNotExist": 1}


def test_an_unreadable_policy_has_no_count_and_hits_no_pod() -> None:
    picture = snapshot(DB, StoredPolicy("shop", "broken", None, b"{}"))
    assert counts(picture, "shop") == {}
    assert policies_of(picture, DB) == ()


def test_the_policies_that_hit_a_pod_come_in_the_order_of_their_names() -> None:
    picture = snapshot(
        DB, stored("shop", "b"), stored("shop", "a", ("role", "db")), stored("shop", "c", ("role", "web"))
    )
    assert [entry.name for entry in policies_of(picture, DB)] == ["a", "b"]


def test_a_pod_belongs_to_its_highest_known_owner() -> None:
    pod = Pod("shop", "web-1", owner=OwnerReference("ReplicaSet", "web-abc"))
    replicas = Workload(Kind.REPLICA_SET, "shop", "web-abc", owner=OwnerReference("Deployment", "web"))
    deployment = Workload(Kind.DEPLOYMENT, "shop", "web")
    assert workload_of(snapshot(pod, replicas, deployment), pod) == deployment
    assert workload_of(snapshot(pod, replicas), pod) == replicas
    assert workload_of(snapshot(pod), pod) is None
    assert workload_of(snapshot(WEB), WEB) is None


def test_an_owner_of_a_foreign_kind_or_in_a_circle_ends_the_search() -> None:
    foreign = Pod("shop", "x", owner=OwnerReference("Rollout", "x"))
    assert workload_of(snapshot(foreign), foreign) is None
    circle = Workload(Kind.JOB, "shop", "j", owner=OwnerReference("Job", "j"))
    pod = Pod("shop", "y", owner=OwnerReference("Job", "j"))
    assert workload_of(snapshot(circle), pod) == circle
