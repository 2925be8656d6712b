"""What is wrong with a draft is told at the field of the form that it is about."""

from collections.abc import Sequence

import pytest

from desktop.policy.draft import DirectionField, Draft, Isolation, LabelRow, PeerField, PortField, RuleField, Scope
from desktop.policy.draft import SelectorField as Labels
from desktop.policy.draft_checking import check_draft
from desktop.policy.findings import Finding, format_path


def rules(*rules: RuleField) -> DirectionField:
    return DirectionField(Isolation.RULES, rules)


def told(findings: Sequence[Finding]) -> list[str]:
    return [f"{format_path(finding.spot)} {finding.code}" for finding in findings]


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (Draft("p", "default"), []),
        (Draft("", "default"), ["metadata.name name.required"]),
        (Draft("Bad_Name", "default"), ["metadata.name name.syntax"]),
        (
            Draft("p", "default", Labels((LabelRow("-a", None, "b c"),))),
            ["spec.podSelector.matchLabels.-a label-key.syntax", "spec.podSelector.matchLabels.-a label-value.syntax"],
        ),
        (
            Draft("p", inbound=rules(RuleField(ports=(PortField("TCP", "80,81"), PortField("ICMP", "1"))))),
            ["spec.ingress[0].ports[1].protocol protocol.unknown"],
        ),
        (
            Draft("p", inbound=rules(RuleField(ports=(PortField("TCP", "80x"), PortField("TCP", "0"))))),
            ["spec.ingress[0].ports[0].port typed.port", "spec.ingress[0].ports[1].port typed.port-number"],
        ),
        (
            Draft("p", inbound=rules(RuleField(peers=(PeerField(Scope.ADDRESSES, block="172.17.0.9/16"),)))),
            ["spec.ingress[0].from[0].ipBlock typed.cidr-host-bits"],
        ),
    ],
)
def test_findings_are_about_fields_of_the_form(draft: Draft, expected: list[str]) -> None:
    assert told(check_draft(draft)[1]) == expected


def test_a_name_that_is_taken_and_an_open_question_are_told() -> None:
    assert told(check_draft(Draft("p", "default"), taken={"p"}, decided=False)[1]) == [
        "metadata.name draft.name-taken",
        "spec.policyTypes draft.undecided",
    ]


def test_an_update_may_not_rename() -> None:
    old = check_draft(Draft("p", "default"))[0].value
    assert told(check_draft(Draft("q", "default"), old=old)[1]) == ["metadata.name name.changed"]


def test_a_port_name_that_looks_like_a_range_is_doubted_unless_it_stood_there_before() -> None:
    typed = Draft("p", inbound=rules(RuleField(ports=(PortField("TCP", "80, http-8010"),))))
    assert told(check_draft(typed)[1]) == ["spec.ingress[0].ports[0].port typed.port-name-like-range"]
    read = PortField("TCP", "http-8010", {"protocol": "TCP", "port": "http-8010"})
    assert told(check_draft(Draft("p", outbound=rules(RuleField(ports=(read,)))))[1]) == []
