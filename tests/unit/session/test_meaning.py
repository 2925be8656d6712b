"""What a change means is said as far as the cluster is known, and not further."""

import pytest
import yaml

from desktop.manifest.checking import check
from desktop.policy.profile import for_version
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Put, Snapshot
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.meaning import Gap, Meaning, Missing, alike, may_mean_something_else, meaning, written_changes
from desktop.session.state import SessionState
from tests.helpers.scenes import policy_of, scene
from tests.helpers.writing import WritingDesk

SHOP = """
pods:
  shop/web: {labels: {app: web}}
  shop/db: {labels: {app: db}}
  other/web: {labels: {app: web}}
policies:
  shop/db:
    podSelector: {matchLabels: {app: db}}
    ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]
"""


def shop(**changes: object) -> Snapshot:
    return scene({**yaml.safe_load(SHOP), **changes})


def means(desk: WritingDesk, snapshot: Snapshot, *keys: tuple[str, str]) -> Meaning:
    desk.session.picture = snapshot
    return meaning(desk.session, dict.fromkeys(keys or (("shop", "db"),)))


@pytest.fixture
def desk(qapp: object) -> WritingDesk:
    return WritingDesk()


def test_a_known_cluster_leaves_nothing_open(desk: WritingDesk) -> None:
    found = means(desk, shop())
    assert found.impact is not None
    assert found.impact.opening
    assert found.gaps == ()


def test_of_a_cluster_not_listed_yet_nothing_is_said(desk: WritingDesk) -> None:
    assert means(desk, Snapshot()) == Meaning(None, (Gap(Missing.EVERYTHING),))
    half = shop().covering(Kind.NETWORK_POLICY, Coverage.UNKNOWN)
    assert means(desk, half).impact is None


def test_of_pods_that_may_not_be_listed_nothing_is_said(desk: WritingDesk) -> None:
    found = means(desk, shop(**{"listed only": {"Pod": "nowhere"}}))
    assert found == Meaning(None, (Gap(Missing.PODS),))


def test_pods_not_listed_in_one_of_two_namespaces_are_named(desk: WritingDesk) -> None:
    found = means(desk, shop(**{"listed only": {"Pod": ["shop"]}}), ("shop", "db"), ("other", "x"))
    assert found.impact is not None
    assert found.gaps == (Gap(Missing.PODS, ("other",)), Gap(Missing.OTHER_PODS))


@pytest.mark.parametrize(("kind", "what"), [("NetworkPolicy", Missing.POLICIES), ("Namespace", Missing.NAMESPACES)])
def test_what_else_may_not_be_listed_is_a_gap(desk: WritingDesk, kind: str, what: Missing) -> None:
    found = means(desk, shop(**{"listed only": {kind: "nowhere"}}))
    assert found.impact is not None
    assert found.gaps == (Gap(what),)


def test_files_that_cannot_be_read_are_a_gap(desk: WritingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    state = SessionState(problems=(("broken.yaml", ()),))
    monkeypatch.setattr(type(desk.session), "state", property(lambda _: state))
    assert means(desk, shop()).gaps == (Gap(Missing.FILES),)


def test_a_cluster_that_ignores_policies_is_told_with_every_meaning() -> None:
    desk = WritingDesk(entry=ClusterEntry("context:shop", Source.CONTEXT, "shop", profile="flannel"))
    assert [finding.code for finding in means(desk, shop()).shortcomings] == ["limit.enforcement"]


def test_the_same_change_means_the_same_whatever_else_comes_up(desk: WritingDesk) -> None:
    before = means(desk, shop())
    unrelated = shop().apply([Put(scene({"pods": {"apart/job": {}}}).pods["apart"]["job"])])
    assert not alike(before, means(desk, unrelated)), "one more pod could reach the database"
    closed = unrelated.apply([Put(policy_of("apart/shut", {"podSelector": {}, "policyTypes": ["Egress"]}))])
    assert alike(before, means(desk, closed))
    assert alike(before, means(desk, shop()))


def test_services_do_not_count_and_policies_do(desk: WritingDesk) -> None:
    before = shop()
    service = scene({"services": {"shop/db": {"selector": {"app": "db"}, "ports": {"80": 80}}}})
    assert not may_mean_something_else(before, before.apply([Put(service.services["shop"]["db"])]))
    assert may_mean_something_else(before, before.apply([Put(policy_of("shop/x", {"podSelector": {}}))]))
    assert may_mean_something_else(before, before.covering(Kind.POD, Coverage.FORBIDDEN))


GOOD = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec: {podSelector: {}}
"""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kind: [",
        GOOD.replace("podSelector: {}", "podSelector: 1"),
        GOOD.replace("{podSelector: {}}", "{podSelector: {}, ingress: [{ports: [{port: 0}]}]}"),
        f"{GOOD}---\n{GOOD}",
        f"{GOOD}---\n{GOOD.replace('spec', 'sepc')}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
    ],
)
def test_nothing_is_said_of_a_text_that_has_an_error_or_no_policy(text: str) -> None:
    assert written_changes(check(text, profile=for_version("", None))) is None


def test_a_text_means_all_its_policies_where_it_puts_them() -> None:
    text = f"{GOOD}---\n{GOOD.replace('name: db', 'name: web, namespace: shop')}"
    found = written_changes(check(text, profile=for_version("", None), namespace="here"))
    assert found is not None
    assert list(found) == [("here", "db"), ("shop", "web")]
