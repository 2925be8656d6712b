"""A text is checked whole: every finding at its place, whatever else is in the text."""

import pytest

from desktop.manifest.checking import Checked, check, is_policy, survey
from desktop.manifest.reader import MAX_DOCUMENTS, read
from desktop.policy.findings import Place, Severity
from desktop.policy.objects import Direction, LabelSelector
from desktop.policy.profile import DEFAULT, PROFILES

ALL = PROFILES["upstream"]
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: demo
spec:
  podSelector: {}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"


def told(checked: Checked) -> list[tuple[str, int, int]]:
    return [(finding.code, finding.place.line, finding.place.column) for finding in checked.findings if finding.place]


def test_a_policy_becomes_an_entry_in_the_namespace_it_will_go_to() -> None:
    checked = check(POLICY, profile=ALL, namespace="shop")
    assert checked.findings == ()
    (entry,) = checked.entries
    assert (entry.kind, entry.namespace, entry.name) == ("NetworkPolicy", "shop", "demo")
    assert entry.policy
    assert (entry.policy.namespace, entry.policy.pod_selector) == ("shop", LabelSelector())
    assert entry.policy.directions == {Direction.INGRESS}
    assert (entry.text, entry.value) == (POLICY, read(POLICY).documents[0].value)
    assert entry.place(("metadata", "name")) == Place(4, 9, 4, 13)
    named = POLICY.replace("  name: demo", "  name: demo\n  namespace: own")
    assert check(named, profile=ALL, namespace="shop").entries[0].namespace == "own"
    assert check(POLICY, profile=ALL).entries[0].namespace == "default"


def test_what_the_server_would_refuse_is_told_at_its_value() -> None:
    text = POLICY.replace(
        "{}", "{}\n  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.1/8}\n    ports:\n    - port: 0"
    )
    checked = check(f"---\n{text}", profile=ALL)
    assert told(checked) == [("cidr.host-bits", 10, 23), ("port.out-of-range", 12, 13)]
    assert checked.entries[0].findings == checked.findings
    assert checked.entries[0].policy is not None


def test_an_unknown_field_is_told_at_its_key() -> None:
    assert told(check(f"{POLICY}  ingres:\n  - {{}}\n", profile=ALL)) == [("field.unknown", 7, 3)]


def test_a_policy_that_cannot_be_read_has_an_entry_all_the_same() -> None:
    (entry,) = check(POLICY.replace("{}", "[]"), profile=ALL).entries
    assert entry.policy is None
    assert [finding.code for finding in entry.findings] == ["type.wrong"]


def test_what_the_cluster_cannot_do_is_told() -> None:
    text = f'{POLICY}  ingress:\n  - from:\n    - ipBlock:\n        cidr: "2001:db8::/32"\n'
    assert ("limit.ipv6", 10, 15) in told(check(text, profile=DEFAULT))
    assert told(check(text, profile=ALL)) == []


def test_findings_of_the_text_are_among_the_findings_of_the_entry() -> None:
    checked = check(f"{POLICY}  podSelector: {{}}\n", profile=ALL)
    assert told(checked) == [("yaml.duplicate-key", 7, 3)]
    assert checked.entries[0].findings == checked.findings


def test_a_document_that_cannot_be_read_has_no_entry() -> None:
    checked = check(f"a: [\n---\n{POLICY}", profile=ALL)
    assert [entry.name for entry in checked.entries] == ["demo"]
    assert checked.entries[0].findings == ()
    assert len(checked.findings) == 1


def test_other_kinds_are_skipped_beside_policies_and_refused_alone() -> None:
    beside = check(f"{POD}---\n{POLICY}", profile=ALL)
    assert told(beside) == [("document.skipped", 2, 7)]
    assert beside.findings[0].severity is Severity.INFO
    assert beside.findings[0].facts == {"kind": "Pod", "name": "web"}
    assert [(entry.kind, entry.policy is None) for entry in beside.entries] == [("Pod", True), ("NetworkPolicy", False)]
    alone = check(POD, profile=ALL)
    assert told(alone) == [("document.no-policy", 2, 7)]
    assert alone.findings[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("just words\n", [("document.not-an-object", 1, 1)]),
        ("- a\n", [("document.not-an-object", 1, 1)]),
        ("{{ .Values.policy }}\n", [("yaml.key", 1, 2)]),
        ("a: 1\n", [("document.no-kind", 1, 1), ("document.no-api-version", 1, 1)]),
        ("kind: 1\napiVersion: v1\n", [("document.no-kind", 1, 7)]),
        ("kind: NetworkPolicy\nmetadata: {name: a}\n", [("document.no-api-version", 1, 1)]),
        (
            "kind: NetworkPolicy\napiVersion: networking.k8s.io/v2\nmetadata: {name: a}\n",
            [("api-version.wrong", 2, 13)],
        ),
        ("kind: NetworkPolicy\napiVersion: crd.projectcalico.org/v1\n", [("document.no-policy", 1, 7)]),
        ("", []),
        ("# only a comment\n", []),
    ],
)
def test_what_is_no_policy_is_told_apart(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert told(check(text, profile=ALL)) == expected


def test_a_policy_that_stands_twice_is_an_error_at_the_second() -> None:
    other = POLICY.replace("name: demo", "name: demo\n  namespace: other")
    checked = check(f"{POLICY}---\n{other}---\n{POLICY}", profile=ALL)
    assert told(checked) == [("document.duplicate", 19, 9)]
    assert checked.findings[0].facts == {"namespace": "default", "name": "demo", "first_line": 1}


def test_items_of_lists_are_checked_where_they_stand() -> None:
    item = "- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: a}\n  spec: {x: 1}\n"
    checked = check(f"apiVersion: v1\nkind: List\nitems:\n{item}", profile=ALL)
    assert told(checked) == [("field.unknown", 7, 10)]
    assert [entry.name for entry in checked.entries] == ["a"]


def test_a_list_may_hold_no_more_objects_than_a_text_may_hold_documents() -> None:
    checked = check("kind: List\nitems:\n" + "- {}\n" * (MAX_DOCUMENTS + 1), profile=ALL)
    assert told(checked) == [("yaml.too-many-documents", MAX_DOCUMENTS + 3, 3)]
    assert checked.entries == ()


def test_what_was_tolerated_before_is_tolerated_again() -> None:
    text = f"{POLICY}  ingress:\n  - from:\n    - ipBlock: {{cidr: 10.0.0.1/8}}\n"
    old = read(text).documents[0].value
    assert isinstance(old, dict)
    assert told(check(text, profile=ALL, old=old)) == []
    assert (
        told(check(text, profile=ALL, namespace="shop", old={**old, "metadata": {"name": "demo", "namespace": "shop"}}))
        == []
    )
    assert [code for code, *_ in told(check(text.replace("demo", "new"), profile=ALL, old=old))] == ["name.changed"]


def test_among_several_policies_the_one_of_its_name_replaces_the_old() -> None:
    text = f"{POLICY}  ingress:\n  - from:\n    - ipBlock: {{cidr: 10.0.0.1/8}}\n"
    old = read(text).documents[0].value
    assert isinstance(old, dict)
    checked = check(f"{text}---\n{text.replace('demo', 'another')}", profile=ALL, old=old)
    assert told(checked) == [("cidr.host-bits", 19, 23)]
    assert len(check(f"{text}---\n{text.replace('demo', 'x')}", profile=ALL, old={}).findings) == 2


def test_a_survey_finds_the_objects_without_judging_them() -> None:
    surveyed = survey(read(f"{POD}---\n{POLICY.replace('demo', 'A')}---\nwords\n"), "shop")
    assert [(entry.kind, entry.namespace, entry.name) for entry in surveyed.entries] == [
        ("Pod", "shop", "web"),
        ("NetworkPolicy", "shop", "A"),
    ]
    assert told(surveyed) == [("document.not-an-object", 12, 1)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1"}, True),
        ({"kind": "NetworkPolicy", "apiVersion": "extensions/v1beta1"}, True),
        ({"kind": "NetworkPolicy"}, True),
        ({"kind": "NetworkPolicy", "apiVersion": 1}, True),
        ({"kind": "NetworkPolicy", "apiVersion": "projectcalico.org/v3"}, False),
        ({"kind": "Pod", "apiVersion": "v1"}, False),
        ("NetworkPolicy", False),
    ],
)
def test_a_policy_is_known_by_kind_and_group(value: object, expected: bool) -> None:
    assert is_policy(value) is expected


def test_of_several_objects_those_with_errors_are_told() -> None:
    good = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: good}\nspec: {podSelector: {}}\n"
    bad = good.replace("good", "bad").replace("{podSelector: {}}", "{podSelector: {}, ingres: []}")
    assert [entry.has_errors for entry in check(f"{good}---\n{bad}", profile=ALL).entries] == [False, True]
