"""What the editor suggests at a place in a text; ``|`` marks the cursor."""

from textwrap import dedent

import pytest

from desktop.ui.editor.suggestions import Known, Suggestions, suggest

KNOWN = Known(
    namespaces=("default", "shop", "123"),
    pod_labels={"app": ("db", "web"), "role": ("frontend",), "app.kubernetes.io/name": ("web",), "on": ("true",)},
    namespace_labels={"kubernetes.io/metadata.name": ("default", "shop")},
)


def at_cursor(text: str) -> Suggestions | None:
    lines = dedent(text).strip("\n").split("\n")
    row = next(number for number, line in enumerate(lines) if "|" in line)
    column = lines[row].index("|")
    lines[row] = lines[row].replace("|", "")
    return suggest(lines, row, column, KNOWN)


def choices(text: str) -> str:
    found = at_cursor(text)
    return " ".join(choice.text for choice in found.choices) if found else ""


def inserts(text: str) -> list[str]:
    found = at_cursor(text)
    return [choice.insert for choice in found.choices] if found else []


RULE = """
spec:
  podSelector: {}
  ingress:
  - from:
    - podSelector:
        matchLabels:
          role: frontend
    """


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|", "apiVersion kind metadata spec"),
        ("k|", "kind"),
        ("kind: |", "NetworkPolicy List"),
        ("apiVersion: net|", "networking.k8s.io/v1"),
        ("kind: NetworkPolicy\n|\nspec:\n  podSelector: {}", "apiVersion metadata"),
        ("metadata:\n  |", "name namespace labels annotations"),
        ("metadata:\n  namespace: |", "default shop 123"),
        ("metadata:\n  namespace: sh|", "shop"),
        ("spec:\n  |", "podSelector policyTypes ingress egress"),
        ("spec:\n  podSelector: {}\n  |\n  egress: []", "policyTypes ingress"),
        ("spec:\n  policyTypes:\n  - |", "Ingress Egress"),
        ("spec:\n  policyTypes:\n    - Eg|", "Egress"),
        ("spec:\n  policyTypes: [Ingress, |", "Ingress Egress"),
        ("spec:\n  ingress:\n  - |", "from ports"),
        ("spec:\n  ingress:\n    |", "from ports"),
        ("spec:\n  egress:\n  - |", "to ports"),
        ("spec:\n  ingress:\n  - from:\n    - |", "podSelector namespaceSelector ipBlock"),
        (RULE + "p|", "ports"),
        (RULE + "|", "ports"),
        (RULE + "- |", "podSelector namespaceSelector ipBlock"),
        (RULE + "  |", "namespaceSelector ipBlock"),
        (RULE + "      |", "app role app.kubernetes.io/name on"),
        (RULE + "      app: |", "db web"),
        (RULE + "ports:\n    - protocol: |", "TCP UDP SCTP"),
        (RULE + "ports:\n    - protocol: TCP\n      |", "port endPort"),
        (RULE + "ports:\n    - |", "protocol port endPort"),
        ("spec:\n  podSelector:\n    match|", "matchLabels matchExpressions"),
        ("spec:\n  podSelector:\n    matchLabels:\n      a|", "app app.kubernetes.io/name"),
        ("spec:\n  podSelector:\n    matchExpressions:\n    - key: r|", "role"),
        (
            "spec:\n  podSelector:\n    matchExpressions:\n    - key: app\n      operator: |",
            "In NotIn Exists DoesNotExist",
        ),
        ("spec:\n  podSelector:\n    matchExpressions:\n    - key: app\n      values:\n      - |", "db web"),
        ("spec:\n  podSelector:\n    matchExpressions:\n    - key: app\n      values: [db, w|", "web"),
        (
            "spec:\n  ingress:\n  - from:\n    - namespaceSelector:\n        matchLabels:\n          |",
            "kubernetes.io/metadata.name",
        ),
        (
            "spec:\n  ingress:\n  - from:\n    - namespaceSelector:\n        matchLabels:\n"
            "          kubernetes.io/metadata.name: |",
            "default shop",
        ),
        ("kind: List\nitems:\n- metadata:\n    na|", "name namespace"),
        ("spec:\n  podSelector: {}\n---\n|", "apiVersion kind metadata spec"),
    ],
)
def test_the_fields_and_values_that_fit_the_place_are_offered(text: str, expected: str) -> None:
    assert choices(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "# k|",
        "kind: NetworkPolicy # k|",
        "kind:|",
        "spec:\n  ingress:\n  -|",
        "spec:\n  nonsense:\n    |",
        "spec:\n  podSelector:\n    matchLabels:\n      app: web\n        |",
        "metadata:\n  name: |",
        "metadata:\n  labels:\n    |",
        "spec:\n  podSelector: |",
        "kind: NetworkPolicy|",
        "spec:\n  ingress:\n    from:\n    - |",
    ],
)
def test_nothing_is_offered_where_nothing_is_known(text: str) -> None:
    assert at_cursor(text) is None


def test_a_field_is_inserted_with_its_colon_and_a_list_item_with_its_dash() -> None:
    assert inserts("spec:\n  ingress:\n    |") == ["- from:", "- ports:"]
    assert inserts("metadata:\n  n|") == ["name: ", "namespace: "]
    assert inserts("spec:\n  pod|") == ["podSelector:"]


def test_a_label_that_yaml_would_not_read_as_text_is_inserted_in_quotes() -> None:
    assert inserts("metadata:\n  namespace: 1|") == ['"123"']
    assert inserts("spec:\n  podSelector:\n    matchLabels:\n      on|") == []
    assert inserts("spec:\n  podSelector:\n    matchLabels:\n      o|") == ['"on": ']
    assert inserts("spec:\n  podSelector:\n    matchLabels:\n      on: |") == ['"true"']
    assert inserts('spec:\n  podSelector:\n    matchLabels:\n      app: "w|') == ["web"]


def test_the_word_before_the_cursor_is_what_gets_replaced() -> None:
    found = at_cursor("spec:\n  policyTypes: [Ingress, Eg|")
    assert found is not None
    assert (found.start, found.word) == (25, "Eg")


def test_every_field_is_told_in_one_line() -> None:
    found = at_cursor("spec:\n  |")
    assert found is not None
    assert all(choice.about and "\n" not in choice.about for choice in found.choices)


def test_a_place_deep_in_a_huge_document_is_left_alone_rather_than_searched_for_long() -> None:
    lines = ["spec:", "  ingress:", *["  - ports: []"] * 5000, "  - "]
    assert suggest(lines, len(lines) - 1, 4, KNOWN) is None
