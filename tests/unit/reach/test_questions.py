"""What a name that a person types means."""

import pytest

from desktop.policy.objects import LabelSelector, NetworkPolicy, Peer, Port, Rule
from desktop.policy.profile import DEFAULT, PROFILES
from desktop.reach.caveats import Caveat, caveats
from desktop.reach.explain import explain
from desktop.reach.objects import Coverage, Kind, OwnerReference, Pod, Service, Workload
from desktop.reach.questions import NoSuchEnd, named
from desktop.reach.settings import Settings, settings_of
from desktop.reach.snapshot import Put, Snapshot
from desktop.reach.workloads import top_owner
from tests.helpers.clusters import known, stored

SHOP = Snapshot().apply(
    [
        Put(Workload(Kind.DEPLOYMENT, "shop", "web", {"app": "web"})),
        Put(Workload(Kind.STATEFUL_SET, "shop", "db")),
        Put(Workload(Kind.DEPLOYMENT, "shop", "db")),
        Put(Workload(Kind.REPLICA_SET, "shop", "web-1", owner=OwnerReference("Deployment", "web"))),
        Put(Pod("shop", "probe", ips=("10.0.0.7", "2001:db8::7"))),
        Put(Pod("shop", "agent", ips=("192.168.0.1",), host_network=True)),
        Put(Service("shop", "db", cluster_ips=("10.96.0.1",))),
    ]
)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("shop/probe", "shop/probe (Pod)"),
        ("shop/web", "shop/web (Deployment)"),
        ("web", "shop/web (Deployment)"),
        ("probe", "shop/probe (Pod)"),
        ("shop/db (StatefulSet)", "shop/db (StatefulSet)"),
        ("shop/db[StatefulSet]", "shop/db (StatefulSet)"),  # as np-guard's tools spell it
        ("10.0.0.7", "shop/probe (Pod)"),
        ("2001:db8:0::7", "shop/probe (Pod)"),
        ("192.168.0.1", "192.168.0.1"),  # a node's address is not its host-network pods'
        ("203.0.113.9", "203.0.113.9"),
    ],
)
def test_a_name_or_an_address_means_one_end(text: str, title: str) -> None:
    assert named(SHOP, text).title == title


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nobody", "end.unknown"),
        ("db", "end.ambiguous"),
        ("shop/nobody", "end.unknown"),
        ("shop/web (StatefulSet)", "end.unknown"),
        ("shop/db", "end.ambiguous"),
        ("10.96.0.1", "end.service"),
    ],
)
def test_what_means_no_end_or_several_is_an_error(text: str, code: str) -> None:
    with pytest.raises(NoSuchEnd) as told:
        named(SHOP, text)
    assert told.value.code == code


def test_a_workload_without_pods_stands_for_those_its_template_makes() -> None:
    (pod,) = named(SHOP, "shop/web").ends
    assert isinstance(pod, Pod)
    assert pod.labels == {"app": "web"}


def test_kinds_of_policies_that_may_not_be_listed_may_change_every_verdict() -> None:
    hidden = known(SHOP).covering(Kind.ADMIN_NETWORK_POLICY, Coverage.FORBIDDEN)
    assert caveats(hidden) == (Caveat(Kind.ADMIN_NETWORK_POLICY, hidden=True),)
    assert caveats(known(SHOP)) == ()


def test_what_is_no_name_at_all_is_unknown() -> None:
    for text in ("", "a/b/c", "shop/web[", "[Pod]"):
        with pytest.raises(NoSuchEnd) as told:
            named(SHOP, text)
        assert told.value.code == "end.unknown"


def test_a_pod_of_an_owner_that_is_not_known_is_that_owners() -> None:
    orphan = Pod("shop", "import-1", owner=OwnerReference("Workflow", "import"))
    static = Pod("shop", "kube-proxy-1", owner=OwnerReference("Node", "node-1"))
    titles = [str(top_owner(SHOP, pod)) for pod in (orphan, static)]
    assert titles == ["shop/import (Workflow)", "shop/kube-proxy-1 (Pod)"]


def test_a_rule_that_gives_the_reason_is_found_in_its_policy() -> None:
    rule = Rule((Peer(LabelSelector((("app", "web"),))),))
    policy = NetworkPolicy("shop", "p", ingress=(Rule(ports=(Port("TCP", 1),)), rule))
    web, probe = Pod("shop", "web-1", {"app": "web"}), Pod("shop", "probe")
    told = explain(known(SHOP.apply([Put(stored(policy))])), web, probe, "TCP", 80, Settings())
    assert [reason.path for reason in told.into.admitting] == [("spec", "ingress", 1)]


def test_the_profile_of_a_cluster_settles_what_plug_ins_read_differently() -> None:
    assert settings_of(PROFILES["cce-turbo-dataplane-v2"]).blocks_match_pods is False
    assert settings_of(PROFILES["upstream"]).blocks_match_pods is True
    assert settings_of(DEFAULT).blocks_match_pods is None
