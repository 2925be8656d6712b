"""The label or name that was probably meant: the nearest one that there is."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence

from desktop.policy.findings import Edit, Fix, Path, Removed
from desktop.policy.objects import NAMESPACE_NAME, LabelSelector

_ALIKE = 0.7  # of 1, as difflib counts; "fronted" and "frontend" are 0.93 alike
Labels = Mapping[str, str]


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word most like another one; None where none is much like it."""
    found = difflib.get_close_matches(word, sorted(set(words) - {word}), 1, _ALIKE)
    return found[0] if found else None


def fix_labels(
    selector: LabelSelector, path: Path, there: Sequence[Labels], matches: Callable[[LabelSelector], bool]
) -> Fix | None:
    """Return the fix of a selector at ``path`` that misses by one label of ``matchLabels``; None where none is near.

    ``there`` are the labels that it could have met; ``matches`` says whether another selector meets any.
    """
    for at, (key, value) in enumerate(selector.labels):
        rest = (*selector.labels[:at], *selector.labels[at + 1 :])
        for new_key, new_value in _candidates(key, value, there):
            changed = LabelSelector(tuple(sorted((*rest, (new_key, new_value)))), selector.expressions)
            if new_key not in dict(rest) and matches(changed):
                return _relabel((*path, "matchLabels"), key, new_key, new_value)
    return None


def _candidates(key: str, value: str, there: Sequence[Labels]) -> Iterable[tuple[str, str]]:
    if near := nearest(value, (labels[key] for labels in there if key in labels)):
        yield key, near
    with_value = {each for labels in there for each, held in labels.items() if held == value}
    if key == "name" and NAMESPACE_NAME in with_value:
        yield NAMESPACE_NAME, value
    if near := nearest(key, with_value):
        yield near, value


def _relabel(path: Path, key: str, new_key: str, new_value: str) -> Fix:
    put = Edit((*path, new_key), new_value)
    edits = (put,) if key == new_key else (Edit((*path, key), Removed.REMOVED), put)
    return Fix("fix.use", edits, {"value": f"{new_key}={new_value}"})
