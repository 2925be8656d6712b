"""A policy is read from the API's JSON as the server reads it, and written back without loss."""

from typing import Any

import pytest

from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.findings import format_path
from desktop.policy.objects import (
    Direction,
    IPBlock,
    LabelSelector,
    NetworkPolicy,
    Operator,
    Peer,
    Port,
    Requirement,
    Rule,
)
from tests.helpers.rendering import render_policy


def policy(spec: object, **metadata: object) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "p", "namespace": "shop", **metadata},
        "spec": spec,
    }


def test_every_field_is_read() -> None:
    read = parse_policy(
        policy(
            {
                "podSelector": {
                    "matchLabels": {"tier": "back", "app": "db"},
                    "matchExpressions": [{"key": "track", "operator": "NotIn", "values": ["canary", "test"]}],
                },
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [
                    {
                        "from": [
                            {"podSelector": {}, "namespaceSelector": {"matchLabels": {"team": "a"}}},
                            {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
                        ],
                        "ports": [{"protocol": "UDP", "port": 53}, {"port": "http"}, {"port": 1, "endPort": 9}, {}],
                    }
                ],
                "egress": [{"to": [{"namespaceSelector": {}}]}, {}],
            },
            labels={"a": "b"},
            annotations={"c": "d"},
        )
    )

    assert read == NetworkPolicy(
        namespace="shop",
        name="p",
        pod_selector=LabelSelector(
            (("app", "db"), ("tier", "back")), (Requirement("track", Operator.NOT_IN, ("canary", "test")),)
        ),
        policy_types=(Direction.INGRESS, Direction.EGRESS),
        ingress=(
            Rule(
                peers=(
                    Peer(pod_selector=LabelSelector(), namespace_selector=LabelSelector((("team", "a"),))),
                    Peer(ip_block=IPBlock("10.0.0.0/8", ("10.1.0.0/16",))),
                ),
                ports=(Port("UDP", 53), Port("TCP", "http"), Port("TCP", 1, 9), Port("TCP")),
            ),
        ),
        egress=(Rule(peers=(Peer(namespace_selector=LabelSelector()),)), Rule()),
        labels={"a": "b"},
        annotations={"c": "d"},
    )
    assert parse_policy(render_policy(read)) == read


def test_an_absent_list_and_an_empty_one_are_kept_apart() -> None:
    read = parse_policy(policy({"ingress": [], "egress": [{"to": [], "ports": []}]}))

    assert (read.ingress, read.egress) == ((), (Rule((), ()),))
    assert parse_policy(policy({})).ingress is None
    assert parse_policy(render_policy(read)) == read


def test_absent_and_empty_policy_types_are_the_same() -> None:
    assert parse_policy(policy({"policyTypes": []})).policy_types is None
    assert parse_policy(policy({})).policy_types is None


def test_the_directions_follow_the_servers_default() -> None:
    assert parse_policy(policy({"egress": []})).directions == {Direction.INGRESS}
    assert parse_policy(policy({"egress": [{}]})).directions == set(Direction)
    assert parse_policy(policy({"egress": [{}], "policyTypes": ["Ingress"]})).rules(Direction.EGRESS) is None
    assert parse_policy(policy({"policyTypes": ["Egress"]})).rules(Direction.EGRESS) == ()


def test_null_is_not_given() -> None:
    read = parse_policy(
        {
            "metadata": {"name": None, "labels": {"a": None}},
            "spec": {
                "podSelector": None,
                "policyTypes": None,
                "ingress": [{"from": [{"podSelector": {}, "ipBlock": None}], "ports": [{"port": None}]}],
                "egress": None,
            },
        }
    )

    assert read == NetworkPolicy(
        "", "", ingress=(Rule((Peer(pod_selector=LabelSelector()),), (Port(),)),), labels={"a": ""}
    )


def test_a_null_rule_admits_everything_as_it_does_on_the_server() -> None:
    assert parse_policy(policy({"ingress": [None]})).ingress == (Rule(),)


def test_a_document_without_spec_and_metadata_has_a_meaning() -> None:
    assert parse_policy({}) == NetworkPolicy("", "")
    assert parse_policy({"metadata": None, "spec": None}) == NetworkPolicy("", "")


def test_unknown_fields_are_passed_over() -> None:
    read = parse_policy(policy({"podSelector": {}, "tier": 1, "ingress": [{"from": [{"nodes": ["n"]}], "log": True}]}))

    assert read.ingress == (Rule(peers=(Peer(),)),)


def test_values_that_the_server_would_refuse_but_that_have_a_meaning_are_kept() -> None:
    spec = {"ingress": [{"from": [{"ipBlock": {"cidr": "nonsense"}}], "ports": [{"protocol": "ICMP", "port": 70000}]}]}
    read = parse_policy(policy(spec))

    assert read.ingress == (Rule((Peer(ip_block=IPBlock("nonsense")),), (Port("ICMP", 70000),)),)


UNREADABLE: list[tuple[str, object, str]] = [
    ("spec a list", [], "spec"),
    ("ingress an object", {"ingress": {}}, "spec.ingress"),
    ("rule a text", {"ingress": ["all"]}, "spec.ingress[0]"),
    ("peers an object", {"ingress": [{"from": {"podSelector": {}}}]}, "spec.ingress[0].from"),
    ("label a number", {"podSelector": {"matchLabels": {"app": 1}}}, "spec.podSelector.matchLabels.app"),
    ("value a truth", {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": [True]}]}},
     "spec.podSelector.matchExpressions[0].values[0]"),
    ("operator unknown", {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Gt"}]}},
     "spec.podSelector.matchExpressions[0].operator"),
    ("operator missing", {"podSelector": {"matchExpressions": [{"key": "a"}]}},
     "spec.podSelector.matchExpressions[0].operator"),
    ("port a fraction", {"ingress": [{"ports": [{"port": 80.5}]}]}, "spec.ingress[0].ports[0].port"),
    ("port a truth", {"ingress": [{"ports": [{"port": True}]}]}, "spec.ingress[0].ports[0].port"),
    ("port beyond 32 bits", {"ingress": [{"ports": [{"port": 2**31}]}]}, "spec.ingress[0].ports[0].port"),
    ("endPort a text", {"ingress": [{"ports": [{"port": 1, "endPort": "9"}]}]}, "spec.ingress[0].ports[0].endPort"),
    ("except a text", {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": "10.1.0.0/16"}}]}]},
     "spec.egress[0].to[0].ipBlock.except"),
    ("direction unknown", {"policyTypes": ["Sideways"]}, "spec.policyTypes[0]"),
    ("direction null", {"policyTypes": [None]}, "spec.policyTypes[0]"),
    ("directions too many and unknown", {"policyTypes": ["Ingress", "x", "Egress"]}, "spec.policyTypes"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "spec", "path"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_what_has_no_meaning_is_refused_with_its_path(title: str, spec: object, path: str) -> None:
    with pytest.raises(PolicyUnreadable) as caught:
        parse_policy(policy(spec))

    assert [format_path(finding.path) for finding in caught.value.findings] == [path], title
    assert caught.value.code == "policy.unreadable"


def test_another_kind_that_cannot_be_read_is_called_so() -> None:
    with pytest.raises(PolicyUnreadable) as caught:
        parse_policy({"apiVersion": "v1", "kind": "Pod", "spec": {"ingress": 1}})

    assert [finding.code for finding in caught.value.findings] == ["api-version.wrong", "kind.wrong"]


def test_every_unreadable_value_is_named_at_once() -> None:
    with pytest.raises(PolicyUnreadable) as caught:
        parse_policy(policy({"podSelector": {"matchLabels": {"a": 1}}, "ingress": 5, "tier": "x"}, name=7))

    assert [format_path(finding.path) for finding in caught.value.findings] == [
        "metadata.name",
        "spec.podSelector.matchLabels.a",
        "spec.ingress",
    ]
