"""The matrix as a table view: names upright above the columns, groups fold at a click or with Enter."""

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.language import tr
from desktop.reach.columns import Column
from desktop.ui.connections.grid_model import GridModel

_CELL, _LONGEST_NAME = 26, 180


class UprightHeader(QHeaderView):
    """A header whose names are read from below to above, so that narrow columns have room for them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(True)

    def sizeHint(self) -> QSize:
        """Return a height that the longest name fits, within reason."""
        metrics, model = self.fontMetrics(), self.model()
        names = (str(model.headerData(i, Qt.Orientation.Horizontal) or "") for i in range(min(self.count(), 400)))
        longest = max(map(metrics.horizontalAdvance, names), default=0)
        return QSize(super().sizeHint().width(), min(longest + 16, _LONGEST_NAME))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  Qt names it
        """Paint a name upright."""
        model = self.model()
        name = str(model.headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        font = model.headerData(logicalIndex, Qt.Orientation.Horizontal, Qt.ItemDataRole.FontRole) or self.font()
        painter.save()
        painter.fillRect(rect, self.palette().button())
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


class GridView(QTableView):
    """Shows a grid; the current cell is the question that is explained beside it."""

    group_toggled = Signal(str)
    asked = Signal(int, int)
    """The lines of the cell a person is at."""

    def __init__(self, model: GridModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._grid_model = model
        self.setHorizontalHeader(UprightHeader(self))
        self.setAccessibleName(tr("Connections: rows are sources, columns are destinations"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setDefaultSectionSize(_CELL)
            header.sectionClicked.connect(self._header_clicked)
        self.horizontalHeader().setMinimumSectionSize(_CELL)
        self.selectionModel().currentChanged.connect(self._current_changed)

    def fit(self) -> None:
        """Give the names of the rows the room they need, within reason."""
        header, grid = self.verticalHeader(), self._grid_model.grid
        if grid is None:
            return
        names = (str(self._grid_model.headerData(i, Qt.Orientation.Vertical)) for i in range(len(grid.lines)))
        metrics = header.fontMetrics()
        header.setFixedWidth(min(max(map(metrics.horizontalAdvance, names), default=0) + 24, _LONGEST_NAME + 60))
        self.updateGeometries()

    def go_to(self, column: Column) -> None:
        """Make the row of a workload the current one."""
        grid = self._grid_model.grid
        for row in range(len(grid.lines) if grid else 0):
            if grid is not None and grid.end(row) == column:
                index = self._grid_model.index(row, max(self.currentIndex().column(), 0))
                self.setCurrentIndex(index)
                self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold or unfold the group of the current row with Enter."""
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self._header_clicked(index.row())
        else:
            super().keyPressEvent(event)

    def _header_clicked(self, section: int) -> None:
        grid = self._grid_model.grid
        if grid is not None and grid.lines[section].column is None:
            self.group_toggled.emit(grid.lines[section].group)

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.asked.emit(current.row(), current.column())
