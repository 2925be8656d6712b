"""Findings and errors are told in sentences that name what was found, and hide nothing untrusted."""

import re
from pathlib import Path

import pytest

from desktop.errors import BulkheadError, ConfigError, Forbidden, Invalid, Unreachable
from desktop.policy.findings import Finding, Severity
from desktop.wording import codes, errors, findings


def finding(code: str, *path: str | int, **facts: object) -> Finding:
    return Finding(code, Severity.ERROR, path, facts)


@pytest.mark.parametrize(
    ("found", "sentence", "hint"),
    [
        (
            finding("type.wrong", "spec", "matchLabels", "app", expected="string", actual="number", value="1"),
            "spec.matchLabels.app must be a text, but “1” is a number.",
            'Put it in quotes: "1".',
        ),
        (
            finding("type.wrong", "spec", expected="object", actual="list"),
            "spec must be a mapping of keys to values, but it is a list.",
            "",
        ),
        (
            finding("field.unknown", "spec", "ingres", name="ingres", suggestion="ingress"),
            "There is no field “ingres” here.",
            "Did you mean ingress?",
        ),
        (finding("field.unknown", "spec", "xyz", name="xyz", suggestion=""), "There is no field “xyz” here.", ""),
        (
            finding("cidr.host-bits", value="172.17.0.9/16", suggestion="172.17.0.0/16"),
            "“172.17.0.9/16” has bits set beyond its prefix length.",
            "Write 172.17.0.0/16.",
        ),
        (
            finding("label-key.prefix-too-long", value="x/y", maximum=253),
            "The label key “x/y” is too long before its “/”: at most 253 bytes are allowed.",
            "",
        ),
        (
            finding("protocol.unknown", value="ICMP", supported=("TCP", "UDP", "SCTP")),
            "“ICMP” is no protocol; there are TCP, UDP, SCTP.",
            "",
        ),
        (
            finding("limit.outbound", profile="default", reason="version", needs="1.23", version="1.21"),
            "Outbound rules have no effect on this cluster: that needs version 1.23, and the cluster has 1.21.",
            "If that is not so on this cluster, choose another profile for it.",
        ),
        (
            finding("limit.end-port", profile="default", reason="beta", needs="1.25", version="1.22", value=90),
            "Port ranges (endPort) are a beta feature before version 1.25; a server may ignore them.",
            "If that is not so on this cluster, choose another profile for it.",
        ),
    ],
)
def test_a_finding_says_what_is_wrong_and_what_to_write(found: Finding, sentence: str, hint: str) -> None:
    assert findings.sentence(found) == sentence
    assert findings.hint(found) == hint


def test_a_code_without_a_sentence_still_says_its_facts() -> None:
    assert findings.sentence(finding("new.thing", "spec", size=3)) == "new.thing (field: spec, size: 3)"
    assert errors.sentence(BulkheadError("other")) == "other"
    assert errors.hint(BulkheadError("other")) == ""


def test_a_sentence_that_lacks_a_fact_gives_way_to_the_facts_there_are() -> None:
    assert findings.sentence(finding("cidr.syntax", "spec")) == "cidr.syntax (field: spec)"


@pytest.mark.parametrize("code", sorted(codes.SENTENCES))
def test_no_fact_reaches_the_screen_raw(code: str) -> None:
    written = "".join(file.read_text("utf-8") for file in Path(codes.__file__).parent.glob("codes_*.py"))
    hostile = dict.fromkeys(re.findall(r'\{(\w+)\}|\["(\w+)"\]', written), "\u202e\x1b[31m")
    facts = {name: text for names, text in hostile.items() for name in names if name not in {"", "subject", "what"}}
    said = codes.sentence(code, facts) + codes.hint(code, facts)
    assert not said.startswith(f"{code} (")
    assert "\u202e" not in said
    assert "\x1b" not in said


def test_facts_are_made_plain_and_short() -> None:
    said = findings.sentence(finding("field.unknown", name="a\u202eb\r\n" + "x" * 10_000))
    assert said.startswith("There is no field “a\\u202eb\\r\\nxxx")
    assert len(said) < 600


def test_an_unreadable_kubeconfig_says_where_and_why() -> None:
    bad = Finding("yaml.tab", Severity.ERROR)
    error = ConfigError("kubeconfig.not-yaml", file="/home/me/.kube/config", line=7, finding=bad)
    assert errors.sentence(error) == (
        "/home/me/.kube/config cannot be read (line 7): A tab stands where YAML allows spaces only."
    )


def test_a_broken_context_says_which_and_where() -> None:
    error = ConfigError("kubeconfig.cluster-not-found", cluster="eu", context="prod", file="/k")
    assert errors.sentence(error) == "The context names a cluster that is not there: eu. (context prod in /k)"


def test_a_refusal_says_the_servers_words() -> None:
    error = Invalid("api.invalid", status=422, message="it is\x1b invalid")
    assert errors.sentence(error) == "The server refuses it: it is\\x1b invalid"


def test_a_missing_right_is_told_with_advice() -> None:
    error = Forbidden("api.forbidden", status=403, message="networkpolicies is forbidden")
    assert errors.sentence(error) == "Not permitted: networkpolicies is forbidden"
    assert errors.hint(error) == "Ask whoever manages the cluster for this right."


def test_an_unreachable_server_is_named() -> None:
    error = Unreachable("unreachable.refused", host="10.0.0.1", port=6443)
    assert errors.sentence(error) == "10.0.0.1:6443 refuses connections."
    assert "VPN" in errors.hint(error)


@pytest.mark.parametrize(
    ("severity", "word"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")]
)
def test_a_severity_is_one_word(severity: Severity, word: str) -> None:
    assert findings.severity_word(severity) == word
