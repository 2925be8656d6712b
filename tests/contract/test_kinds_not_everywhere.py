"""What not every server has, or has elsewhere: read, followed, or known not to be there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Bookmark, Gone, Listing, Put
from desktop.cluster.live import LiveGateway
from desktop.errors import Forbidden
from desktop.policy.tiers import Action, Tier
from desktop.reach.objects import FOREIGN_KINDS, TIERED_KINDS, ForeignPolicy, Kind, TieredObject, Workload
from tests.contract.api_servers import live_gateway
from tests.helpers.api_server import ApiServer
from tests.helpers.api_server.resources import CRON_JOBS
from tests.helpers.policies import Json

IN_NAMESPACES = ("CiliumNetworkPolicy", "NetworkPolicy", "CronJob")
TIERS = "policy.networking.k8s.io"


@pytest.fixture
def opened(api_server: ApiServer, tmp_path: Path) -> Iterator[Callable[[str], LiveGateway]]:
    gateways: list[LiveGateway] = []

    def open_(user: str) -> LiveGateway:
        path = tmp_path / f"kubeconfig-{user}"
        path.write_text(api_server.kubeconfig(user))
        gateways.append(live_gateway(path))
        return gateways[-1]

    yield open_
    for gateway in gateways:
        gateway.close()


def listing(gateway: LiveGateway, kind: Kind) -> Listing:
    return gateway.list(kind, None, CancelToken(), lambda *_: None)


def custom(api_version: str, kind: str, name: str, **spec: object) -> Json:
    metadata = {"name": name, "namespace": "shop"} if kind in IN_NAMESPACES else {"name": name}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def admin_policy(name: str, action: str = "Deny") -> Json:
    rule = {"action": action, "from": [{"namespaces": {}}]}
    return custom(
        f"{TIERS}/v1alpha1", "AdminNetworkPolicy", name, priority=7, subject={"namespaces": {}}, ingress=[rule]
    )


@pytest.mark.parametrize("user", ["admin", "viewer"])
def test_a_kind_that_is_not_installed_is_not_there_whatever_the_rights(
    opened: Callable[[str], LiveGateway], user: str
) -> None:
    for kind in TIERED_KINDS | FOREIGN_KINDS:
        assert listing(opened(user), kind) == Listing((), "", served=False)


def test_a_kind_that_is_installed_but_may_not_be_listed_is_forbidden_not_empty(
    api_server: ApiServer, opened: Callable[[str], LiveGateway]
) -> None:
    api_server.service.installed = {f"adminnetworkpolicies.{TIERS}", "globalnetworkpolicies.projectcalico.org"}
    gateway = opened("viewer")
    for kind in (Kind.ADMIN_NETWORK_POLICY, Kind.CALICO_GLOBAL_NETWORK_POLICY):
        with pytest.raises(Forbidden):
            listing(gateway, kind)
    assert not listing(gateway, Kind.BASELINE_ADMIN_NETWORK_POLICY).served


def test_cluster_wide_policies_are_listed_and_followed(
    api_server: ApiServer, opened: Callable[[str], LiveGateway]
) -> None:
    api_server.service.installed = {f"adminnetworkpolicies.{TIERS}"}
    api_server.add(admin_policy("a"))
    gateway = opened("admin")
    found = listing(gateway, Kind.ADMIN_NETWORK_POLICY)
    (thing,) = found.things
    assert isinstance(thing, TieredObject)
    assert (thing.name, thing.policy.tier, thing.policy.priority) == ("a", Tier.ADMIN, 7)
    assert b'"kind":"AdminNetworkPolicy"' in thing.raw
    token = CancelToken()
    events = gateway.watch(Kind.ADMIN_NETWORK_POLICY, None, found.version, token)
    api_server.add(admin_policy("b", "Allow"))
    event = next(events)
    assert isinstance(event, Put)
    assert isinstance(event.thing, TieredObject)
    assert event.thing.policy.ingress[0].action is Action.ALLOW
    api_server.remove("adminnetworkpolicies", "", "b")
    gone = next(events)
    assert isinstance(gone, Gone)
    assert (gone.kind, gone.namespace, gone.name) == (Kind.ADMIN_NETWORK_POLICY, "", "b")
    token.cancel()


@pytest.mark.parametrize(
    ("api_version", "name", "kind", "namespace"),
    [
        ("cilium.io/v2", "CiliumNetworkPolicy", Kind.CILIUM_NETWORK_POLICY, "shop"),
        ("cilium.io/v2", "CiliumClusterwideNetworkPolicy", Kind.CILIUM_CLUSTERWIDE_NETWORK_POLICY, ""),
        ("crd.projectcalico.org/v1", "NetworkPolicy", Kind.CALICO_NETWORK_POLICY, "shop"),
        ("crd.projectcalico.org/v1", "GlobalNetworkPolicy", Kind.CALICO_GLOBAL_NETWORK_POLICY, ""),
        ("projectcalico.org/v3", "NetworkPolicy", Kind.CALICO_NETWORK_POLICY, "shop"),
        ("projectcalico.org/v3", "GlobalNetworkPolicy", Kind.CALICO_GLOBAL_NETWORK_POLICY, ""),
    ],
)
def test_policies_of_plug_ins_are_known_to_be_there(
    api_server: ApiServer,
    opened: Callable[[str], LiveGateway],
    api_version: str,
    name: str,
    kind: Kind,
    namespace: str,
) -> None:
    document = custom(api_version, name, "p")
    plural = f"{name.lower()[:-1]}ies"
    api_server.service.installed = {f"{plural}.{api_version.partition('/')[0]}"}
    api_server.add(document)
    assert listing(opened("admin"), kind).things == (ForeignPolicy(kind, namespace, "p"),)


@pytest.mark.parametrize("user", ["admin", "viewer"])
def test_cron_jobs_of_a_server_before_1_21_are_found_where_it_keeps_them(
    api_server: ApiServer, opened: Callable[[str], LiveGateway], user: str
) -> None:
    api_server.service.withheld = {CRON_JOBS}
    api_server.service.installed = {"cronjobs.batch"}
    template = {"spec": {"template": {"metadata": {"labels": {"app": "nightly"}}, "spec": {"containers": []}}}}
    nightly = custom("batch/v1beta1", "CronJob", "nightly", jobTemplate=template)
    api_server.add(nightly)
    gateway = opened(user)
    if user == "viewer":
        with pytest.raises(Forbidden):
            listing(gateway, Kind.CRON_JOB)
        return
    (thing,) = listing(gateway, Kind.CRON_JOB).things
    assert isinstance(thing, Workload)
    assert (thing.kind, thing.name, thing.template_labels) == (Kind.CRON_JOB, "nightly", {"app": "nightly"})


def test_calicos_view_of_kubernetes_own_policies_is_none_of_its_own(
    api_server: ApiServer, opened: Callable[[str], LiveGateway]
) -> None:
    api_server.service.installed = {"networkpolicies.projectcalico.org"}
    api_server.add(custom("projectcalico.org/v3", "NetworkPolicy", "knp.default.mine"))
    gateway = opened("admin")
    found = listing(gateway, Kind.CALICO_NETWORK_POLICY)
    assert found.things == ()
    token = CancelToken()
    events = gateway.watch(Kind.CALICO_NETWORK_POLICY, None, found.version, token)
    api_server.add(custom("projectcalico.org/v3", "NetworkPolicy", "knp.default.other"))
    assert isinstance(next(events), Bookmark)
    token.cancel()
