"""Which entries of a changed list are which of the list before, where nobody said so; and which of them can stay."""

import difflib
import json
from bisect import bisect_left
from collections.abc import Sequence

Origin = tuple[int | None, ...]
"""For each entry of a list the index that it had before, None for a new one."""


def canonical(value: object) -> str:
    """Return a text that is the same for values that are the same as JSON."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def same(one: object, other: object) -> bool:
    """Equal as JSON: 1 is neither True nor 1.0, and the order of keys does not matter."""
    return canonical(one) == canonical(other)


def fits(origin: Origin, old: Sequence[object], new: Sequence[object]) -> bool:
    """Whether an origin can be one of these lists: it names no entry twice, and none that is not there."""
    named = [index for index in origin if index is not None]
    return len(origin) == len(new) and len(set(named)) == len(named) and all(index < len(old) for index in named)


def guessed(old: Sequence[object], new: Sequence[object]) -> Origin:
    """Return the likely origin of each entry: equal ones are the same, and one in another's place is that, edited."""
    texts = [canonical(value) for value in old], [canonical(value) for value in new]
    regions = difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes()
    moved = _moved(regions, *texts)
    origin: list[int | None] = []
    gone = set(moved.values())
    for _, i1, i2, j1, j2 in regions:
        kept = iter([i for i in range(i1, i2) if i not in gone])
        origin += [moved[j] if j in moved else next(kept, None) for j in range(j1, j2)]
    return tuple(origin)


def staying(origin: Origin) -> frozenset[int]:
    """Return the old indices of the most entries that keep their order: the others moved, around them."""
    ends: list[int] = []  # the smallest index that a run of each length ends with
    before: dict[int, int | None] = {}
    for index in origin:
        if index is not None:
            length = bisect_left(ends, index)
            before[index] = ends[length - 1] if length else None
            ends[length : length + 1] = [index]
    stay, last = set(), ends[-1] if ends else None
    while last is not None:
        stay.add(last)
        last = before[last]
    return frozenset(stay)


def _moved(regions: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> dict[int, int]:
    """Return for each entry that only moved where it was, by where it comes to."""
    free: dict[str, list[int]] = {}
    for tag, i1, i2, _, _ in regions:
        for i in range(i1, i2) if tag != "equal" else ():
            free.setdefault(old[i], []).append(i)
    come = (j for tag, _, _, j1, j2 in regions if tag != "equal" for j in range(j1, j2))
    return {j: free[new[j]].pop(0) for j in come if free.get(new[j])}
