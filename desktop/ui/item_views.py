"""Views that ask Python models and yet paint swiftly while other threads are busy.

A view asks its model hundreds of questions at each painting and layout. Called from Qt alone, each of them takes
Python's lock anew, and waits for it as long as ``sys.getswitchinterval`` whenever a thread is busy: half a second for
one table. Called through Python, as here, the lock is taken once, and heavy work elsewhere pauses (see
``desktop.turns``).
"""

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import QModelRoleData, QModelRoleDataSpan, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QTreeView, QWidget

from desktop import turns

_ROW_PADDING = 9

RolesAsked = QModelRoleDataSpan | QModelRoleData
"""What Qt asks about a cell, all at once: always the span (PySide's stub allows for one role, too)."""


def answer(span: RolesAsked, cell: Callable[[int], object]) -> None:
    """Fill in what a cell is in each role asked for: one call from Qt in place of seven.

    To be called by a model's ``multiData``.
    """
    asked = cast(Sequence[QModelRoleData], span)
    for number in range(len(asked)):
        each = asked[number]
        value = cell(each.role())
        if value is None:
            each.clearData()
        else:
            each.setData(value)


class HeaderView(QHeaderView):
    """Headings, clickable as those of a table or tree are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)

    @turns.window_works()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint without others between."""
        super().paintEvent(event)


def fill_with(header: QHeaderView, section: int, least: int) -> None:
    """Let a section take the width that the others leave, or ``least`` and the view scrolls; at each resize anew."""
    mode, left = QHeaderView.ResizeMode, header.viewport().width() - header.length() + header.sectionSize(section)
    header.setSectionResizeMode(section, mode.Stretch if left >= least else mode.Interactive)
    if left < least:
        header.resizeSection(section, least)


class TableView(QTableView):
    """A table; see the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHorizontalHeader(HeaderView(self))

    @turns.window_works()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint without others between."""
        super().paintEvent(event)

    @turns.window_works()
    def doItemsLayout(self) -> None:
        """Lay out without others between."""
        super().doItemsLayout()


class RowTable(TableView):
    """A table of which rows are chosen whole; quiet, without lines, and Tab leaves it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setDefaultSectionSize(self.fontMetrics().height() + _ROW_PADDING)
        columns.setHighlightSections(False)


class TreeView(QTreeView):
    """A tree; see the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        header = HeaderView(self)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)  # both as a tree's own header does
        self.setHeader(header)

    def widest(self, column: int, rows: int) -> int:
        """Return the width for the longest text of a column's first rows; Qt's own way measures all of each cell."""
        model = self.model()
        texts = {str(model.index(row, column).data() or ""): row for row in range(min(model.rowCount(), rows))}
        longest = max(texts, key=self.fontMetrics().horizontalAdvance, default="")
        return self.sizeHintForIndex(model.index(texts.get(longest, 0), column)).width()

    @turns.window_works()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint without others between."""
        super().paintEvent(event)

    @turns.window_works()
    def doItemsLayout(self) -> None:
        """Lay out without others between."""
        super().doItemsLayout()
