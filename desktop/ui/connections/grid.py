"""The matrix as it is looked at: lines for namespaces, which fold, for workloads and for outside addresses.

Made off the UI thread; asking for a cell afterwards costs a few operations on sets.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from desktop.reach.columns import Column
from desktop.reach.matrix import EMPTY, Cell, Groups, Matrix
from desktop.reach.workloads import WorkloadRef

Place = Column | str
"""A workload or a range, or by its name a whole group."""

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
class Look:
    """What is looked at: ``ports`` (a mask), the groups ``folded`` to one line, and ``only`` these workloads.

    With ``only``, a namespace's line still stands for all of its workloads; ``only`` None shows a line for each.
    """

    ports: int
    folded: frozenset[str]
    only: frozenset[Column] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row and column of the grid.

    ``column`` is its number in the matrix, None for a group; ``members`` the columns it stands for. To the columns in
    ``full`` all of its members may connect on every port looked at, with every pod; to those in ``some`` any member on
    any; in ``maybe``, for want of a fact, perhaps.
    """

    group: str
    column: int | None
    members: int
    full: int
    some: int
    maybe: int


def unchecked() -> None:
    """Nobody wants to stop."""


class Grid:
    """Lines and their cells. What an ``earlier`` grid of the same matrix knows is taken over."""

    def __init__(
        self, matrix: Matrix, look: Look, earlier: "Grid | None" = None, check: Callable[[], None] = unchecked
    ) -> None:
        """``check`` is called now and then, and may raise to stop."""
        self.matrix = matrix
        self.look = look
        same = earlier if earlier is not None and earlier.matrix is matrix else None
        self._cells: list[Groups] = same._cells if same else list(_cells(matrix, check))
        alike = same is not None and same.look.ports == look.ports
        self._members: dict[str, list[Line]] = same._members if same and alike else self._by_group()
        self._joined: dict[str, Line] = (
            same._joined
            if same and alike
            else {group: _joined(group, members) for group, members in self._members.items()}
        )
        self.lines: tuple[Line, ...] = tuple(self._arranged())

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in their order."""
        return tuple(self._joined)

    def end(self, line: int) -> Column | None:
        """Return what a line stands for; None for a group."""
        column = self.lines[line].column
        return None if column is None else self.matrix.columns.all[column]

    def line_of(self, end: Place) -> int | None:
        """Return the line of a workload, of a range, or (by its name) of a group; None where it has none now."""
        for number, line in enumerate(self.lines):
            if (line.group if line.column is None else self.matrix.columns.all[line.column]) == end:
                return number
        return None

    def says_like(self, other: "Grid") -> bool:
        """Whether another grid has the same lines of the same ends, with the same ports open."""
        if (self.lines, self._cells) != (other.lines, other._cells):
            return False
        mine, theirs = self.matrix, other.matrix
        cells = {cell for row in self._cells for cell in row}
        masks = {mask for cell in cells for mask in (cell.certain, cell.undecidable, cell.partly)}
        return mine.columns.all == theirs.columns.all and all(
            mine.reach.ports.spans(mask) == theirs.reach.ports.spans(mask) for mask in masks
        )

    def state(self, row: int, column: int) -> State:
        """Return what a cell says."""
        return state_between(self.lines[row], self.lines[column])

    def cell(self, source: int, destination: int) -> Cell:
        """Return the ports between two columns of the matrix."""
        for cell, columns in self._cells[source].items():
            if columns >> destination & 1:
                return cell
        return EMPTY

    def members(self, group: str) -> Sequence[Line]:
        """Return the lines of a group's members, be it folded or not."""
        return self._members[group]

    def line_for(self, place: Place) -> Line:
        """Return the line of a workload, of a range or (by its name) of a group, be it shown or not."""
        if isinstance(place, str):
            return self._joined[place]
        column = self.matrix.columns.position[place]
        return next(line for line in self._members[group_of(place)] if line.column == column)

    def _by_group(self) -> dict[str, list[Line]]:
        groups: dict[str, list[Line]] = {}
        for column, end in enumerate(self.matrix.columns.all):
            groups.setdefault(group_of(end), []).append(self._line(column))
        return {group: groups[group] for group in sorted(groups, key=lambda name: (name == OUTSIDE, name))}

    def _arranged(self) -> Iterator[Line]:
        only, ends = self.look.only, self.matrix.columns.all
        for group, members in self._members.items():
            yield self._joined[group]
            if group not in self.look.folded:
                for line in members:
                    if only is None or group == OUTSIDE or (line.column is not None and ends[line.column] in only):
                        yield line

    def _line(self, column: int) -> Line:
        full = some = maybe = 0
        ports = self.look.ports
        for cell, columns in self._cells[column].items():
            if not ports & ~(cell.certain & ~cell.partly):
                full |= columns
            if cell.certain & ports:
                some |= columns
            if cell.undecidable & ports:
                maybe |= columns
        itself = 1 << column
        group = group_of(self.matrix.columns.all[column])
        # Between outside addresses the cluster has no say: such cells say nothing, and must not colour a group.
        outside = self._outside if group == OUTSIDE else 0
        silent = itself | outside
        return Line(group, column, itself, full | silent, some & ~silent, maybe & ~full & ~silent)

    @property
    def _outside(self) -> int:
        workloads = len(self.matrix.columns.workloads)
        return ((1 << (len(self.matrix.columns.all) - workloads)) - 1) << workloads


def state_between(source: Line, destination: Line) -> State:
    """Return what the cell of two lines says."""
    into = destination.members
    if source.members == into and (into.bit_count() == 1 or source.group == OUTSIDE):
        return State.ITSELF
    if source.group == destination.group == OUTSIDE:
        return State.ITSELF
    if not into & ~source.full:
        return State.OPEN
    if into & source.some:
        return State.PARTLY
    return State.UNDECIDABLE if into & source.maybe else State.CLOSED


def group_of(column: Column) -> str:
    """Return the group a column belongs to: its namespace, or OUTSIDE."""
    return column.namespace if isinstance(column, WorkloadRef) else OUTSIDE


def _cells(matrix: Matrix, check: Callable[[], None]) -> Iterator[Groups]:
    for column in range(len(matrix.columns.all)):
        check()
        yield matrix.groups(column)


def _joined(group: str, members: Sequence[Line]) -> Line:
    full, some, maybe, together = -1, 0, 0, 0
    for line in members:
        full &= line.full
        some |= line.some
        maybe |= line.maybe
        together |= line.members
    return Line(group, None, together, full, some, maybe)
