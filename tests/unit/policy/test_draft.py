"""The form means exactly what the customer's page and the product's field rules say, and changes nothing else."""

from dataclasses import replace
from typing import cast

import pytest
import yaml

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
    kept_as_written,
    read_draft,
    write_draft,
)
from desktop.policy.findings import Severity
from desktop.policy.objects import Direction, Operator

ROLE_FRONTEND = SelectorField((LabelRow("role", None, "frontend"),))
ROLE_DB = SelectorField((LabelRow("role", None, "db"),))


def load(text: str) -> dict[str, object]:
    return cast(dict[str, object], yaml.safe_load(text))


def inbound(rule: RuleField) -> object:
    draft = Draft("p", "default", inbound=DirectionField(Isolation.RULES, (rule,)))
    return cast(dict[str, list[object]], spec(draft))["ingress"][0]


def outbound(rule: RuleField) -> object:
    draft = Draft("p", "default", outbound=DirectionField(Isolation.RULES, (rule,)))
    return cast(dict[str, list[object]], spec(draft))["egress"][0]


def spec(draft: Draft) -> dict[str, object]:
    written = write_draft(draft)
    assert written.findings == ()
    return cast(dict[str, object], written.value["spec"])


# The page's Table 1 (inbound) and Table 2 (outbound), field by field: as filled in -> as written.
TABLE_1 = [
    ("nothing filled in: pods of the policy's own namespace", RuleField(), "from: [{podSelector: {}}]"),
    (
        "protocol and port",
        RuleField(ports=(PortField("TCP", "6379"),)),
        "{from: [{podSelector: {}}], ports: [{protocol: TCP, port: 6379}]}",
    ),
    (
        "protocol alone: all its ports",
        RuleField(ports=(PortField("UDP"),)),
        "{from: [{podSelector: {}}], ports: [{protocol: UDP}]}",
    ),
    (
        "source namespace, label empty: every pod of it",
        RuleField(peers=(PeerField(Scope.NAMED_NAMESPACES, ("web",)),)),
        "from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: web}}}]",
    ),
    (
        "source namespace and label: one peer, both must hold",
        RuleField(peers=(PeerField(Scope.NAMED_NAMESPACES, ("web",), pods=ROLE_FRONTEND),)),
        "from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: web}}, "
        "podSelector: {matchLabels: {role: frontend}}}]",
    ),
    (
        "label alone: pods of the own namespace with it",
        RuleField(peers=(PeerField(pods=ROLE_FRONTEND),)),
        "from: [{podSelector: {matchLabels: {role: frontend}}}]",
    ),
    ("anyone is an explicit choice", RuleField(anyone=True), "{}"),
]
TABLE_2 = [
    ("nothing filled in: pods of the policy's own namespace", RuleField(), "to: [{podSelector: {}}]"),
    (
        "CIDR alone: an ipBlock only",
        RuleField(peers=(PeerField(Scope.ADDRESSES, block="172.17.0.0/16|172.17.1.0/24,172.17.2.0/24"),)),
        "to: [{ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24, 172.17.2.0/24]}}]",
    ),
    (
        "CIDR together with a label: two peers",
        RuleField(peers=(PeerField(Scope.ADDRESSES, block="10.0.0.0/8"), PeerField(pods=ROLE_DB))),
        "to: [{ipBlock: {cidr: 10.0.0.0/8}}, {podSelector: {matchLabels: {role: db}}}]",
    ),
    (
        "destination namespaces, several",
        RuleField(peers=(PeerField(Scope.NAMED_NAMESPACES, ("a", "b")),)),
        "to: [{namespaceSelector: {matchExpressions: "
        "[{key: kubernetes.io/metadata.name, operator: In, values: [a, b]}]}}]",
    ),
    (
        "every namespace",
        RuleField(peers=(PeerField(Scope.EVERY_NAMESPACE),)),
        "to: [{namespaceSelector: {}}]",
    ),
    (
        "namespaces by labels, ranges, names and SCTP",
        RuleField(
            peers=(
                PeerField(
                    Scope.LABELLED_NAMESPACES,
                    namespaces=SelectorField(
                        (LabelRow("team", Operator.IN, "a, b"), LabelRow("x", Operator.EXISTS, ""))
                    ),
                ),
            ),
            ports=(PortField("TCP", "8000-8010, http"), PortField("SCTP", "7777")),
        ),
        "{to: [{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [a, b]}, "
        "{key: x, operator: Exists}]}}], ports: [{protocol: TCP, port: 8000, endPort: 8010}, "
        "{protocol: TCP, port: http}, {protocol: SCTP, port: 7777}]}",
    ),
]


@pytest.mark.parametrize(("rule", "expected"), [row[1:] for row in TABLE_1], ids=[row[0] for row in TABLE_1])
def test_inbound_fields_are_written_as_the_page_says(rule: RuleField, expected: str) -> None:
    assert inbound(rule) == load(expected)


@pytest.mark.parametrize(("rule", "expected"), [row[1:] for row in TABLE_2], ids=[row[0] for row in TABLE_2])
def test_outbound_fields_are_written_as_the_page_says(rule: RuleField, expected: str) -> None:
    assert outbound(rule) == load(expected)


@pytest.mark.parametrize(
    ("inbound", "outbound", "expected"),
    [
        (Isolation.NOTHING, Isolation.OPEN, "{podSelector: {}, policyTypes: [Ingress], ingress: []}"),
        (Isolation.OPEN, Isolation.NOTHING, "{podSelector: {}, policyTypes: [Egress], egress: []}"),
        (
            Isolation.NOTHING,
            Isolation.NOTHING,
            "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [], egress: []}",
        ),
    ],
)
def test_denying_all_is_a_switch(inbound: Isolation, outbound: Isolation, expected: str) -> None:
    draft = Draft("p", "default", inbound=DirectionField(inbound), outbound=DirectionField(outbound))
    assert spec(draft) == load(expected)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft(inbound=DirectionField(Isolation.OPEN)), "draft.restricts-nothing"),
        (Draft(inbound=DirectionField(Isolation.RULES)), "draft.no-rule"),
        (Draft(inbound=DirectionField(Isolation.RULES, (RuleField(peers=()),))), "draft.no-peer"),
        (
            Draft(inbound=DirectionField(Isolation.RULES, (RuleField(ports=(PortField("TCP", "80x"),)),))),
            "typed.port",
        ),
        (
            Draft(inbound=DirectionField(Isolation.RULES, (RuleField(ports=(PortField("TCP", "80"), PortField())),))),
            "draft.any-port-among-others",
        ),
        (
            Draft(
                inbound=DirectionField(
                    Isolation.RULES, (RuleField(peers=(PeerField(Scope.ADDRESSES, block="10.0.0.1/8"),)),)
                )
            ),
            "typed.cidr-host-bits",
        ),
        (
            Draft(inbound=DirectionField(Isolation.RULES, (RuleField(peers=(PeerField(Scope.NAMED_NAMESPACES),)),))),
            "draft.no-namespace",
        ),
        (
            Draft(inbound=DirectionField(Isolation.RULES, (RuleField(peers=(PeerField(Scope.LABELLED_NAMESPACES),)),))),
            "draft.no-namespace",
        ),
        (
            Draft(selector=SelectorField((LabelRow("a", None, "1"), LabelRow("a", None, "2")))),
            "draft.duplicate-key",
        ),
    ],
)
def test_what_is_missing_or_unreadable_is_an_error_and_never_opens_anything(draft: Draft, code: str) -> None:
    found = write_draft(draft).findings
    assert [(finding.code, finding.severity) for finding in found] == [(code, Severity.ERROR)]


WRITTEN = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: default, annotations: {note: mine}}
spec:
  podSelector: {matchLabels: {role: db}, future: 1}
  other: true
  ingress:
  - from:
    - {futurePeer: {}}
    - {podSelector: {matchExpressions: [{key: a, operator: In, values: ['', b]}]}, extra: 1}
    ports: [{port: 6379, hint: x}, {protocol: UDP, port: 53}]
    remark: keep
  - {ports: []}
  egress: []
"""


def test_an_untouched_document_is_given_back_as_it_is() -> None:
    value = load(WRITTEN)
    assert write_draft(read_draft(value)).value is value


def test_a_change_leaves_everything_else_as_written() -> None:
    value = load(WRITTEN)
    draft = read_draft(value)
    first, *others = draft.inbound.rules
    changed = replace(first, ports=(first.ports[0], PortField("TCP", "443")))
    written = write_draft(replace(draft, inbound=replace(draft.inbound, rules=(changed, *others)))).value
    expected = load(WRITTEN)
    rule = cast(list[dict[str, object]], cast(dict[str, object], expected["spec"])["ingress"])[0]
    rule["ports"] = [{"port": 6379, "hint": "x"}, {"protocol": "TCP", "port": 443}]
    assert written == expected


def test_a_changed_row_leaves_the_other_rows_of_its_selector_as_written() -> None:
    value = load(WRITTEN)
    draft = read_draft(value)
    first, *others = draft.inbound.rules
    peer = first.peers[1]
    rows = (*peer.pods.rows, LabelRow("b", None, "c"))
    peers = (first.peers[0], replace(peer, pods=replace(peer.pods, rows=rows)))
    rules = (replace(first, peers=peers), *others)
    written = cast(
        dict[str, list[dict[str, list[object]]]],
        write_draft(replace(draft, inbound=replace(draft.inbound, rules=rules))).value["spec"],
    )
    assert (
        written["ingress"][0]["from"]
        == load(
            "v: [{futurePeer: {}}, {extra: 1, podSelector: "
            "{matchLabels: {b: c}, matchExpressions: [{key: a, operator: In, values: ['', b]}]}}]"
        )["v"]
    )


def test_what_the_form_cannot_show_is_listed() -> None:
    assert set(kept_as_written(read_draft(load(WRITTEN)))) == {
        ("metadata", "annotations"),
        ("spec", "other"),
        ("spec", "podSelector", "future"),
        ("spec", "ingress", 0, "remark"),
        ("spec", "ingress", 0, "from", 0),
        ("spec", "ingress", 0, "from", 1, "extra"),
        ("spec", "ingress", 0, "ports", 0, "hint"),
    }


@pytest.mark.parametrize(
    ("written", "inbound", "outbound"),
    [
        ("{podSelector: {}}", Isolation.NOTHING, Isolation.OPEN),
        ("{podSelector: {}, egress: []}", Isolation.NOTHING, Isolation.OPEN),
        ("{podSelector: {}, egress: [{}]}", Isolation.NOTHING, Isolation.RULES),
        ("{podSelector: {}, ingress: [{}]}", Isolation.RULES, Isolation.OPEN),
        ("{podSelector: {}, policyTypes: [Egress], ingress: [{}]}", Isolation.OPEN, Isolation.NOTHING),
        ("{podSelector: {}, policyTypes: []}", Isolation.NOTHING, Isolation.OPEN),
    ],
)
def test_the_switches_show_what_is_in_force(written: str, inbound: Isolation, outbound: Isolation) -> None:
    draft = read_draft({"spec": load(written)})
    assert (draft.inbound.isolation, draft.outbound.isolation) == (inbound, outbound)


def test_turning_a_direction_off_and_on_again_brings_its_rules_back() -> None:
    draft = read_draft(load(WRITTEN))
    off = replace(
        draft, inbound=replace(draft.inbound, isolation=Isolation.OPEN), outbound=DirectionField(Isolation.NOTHING)
    )
    written = cast(dict[str, object], write_draft(off).value["spec"])
    assert written["policyTypes"] == ["Egress"]
    assert "ingress" not in written
    assert write_draft(replace(off, inbound=draft.inbound, outbound=draft.outbound)).value is draft.written


def test_a_namespace_chosen_by_name_reads_back_as_a_name() -> None:
    for names in (("web",), ("a", "b")):
        rule = RuleField(peers=(PeerField(Scope.NAMED_NAMESPACES, names),))
        value = write_draft(Draft("p", "default", inbound=DirectionField(Isolation.RULES, (rule,)))).value
        (peer,) = read_draft(value).inbound.rules[0].peers
        assert (peer.scope, peer.names) == (Scope.NAMED_NAMESPACES, names)


def test_a_new_draft_keeps_a_name_and_a_namespace() -> None:
    assert write_draft(Draft("p", "web")).value["metadata"] == {"name": "p", "namespace": "web"}


@pytest.mark.parametrize(
    ("peer", "scope"),
    [
        ("{podSelector: {}}", Scope.OWN_NAMESPACE),
        ("{namespaceSelector: {}}", Scope.EVERY_NAMESPACE),
        ("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: web}}}", Scope.NAMED_NAMESPACES),
        ("{namespaceSelector: {matchLabels: {team: a}}}", Scope.LABELLED_NAMESPACES),
        (
            "{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}}",
            Scope.LABELLED_NAMESPACES,
        ),
        ("{ipBlock: {cidr: 10.0.0.0/8}}", Scope.ADDRESSES),
        ("{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}", Scope.AS_WRITTEN),
        ("{}", Scope.AS_WRITTEN),
    ],
)
def test_a_peer_is_shown_as_what_it_chooses(peer: str, scope: Scope) -> None:
    draft = read_draft(load(f"{{spec: {{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}}}"))
    assert [each.scope for each in draft.direction(Direction.INGRESS).rules[0].peers] == [scope]


def test_a_source_that_names_no_namespace_is_refused_and_never_means_every_one() -> None:
    for peer in (PeerField(Scope.NAMED_NAMESPACES, ("", " ")), PeerField(Scope.LABELLED_NAMESPACES)):
        draft = Draft("p", "default", inbound=DirectionField(Isolation.RULES, (RuleField(peers=(peer,)),)))
        assert [finding.code for finding in write_draft(draft).findings] == ["draft.no-namespace"]


def test_the_same_label_twice_is_refused() -> None:
    twice = SelectorField((LabelRow("app", None, "a"), LabelRow("app", None, "b")))
    assert [finding.code for finding in write_draft(Draft("p", "default", twice)).findings] == ["draft.duplicate-key"]


def test_labels_that_do_not_change_stay_as_they_are_written() -> None:
    selector = load("{matchLabels: {app: web}, matchExpressions: []}")
    rule = {"from": [{"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": selector}]}
    draft = read_draft({"spec": {"podSelector": {}, "ingress": [rule]}})
    (read,) = draft.inbound.rules
    peers = (replace(read.peers[0], scope=Scope.EVERY_NAMESPACE),)
    field = DirectionField(Isolation.RULES, (replace(read, peers=peers),))
    changed = spec(draft.with_direction(Direction.INGRESS, field))
    assert changed["ingress"] == [{"from": [{"namespaceSelector": {}, "podSelector": selector}]}]
    assert changed == spec(changed_back := read_draft({"spec": changed}))
    assert changed_back.with_direction(Direction.EGRESS, changed_back.outbound) == changed_back
