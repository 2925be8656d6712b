"""The difference of two texts, line by line (Myers' algorithm)."""

from dataclasses import dataclass
from enum import Enum

_MOST_CHANGES = 1000


class Change(Enum):
    """What became of a line."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line (without its end) and its number in the text before and after; None where it does not stand."""

    change: Change
    text: str
    before: int | None
    after: int | None


def diff(before: str, after: str) -> tuple[DiffLine, ...]:
    """Return all lines of both texts in order, removed lines before added ones; line ends are not compared.

    The changes are the fewest possible up to a thousand; texts further apart show as removed and added whole, but for
    the lines they have in common at the start and the end.
    """
    old, new = _split(before), _split(after)
    result: list[DiffLine] = []
    at_old = at_new = 0
    for same_old, same_new in [*_matches(old, new), (len(old), len(new))]:
        result += (DiffLine(Change.REMOVED, old[i], i + 1, None) for i in range(at_old, same_old))
        result += (DiffLine(Change.ADDED, new[j], None, j + 1) for j in range(at_new, same_new))
        if same_old < len(old):
            result.append(DiffLine(Change.SAME, new[same_new], same_old + 1, same_new + 1))
        at_old, at_new = same_old + 1, same_new + 1
    return tuple(result)


def _split(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if not lines[-1] else lines


def _matches(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return the pairs of lines that stay, in order."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    middle = _shortest_script(old[head : len(old) - tail], new[head : len(new) - tail])
    return [
        *((i, i) for i in range(head)),
        *((head + i, head + j) for i, j in middle),
        *((len(old) - i, len(new) - i) for i in range(tail, 0, -1)),
    ]


def _shortest_script(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return the pairs that stay in a shortest edit script; none where it takes more than ``_MOST_CHANGES`` changes.

    ``rounds[d][i]`` is how far into ``old`` d changes lead on diagonal ``2 * i - d`` (place in old less place in new).
    """
    rounds: list[list[int]] = []
    for changes in range(_MOST_CHANGES + 1):
        furthest = []
        for i in range(changes + 1):
            x = _start(rounds, changes, i)
            y = x - (2 * i - changes)
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            furthest.append(x)
            if x >= len(old) and y >= len(new):
                return _walk_back(rounds, changes, i, x)
        rounds.append(furthest)
    return []


def _start(rounds: list[list[int]], changes: int, i: int) -> int:
    """Return where diagonal ``i`` of a round starts: one change on from the better neighbour of the round before."""
    if not changes:
        return 0
    added = rounds[-1][i] if i < changes else -1
    removed = rounds[-1][i - 1] + 1 if i else -1
    return max(added, removed)


def _walk_back(rounds: list[list[int]], changes: int, i: int, x: int) -> list[tuple[int, int]]:
    matches = []
    while True:
        start = _start(rounds[:changes], changes, i)
        diagonal = 2 * i - changes
        matches += [(at, at - diagonal) for at in range(x - 1, start - 1, -1)]
        if not changes:
            return matches[::-1]
        previous = rounds[changes - 1]
        if i < changes and previous[i] == start:
            x = previous[i]
        else:
            i, x = i - 1, previous[i - 1]
        changes -= 1
