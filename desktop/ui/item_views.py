"""Views that ask Python models and yet paint swiftly while other threads are busy.

A view asks its model hundreds of questions at each painting and layout. Called from Qt alone, each of them takes
Python's lock anew, and waits for it as long as ``sys.getswitchinterval`` whenever a thread is busy: half a second for
one table. Called through Python, as here, the lock is taken once and held.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QTreeView, QWidget


class HeaderView(QHeaderView):
    """Headings, clickable as those of a table or tree are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint with the lock held."""
        super().paintEvent(event)


class TableView(QTableView):
    """A table; see the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHorizontalHeader(HeaderView(self))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint with the lock held."""
        super().paintEvent(event)

    def doItemsLayout(self) -> None:
        """Lay out with the lock held."""
        super().doItemsLayout()


class TreeView(QTreeView):
    """A tree; see the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeader(HeaderView(self))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint with the lock held."""
        super().paintEvent(event)

    def doItemsLayout(self) -> None:
        """Lay out with the lock held."""
        super().doItemsLayout()
