"""While a policy is written the cluster's own names are offered, and what a choice matches is counted."""

from desktop.policy.objects import IPBlock, LabelSelector, Operator, Peer, Requirement
from desktop.reach import choices
from desktop.reach.choices import Match
from desktop.reach.objects import (
    Coverage,
    Kind,
    Namespace,
    OwnerReference,
    Pod,
    Service,
    ServicePort,
    Thing,
    Workload,
)
from desktop.reach.snapshot import Put, Snapshot
from tests.helpers.scenes import scene

DB = {"role": "db", "controller-revision-hash": "db-1"}
SET = OwnerReference("StatefulSet", "db")
REPLICAS = OwnerReference("ReplicaSet", "web-1")
THINGS: tuple[Thing, ...] = (
    Namespace("default", {"kubernetes.io/metadata.name": "default", "team": "a"}),
    Namespace("old", {"team": "b"}),
    Workload(Kind.STATEFUL_SET, "default", "db", {"role": "db"}),
    Workload(Kind.DEPLOYMENT, "default", "web", {"role": "web", "pod-template-hash": "1"}),
    Workload(Kind.REPLICA_SET, "default", "web-1", {"role": "web"}, owner=OwnerReference("Deployment", "web")),
    Pod("default", "db-0", DB, owner=SET),
    Pod("default", "db-1", DB, owner=SET),
    Pod("default", "web-1-x", {"role": "web"}, owner=REPLICAS),
    Pod("default", "alone", {"role": "db"}),
    Pod("default", "host", {"role": "db"}, host_network=True),
    Pod("old", "one", {"role": "db"}),
    Service("default", "db", {"role": "db"}, (ServicePort("", 6380, 6379),)),
    Service("default", "headless", None, (ServicePort("", 1, 1),)),
)
ROLE_DB = LabelSelector((("role", "db"),))


def cluster() -> Snapshot:
    snapshot = Snapshot().apply(Put(thing) for thing in THINGS)
    for kind in (Kind.NAMESPACE, Kind.POD):
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    return snapshot


def test_labels_of_the_namespace_s_pods_are_offered_without_generated_ones() -> None:
    assert choices.pod_labels(cluster(), ["default"]) == {"role": ("db", "web")}
    assert choices.pod_labels(cluster(), None) == {"role": ("db", "web")}
    assert choices.namespace_labels(cluster()) == {"kubernetes.io/metadata.name": ("default",), "team": ("a", "b")}


def test_a_workload_gives_the_lasting_labels_of_its_pods() -> None:
    assert [workload.name for workload in choices.workloads(cluster(), "default")] == ["db", "web"]
    assert choices.lasting({"b": "1", "pod-template-hash": "x", "a": "2", "batch.kubernetes.io/job-name": "j"}) == {
        "a": "2",
        "b": "1",
    }


def test_matches_are_counted_by_workload_and_leave_out_the_host_network() -> None:
    assert choices.matched(cluster(), "default", ROLE_DB) == Match(3, 4, (("db", 2), ("alone", 1)), on_host_network=1)


def test_a_peer_is_counted_where_it_looks() -> None:
    every = LabelSelector()
    team_b = LabelSelector((), (Requirement("team", Operator.NOT_IN, ("a",)),))
    snapshot = cluster()
    assert choices.matched_by_peer(snapshot, "default", Peer(pod_selector=ROLE_DB)).pods == 3
    assert choices.matched_by_peer(snapshot, "default", Peer(ROLE_DB, namespace_selector=every)).pods == 4
    assert choices.matched_by_peer(snapshot, "default", Peer(namespace_selector=team_b)).workloads == (("one", 1),)


def test_what_may_not_be_listed_is_not_counted_as_none() -> None:
    assert not choices.matched(Snapshot(), "default", ROLE_DB).known


def test_namespaces_without_their_name_as_a_label_are_told() -> None:
    assert choices.unnamed(cluster(), ["default", "old", "elsewhere"]) == ("old",)


def test_only_services_with_pods_behind_them_are_offered() -> None:
    assert [service.name for service in choices.services(cluster(), None)] == ["db"]


def test_ports_are_offered_by_protocol_names_first() -> None:
    snapshot = scene(
        {
            "pods": {
                "shop/a": {"ports": {"http": 8080, "dns": "udp/53"}},
                "shop/b": {"ports": {"http": 8080, "-": 443}},
                "web/c": {"ports": {"other": 1}},
            },
            "workloads": {"Deployment/shop/d": {"ports": {"grpc": 50051}}},
        }
    )
    assert choices.pod_ports(snapshot, ["shop"]) == {
        "TCP": ("http", "grpc", "443", "8080", "50051"),
        "UDP": ("dns", "53"),
    }
    assert choices.pod_ports(snapshot, None)["TCP"][0] == "other"


def test_a_block_matches_the_pods_whose_addresses_it_holds() -> None:
    def pods_in(snapshot: Snapshot, *block: str) -> tuple[int, bool]:
        match = choices.matched_by_peer(snapshot, "default", Peer(ip_block=IPBlock(block[0], block[1:])))
        return match.pods, match.known

    pods = (Pod("default", f"pod-{number}", {}, ips=(f"10.0.{number}.1", f"fd00::{number}")) for number in range(4))
    snapshot = cluster().apply(Put(pod) for pod in pods)
    assert pods_in(snapshot, "10.0.0.0/8") == (4, True)
    assert pods_in(snapshot, "10.0.0.0/8", "10.0.1.0/24") == (3, True)
    assert pods_in(snapshot, "fd00::2/127") == (2, True)
    assert pods_in(snapshot, "192.0.2.0/24") == (0, True)
    assert pods_in(cluster(), "10.0.0.0/8") == (0, False), "no pod has an address there"
