"""The connections of a cluster from workload to workload, and to and from ranges of outside addresses."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from desktop.reach.bits import bits_of, positions_of
from desktop.reach.caveats import Caveat
from desktop.reach.columns import Columns
from desktop.reach.engine import Part, Reach, Row
from desktop.reach.recent import Recent


@dataclass(frozen=True, slots=True)
class Cell:
    """The ports between two ends: those open for certain, and those for want of a fact not decidable.

    The pods of a workload may differ. A port that is open between any two is ``certain``; it is ``partly``, too, where
    it is not open between every two.
    """

    certain: int = 0
    undecidable: int = 0
    partly: int = 0


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

    def row(self, row: int) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """Return what the end of a row may reach, as ports -> columns: for certain, and possibly."""
        rows = [self.reach.row(end) for end in self.columns.members(row)]
        return self._joined(each.certain for each in rows), self._joined(each.possible for each in rows)

    def cells(self, row: int) -> dict[int, Cell]:
        """Return the cells of a row that are not empty, by column."""
        return _spread(self.groups(row))

    def cells_into(self, column: int) -> dict[int, Cell]:
        """Return the cells of a column that are not empty, by row."""
        return _spread(self.groups_into(column))

    def groups(self, row: int) -> Groups:
        """Return the cells of a row that are not empty, each with all the columns it stands in."""
        return self._groups(row, [self.reach.row(end) for end in self.columns.members(row)])

    def groups_into(self, column: int) -> Groups:
        """Return the cells of a column that are not empty, each with all the rows it stands in."""
        return self._groups(column, [self.reach.column(end) for end in self.columns.members(column)])

    def _groups(self, index: int, rows: Sequence[Row]) -> Groups:
        if len(rows) == 1:
            return self._alike.of(rows, lambda: self._made(rows, self.columns.uneven))
        return self._made(rows, ~(1 << index))

    def _made(self, rows: Sequence[Row], uneven: int) -> Groups:
        """Return the cells of some ends together; those ``uneven`` may be open between some of the pods only."""
        certain = self._joined(row.certain for row in rows)
        possible = self._joined(row.possible for row in rows)
        groups: dict[Cell, int] = defaultdict(int)
        for (open_ports, maybe), others in split(certain, possible).items():
            cell = Cell(open_ports, maybe & ~open_ports)
            differing = others & uneven if open_ports else 0
            if others & ~differing:
                groups[cell] |= others & ~differing
            for other in positions_of(differing):
                partly = open_ports & ~self._everywhere(rows, other)
                groups[replace(cell, partly=partly)] |= 1 << other
        return groups

    def _everywhere(self, rows: Sequence[Row], other: int) -> int:
        """Return the ports open between every end of the rows and every pod of another workload."""
        ports = -1
        for row in rows:
            for end in self.columns.members(other):
                here = 0
                for ends, open_ports in row.certain:
                    if ends >> end & 1:
                        here |= open_ports
                ports &= here
        return ports

    def _joined(self, lines: Iterable[tuple[Part, ...]]) -> dict[int, int]:
        """Return the columns of some parts, joined by their ports: ports -> columns."""
        found: dict[int, int] = defaultdict(int)
        for parts in lines:
            for ends, ports in parts:
                found[ports] |= self.columns.holding(ends)
        return found


_WIDE = 48
"""A part with more columns than this is split off as a set; a narrower one column by column."""


def split(certain: Mapping[int, int], possible: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """Return the columns of ``ports -> columns`` by all the ports (certain, possible) that they have."""
    everything = narrow = 0
    more: tuple[dict[int, int], dict[int, int]] = ({}, {})  # what narrow parts add to a column
    wide: list[tuple[bool, int, int]] = []
    for is_possible, parts in enumerate((certain, possible)):
        added = more[is_possible]
        for ports, columns in parts.items():
            everything |= columns
            if columns.bit_count() > _WIDE:
                wide.append((not is_possible, ports, columns))
                continue
            narrow |= columns
            for column in positions_of(columns):
                added[column] = added.get(column, 0) | ports
    groups = {(0, 0): everything}
    for is_certain, ports, columns in wide:
        split: dict[tuple[int, int], int] = defaultdict(int)
        for (open_ports, maybe), members in groups.items():
            if inside := members & columns:
                split[(open_ports | ports, maybe) if is_certain else (open_ports, maybe | ports)] |= inside
            if outside := members & ~columns:
                split[open_ports, maybe] |= outside
        groups = split
    return _with_more(groups, narrow, *more) if narrow else groups


def _with_more(
    groups: Mapping[tuple[int, int], int], narrow: int, certain: Mapping[int, int], possible: Mapping[int, int]
) -> dict[tuple[int, int], int]:
    """Return groups of columns after some columns got more ports."""
    found = {ports: members & ~narrow for ports, members in groups.items() if members & ~narrow}
    single: dict[tuple[int, int], list[int]] = defaultdict(list)
    for (open_ports, maybe), members in groups.items():
        for column in positions_of(members & narrow):
            single[open_ports | certain.get(column, 0), maybe | possible.get(column, 0)].append(column)
    for ports, columns in single.items():
        found[ports] = found.get(ports, 0) | bits_of(columns, max(columns) + 1)
    return found


def _spread(groups: Groups) -> dict[int, Cell]:
    cells = {index: cell for cell, others in groups.items() for index in positions_of(others)}
    return dict(sorted(cells.items()))
