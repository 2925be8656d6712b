"""What cannot be read of a cluster-wide policy, or is not known yet, becomes a rule of which nothing is claimed."""

from typing import Any

import pytest

from desktop.policy.objects import IPBlock, LabelSelector, Peer, Port
from desktop.policy.tiers import ANY_PROTOCOL, Action, Tier, parse_tiered

Json = dict[str, Any]
ADMIN, BASELINE, CLUSTER = "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"
EVERY_POD = Peer(namespace_selector=LabelSelector())
SHOP = {"matchLabels": {"team": "shop"}}
NOT_LAB = {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["lab"]}]}
IN_SHOP = LabelSelector((("team", "shop"),))


def policy(**spec: Any) -> Json:
    return {"metadata": {"name": "p"}, "spec": {"priority": 5, "subject": {"namespaces": {}}, **spec}}


def actions(kind: str, *rules: object, direction: str = "ingress") -> list[Action]:
    value = policy(**{direction: list(rules)})
    if kind == CLUSTER:
        value["spec"]["tier"] = "Admin"
    if kind == BASELINE:
        del value["spec"]["priority"]
    read = parse_tiered(kind, value)
    return [rule.action for rule in (read.ingress if direction == "ingress" else read.egress)]


def rule(**more: Any) -> Json:
    return {"action": "Deny", "from": [{"namespaces": {}}], **more}


READABLE: list[tuple[str, str, Json]] = [
    (ADMIN, "ingress", rule(name="a rule")),
    (ADMIN, "ingress", rule(action="Pass", ports=None)),
    (ADMIN, "ingress", {"action": "Allow", "from": [{"pods": {"podSelector": SHOP, "namespaceSelector": NOT_LAB}}]}),
    (ADMIN, "egress", {"action": "Deny", "to": [{"networks": ["10.0.0.0/8", "::/0"]}, {"nodes": {}}]}),
    (ADMIN, "ingress", rule(ports=[{"portNumber": {"port": 80}}, {"portRange": {"start": 1, "end": 9}}])),
    (BASELINE, "ingress", rule(action="Allow")),
    (CLUSTER, "egress", {"action": "Accept", "to": [{"domainNames": ["*.example.org"]}], "protocols": [{"tcp": {}}]}),
]


@pytest.mark.parametrize(("kind", "direction", "value"), READABLE)
def test_what_the_api_knows_is_read(kind: str, direction: str, value: Json) -> None:
    assert Action.UNKNOWN not in actions(kind, value, direction=direction)


UNREADABLE: dict[str, tuple[str, object]] = {
    "no rule at all": (ADMIN, None),
    "no action": (ADMIN, {"from": [{"namespaces": {}}]}),
    "an action that is not known": (ADMIN, rule(action="Reflect")),
    "the action of the other API": (ADMIN, rule(action="Accept")),
    "a baseline that passes": (BASELINE, rule(action="Pass")),
    "no peers": (ADMIN, {"action": "Deny"}),
    "an empty list of peers": (ADMIN, {"action": "Deny", "from": []}),
    "peers of the other direction": (ADMIN, rule(to=[{"namespaces": {}}])),
    "an empty peer": (ADMIN, rule(**{"from": [{}]})),
    "a peer of two kinds": (ADMIN, rule(**{"from": [{"namespaces": {}, "pods": {"podSelector": {}}}]})),
    "a kind of peer that is not known": (ADMIN, rule(**{"from": [{"serviceAccounts": {}}]})),
    "namespaces with the same labels, as an early draft had them": (
        ADMIN,
        rule(**{"from": [{"namespaces": {"sameLabels": ["team"]}}]}),
    ),
    "pods by nothing": (ADMIN, rule(**{"from": [{"pods": {}}]})),
    "pods by what is not known": (ADMIN, rule(**{"from": [{"pods": {"podSelector": {}, "owners": []}}]})),
    "an operator without values": (
        ADMIN,
        rule(**{"from": [{"namespaces": {"matchExpressions": [{"key": "a", "operator": "NotIn"}]}}]}),
    ),
    "an operator with values that takes none": (
        ADMIN,
        rule(**{"from": [{"namespaces": {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]}}]}),
    ),
    "networks that are none": (ADMIN, rule(**{"from": [{"networks": ["10.0.0.0"]}]})),
    "no networks": (ADMIN, rule(**{"from": [{"networks": []}]})),
    "a field that is not known": (ADMIN, rule(schedule="nights")),
    "an empty list of ports": (ADMIN, rule(ports=[])),
    "a port of two kinds": (ADMIN, rule(ports=[{"namedPort": "http", "portNumber": {"port": 80}}])),
    "a port without a name": (ADMIN, rule(ports=[{"namedPort": ""}])),
    "a port without a number": (ADMIN, rule(ports=[{"portNumber": {"protocol": "TCP"}}])),
    "a port beyond the last": (ADMIN, rule(ports=[{"portNumber": {"port": 70000}}])),
    "a range that ends before it starts": (ADMIN, rule(ports=[{"portRange": {"start": 9, "end": 1}}])),
    "a protocol that is not known": (ADMIN, rule(ports=[{"portNumber": {"protocol": "ICMP", "port": 1}}])),
    "ports of both APIs": (CLUSTER, rule(ports=[{"namedPort": "a"}], protocols=[{"tcp": {}}])),
    "two protocols in one": (CLUSTER, rule(protocols=[{"tcp": {}, "udp": {}}])),
    "a port of the source": (CLUSTER, rule(protocols=[{"tcp": {"sourcePort": {"number": 80}}}])),
    "a destination that says nothing": (CLUSTER, rule(protocols=[{"tcp": {"destinationPort": {}}}])),
}


@pytest.mark.parametrize(("kind", "value"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_rule_that_cannot_be_read_stands_in_its_place_and_leaves_the_others(kind: str, value: object) -> None:
    assert actions(kind, rule(), value, rule()) == [Action.DENY, Action.UNKNOWN, Action.DENY]


WHOLE: dict[str, tuple[str, Json]] = {
    "no spec": (ADMIN, {"metadata": {"name": "p"}}),
    "no priority": (ADMIN, {"metadata": {"name": "p"}, "spec": {"subject": {"namespaces": {}}}}),
    "a priority beyond the last": (ADMIN, policy(priority=2**40)),
    "a priority that is no number": (ADMIN, policy(priority="5")),
    "a baseline with a priority": (BASELINE, policy()),
    "no tier": (CLUSTER, policy()),
    "a tier that is not known": (CLUSTER, policy(tier="Network")),
    "a field that is not known": (ADMIN, policy(defaultAction="Deny")),
    "rules that are no list": (ADMIN, policy(ingress={"action": "Deny"})),
}


@pytest.mark.parametrize(("kind", "value"), WHOLE.values(), ids=WHOLE)
def test_a_policy_that_cannot_be_read_is_one_rule_about_all_before_every_other(kind: str, value: Json) -> None:
    read = parse_tiered(kind, value)
    assert (read.name, read.subject, read.priority) == ("p", EVERY_POD, -1)
    assert [each.action for each in (*read.ingress, *read.egress)] == [Action.UNKNOWN, Action.UNKNOWN]


def test_a_policy_that_cannot_be_read_is_about_the_pods_it_is_known_to_be_about() -> None:
    read = parse_tiered(ADMIN, policy(subject={"namespaces": SHOP}, priority=None))
    assert read.subject == Peer(namespace_selector=IN_SHOP)
    for subject in ({}, {"namespaces": SHOP, "pods": {"podSelector": {}}}, {"namespaces": SHOP, "nodes": {}}):
        assert parse_tiered(ADMIN, policy(subject=subject)).subject == EVERY_POD


def test_a_metadata_without_a_name_is_no_obstacle() -> None:
    assert parse_tiered(ADMIN, {"metadata": None, "spec": None}).name == ""
    assert parse_tiered(ADMIN, {"metadata": {"name": 5}, "spec": None}).name == ""


def test_peers_and_ports_are_those_of_the_document() -> None:
    peers = [{"pods": {"podSelector": SHOP}}, {"networks": ["10.0.0.0/8"]}, {"nodes": {}}]
    ports = [{"portRange": {"protocol": "UDP", "start": 1, "end": 9}}, {"namedPort": "http"}]
    read = parse_tiered(ADMIN, policy(egress=[{"action": "Pass", "to": peers, "ports": ports, "name": "r"}]))
    (found,) = read.egress
    assert (read.tier, read.priority, found.name, found.partly_known) == (Tier.ADMIN, 5, "r", True)
    assert found.peers == (Peer(IN_SHOP, LabelSelector()), Peer(ip_block=IPBlock("10.0.0.0/8")))
    assert found.ports == (Port("UDP", 1, 9), Port(ANY_PROTOCOL, "http"))
    protocols = [{"tcp": {"destinationPort": {"number": 80}}}, {"sctp": {}}, {"destinationNamedPort": "http"}]
    protocols.append({"udp": {"destinationPort": {"range": {"start": 5, "end": 6}}}})
    again = parse_tiered(CLUSTER, policy(tier="Baseline", ingress=[rule(protocols=protocols)]))
    assert again.tier is Tier.BASELINE
    assert again.ingress[0].ports == (Port("TCP", 80), Port("SCTP"), Port(ANY_PROTOCOL, "http"), Port("UDP", 5, 6))
