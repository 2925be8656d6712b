"""Whether all that one selector matches is matched by another, whatever labels there are."""

import pytest

from desktop.policy.containment import can_match, implies, wants
from desktop.policy.objects import LabelSelector, Operator, Requirement

EVERYTHING = LabelSelector()
WEB = LabelSelector((("app", "web"),))


def asking(*asked: Requirement) -> LabelSelector:
    return LabelSelector(expressions=asked)


def is_in(*values: str) -> Requirement:
    return Requirement("app", Operator.IN, values)


def not_in(*values: str) -> Requirement:
    return Requirement("app", Operator.NOT_IN, values)


THERE, MISSING = Requirement("app", Operator.EXISTS), Requirement("app", Operator.DOES_NOT_EXIST)


@pytest.mark.parametrize(
    ("narrow", "wide", "expected"),
    [
        (WEB, EVERYTHING, True),
        (EVERYTHING, WEB, False),
        (WEB, asking(is_in("web", "db")), True),
        (asking(is_in("web", "db")), WEB, False),
        (WEB, asking(not_in("db")), True),
        (WEB, asking(not_in("web")), False),
        (WEB, asking(THERE), True),
        (asking(THERE), WEB, False),
        (asking(THERE), asking(not_in("db")), False),
        (asking(not_in("web", "db")), asking(not_in("db")), True),
        (asking(not_in("db")), asking(not_in("web", "db")), False),
        (asking(not_in("db")), asking(THERE), False),  # what lacks the label is not in any list
        (asking(MISSING), asking(not_in("db")), True),
        (asking(MISSING), WEB, False),
        (asking(MISSING, THERE), WEB, True),  # matches nothing, and nothing is in everything
    ],
)
def test_one_selector_lies_in_another(narrow: LabelSelector, wide: LabelSelector, expected: bool) -> None:
    assert implies(wants(narrow), wants(wide)) is expected


@pytest.mark.parametrize(
    ("selector", "same"),
    [
        (asking(is_in("a", "b"), is_in("b", "c")), asking(is_in("b"))),
        (asking(is_in("a", "b"), not_in("b")), asking(is_in("a"))),
        (asking(not_in("b"), is_in("a", "b")), asking(is_in("a"))),
        (asking(not_in("a"), not_in("b")), asking(not_in("a", "b"))),
        (asking(not_in("a"), MISSING), asking(MISSING)),
    ],
)
def test_what_a_selector_asks_of_one_label_twice_must_both_hold(selector: LabelSelector, same: LabelSelector) -> None:
    assert wants(selector) == wants(same)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (asking(is_in("a"), is_in("b")), False),
        (asking(THERE, MISSING), False),
        (asking(is_in("a"), not_in("a")), False),
        (asking(THERE, not_in("a")), True),
    ],
)
def test_a_selector_that_contradicts_itself_matches_nothing(selector: LabelSelector, expected: bool) -> None:
    assert can_match(wants(selector)) is expected
