"""What of a policy has no effect on a cluster is told, with its place and its reason."""

from typing import Any

import pytest

from desktop.policy.codec import parse_policy
from desktop.policy.findings import Severity, format_path
from desktop.policy.objects import Direction
from desktop.policy.profile import (
    DEFAULT,
    PROFILES,
    Capability,
    Lack,
    Version,
    direction_lacking,
    for_version,
    limits,
    notes_on_cluster,
    read_version,
    shortcomings,
    version_text,
)

VERSIONS: list[tuple[str, Version | None, str]] = [
    ("v1.27.16-r30-27.0.31.54", (1, 27, 16, 30), "1.27.16-r30"),
    ("1.27.16-r3", (1, 27, 16, 3), "1.27.16-r3"),
    ("v1.29.13", (1, 29, 13, 0), "1.29.13"),
    ("v1.31.2+k3s1", (1, 31, 2, 0), "1.31.2"),
    ("1.23+", (1, 23, 0, 0), "1.23"),
    ("v1.30.0-eks-r5x", (1, 30, 0, 0), "1.30"),
    ("v1.28.0-r4", (1, 28, 0, 4), "1.28.0-r4"),
    ("", None, ""),
    ("latest", None, ""),
    ("1", None, ""),
]


@pytest.mark.parametrize(("text", "version", "written"), VERSIONS, ids=[case[0] for case in VERSIONS])
def test_a_version_is_read_as_servers_write_it(text: str, version: Version | None, written: str) -> None:
    assert read_version(text) == version
    assert (version_text(version) if version else "") == written


VPC, TURBO = "cce-vpc-dataplane-v2", "cce-turbo-dataplane-v2"

IN_FORCE: list[tuple[str, str, bool, bool]] = [  # profile, version, inbound, outbound
    ("default", "1.22.17", True, False),
    ("default", "1.23.0", True, True),
    ("default", "", True, True),
    ("cce-tunnel", "1.15", True, False),
    ("cce-tunnel", "1.23", True, True),
    ("upstream", "1.10", True, True),
    (VPC, "1.26.99", False, False),
    (VPC, "1.27.16-r29", False, False),
    (VPC, "1.27.16-r30", True, True),
    (VPC, "1.27.17", True, True),
    (VPC, "1.28.15-r19", False, False),
    (VPC, "1.28.15-r20", True, True),
    (VPC, "1.29.12", False, False),
    (VPC, "1.29.13", True, True),
    (VPC, "1.30.9", False, False),
    (VPC, "1.30.10", True, True),
    (VPC, "1.31.5", False, False),
    (VPC, "1.31.6", True, True),
    (VPC, "1.32.0", True, True),
    (TURBO, "1.27.16-r9", False, False),
    (TURBO, "1.27.16-r10", True, True),
    (TURBO, "1.28.15", True, True),
    (TURBO, "1.29.9", False, False),
    (TURBO, "1.29.10", True, True),
    (TURBO, "1.30.5", False, False),
    (TURBO, "1.30.6", True, True),
    (TURBO, "1.31.0", True, True),
]


@pytest.mark.parametrize(("name", "version", "inbound", "outbound"), IN_FORCE)
def test_directions_are_in_force_from_the_versions_that_the_vendor_names(
    name: str, version: str, inbound: bool, outbound: bool
) -> None:
    profile = for_version(name, version)

    assert (profile.can(Capability.INBOUND), profile.can(Capability.OUTBOUND)) == (inbound, outbound)


CAPABLE: dict[str, set[Capability]] = {  # of what versions do not decide, on a new version
    "default": {Capability.ENFORCEMENT, Capability.INBOUND_IP_BLOCK, Capability.CLUSTER_ADDRESSES, Capability.SCTP,
                Capability.END_PORT},
    "flannel": {Capability.INBOUND_IP_BLOCK, Capability.CLUSTER_ADDRESSES, Capability.SCTP, Capability.END_PORT},
    "cce-tunnel": {Capability.ENFORCEMENT, Capability.CLUSTER_ADDRESSES},
    VPC: {Capability.ENFORCEMENT, Capability.INBOUND_IP_BLOCK, Capability.CLUSTER_IP, Capability.SCTP,
          Capability.END_PORT},
    TURBO: {Capability.ENFORCEMENT, Capability.INBOUND_IP_BLOCK, Capability.CLUSTER_IP, Capability.IPV6},
    "upstream": set(Capability),
}  # fmt: skip


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_can_do_what_its_network_can(name: str) -> None:
    profile = for_version(name, "1.36")
    can = {capability for capability in Capability if profile.can(capability)}

    assert can == CAPABLE[name] | {Capability.INBOUND, Capability.OUTBOUND}


def test_the_reason_names_the_nearest_version_that_has_it() -> None:
    assert for_version("default", "1.21.3").lack(Capability.OUTBOUND) == Lack("version", "1.23")
    assert for_version(VPC, "1.20").lack(Capability.INBOUND) == Lack("version", "1.27.16-r30")
    assert for_version(VPC, "1.29.3").lack(Capability.INBOUND) == Lack("version", "1.29.13")
    assert for_version("cce-tunnel", "1.21").lack(Capability.SCTP) == Lack("plug-in")
    assert for_version("upstream", "1.18").lack(Capability.SCTP) == Lack("version", "1.19")


def test_a_profile_is_found_by_its_name_and_version_in_any_form() -> None:
    assert for_version("", "v1.31.2").name == for_version("of another time", None).name == "default"
    assert for_version("upstream", (1, 31, 2, 0)) == for_version("upstream", "v1.31.2")
    assert for_version("default", (0, 0, 0, 0)) == for_version("default", "") == DEFAULT
    assert list(PROFILES) == ["default", "flannel", "cce-tunnel", VPC, TURBO, "upstream"]


EVERYTHING: dict[str, Any] = {
    "podSelector": {},
    "policyTypes": ["Ingress", "Egress"],
    "ingress": [
        {
            "from": [
                {"podSelector": {}},
                {"ipBlock": {"cidr": "10.0.0.0/8"}},
                {"ipBlock": {"cidr": "2001:db8::/32"}},
                {"ipBlock": {"cidr": "unreadable"}},
            ],
            "ports": [{"protocol": "SCTP", "port": 1}, {"port": 1, "endPort": 9}, {"port": 80}],
        }
    ],
    "egress": [
        {"to": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "b"}}}]},
        {"to": [{"podSelector": {"matchLabels": {"a": "c"}}}, {"ipBlock": {"cidr": "203.0.113.0/24"}}]},
    ],
}

INGRESS = "spec.ingress[0]"

TOLD: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("upstream", "1.36", []),
    ("upstream", "1.23", [("limit.end-port", f"{INGRESS}.ports[1].endPort")]),
    ("default", "1.36", [
        ("limit.ipv6", f"{INGRESS}.from[2].ipBlock.cidr"),
        ("limit.cluster-ip", "spec.egress[0].to[0].podSelector"),
    ]),
    ("default", "1.18", [
        ("limit.ipv6", f"{INGRESS}.from[2].ipBlock.cidr"),
        ("limit.sctp", f"{INGRESS}.ports[0].protocol"),
        ("limit.end-port", f"{INGRESS}.ports[1].endPort"),
        ("limit.outbound", "spec.egress"),
    ]),
    ("flannel", "1.36", [
        ("limit.enforcement", "spec"),
        ("limit.ipv6", f"{INGRESS}.from[2].ipBlock.cidr"),
        ("limit.cluster-ip", "spec.egress[0].to[0].podSelector"),
    ]),
    ("cce-tunnel", "1.31", [
        ("limit.inbound-ip-block", f"{INGRESS}.from[1].ipBlock"),
        ("limit.inbound-ip-block", f"{INGRESS}.from[2].ipBlock"),
        ("limit.inbound-ip-block", f"{INGRESS}.from[3].ipBlock"),
        ("limit.sctp", f"{INGRESS}.ports[0].protocol"),
        ("limit.end-port", f"{INGRESS}.ports[1].endPort"),
        ("limit.cluster-ip", "spec.egress[0].to[0].podSelector"),
    ]),
    (VPC, "1.31.6", [
        ("limit.cluster-addresses", f"{INGRESS}.from[1].ipBlock.cidr"),
        ("limit.ipv6", f"{INGRESS}.from[2].ipBlock.cidr"),
    ]),
    (VPC, "1.31.5", [("limit.inbound", "spec.ingress"), ("limit.outbound", "spec.egress")]),
    (TURBO, "1.31.5", [
        ("limit.cluster-addresses", f"{INGRESS}.from[1].ipBlock.cidr"),
        ("limit.sctp", f"{INGRESS}.ports[0].protocol"),
        ("limit.end-port", f"{INGRESS}.ports[1].endPort"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "version", "told"), TOLD, ids=[f"{case[0]} {case[1]}" for case in TOLD])
def test_each_limit_is_told_at_its_place(name: str, version: str, told: list[tuple[str, str]]) -> None:
    findings = limits(parse_policy({"spec": EVERYTHING}), for_version(name, version))

    assert [(finding.code, format_path(finding.path)) for finding in findings] == told
    assert all(finding.facts["profile"] == name for finding in findings)


def test_a_limit_says_why_and_what_would_help() -> None:
    policy = parse_policy({"spec": {"egress": [{}]}})
    (finding,) = limits(policy, for_version("default", "v1.21.9"))

    assert finding.severity is Severity.WARNING
    assert finding.facts == {"profile": "default", "reason": "version", "needs": "1.23", "version": "1.21.9"}


def test_what_is_likely_or_concerns_every_policy_is_only_a_note() -> None:
    policy = parse_policy({"spec": {"ingress": [{"from": [{"podSelector": {"matchLabels": {"a": "b"}}}] * 3}] * 2}})
    (note,) = limits(policy, DEFAULT)
    assert (note.code, note.severity) == ("limit.cluster-ip", Severity.INFO)

    blocks = parse_policy({"spec": {"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]}})
    (note,) = limits(blocks, PROFILES[TURBO])
    assert (note.code, note.severity) == ("limit.cluster-addresses", Severity.INFO)

    ports = parse_policy({"spec": {"ingress": [{"ports": [{"port": 1, "endPort": 2}]}]}})
    (note,) = limits(ports, for_version("upstream", "1.24"))
    assert (note.facts["reason"], note.facts["needs"], note.severity) == ("beta", "1.25", Severity.INFO)


def test_rules_of_a_direction_that_is_not_restricted_are_passed_over() -> None:
    spec = {"policyTypes": ["Ingress"], "egress": [{"to": [{"ipBlock": {"cidr": "::/0"}}]}]}

    assert limits(parse_policy({"spec": spec}), for_version("default", "1.20")) == ()


def test_a_direction_that_is_not_in_force_is_told_where_the_document_asks_for_it() -> None:
    old = for_version("default", "1.20")
    places = [
        format_path(limits(parse_policy({"spec": spec}), profile)[0].path)
        for spec, profile in [
            ({"egress": [{}]}, old),
            ({"policyTypes": ["Egress"], "egress": []}, old),
            ({"policyTypes": ["Egress"]}, old),
            ({}, for_version(VPC, "1.20")),
        ]
    ]

    assert places == ["spec.egress", "spec.egress", "spec.policyTypes", "spec"]


def test_what_a_cluster_makes_less_of_every_policy_is_told_once() -> None:
    old = for_version("default", "1.22")
    assert [each.code for each in shortcomings(old)] == ["limit.outbound"]
    assert direction_lacking(old, Direction.INGRESS) is None
    assert [each.code for each in shortcomings(PROFILES["upstream"])] == []
    codes = {name: [each.code for each in notes_on_cluster(profile)] for name, profile in PROFILES.items()}
    assert codes["default"] == ["limit.cluster-ip"]
    assert codes["upstream"] == []
