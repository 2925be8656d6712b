"""A line diff as rows to show: long stretches without a change folded, or both versions aligned side by side. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, zip_longest

from desktop.language import tr_n
from desktop.manifest.lines import Change, DiffLine
from desktop.wording.plain import plain

_AROUND = 3
MOST = 4000
"""Rows shown at most; a longer diff ends with a row that says how much is left out."""


class Mark(Enum):
    """What became of a line."""

    SAME = " "
    ADDED = "+"
    REMOVED = "−"
    NOTE = ""  # a word about lines that are not shown
    ABSENT = "·"  # nothing stands here; the other side has a line


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line's number before and after (None where it is absent), its mark and its text."""

    before: int | None
    after: int | None
    mark: Mark
    text: str


_MARKS = {Change.SAME: Mark.SAME, Change.ADDED: Mark.ADDED, Change.REMOVED: Mark.REMOVED}


def folded(lines: Sequence[DiffLine]) -> tuple[Row, ...]:
    """Return the changed lines with a few around them, and one row for each stretch of the others."""
    rows: list[Row] = []
    stretches = [(kind, list(group)) for kind, group in groupby(lines, key=lambda line: line.change)]
    for number, (kind, stretch) in enumerate(stretches):
        head = _AROUND if number > 0 else 0
        tail = _AROUND if number < len(stretches) - 1 else 0
        left_out = len(stretch) - head - tail
        if kind is not Change.SAME or left_out < 2:
            rows += map(_row, stretch)
            continue
        rows += map(_row, stretch[:head])
        rows.append(_note(tr_n("{count} line is the same", "{count} lines are the same", left_out)))
        rows += map(_row, stretch[len(stretch) - tail :])
    return _bounded(rows)


def aligned(lines: Iterable[DiffLine]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return the version before and the one after as rows of the same number, equal lines beside each other."""
    before: list[Row] = []
    after: list[Row] = []
    for left, right in _pairs(lines):
        before.append(_row(left) if left else _ABSENT)
        after.append(_row(right) if right else _ABSENT)
    return _bounded(before), _bounded(after)


def _pairs(lines: Iterable[DiffLine]) -> Iterator[tuple[DiffLine | None, DiffLine | None]]:
    for is_same, group in groupby(lines, key=lambda line: line.change is Change.SAME):
        if is_same:
            yield from ((line, line) for line in group)
            continue
        changed = list(group)
        removed = [line for line in changed if line.change is Change.REMOVED]
        yield from zip_longest(removed, [line for line in changed if line.change is Change.ADDED])


def _row(line: DiffLine) -> Row:
    return Row(line.before, line.after, _MARKS[line.change], plain(line.text))


def _note(text: str) -> Row:
    return Row(None, None, Mark.NOTE, text)


_ABSENT = Row(None, None, Mark.ABSENT, "")


def _bounded(rows: Sequence[Row]) -> tuple[Row, ...]:
    if len(rows) <= MOST:
        return tuple(rows)
    left_out = len(rows) - MOST
    return (*rows[:MOST], _note(tr_n("{count} more line", "{count} more lines", left_out)))
