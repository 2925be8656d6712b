"""Advice is kept up to date: what a change may touch is looked at again, and nothing else."""

from collections.abc import Iterable

import pytest

from desktop.policy.codec import parse_policy
from desktop.policy.objects import NetworkPolicy
from desktop.policy.profile import DEFAULT, PROFILES
from desktop.reach.advice.advisor import Advisor, advise
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import Coverage, Kind, Namespace, Pod, Service, StoredPolicy, Thing
from desktop.reach.snapshot import Change, Gone, Put, Snapshot
from tests.helpers.clusters import known

Key = tuple[str, str]


def stored(namespace: str, name: str, spec: dict[str, object] | None) -> StoredPolicy:
    value = {"metadata": {"namespace": namespace, "name": name}, "spec": spec}
    return StoredPolicy(namespace, name, parse_policy(value) if spec is not None else None, b"")


WEB = {"podSelector": {"matchLabels": {"app": "web"}}}
TEAM = {"namespaceSelector": {"matchLabels": {"team": "a"}}, **WEB}
SHOP: tuple[Thing, ...] = (
    Namespace("x", {"kubernetes.io/metadata.name": "x"}),
    Namespace("y", {"kubernetes.io/metadata.name": "y", "team": "a"}),
    Namespace("z", {"kubernetes.io/metadata.name": "z"}),
    Pod("x", "web", {"app": "web"}, ("10.0.0.1",)),
    Pod("y", "web", {"app": "web"}),
    stored("x", "own", {**WEB, "ingress": [{"from": [WEB]}]}),
    stored("x", "team", {**WEB, "ingress": [{"from": [TEAM]}]}),
    stored("x", "address", {**WEB, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.1/32"}}]}]}),
    stored("x", "later", {**WEB, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.9/32"}}]}]}),
    stored("x", "out", {**WEB, "policyTypes": ["Egress"]}),
    stored("x", "out too", {**WEB, "policyTypes": ["Egress"]}),
    stored("z", "elsewhere", {"podSelector": {}, "ingress": [{"from": [WEB]}]}),
    stored("z", "unreadable", None),
)
PICTURE = known(Snapshot().apply(Put(thing) for thing in SHOP))


def policies(snapshot: Snapshot) -> Iterable[NetworkPolicy]:
    return (each.policy for table in snapshot.policies.values() for each in table.values() if each.policy)


def advised(snapshot: Snapshot) -> Advisor:
    advisor = Advisor()
    advisor.follow(snapshot)
    for policy in policies(snapshot):
        advisor.advise(policy)
    return advisor


CHANGES: list[tuple[str, list[Change], set[str]]] = [
    ("a pod like one there", [Put(Pod("x", "web-2", {"app": "web"}))], set()),
    ("a pod like no other", [Put(Pod("z", "new", {"app": "new"}))], {"elsewhere"}),
    ("a Service", [Put(Service("z", "s"))], {"elsewhere"}),
    ("a policy", [Gone(Kind.NETWORK_POLICY, "z", "unreadable")], {"elsewhere"}),
    ("a namespace that a selector picks from now on", [Put(Namespace("w", {"team": "a"}))], {"team"}),
    ("a namespace that no selector picks", [Put(Namespace("w", {"team": "b"}))], set()),
    ("an address that is no more", [Put(Pod("x", "web", {"app": "web"}, ("10.0.0.2",)))], {"address"}),
    ("an address that is new", [Put(Pod("y", "web", {"app": "web"}, ("10.0.0.9",)))], {"later"}),
]


@pytest.mark.parametrize(("change", "concerned"), [each[1:] for each in CHANGES], ids=[each[0] for each in CHANGES])
def test_policies_that_a_change_may_touch_are_named(change: list[Change], concerned: set[str]) -> None:
    named = advised(PICTURE).follow(PICTURE.apply(change))
    assert {name for _, name in named} == concerned


@pytest.mark.parametrize("change", [each[1] for each in CHANGES], ids=[each[0] for each in CHANGES])
def test_advice_that_is_kept_up_to_date_is_what_it_would_be_anew(change: list[Change]) -> None:
    advisor, after = advised(PICTURE), PICTURE.apply(change)
    again = advisor.follow(after)
    kept_sight = Sight(PICTURE)
    for policy in policies(PICTURE):
        advise(policy, DEFAULT, kept_sight)
    other_sight = kept_sight.of(after)
    for policy in policies(after):
        anew = advise(policy, DEFAULT, Sight(after))
        assert advise(policy, DEFAULT, other_sight) == anew
        if (policy.namespace, policy.name) in again:
            assert advisor.advise(policy) == anew
        else:
            assert advised(PICTURE).advise(policy) == anew


def test_all_policies_are_looked_at_again_where_rights_change() -> None:
    advisor = advised(PICTURE)
    again = advisor.follow(PICTURE.covering(Kind.POD, Coverage.FORBIDDEN))
    assert again == {(policy.namespace, policy.name) for policy in policies(PICTURE)}


def test_a_picture_whose_policies_hold_no_addresses_is_followed_too() -> None:
    picture = PICTURE.apply(Gone(Kind.NETWORK_POLICY, "x", name) for name in ("address", "later"))
    moved = picture.apply([Put(Pod("x", "web", {"app": "web"}, ("10.0.0.2",)))])
    assert advised(picture).follow(moved) == set()


def test_a_policy_that_is_forgotten_is_not_looked_at_again() -> None:
    advisor = advised(PICTURE)
    advisor.forget(("z", "elsewhere"))
    advisor.forget(("z", "never there"))
    assert advisor.follow(PICTURE.apply([Put(Service("z", "s"))])) == set()


def test_advice_is_for_the_profile_in_use() -> None:
    block: dict[str, object] = {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}
    picture = PICTURE.apply([Put(stored("x", "block", block))])
    policy = picture.policies["x"]["block"].policy
    assert policy is not None
    advisor = advised(picture)
    assert "advice.block-of-cluster" in [each.code for each in advisor.advise(policy)]
    advisor.use(PROFILES["cce-turbo-dataplane-v2"])  # says itself what becomes of it
    assert "advice.block-of-cluster" not in [each.code for each in advisor.advise(policy)]
