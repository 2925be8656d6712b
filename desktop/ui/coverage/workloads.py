"""Workloads and the policies that protect their pods, as a table for Qt."""

from collections.abc import Sequence
from enum import IntEnum

from desktop.language import tr
from desktop.policy.objects import Direction
from desktop.reach.protection import Protected
from desktop.ui.headed_table import NO_INDEX, HeadedTable, Index, Role
from desktop.ui.icons import Shape, toned
from desktop.ui.plain import tooltip
from desktop.ui.style import Tone
from desktop.wording.coverage import policies_words
from desktop.wording.plain import plain

_PODS_TOLD = 20


class Column(IntEnum):
    """The columns, from the left."""

    NAMESPACE = 0
    WORKLOAD = 1
    PODS = 2
    INBOUND = 3
    OUTBOUND = 4


_DIRECTIONS = {Column.INBOUND: Direction.INGRESS, Column.OUTBOUND: Direction.EGRESS}


class WorkloadTable(HeadedTable):
    """Shows workloads in the order given; of those in ``unknown`` namespaces not all policies are known."""

    def __init__(self) -> None:
        super().__init__([tr("Namespace"), tr("Workload"), tr("Pods"), tr("Policies inbound"), tr("Policies outbound")])
        self._rows: Sequence[Protected] = ()
        self._unknown: frozenset[str] = frozenset()

    def show(self, rows: Sequence[Protected], unknown: frozenset[str]) -> None:
        """Show these instead; the same again changes nothing."""
        if (rows, unknown) != (self._rows, self._unknown):
            self.beginResetModel()
            self._rows, self._unknown = rows, unknown
            self.endResetModel()

    def row_at(self, row: int) -> Protected:
        """Return what a row shows."""
        return self._rows[row]

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """Return what a cell shows; a sign marks what no policy protects."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], Column(index.column())
        text = self._text(row, column)
        if role == Role.DisplayRole:
            return text
        if role == Role.ToolTipRole:
            return tooltip(_pod_names(row) if column == Column.PODS else text)
        if role == Role.DecorationRole and column in _DIRECTIONS and not row.on_host_network:
            if row.policies[_DIRECTIONS[column]]:
                return toned(Shape.DISC, Tone.GOOD)
            known = row.workload.namespace not in self._unknown
            return toned(Shape.RING, Tone.CAUTION) if known else toned(Shape.HALF_DISC, Tone.BUSY)
        return None

    def _text(self, row: Protected, column: Column) -> str:
        match column:
            case Column.NAMESPACE:
                return plain(row.workload.namespace)
            case Column.WORKLOAD:
                return plain(f"{row.workload.name} ({row.workload.kind})")
            case Column.PODS:
                return str(len(row.pods))
            case Column.INBOUND | Column.OUTBOUND:
                known = row.workload.namespace not in self._unknown
                return policies_words(row, _DIRECTIONS[column], known=known)


def _pod_names(row: Protected) -> str:
    names = [pod.name for pod in row.pods]
    more = "" if len(names) <= _PODS_TOLD else " …"
    return ", ".join(names[:_PODS_TOLD]) + more
