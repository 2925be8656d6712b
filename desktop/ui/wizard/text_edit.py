"""The smallest stretch by which two texts differ. Plain Python."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace the characters from ``start`` to ``end`` by ``new``."""

    start: int
    end: int
    new: str


def smallest_edit(before: str, after: str) -> TextEdit:
    """Return the one edit that makes ``after`` of ``before``."""
    start = _common(before, after)
    behind = min(_common(before[::-1], after[::-1]), min(len(before), len(after)) - start)
    return TextEdit(start, len(before) - behind, after[start : len(after) - behind])


def _common(one: str, other: str) -> int:
    """Return the length of what both begin with, by halving: slices are compared at the speed of C."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
