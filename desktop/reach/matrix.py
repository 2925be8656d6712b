"""The connections of a cluster from workload to workload, and to and from ranges of outside addresses.

A set of columns is a whole number: first one bit a workload, then one bit a range, in the order of ``columns``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desktop.policy.netset import Span
from desktop.reach.bits import bits_of, positions_of
from desktop.reach.engine import Part, Reach
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import WorkloadRef, top_owner

Column = WorkloadRef | Span
"""A workload, or a range of addresses on the common line (see ``desktop.policy.netset``)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What may pass between two ends: the ports for certain, and those for want of a fact not decidable."""

    certain: int = 0
    undecidable: int = 0


class Matrix:
    """Connections by workload. A workload's pods may differ; a cell then holds what any of them may."""

    def __init__(self, snapshot: Snapshot, reach: Reach) -> None:
        self.reach = reach
        members: dict[WorkloadRef, set[int]] = defaultdict(set)
        for index, each in enumerate(reach.ends.classes):
            for pod in each.pods:
                members[top_owner(snapshot, pod)].add(index)
        self.workloads: tuple[WorkloadRef, ...] = tuple(sorted(members))
        self.columns: tuple[Column, ...] = (*self.workloads, *reach.ends.ranges)
        self._members = [sorted(members[ref]) for ref in self.workloads]
        holding: dict[int, list[int]] = defaultdict(list)
        for column, ends in enumerate(self._members):
            for end in ends:
                holding[end].append(column)
        self._columns_of = [bits_of(holding[end], len(self.workloads)) for end in range(reach.ends.count)]
        self._converted: dict[int, int] = {}

    def uneven(self, row: int) -> bool:
        """Whether the pods of a row's workload differ in what rules make of them."""
        return row < len(self.workloads) and len(self._members[row]) > 1

    def row(self, row: int) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        """Return what the end of a row may reach, as (columns, ports): for certain, and possibly."""
        certain: dict[int, int] = defaultdict(int)
        possible: dict[int, int] = defaultdict(int)
        for end in self._ends_of(row):
            found = self.reach.row(end)
            for parts, joined in ((found.certain, certain), (found.possible, possible)):
                for ends, ports in parts:
                    joined[ports] |= self._columns(ends)
        return _parts(certain), _parts(possible)

    def cells(self, row: int) -> Mapping[int, Cell]:
        """Return the cells of a row that are not empty, by column."""
        certain_parts, possible_parts = self.row(row)
        certain, possible = _by_column(certain_parts), _by_column(possible_parts)
        return {
            column: Cell(certain.get(column, 0), possible.get(column, 0) & ~certain.get(column, 0))
            for column in sorted(certain.keys() | possible.keys())
        }

    def _ends_of(self, row: int) -> Iterable[int]:
        if row < len(self.workloads):
            return self._members[row]
        return (self.reach.ends.count + row - len(self.workloads),)

    def _columns(self, ends: int) -> int:
        """The columns of a set of ends; few different sets come up, very often."""
        found = self._converted.get(ends)
        if found is None:
            found = (ends >> self.reach.ends.count) << len(self.workloads)
            for end in positions_of(ends & self.reach.ends.pods):
                found |= self._columns_of[end]
            self._converted[ends] = found
        return found


def _parts(joined: Mapping[int, int]) -> tuple[Part, ...]:
    return tuple((columns, ports) for ports, columns in joined.items())


def _by_column(parts: Iterable[Part]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for columns, ports in parts:
        for column in positions_of(columns):
            found[column] |= ports
    return found
