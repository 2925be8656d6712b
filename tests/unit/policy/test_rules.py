"""What the API server enforces about a policy's spec, beyond the recorded answers."""

from typing import Any

import pytest

from desktop.policy.findings import format_path
from desktop.policy.rules import check

Refused = list[tuple[str, str]]


def policy(spec: object) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "p", "namespace": "shop"},
        "spec": spec,
    }


def refused(document: object, old: object | None = None) -> Refused:
    return [(finding.code, format_path(finding.path)) for finding in check(document, old=old)]


def port(entry: object) -> dict[str, Any]:
    return policy({"ingress": [{"ports": [entry]}]})


PORT = "spec.ingress[0].ports[0]"

PORTS: list[tuple[object, Refused]] = [
    (None, []),
    ({}, []),
    ({"protocol": "TCP"}, []),
    ({"protocol": None, "port": None, "endPort": None}, []),
    ({"port": 1}, []),
    ({"port": 65535, "endPort": 65535}, []),
    ({"port": "http"}, []),
    ({"port": "a"}, []),
    ({"port": "1a-2"}, []),
    ({"port": "x" * 15}, []),
    ({"protocol": ""}, [("protocol.unknown", f"{PORT}.protocol")]),
    ({"protocol": "tcp"}, [("protocol.unknown", f"{PORT}.protocol")]),
    ({"port": -1}, [("port.out-of-range", f"{PORT}.port")]),
    ({"port": 65536}, [("port.out-of-range", f"{PORT}.port")]),
    ({"port": "80"}, [("port-name.no-letter", f"{PORT}.port")]),
    ({"port": ""}, [("port-name.characters", f"{PORT}.port"), ("port-name.no-letter", f"{PORT}.port")]),
    ({"port": "x" * 16}, [("port-name.too-long", f"{PORT}.port")]),
    ({"port": "a--b"}, [("port-name.consecutive-hyphens", f"{PORT}.port")]),
    ({"port": "-a"}, [("port-name.edge-hyphen", f"{PORT}.port")]),
    ({"port": "a-"}, [("port-name.edge-hyphen", f"{PORT}.port")]),
    ({"port": "http\n"}, [("port-name.characters", f"{PORT}.port")]),
    ({"port": 80, "endPort": 65536}, [("end-port.out-of-range", f"{PORT}.endPort")]),
    ({"port": 80, "endPort": 79}, [("end-port.below-port", f"{PORT}.endPort")]),
    (
        {"port": 0, "endPort": -1},
        [
            ("port.out-of-range", f"{PORT}.port"),
            ("end-port.below-port", f"{PORT}.endPort"),
            ("end-port.out-of-range", f"{PORT}.endPort"),
        ],
    ),
    ({"endPort": 70000}, [("end-port.without-port", f"{PORT}.endPort")]),
    ({"port": 1, "protocol": "UDP", "endPort": 0}, [
        ("end-port.below-port", f"{PORT}.endPort"), ("end-port.out-of-range", f"{PORT}.endPort")]),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "expected"), PORTS, ids=[repr(case[0]) for case in PORTS])
def test_ports(entry: object, expected: Refused) -> None:
    assert refused(port(entry)) == expected


def peer(entry: object) -> dict[str, Any]:
    return policy({"egress": [{"to": [entry]}]})


PEER = "spec.egress[0].to[0]"
BLOCK = f"{PEER}.ipBlock"

PEERS: list[tuple[object, Refused]] = [
    ({"podSelector": {}}, []),
    ({"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "b"}}}, []),
    (None, [("peer.empty", PEER)]),
    ({"podSelector": None}, [("peer.empty", PEER)]),
    ({"podSelector": {}, "ipBlock": None}, []),
    ({"namespaceSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}, [("peer.mixed", PEER)]),
    ({"ipBlock": {}}, [("cidr.required", f"{BLOCK}.cidr")]),
    ({"ipBlock": {"cidr": None, "except": ["x"]}}, [("cidr.required", f"{BLOCK}.cidr")]),
    ({"ipBlock": {"cidr": "10.0.0.0"}}, [("cidr.syntax", f"{BLOCK}.cidr")]),
    ({"ipBlock": {"cidr": "10.0.0.0/8", "except": []}}, []),
    ({"ipBlock": {"cidr": "nonsense", "except": ["x"]}}, [("cidr.syntax", f"{BLOCK}.cidr")]),
    ({"ipBlock": {"cidr": "010.0.0.0/8"}}, [("cidr.leading-zeros", f"{BLOCK}.cidr")]),
    ({"ipBlock": {"cidr": "10.0.0.0/08"}}, [("cidr.leading-zeros", f"{BLOCK}.cidr")]),
    ({"ipBlock": {"cidr": "::ffff:10.0.0.0/104"}}, [("cidr.ipv4-mapped", f"{BLOCK}.cidr")]),
    ({"ipBlock": {"cidr": "2001:DB8:0:0::/32"}}, []),
    ({"ipBlock": {"cidr": "0.0.0.0/0", "except": ["0.0.0.0/0"]}}, [("except.not-inside", f"{BLOCK}.except[0]")]),
    (
        {"ipBlock": {"cidr": "10.0.0.9/8", "except": ["10.1.0.9/16", None, "10.2.0.0/16"]}},
        [
            ("cidr.host-bits", f"{BLOCK}.cidr"),
            ("cidr.host-bits", f"{BLOCK}.except[0]"),
            ("cidr.syntax", f"{BLOCK}.except[1]"),
        ],
    ),
]


@pytest.mark.parametrize(("entry", "expected"), PEERS, ids=[repr(case[0]) for case in PEERS])
def test_peers(entry: object, expected: Refused) -> None:
    assert refused(peer(entry)) == expected


def test_a_badly_written_cidr_comes_with_a_good_one() -> None:
    suggested = {
        text: check(peer({"ipBlock": {"cidr": text}}))[0].facts["suggestion"]
        for text in ("172.17.0.9/16", "010.0.0.0/8", "::ffff:10.1.0.0/112", "2001:db8::1/32", "::FFFF:1.2.3.4/24")
    }

    assert suggested == {
        "172.17.0.9/16": "172.17.0.0/16",
        "010.0.0.0/8": "10.0.0.0/8",
        "::ffff:10.1.0.0/112": "10.1.0.0/16",
        "2001:db8::1/32": "2001:db8::/32",
        "::FFFF:1.2.3.4/24": "::/24",
    }


SELECTOR = "spec.podSelector"

SELECTORS: list[tuple[object, Refused]] = [
    ({}, []),
    (None, []),
    ({"matchLabels": None, "matchExpressions": None}, []),
    ({"matchLabels": {"app": ""}}, []),
    ({"matchLabels": {"app": None}}, []),
    ({"matchLabels": {"example.com/app": "a_b.c-D9"}}, []),
    ({"matchLabels": {"a" * 63: "b" * 63}}, []),
    ({"matchLabels": {"a" * 64: "b" * 64}}, [
        ("label-key.too-long", f"{SELECTOR}.matchLabels"), ("label-value.too-long", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"": "x"}}, [
        ("label-key.empty", f"{SELECTOR}.matchLabels"), ("label-key.syntax", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"/app": "x"}}, [("label-key.prefix-empty", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"Example.com/app": "x"}}, [("label-key.prefix-syntax", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"a" * 254 + "/app": "x"}}, [("label-key.prefix-too-long", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"example.com/": "x"}}, [
        ("label-key.empty", f"{SELECTOR}.matchLabels"), ("label-key.syntax", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"a/b/c": "x"}}, [("label-key.syntax", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"app": "-x"}}, [("label-value.syntax", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"app": "x\n"}}, [("label-value.syntax", f"{SELECTOR}.matchLabels")]),
    ({"matchLabels": {"app": "ü" * 32}}, [
        ("label-value.too-long", f"{SELECTOR}.matchLabels"), ("label-value.syntax", f"{SELECTOR}.matchLabels")]),
    ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b", None]}]}, []),
    ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist", "values": []}]}, []),
    ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": []}]}, [
        ("selector.values-required", f"{SELECTOR}.matchExpressions[0].values")]),
    ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist", "values": ["b"]}]}, [
        ("selector.values-forbidden", f"{SELECTOR}.matchExpressions[0].values")]),
    ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "c d"]}]}, [
        ("label-value.syntax", f"{SELECTOR}.matchExpressions[0].values[1]")]),
    ({"matchExpressions": [{"key": "a", "operator": "in", "values": ["b"]}]}, [
        ("selector.operator-unknown", f"{SELECTOR}.matchExpressions[0].operator")]),
    ({"matchExpressions": [None]}, [
        ("selector.operator-unknown", f"{SELECTOR}.matchExpressions[0].operator"),
        ("label-key.empty", f"{SELECTOR}.matchExpressions[0].key"),
        ("label-key.syntax", f"{SELECTOR}.matchExpressions[0].key")]),
]  # fmt: skip


@pytest.mark.parametrize(("selector", "expected"), SELECTORS, ids=[repr(case[0]) for case in SELECTORS])
def test_selectors(selector: object, expected: Refused) -> None:
    assert refused(policy({"podSelector": selector})) == expected
    moved = [(code, path.replace(SELECTOR, f"{PEER}.namespaceSelector")) for code, path in expected]
    assert refused(peer({"namespaceSelector": selector or {}})) == moved


def test_a_bad_label_is_named_where_the_server_names_the_map_only() -> None:
    (finding,) = check(policy({"podSelector": {"matchLabels": {"app": "web", "tier": "a b"}}}))

    assert format_path(finding.path) == "spec.podSelector.matchLabels"
    assert format_path(finding.spot) == "spec.podSelector.matchLabels.tier"
    assert (finding.facts["key"], finding.facts["value"]) == ("tier", "a b")


def test_policy_types() -> None:
    assert refused(policy({"policyTypes": ["Egress", "Egress"]})) == []
    assert refused(policy({"policyTypes": [None, "egress"]})) == [
        ("policy-types.unknown", "spec.policyTypes[0]"),
        ("policy-types.unknown", "spec.policyTypes[1]"),
    ]
    assert refused(policy({"policyTypes": ["Ingress", "Egress", "x"]})) == [
        ("policy-types.too-many", "spec.policyTypes")
    ]


def test_several_problems_are_told_at_once_in_the_servers_order() -> None:
    spec = {
        "podSelector": {"matchLabels": {"a": "b c"}},
        "ingress": [{"from": [{}], "ports": [{"port": 0}]}],
        "egress": [{"ports": [{"protocol": "X"}]}],
        "policyTypes": ["Y"],
    }

    assert [path for _, path in refused(policy(spec))] == [
        "spec.podSelector.matchLabels",
        "spec.ingress[0].ports[0].port",
        "spec.ingress[0].from[0]",
        "spec.egress[0].ports[0].protocol",
        "spec.policyTypes[0]",
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"podSelector": 1},
        {"podSelector": {"matchLabels": 1}},
        {"podSelector": {"matchExpressions": 1}},
        {"podSelector": {"matchExpressions": [1]}},
        {"podSelector": {"matchExpressions": [{"key": 1, "operator": "Exists"}]}},
        {"podSelector": {"matchExpressions": [{"key": "a", "operator": 1}]}},
        {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": 1}]}},
        {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": [1]}]}},
        {"policyTypes": [1]},
        {"ingress": [1]},
        {"ingress": [{"from": [1]}]},
        {"ingress": [{"from": [{"podSelector": 1}]}]},
        {"ingress": [{"from": [{"ipBlock": 1}]}]},
        {"ingress": [{"from": [{"ipBlock": {"cidr": 1}}]}]},
        {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": [1]}}]}]},
        {"ingress": [{"ports": [1]}]},
        {"ingress": [{"ports": [{"port": 1.5, "endPort": 2}]}]},
        {"ingress": [{"ports": [{"port": 5, "endPort": "2"}]}]},
        {"ingress": [{"ports": [{"protocol": 1}]}]},
        7,
    ],
)
def test_of_a_value_of_the_wrong_type_nothing_else_is_said(spec: object) -> None:
    assert [code for code, _ in refused(policy(spec))] == ["type.wrong"]


def test_another_kind_or_version_is_told_alone() -> None:
    assert refused({"apiVersion": "networking.k8s.io/v1beta1", "kind": "NetworkPolicy", "spec": {"x": 1}}) == [
        ("api-version.wrong", "apiVersion")
    ]
    assert refused({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {}}) == [
        ("kind.wrong", "kind")
    ]


def test_the_server_supplies_a_missing_kind_and_version() -> None:
    assert refused({"metadata": {"name": "p"}}) == []
    assert refused({"apiVersion": None, "kind": "", "metadata": {"name": "p"}}) == []


def test_a_kind_that_is_no_text_is_of_the_wrong_type() -> None:
    assert refused({"kind": 1, "metadata": {"name": "p"}}) == [("type.wrong", "kind")]


def block(*cidrs: str) -> dict[str, Any]:
    return policy({"egress": [{"to": [{"ipBlock": {"cidr": cidrs[0], "except": list(cidrs[1:])}}]}]})


def test_an_update_may_keep_cidrs_that_would_be_refused_today() -> None:
    old = block("10.0.0.1/8", "10.1.0.1/16")

    assert refused(old, old=old) == []
    assert refused(block("10.1.0.1/16"), old=old) == []  # wherever it stood
    assert refused(block("10.0.0.2/8", "10.1.0.1/16"), old=old) == [("cidr.host-bits", f"{BLOCK}.cidr")]


def test_an_update_may_keep_a_cidr_that_cannot_be_read_at_all() -> None:
    old = block("nonsense")

    assert refused(old, old=old) == []
    assert refused(block("10.0.0.0/8", "nonsense"), old=old) == []


def test_what_an_update_keeps_must_still_be_a_strict_subset() -> None:
    old = block("10.0.0.0/8", "11.1.0.1/16")

    assert refused(old, old=old) == [("except.not-inside", f"{BLOCK}.except[0]")]


def test_an_update_may_use_any_label_value_in_expressions_once_the_stored_selector_is_at_fault() -> None:
    bad = {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b c"]}]}
    new = policy({"podSelector": bad, "ingress": [{"from": [{"podSelector": bad}]}]})

    assert refused(new, old=policy({"podSelector": bad})) == []
    assert refused(new, old=policy({"podSelector": {"matchLabels": {"a": "b c"}}})) == []
    assert len(refused(new, old=policy({"podSelector": {}}))) == 2
    labels = policy({"podSelector": {"matchLabels": {"a": "b c"}}})
    assert refused(labels, old=labels) == [("label-value.syntax", "spec.podSelector.matchLabels")]


def test_a_stored_object_that_cannot_be_read_tolerates_nothing() -> None:
    assert refused(block("10.0.0.1/8"), old=[]) == [("cidr.host-bits", f"{BLOCK}.cidr")]
    assert refused(block("10.0.0.1/8"), old={"spec": {"egress": [5, {"to": 3}]}}) == [
        ("cidr.host-bits", f"{BLOCK}.cidr")
    ]
