"""The matrix as a table for Qt: signs and words for its cells."""

from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from desktop.language import tr
from desktop.reach.columns import Column
from desktop.reach.workloads import WorkloadRef
from desktop.ui.connections.grid import OUTSIDE, Grid, Place, State
from desktop.ui.plain import tooltip
from desktop.ui.style import Tone
from desktop.wording.connections import end_words, ports_words
from desktop.wording.plain import plain

Index = QModelIndex | QPersistentModelIndex


class Sign(Enum):
    """The sign of a state: each can be told from the others without colour."""

    OPEN = "●"
    PARTLY = "◐"
    CLOSED = "·"
    UNDECIDABLE = "?"
    ITSELF = "–"


TONES = {State.OPEN: Tone.GOOD, State.PARTLY: Tone.CAUTION, State.UNDECIDABLE: Tone.BUSY}
"""The colours of the states that have one."""


class GridModel(QAbstractTableModel):
    """Rows are where connections come from, columns where they go."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.grid: Grid | None = None

    def show_grid(self, grid: Grid | None) -> None:
        """Show another grid; one with the same lines changes the cells only, and what is selected stays."""
        if grid is not None and self.grid is not None and _names(grid) == _names(self.grid):
            self.grid = grid
            last = self.rowCount() - 1
            if last >= 0:
                self.dataChanged.emit(self.index(0, 0), self.index(last, last))
            return
        self.beginResetModel()
        self.grid = grid
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many lines there are."""
        return len(self.grid.lines) if self.grid and not (parent and parent.isValid()) else 0

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many lines there are."""
        return self.rowCount(parent)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the sign and the words of a cell; its colours are painted by ``CellPainting``."""
        if self.grid is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(cell_words(self.grid, index.row(), index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell_words(self.grid, index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return Sign[self.grid.state(index.row(), index.column()).name].value
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a line; a group's name says whether it is folded."""
        if self.grid is None or section >= len(self.grid.lines):
            return None
        line = self.grid.lines[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return heading(self.grid, section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(line_name(self.grid, section), _fold_hint(self.grid, section))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line_name(self.grid, section)
        if role == Qt.ItemDataRole.FontRole and line.column is None:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation is Qt.Orientation.Vertical:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


def _names(grid: Grid) -> list[Place]:
    """What the lines of a grid stand for."""
    found: list[Place] = []
    for number, line in enumerate(grid.lines):
        end = grid.end(number)
        found.append(f"{_arrow(grid, line.group)} {line.group}" if end is None else end)
    return found


def heading(grid: Grid, section: int) -> str:
    """Return what a line is headed with; a group's arrow says whether it is folded."""
    line, end = grid.lines[section], grid.end(section)
    if end is None:
        return f"{_arrow(grid, line.group)} {group_name(line.group)}"
    return "    " + short_name(end)


def _arrow(grid: Grid, group: str) -> str:
    return "▸" if group in grid.look.folded else "▾"


def _fold_hint(grid: Grid, section: int) -> str:
    line = grid.lines[section]
    if line.column is not None:
        return tr("Click to see all it may talk with")
    return tr("Click to unfold it") if line.group in grid.look.folded else tr("Click to fold it")


def short_name(end: Column) -> str:
    """Return the name of an end within its group."""
    return plain(end.name) if isinstance(end, WorkloadRef) else end_words(end)


def group_name(group: str) -> str:
    """Return what a group is called at the head of its line."""
    return tr("Outside the cluster") if group == OUTSIDE else plain(group)


def line_name(grid: Grid, line: int) -> str:
    """Return what a line stands for, in a sentence."""
    end = grid.end(line)
    if end is not None:
        return end_words(end)
    group = grid.lines[line].group
    return tr("outside the cluster") if group == OUTSIDE else tr("namespace {namespace}", namespace=plain(group))


def cell_words(grid: Grid, row: int, column: int) -> str:
    """Say a cell in words, such as ``web/frontend (Deployment) to default/db (StatefulSet): open on TCP 6379``."""
    source, target = grid.lines[row].column, grid.lines[column].column
    if source is None or target is None:
        said = state_words(grid, row, column)
    else:
        said = _ports_said(grid, source, target) or state_words(grid, row, column)
    return tr(
        "{source} to {destination}: {state}",
        source=line_name(grid, row),
        destination=line_name(grid, column),
        state=said,
    )


def _ports_said(grid: Grid, source: int, target: int) -> str:
    """Say which ports are open between two columns, and which perhaps; nothing where none is."""
    cell, spans = grid.cell(source, target), grid.matrix.reach.ports.spans
    parts = []
    if steady := cell.certain & ~cell.partly:
        parts.append(tr("{ports} open", ports=ports_words(spans(steady))))
    if cell.partly:
        parts.append(tr("{ports} open between some of the pods", ports=ports_words(spans(cell.partly))))
    if cell.undecidable:
        parts.append(tr("{ports} undecidable", ports=ports_words(spans(cell.undecidable))))
    return "; ".join(parts)


def state_words(grid: Grid, row: int, column: int) -> str:
    """Return what the sign of a cell means."""
    state, lines = grid.state(row, column), (grid.lines[row], grid.lines[column])
    if state is State.ITSELF and all(line.group == OUTSIDE for line in lines):
        return tr("the cluster has no say")
    return words_of(state)


def words_of(state: State) -> str:
    """Return what a sign means."""
    match state:
        case State.OPEN:
            return tr("open")
        case State.PARTLY:
            return tr("partly open")
        case State.CLOSED:
            return tr("not open")
        case State.UNDECIDABLE:
            return tr("undecidable")
        case State.ITSELF:
            return tr("the same workload")
