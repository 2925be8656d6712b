"""Who loses more than half of what it could reach, or all that could reach it.

That is counted in ends: other workloads, on a port that the destination declares, and the world outside as one. What
could reach a workload is counted where its own inbound side changes. To let in few of many is what isolation is for,
so there only the loss of all is told.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from desktop.policy.objects import Direction
from desktop.reach.bits import positions_of
from desktop.reach.matrix import Cell, Groups, Matrix
from desktop.reach.workloads import WorkloadRef


@dataclass(frozen=True, slots=True)
class Cut:
    """A workload that loses ``lost`` of the ``reached`` ends it could reach; inbound: all that could reach it."""

    workload: WorkloadRef
    direction: Direction
    lost: int
    reached: int


class Losses:
    """Counts what workloads can no longer reach, line by line of a matrix before a change and after it."""

    def __init__(self, before: Matrix) -> None:
        self._before = before
        self._columns = before.columns
        self._workloads = (1 << len(self._columns.workloads)) - 1
        self._lost: dict[int, int] = defaultdict(int)
        self._reached: dict[int, int] = {}
        self._shut: list[Cut] = []
        self._serving: dict[int, int] = defaultdict(int)  # ports -> the workloads that declare just these
        for column in range(len(self._columns.workloads)):
            self._serving[self._ports(column)] |= 1 << column

    def of_row(self, source: int, old: Groups, new: Groups) -> None:
        """Take in the row of a workload: what it could reach, and what it can."""
        reached = self._ends(old, source, lambda cell: cell.certain)
        left = self._ends(new, source, lambda cell: cell.certain | cell.undecidable)
        self._reached[source] = reached.bit_count()
        self._lost[source] = (reached & ~left).bit_count()

    def of_column(self, destination: int, old: Groups, new: Groups, rows: int) -> None:
        """Take in the column of a workload, but for the ``rows`` that are taken in whole."""
        ports = self._ports(destination)
        had = has = 0
        for cell, sources in old.items():
            had |= sources if cell.certain & ports else 0
        for cell, sources in new.items():
            has |= sources if (cell.certain | cell.undecidable) & ports else 0
        for source in positions_of(had & ~has & self._workloads & ~rows & ~(1 << destination)):
            self._lost[source] += 1
        reached, left = (self._as_one(sources) & ~(1 << destination) for sources in (had, has))
        if reached & ~rows and not left:  # what the rows lose is told of them
            ends = reached.bit_count()
            self._shut.append(Cut(self._columns.workloads[destination], Direction.INGRESS, ends, ends))

    def _as_one(self, sources: int) -> int:
        """Return sources with one bit for the world outside."""
        return sources & self._workloads | (self._workloads + 1 if sources & ~self._workloads else 0)

    def cuts(self, check: Callable[[], None]) -> Iterator[Cut]:
        """Yield the workloads that lose more than half: of what they could reach, then of what could reach them."""
        for source, lost in sorted(self._lost.items()):
            check()
            # Those that are open to all are quicker known than all the rest that it reaches.
            if lost and (source in self._reached or 2 * lost > self._surely_reached(source)):
                reached = self._reach_of(source)
                if 2 * lost > reached:
                    yield Cut(self._columns.workloads[source], Direction.EGRESS, lost, reached)
        yield from self._shut

    def _reach_of(self, source: int) -> int:
        if source not in self._reached:
            ends = self._ends(self._before.groups(source), source, lambda cell: cell.certain)
            self._reached[source] = ends.bit_count()
        return self._reached[source]

    def _ends(self, groups: Groups, source: int, ports_of: Callable[[Cell], int]) -> int:
        """Return the workloads reached on a port they declare, and one bit more for the world outside."""
        found = 0
        for cell, columns in groups.items():
            ports = ports_of(cell)
            found |= self._serves(columns, ports)
            if ports and columns & ~self._workloads:
                found |= self._workloads + 1
        return found & ~(1 << source)

    def _ports(self, column: int) -> int:
        """The ports a workload declares; every port where it declares none."""
        ports, mask = self._before.reach.ports, 0
        for port in self._columns.examples[column].ports:
            mask |= ports.mask_of(port.protocol, port.port)
        return mask or ports.all

    def _surely_reached(self, source: int) -> int:
        """How many workloads that nothing restricts inbound a workload's outbound side lets it reach."""
        ends, free = self._columns.members(source), self._open(Direction.INGRESS)
        if any(self._open(Direction.EGRESS) >> end & 1 for end in ends):
            return self._open_to_all
        found = 0
        for end in ends:
            for (certain, _), peers in self._before.reach.sides[Direction.EGRESS].by_target.of(end).parts.items():
                found |= self._serves(self._columns.holding(peers & free), certain)
        return (found & ~(1 << source)).bit_count()

    @cached_property
    def _open_to_all(self) -> int:
        """How many workloads nothing restricts inbound, less one: nobody counts itself."""
        return (self._columns.holding(self._open(Direction.INGRESS)) & self._workloads).bit_count() - 1

    def _serves(self, columns: int, ports: int) -> int:
        """Return the workloads among some columns that declare any of some ports."""
        found = 0
        for served, workloads in self._serving.items():
            if ports & served:
                found |= columns & workloads
        return found

    def _open(self, direction: Direction) -> int:
        return self._before.reach.sides[direction].open
