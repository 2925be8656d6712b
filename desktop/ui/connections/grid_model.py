"""The matrix as a table for Qt: signs, colours and words for its cells."""

from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from desktop.language import tr
from desktop.ui.connections.grid import OUTSIDE, Grid, State
from desktop.ui.plain import tooltip
from desktop.ui.style import Tone, colour, tint
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


_TONES = {State.OPEN: Tone.GOOD, State.PARTLY: Tone.CAUTION, State.UNDECIDABLE: Tone.BUSY}


class GridModel(QAbstractTableModel):
    """Rows are where connections come from, columns where they go."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.grid: Grid | None = None

    def show_grid(self, grid: Grid | None) -> None:
        """Show another grid."""
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
        """Return the sign, the colours and the words of a cell."""
        if self.grid is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(cell_words(self.grid, index.row(), index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell_words(self.grid, index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        state = self.grid.state(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return Sign[state.name].value
        tone = _TONES.get(state, Tone.QUIET)
        if role == Qt.ItemDataRole.ForegroundRole:
            return colour(tone)
        if role == Qt.ItemDataRole.BackgroundRole and state in _TONES:
            return tint(tone)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a line; a group's name says whether it is folded."""
        if self.grid is None or section >= len(self.grid.lines):
            return None
        line = self.grid.lines[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return _heading(self.grid, section)
        if role == Qt.ItemDataRole.ToolTipRole:
            end = self.grid.end(section)
            return tooltip(end_words(end)) if end is not None else None
        if role == Qt.ItemDataRole.FontRole and line.column is None:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation is Qt.Orientation.Vertical:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


def _heading(grid: Grid, section: int) -> str:
    line, end = grid.lines[section], grid.end(section)
    if end is None:
        name = tr("Outside the cluster") if line.group == OUTSIDE else plain(line.group)
        return f"{'▸' if line.group in grid.folded else '▾'} {name}"
    return "    " + (end_words(end) if isinstance(end, tuple) else plain(end.name))


def cell_words(grid: Grid, row: int, column: int) -> str:
    """Say a cell in words, such as ``web/frontend[Deployment] to default/db[StatefulSet]: TCP 6379``."""
    names = [_name(grid, line) for line in (row, column)]
    state = grid.state(row, column)
    source, target = grid.lines[row].column, grid.lines[column].column
    if source is None or target is None or state in (State.CLOSED, State.UNDECIDABLE, State.ITSELF):
        return tr("{source} to {destination}: {state}", source=names[0], destination=names[1], state=words_of(state))
    ports = ports_words(grid.matrix.reach.ports.spans(grid.open_ports(source, target)))
    return tr("{source} to {destination}: {ports}", source=names[0], destination=names[1], ports=ports)


def _name(grid: Grid, line: int) -> str:
    end = grid.end(line)
    if end is not None:
        return end_words(end)
    group = grid.lines[line].group
    return tr("outside the cluster") if group == OUTSIDE else plain(group)


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
