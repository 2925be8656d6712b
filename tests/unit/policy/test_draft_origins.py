"""The form knows which rule, port, peer or label is which, whatever is typed, and however many are equal."""

from dataclasses import replace

import pytest

from desktop.policy.draft import (
    DirectionField,
    Draft,
    Isolation,
    LabelRow,
    PeerField,
    PortField,
    RuleField,
    Scope,
    SelectorField,
    origins,
    recognised,
)
from desktop.policy.findings import Path
from desktop.policy.objects import Operator

INGRESS: Path = ("spec", "ingress")
LABELS: Path = ("spec", "podSelector", "matchLabels")
EXPRESSIONS: Path = ("spec", "podSelector", "matchExpressions")

TEAM, ZONE = (LabelRow(key, Operator.EXISTS, "") for key in ("team", "zone"))
APP = LabelRow("app", None, "web")
SELECTOR = SelectorField((APP, TEAM, ZONE))


def rules(*fields: RuleField) -> Draft:
    return Draft("p", "shop", inbound=DirectionField(Isolation.RULES, fields))


def twins(count: int) -> tuple[RuleField, ...]:
    first = RuleField(anyone=True, ports=(PortField("TCP", "80"),))
    return (first, *(first.twin() for _ in range(count - 1)))


def test_of_equal_rules_it_is_known_which_one_went_moved_or_is_new() -> None:
    one, two, three = twins(3)
    before = rules(one, two, three)
    assert origins(before, rules(two, three)).entries[INGRESS] == (1, 2)
    assert origins(before, rules(three, one, two)).entries[INGRESS] == (2, 0, 1)
    assert origins(before, rules(one, one.twin(), two, three)).entries[INGRESS] == (0, None, 1, 2)
    assert origins(before, rules(one, replace(two, anyone=False), RuleField())).entries[INGRESS] == (0, 1, None)
    assert not origins(before, before).stirred()


def test_nothing_is_said_of_rules_that_are_not_written() -> None:
    before = rules(*twins(2))
    for isolation in (Isolation.OPEN, Isolation.NOTHING):
        off = replace(before, inbound=replace(before.inbound, isolation=isolation))
        assert INGRESS not in origins(before, off).entries
        assert INGRESS not in origins(off, before).entries


def test_the_entries_of_a_row_of_ports_are_told_by_what_they_say() -> None:
    row = PortField("TCP", "80, 443, 8080")
    other = PortField("UDP", "53")
    path = (*INGRESS, 1, "ports")
    before = rules(*twins(1), RuleField(anyone=True, ports=(row, other)))
    last = before.inbound.rules[1]

    def after(*ports: PortField) -> tuple[int | None, ...]:
        return origins(before, rules(*twins(1), replace(last, ports=ports))).entries[path]

    assert after(replace(row, text="443, 8080"), other) == (1, 2, 3)
    assert after(other, replace(row, text="80, 444, 8080")) == (3, 0, 1, 2)
    assert after(PortField("UDP", "53"), replace(row, text="8080, 1, 2, 3")) == (None, 2, 0, 1, None)


def test_peers_and_what_they_select_are_told_by_their_fields() -> None:
    peer = PeerField(pods=SELECTOR, scope=Scope.LABELLED_NAMESPACES, namespaces=SELECTOR)
    rule = RuleField(peers=(PeerField(), peer))
    changed = replace(peer, pods=SelectorField((ZONE, TEAM)), namespaces=SelectorField((ZONE,)))
    known = origins(rules(rule), rules(replace(rule, peers=(changed, PeerField())))).entries
    path = (*INGRESS, 0, "from")
    assert known[path] == (1, None)
    assert known[*path, 0, "podSelector", "matchExpressions"] == (1, 0)
    assert known[*path, 0, "namespaceSelector", "matchExpressions"] == (1,)
    assert path not in origins(rules(rule), rules(replace(rule, anyone=True))).entries


@pytest.mark.parametrize("scope", [Scope.EVERY_NAMESPACE, Scope.OWN_NAMESPACE])
def test_nothing_is_said_of_namespaces_that_are_not_chosen_by_rows(scope: Scope) -> None:
    rule = RuleField(peers=(PeerField(Scope.LABELLED_NAMESPACES, namespaces=SELECTOR),))
    changed = replace(rule, peers=(replace(rule.peers[0], scope=scope),))
    path = (*INGRESS, 0, "from", 0, "namespaceSelector", "matchExpressions")
    assert path in origins(rules(rule), rules(rule)).entries
    assert path not in origins(rules(rule), rules(changed)).entries


def test_a_label_is_known_by_its_row_under_another_key() -> None:
    before = Draft("p", "shop", SELECTOR)
    after = replace(before, selector=SelectorField((ZONE, TEAM, replace(APP, key=" role "), LabelRow("x", None, "y"))))
    assert origins(before, after).keys[LABELS] == {"role": "app"}
    assert origins(before, after).entries[EXPRESSIONS] == (1, 0)


def test_a_draft_from_elsewhere_is_known_by_what_it_says() -> None:
    one, two = twins(2)
    three = RuleField(peers=(PeerField(pods=SELECTOR), PeerField(Scope.EVERY_NAMESPACE)), ports=one.ports)
    before = replace(rules(one, two, three), selector=SELECTOR)

    def anew(rule: RuleField) -> RuleField:
        return RuleField(rule.anyone, rule.peers, tuple(PortField(each.protocol, each.text) for each in rule.ports))

    changed = replace(anew(three), peers=(PeerField(pods=SelectorField((LabelRow("team", Operator.EXISTS, ""),))),))
    after = recognised(
        replace(rules(anew(one), changed), selector=SelectorField((LabelRow("app", None, "x"),))), before
    )
    assert after.inbound.rules[1] == changed
    found = origins(before, after)
    assert found.entries[INGRESS] == (0, 1)
    assert found.entries[*INGRESS, 0, "ports"] == (0,)
    assert origins(before, recognised(rules(anew(one), anew(two), anew(three), anew(one)), before)).entries[
        INGRESS
    ] == (
        0,
        1,
        2,
        None,
    )
