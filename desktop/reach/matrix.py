"""The connections of a cluster from workload to workload, and to and from ranges of outside addresses."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from desktop.reach.bits import positions_of
from desktop.reach.caveats import Caveat
from desktop.reach.columns import Columns
from desktop.reach.engine import Reach
from desktop.reach.recent import Recent
from desktop.reach.rows import Ports, Row, split


class Cell(NamedTuple):
    """The ports between two ends: those open for certain, and those for want of a fact not decidable.

    The pods of a workload may differ. A port that is open between any two is ``certain``; it is ``partly``, too, where
    it is not open between every two.
    """

    certain: int = 0
    undecidable: int = 0
    partly: int = 0

    @classmethod
    def of(cls, ports: Ports) -> "Cell":
        """Return the cell of ports that are open between all pods alike."""
        certain, most = ports
        return cls(certain, most & ~certain)


EMPTY = Cell()
Groups = Mapping[Cell, int]
"""Cells, and where each stands."""


class Matrix:
    """Connections by workload: rows are sources and columns destinations, both as in ``columns``."""

    def __init__(self, columns: Columns, reach: Reach, caveats: tuple[Caveat, ...] = ()) -> None:
        self.columns = columns
        self.reach = reach
        self.caveats = caveats
        """What else may change each cell."""
        self._alike = Recent[Groups]()

    def cells(self, row: int) -> dict[int, Cell]:
        """Return the cells of a row that are not empty, by column."""
        cells = {index: cell for cell, others in self.groups(row).items() for index in positions_of(others)}
        return dict(sorted(cells.items()))

    def groups(self, row: int) -> Groups:
        """Return the cells of a row that are not empty, each with all the columns it stands in."""
        return self._groups(row, [self.reach.row(end) for end in self.columns.members(row)])

    def groups_into(self, column: int) -> Groups:
        """Return the cells of a column that are not empty, each with all the rows it stands in."""
        return self._groups(column, [self.reach.column(end) for end in self.columns.members(column)])

    def _groups(self, index: int, rows: Sequence[Row]) -> Groups:
        if len(rows) == 1:
            return self._alike.of(rows, lambda: self._made(rows, self.columns.uneven))
        return self._made(rows, -1, index)

    def _made(self, rows: Sequence[Row], uneven: int, own: int | None = None) -> Groups:
        """Return the cells of some ends together; those ``uneven`` may be open between some of the pods only.

        Of a workload with itself (``own``) only the ports between any two of its pods are told.
        """
        groups: dict[Cell, int] = defaultdict(int)
        mixed: dict[Ports, int] = defaultdict(int)
        for row in rows:
            for ports, ends in row.parts.items():
                columns = self.columns.holding(ends)
                if several := columns & uneven:
                    mixed[ports] |= several
                if columns != several:
                    groups[Cell.of(ports)] |= columns ^ several
        for ports, columns in split(mixed).items():
            cell = Cell.of(ports)
            for column in positions_of(columns):
                partly = cell.certain and column != own and cell.certain & ~self._everywhere(rows, column)
                groups[cell._replace(partly=partly) if partly else cell] |= 1 << column
        return groups

    def _everywhere(self, rows: Sequence[Row], other: int) -> int:
        """Return the ports open between every end of the rows and every pod of another workload."""
        ports = -1
        for row in rows:
            for end in self.columns.members(other):
                ports &= row.at(end)[0]
        return ports
