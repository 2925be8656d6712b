"""The matrix as it is looked at: lines for namespaces, which fold, for workloads and for outside addresses.

Made off the UI thread; asking for a cell afterwards costs a few operations on sets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from desktop.reach.bits import positions_of
from desktop.reach.columns import Column
from desktop.reach.matrix import Matrix
from desktop.reach.workloads import WorkloadRef

OUTSIDE = ""
"""The group of the outside addresses; namespaces have names."""


class State(Enum):
    """What a cell says, for the ports that are looked at."""

    OPEN = "open"
    PARTLY = "partly"  # some of the ports, or some of the pairs
    CLOSED = "closed"
    UNDECIDABLE = "undecidable"
    ITSELF = "itself"


@dataclass(frozen=True, slots=True)
class Line:
    """A row and column of the grid.

    ``column`` is its number in the matrix, None for a group; ``members`` the columns it stands for. To the columns in
    ``full`` all of its members may connect on every port looked at; to those in ``some`` any member on any; in
    ``maybe``, for want of a fact, perhaps.
    """

    group: str
    column: int | None
    members: int
    full: int
    some: int
    maybe: int


class Grid:
    """Lines and their cells; ``ports`` are those looked at (a mask), ``folded`` the groups shown as one line."""

    def __init__(self, matrix: Matrix, ports: int, folded: frozenset[str]) -> None:
        self.matrix = matrix
        self.ports = ports
        self.folded = folded
        self._rows = [matrix.row(column) for column in range(len(matrix.columns.all))]
        lines = {column: self._line(column) for column in range(len(matrix.columns.all))}
        self.lines: tuple[Line, ...] = tuple(self._arranged(lines))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in their order."""
        return tuple(line.group for line in self.lines if line.column is None)

    def end(self, line: int) -> Column | None:
        """Return what a line stands for; None for a group."""
        column = self.lines[line].column
        return None if column is None else self.matrix.columns.all[column]

    def says_like(self, other: "Grid") -> bool:
        """Whether another grid has the same lines of the same ends, with the same ports open."""
        if (self.lines, self._rows) != (other.lines, other._rows):
            return False
        mine, theirs = self.matrix, other.matrix
        masks = {mask for row in self._rows for parts in row for mask in parts}
        return mine.columns.all == theirs.columns.all and all(
            mine.reach.ports.spans(mask) == theirs.reach.ports.spans(mask) for mask in masks
        )

    def state(self, row: int, column: int) -> State:
        """Return what a cell says."""
        source, into = self.lines[row], self.lines[column].members
        if source.members == into and into.bit_count() == 1:
            return State.ITSELF
        if not into & ~source.full:
            return State.OPEN
        if into & source.some:
            return State.PARTLY
        return State.UNDECIDABLE if into & source.maybe else State.CLOSED

    def open_ports(self, source: int, destination: int) -> int:
        """Return the ports that are open for certain between two columns of the matrix."""
        found = 0
        for ports, columns in self._rows[source][0].items():
            if columns >> destination & 1:
                found |= ports
        return found

    def _arranged(self, lines: dict[int, Line]) -> Iterator[Line]:
        groups: dict[str, list[Line]] = {}
        for column, line in lines.items():
            groups.setdefault(group_of(self.matrix.columns.all[column]), []).append(line)
        for group in sorted(groups, key=lambda name: (name == OUTSIDE, name)):
            members = groups[group]
            yield _joined(group, members)
            if group not in self.folded:
                yield from members

    def _line(self, column: int) -> Line:
        certain, possible = self._rows[column]
        some = _any(certain, self.ports)
        full = _all(certain, self.ports, some)
        itself = 1 << column
        group = group_of(self.matrix.columns.all[column])
        # Between outside addresses the cluster has no say: such cells say nothing, and must not colour a group.
        outside = self._outside if group == OUTSIDE else 0
        return Line(
            group,
            column,
            itself,
            full | itself | outside,
            some & ~itself & ~outside,
            _any(possible, self.ports) & ~full,
        )

    @property
    def _outside(self) -> int:
        workloads = len(self.matrix.columns.workloads)
        return ((1 << (len(self.matrix.columns.all) - workloads)) - 1) << workloads


def group_of(column: Column) -> str:
    """Return the group a column belongs to: its namespace, or OUTSIDE."""
    return column.namespace if isinstance(column, WorkloadRef) else OUTSIDE


def _joined(group: str, members: Sequence[Line]) -> Line:
    full, some, maybe, together = -1, 0, 0, 0
    for line in members:
        full &= line.full
        some |= line.some
        maybe |= line.maybe
        together |= line.members
    return Line(group, None, together, full, some, maybe)


def _any(parts: Mapping[int, int], ports: int) -> int:
    """The columns that any of the ports is open to."""
    found = 0
    for open_ports, columns in parts.items():
        if open_ports & ports:
            found |= columns
    return found


def _all(parts: Mapping[int, int], ports: int, some: int) -> int:
    """The columns, among ``some``, that all of the ports are open to, by one part or by several together."""
    found = 0
    for open_ports, columns in parts.items():
        if not ports & ~open_ports:
            found |= columns
    for column in positions_of(some & ~found):
        together = 0
        for open_ports, columns in parts.items():
            if columns >> column & 1:
                together |= open_ports
        if not ports & ~together:
            found |= 1 << column
    return found
