"""What a name that a person types means."""

import pytest

from desktop.reach.caveats import Caveat, caveats
from desktop.reach.objects import Coverage, Kind, OwnerReference, Pod, Service, Workload
from desktop.reach.questions import NoSuchEnd, named
from desktop.reach.snapshot import Put, Snapshot
from tests.helpers.clusters import known

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
        ("shop/probe", "shop/probe[Pod]"),
        ("shop/web", "shop/web[Deployment]"),
        ("web", "shop/web[Deployment]"),
        ("probe", "shop/probe[Pod]"),
        ("shop/db[StatefulSet]", "shop/db[StatefulSet]"),
        ("10.0.0.7", "shop/probe[Pod]"),
        ("2001:db8:0::7", "shop/probe[Pod]"),
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
        ("shop/web[StatefulSet]", "end.unknown"),
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
