"""A fix changes the places it names and nothing else, and never guesses where they are gone."""

import pytest

from desktop.policy.findings import Edit, Fix, Path, Removed
from desktop.policy.fixes import applied

SELECTOR: dict[str, object] = {"matchLabels": {"a.b/c": "x", "d": "y"}}
SPEC: dict[str, object] = {"egress": [{"ports": [{"port": 53}]}, {}], "podSelector": SELECTOR}
VALUE = {"spec": SPEC}


def fixed(*edits: Edit) -> object:
    return applied(VALUE, Fix("fix.use", edits))


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(("spec", "podSelector", "matchLabels", "a.b/c"), "z"), {"matchLabels": {"a.b/c": "z", "d": "y"}}),
        (Edit(("spec", "podSelector", "matchLabels", "d"), Removed.REMOVED), {"matchLabels": {"a.b/c": "x"}}),
        (Edit(("spec", "podSelector", "matchExpressions"), []), {**SELECTOR, "matchExpressions": []}),
    ],
)
def test_a_key_is_changed_removed_or_added(edit: Edit, expected: object) -> None:
    assert fixed(edit) == {"spec": {**SPEC, "podSelector": expected}}


def test_a_list_is_changed_at_an_index_or_behind_its_last() -> None:
    assert fixed(Edit(("spec", "egress", 1), "new"), Edit(("spec", "egress", 2), "last")) == {
        "spec": {**SPEC, "egress": [{"ports": [{"port": 53}]}, "new", "last"]}
    }
    assert fixed(Edit(("spec", "egress", 0), Removed.REMOVED)) == {"spec": {**SPEC, "egress": [{}]}}


def test_mappings_on_the_way_are_made_where_there_are_none() -> None:
    assert applied({"spec": None}, Fix("fix.use", (Edit(("spec", "policyTypes"), []),))) == {
        "spec": {"policyTypes": []}
    }
    assert applied({}, Fix("fix.use", (Edit(("spec", "policyTypes"), []),))) == {"spec": {"policyTypes": []}}


def test_the_value_itself_stays_as_it_is() -> None:
    before = repr(VALUE)
    fixed(Edit(("spec", "egress", 0, "ports", 0, "port"), 54), Edit(("spec", "egress", 1), Removed.REMOVED))
    assert repr(VALUE) == before


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "egress", 3), {}),
        (("spec", "egress", 2), Removed.REMOVED),
        (("spec", "egress", 2, "to"), []),
        (("spec", "ingress"), Removed.REMOVED),
        (("spec", "egress", "to"), []),
        (("spec", "egress", 0, "ports", 0, "port", "x"), 1),
    ],
)
def test_a_place_that_is_not_there_is_told(path: Path, value: object) -> None:
    with pytest.raises(LookupError):
        fixed(Edit(path, value))
