"""The matrix as a table view: names upright above the columns, groups fold at a click or with + and -."""

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from desktop.language import tr
from desktop.ui.connections.cell_painting import CellPainting
from desktop.ui.connections.grid import Grid, Place
from desktop.ui.connections.grid_model import GridModel
from desktop.ui.item_views import HeaderView, TableView

_CELL, _LONGEST_NAME, _MEASURED = 26, 180, 400
_NAMES_SHARE, _LEAST_NAME = 0.45, 60
_LIGHT = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
"""Modifiers that a sign such as + may need."""

_PlaceInGroup = tuple[Place, str]
"""What a line stands for, and its group, which it falls back to."""


class UprightHeader(HeaderView):
    """A header whose names are read from below to above, so that narrow columns have room for them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.setHighlightSections(True)

    def sizeHint(self) -> QSize:
        """Return a height that the longest name fits, within reason."""
        metrics, model = self.fontMetrics(), self.model()
        names = (str(model.headerData(i, Qt.Orientation.Horizontal) or "") for i in range(min(self.count(), _MEASURED)))
        longest = max(map(metrics.horizontalAdvance, names), default=0)
        return QSize(super().sizeHint().width(), min(longest + 16, _LONGEST_NAME, _share(self._view.height())))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  Qt names it
        """Paint a name upright."""
        model = self.model()
        name = str(model.headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        font = model.headerData(logicalIndex, Qt.Orientation.Horizontal, Qt.ItemDataRole.FontRole) or self.font()
        current = self.selectionModel().currentIndex().column() == logicalIndex
        if current:
            font = QFont(font)
            font.setBold(True)
        painter.save()
        painter.fillRect(rect, self.palette().midlight() if current else self.palette().button())
        painter.setPen(self.palette().mid().color())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.setFont(font)
        painter.setPen(self.palette().buttonText().color())
        painter.translate(rect.bottomLeft())
        painter.rotate(-90)
        room = QRect(6, 0, rect.height() - 10, rect.width())
        shown = painter.fontMetrics().elidedText(name.strip(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.restore()


class GridView(TableView):
    """Shows a grid. The current cell is the question that is explained beside it.

    Arrows move, Enter goes to the explanation, + and - unfold and fold the namespace of the row (or of the column,
    where the row's already is so).
    """

    fold_asked = Signal(str, bool)
    """A group, and whether it is to be folded."""
    asked = Signal(int, int)
    """The lines of the cell a person is at."""
    line_asked = Signal(int)
    """The line of a workload or range whose name was clicked."""
    entered = Signal()
    """The explanation is wanted."""
    menu_asked = Signal(int, int, QPoint)
    """The lines (-1: none), and where on the screen."""

    def __init__(self, model: GridModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._grid_model = model
        self._kept: tuple[_PlaceInGroup, _PlaceInGroup] | None = None
        self._names_width = 0
        self.setItemDelegate(CellPainting(model, self))
        self.setHorizontalHeader(UprightHeader(self))
        self.setAccessibleName(tr("Connections: rows are sources, columns are destinations"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(_CELL)
            header.setTextElideMode(Qt.TextElideMode.ElideRight)
            header.setDefaultSectionSize(_CELL)
            header.sectionClicked.connect(self._header_clicked)
            header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.customContextMenuRequested.connect(
            lambda at: self.menu_asked.emit(rows.logicalIndexAt(at), -1, rows.viewport().mapToGlobal(at))
        )
        columns.customContextMenuRequested.connect(
            lambda at: self.menu_asked.emit(-1, columns.logicalIndexAt(at), columns.viewport().mapToGlobal(at))
        )
        self.selectionModel().currentChanged.connect(self._current_changed)
        model.modelAboutToBeReset.connect(self._keep)

    def show_grid(self, grid: Grid | None) -> None:
        """Show another grid; the cell a person is at stays, as far as it is there."""
        self._grid_model.show_grid(grid)
        if grid is None:
            return
        self._fit(grid)
        kept, self._kept = self._kept, None
        if kept is not None:
            row, column = (grid.line_of(place[0]) for place in kept)
            row, column = (
                grid.line_of(place[1]) if line is None else line
                for line, place in zip((row, column), kept, strict=True)
            )
            if row is not None and column is not None:
                self.setCurrentIndex(self._grid_model.index(row, column))

    def go_to(self, end: Place) -> bool:
        """Make the row of a workload, range or group the current one; whether there is such a row."""
        grid = self._grid_model.grid
        row = grid.line_of(end) if grid is not None else None
        if row is None:
            return False
        index = self._grid_model.index(row, max(self.currentIndex().column(), 0))
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Part the room anew."""
        super().resizeEvent(event)
        self._part()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the explanation with Enter; fold and unfold with - and +."""
        index, key = self.currentIndex(), event.key()
        if not index.isValid() or event.modifiers() & ~_LIGHT:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._fold(index, key == Qt.Key.Key_Minus)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the cell under the mouse, or of the current one."""
        index = self.currentIndex()
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            at = event.globalPos()
        else:
            at = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        if index.isValid():
            self.setCurrentIndex(index)
            self.menu_asked.emit(index.row(), index.column(), at)

    def _fold(self, index: QModelIndex, fold: bool) -> None:
        grid = self._grid_model.grid
        if grid is None:
            return
        for section in (index.row(), index.column()):
            group = grid.lines[section].group
            if (group in grid.look.folded) is not fold:
                self.fold_asked.emit(group, fold)
                return

    def _fit(self, grid: Grid) -> None:
        """Give the names of the rows the room they need, within reason."""
        header = self.verticalHeader()
        shown = range(min(len(grid.lines), _MEASURED))
        names = (str(self._grid_model.headerData(i, Qt.Orientation.Vertical)) for i in shown)
        metrics = header.fontMetrics()
        self._names_width = min(max(map(metrics.horizontalAdvance, names), default=0) + 24, _LONGEST_NAME + 60)
        self._part()

    def _part(self) -> None:
        """Part the room: the names leave some for the cells."""
        self.verticalHeader().setFixedWidth(min(self._names_width, _share(self.width())))
        self.updateGeometries()

    def _header_clicked(self, section: int) -> None:
        grid = self._grid_model.grid
        if grid is None:
            return
        if grid.lines[section].column is None:
            group = grid.lines[section].group
            self.fold_asked.emit(group, group not in grid.look.folded)
        else:
            self.line_asked.emit(section)

    def _keep(self) -> None:
        grid, index = self._grid_model.grid, self.currentIndex()
        if grid is not None and index.isValid():
            self._kept = self._place(grid, index.row()), self._place(grid, index.column())

    @staticmethod
    def _place(grid: Grid, line: int) -> _PlaceInGroup:
        group, end = grid.lines[line].group, grid.end(line)
        return group if end is None else end, group

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.asked.emit(current.row(), current.column())


def _share(room: int) -> int:
    """Return how much of a width or height the names may take."""
    return max(round(room * _NAMES_SHARE), _LEAST_NAME)
