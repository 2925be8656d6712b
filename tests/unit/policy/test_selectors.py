"""A selector picks what the API server's own selector picks."""

import pytest

from desktop.policy import selectors
from desktop.policy.objects import LabelSelector, Operator, Requirement

CASES: list[tuple[str, LabelSelector, dict[str, str], bool]] = [
    ("empty picks all", LabelSelector(), {}, True),
    ("label equal", LabelSelector((("app", "web"),)), {"app": "web", "tier": "front"}, True),
    ("label other", LabelSelector((("app", "web"),)), {"app": "db"}, False),
    ("label missing", LabelSelector((("app", "web"),)), {}, False),
    ("empty value is a value", LabelSelector((("app", ""),)), {"app": ""}, True),
    ("empty value is not absence", LabelSelector((("app", ""),)), {}, False),
    ("labels are ANDed", LabelSelector((("app", "web"), ("tier", "front"))), {"app": "web"}, False),
    ("all labels", LabelSelector((("app", "web"), ("tier", "front"))), {"app": "web", "tier": "front", "x": ""}, True),
    ("In", LabelSelector((), (Requirement("app", Operator.IN, ("web", "api")),)), {"app": "api"}, True),
    ("In, other value", LabelSelector((), (Requirement("app", Operator.IN, ("web",)),)), {"app": "db"}, False),
    ("In, key missing", LabelSelector((), (Requirement("app", Operator.IN, ("web",)),)), {}, False),
    ("NotIn", LabelSelector((), (Requirement("app", Operator.NOT_IN, ("web",)),)), {"app": "db"}, True),
    ("NotIn, that value", LabelSelector((), (Requirement("app", Operator.NOT_IN, ("web",)),)), {"app": "web"}, False),
    ("NotIn also picks what lacks the key", LabelSelector((), (Requirement("a", Operator.NOT_IN, ("b",)),)), {}, True),
    ("Exists", LabelSelector((), (Requirement("app", Operator.EXISTS),)), {"app": ""}, True),
    ("Exists, missing", LabelSelector((), (Requirement("app", Operator.EXISTS),)), {"tier": "x"}, False),
    ("DoesNotExist", LabelSelector((), (Requirement("app", Operator.DOES_NOT_EXIST),)), {"tier": "x"}, True),
    ("DoesNotExist, there", LabelSelector((), (Requirement("app", Operator.DOES_NOT_EXIST),)), {"app": "x"}, False),
    (
        "labels and expressions are ANDed",
        LabelSelector((("app", "web"),), (Requirement("tier", Operator.EXISTS),)),
        {"app": "web"},
        False,
    ),
    (
        "both hold",
        LabelSelector((("app", "web"),), (Requirement("tier", Operator.EXISTS),)),
        {"app": "web", "tier": ""},
        True,
    ),
]


@pytest.mark.parametrize(("title", "selector", "labels", "picked"), CASES, ids=[case[0] for case in CASES])
def test_a_selector_picks_what_the_server_picks(
    title: str, selector: LabelSelector, labels: dict[str, str], picked: bool
) -> None:
    assert selectors.matches(selector, labels) is picked, title


@pytest.mark.parametrize(("title", "selector", "labels", "picked"), CASES, ids=[case[0] for case in CASES])
def test_a_compiled_selector_picks_the_same(
    title: str, selector: LabelSelector, labels: dict[str, str], picked: bool
) -> None:
    assert selectors.compile(selector)(labels) is picked, title
