"""The namespaces of a cluster, and how many of their pods policies protect, as a table for Qt."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import Qt

from desktop.language import tr
from desktop.policy.objects import Direction
from desktop.reach.protection import Protection
from desktop.ui.headed_table import NO_INDEX, HeadedTable, Index, Role
from desktop.ui.plain import tooltip
from desktop.wording.coverage import share_words, unknown_hint
from desktop.wording.plain import plain

SORT_ROLE = Role.UserRole
SHARE_ROLE = Role.UserRole + 1
"""How much of the cell's bar is full, 0 to 1; None: no bar."""


class Column(IntEnum):
    """The columns, from the left."""

    NAMESPACE = 0
    PODS = 1
    INBOUND = 2
    OUTBOUND = 3
    HOST_NETWORK = 4


DIRECTIONS = {Column.INBOUND: Direction.INGRESS, Column.OUTBOUND: Direction.EGRESS}


class NamespaceTable(HeadedTable):
    """Shows namespaces in the order given."""

    def __init__(self) -> None:
        super().__init__(
            [
                tr("Namespace"),
                tr("Pods"),
                tr("Protected inbound"),
                tr("Protected outbound"),
                tr("On the host network"),
            ]
        )
        self._rows: Sequence[Protection] = ()

    @property
    def rows(self) -> Sequence[Protection]:
        """What is shown."""
        return self._rows

    def show(self, rows: Sequence[Protection]) -> None:
        """Show these instead; where they are the same namespaces, only the numbers change."""
        if rows == self._rows:
            return
        if [row.namespace for row in rows] == [row.namespace for row in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of namespaces."""
        return 0 if parent.isValid() else len(self._rows)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        """Return a column's heading, and what it counts."""
        if role == Role.ToolTipRole and orientation is Qt.Orientation.Horizontal and section in DIRECTIONS:
            return tooltip(tr("Pods that at least one policy restricts in this direction"))
        return super().headerData(section, orientation, role)

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """Return what a cell shows, how it sorts, and how full its bar is."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], Column(index.column())
        if role == Role.DisplayRole:
            return _text(row, column)
        if role == Role.ToolTipRole:
            return tooltip(_text(row, column), "" if row.known else unknown_hint())
        if role == SORT_ROLE:
            return _sort_key(row, column)
        if role == SHARE_ROLE and column in DIRECTIONS and row.known and row.pods:
            return row.isolated[DIRECTIONS[column]] / row.pods
        return None


def _text(row: Protection, column: Column) -> str:
    match column:
        case Column.NAMESPACE:
            return plain(row.namespace)
        case Column.PODS:
            return str(row.pods + row.on_host_network) if row.known or row.pods else tr("not known")
        case Column.HOST_NETWORK:
            return str(row.on_host_network) if row.on_host_network else ""
        case Column.INBOUND | Column.OUTBOUND:
            return share_words(row, DIRECTIONS[column])


def _sort_key(row: Protection, column: Column) -> object:
    match column:
        case Column.NAMESPACE:
            return row.namespace
        case Column.PODS:
            return row.pods + row.on_host_network
        case Column.HOST_NETWORK:
            return row.on_host_network
        case Column.INBOUND | Column.OUTBOUND:  # what is not known comes first, what has no pods last
            if not row.known:
                return -1.0
            return row.isolated[DIRECTIONS[column]] / row.pods if row.pods else 2.0
