"""Advice on a policy beside the others of its namespace; policies only add, so what another one admits is admitted.

``advice.duplicate`` (``other``): another policy selects the same pods and admits the same. ``advice.rule-in-policy``
(``rule``, from 1, ``other`` and its ``other_rule``): another policy admits all that a rule admits, to all these pods
(a note).
"""

from collections.abc import Iterator, Sequence

from desktop.policy.advice import KEYS
from desktop.policy.containment import Admission, can_match, implies
from desktop.policy.findings import Finding, Severity
from desktop.policy.objects import NetworkPolicy
from desktop.reach.advice.sight import Compared, Sight


def advice_on_others(policy: NetworkPolicy, sight: Sight) -> Iterator[Finding]:
    """Yield what is to be said of a policy beside the others of its namespace."""
    every = sight.compared(policy.namespace)
    mine = every.get(policy.name)
    if mine is None or not can_match(mine.selects):
        return
    wider = [(name, each) for name, each in sorted(every.items()) if each is not mine and _covers(each, mine)]
    same = next((name for name, each in wider if _covers(mine, each) and _say_the_same(mine, each)), None)
    if same is not None:
        yield Finding("advice.duplicate", Severity.WARNING, ("metadata", "name"), {"other": same})
        return
    for direction, admissions in mine.rules.items():
        for index, admission in enumerate(admissions):
            for name, each in wider if not admission.nobody else ():
                number = _holding(admission, each.rules.get(direction, ()))
                if number is not None:
                    path = ("spec", KEYS[direction][0], index)
                    facts = {"rule": index + 1, "other": name, "other_rule": number + 1}
                    yield Finding("advice.rule-in-policy", Severity.INFO, path, facts)
                    break


def _covers(wide: Compared, narrow: Compared) -> bool:
    return implies(narrow.selects, wide.selects)


def _holding(narrow: Admission, rules: Sequence[Admission]) -> int | None:
    """Return the first rule that admits all that another one does."""
    return next((number for number, wide in enumerate(rules) if narrow <= wide), None)


def _say_the_same(one: Compared, other: Compared) -> bool:
    return one.rules.keys() == other.rules.keys() and all(
        all(_holding(each, other.rules[direction]) is not None for each in one.rules[direction])
        and all(_holding(each, one.rules[direction]) is not None for each in other.rules[direction])
        for direction in one.rules
    )
