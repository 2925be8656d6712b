"""Rows that are as high as their sentences need in the width there is."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from desktop.ui.icons import SIZE

_PADDING = 6
_TALL = 100_000


class WrappingDelegate(QStyledItemDelegate):
    """Wraps the texts of a tree view; the view lays its rows out anew when its width changes."""

    def __init__(self, view: QTreeView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of a cell whose text is wrapped in its column."""
        size = super().sizeHint(option, index)
        room = self._view.columnWidth(index.column()) - self._indentation(index) - 2 * self._margin()
        if index.data(Qt.ItemDataRole.DecorationRole) is not None:
            room -= self._view.iconSize().width() if self._view.iconSize().isValid() else SIZE
            room -= 2 * self._margin()
        text = str(index.data() or "")
        flags = Qt.TextFlag.TextWordWrap
        needed = self._view.fontMetrics().boundingRect(QRect(0, 0, max(room, 1), _TALL), flags, text).height()
        return QSize(size.width(), max(SIZE, needed) + _PADDING)

    def _margin(self) -> int:
        return self._view.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, self._view) + 1

    def _indentation(self, index: QModelIndex | QPersistentModelIndex) -> int:
        depth = 1 if self._view.rootIsDecorated() else 0
        while index.parent().isValid():
            index, depth = index.parent(), depth + 1
        return depth * self._view.indentation() if index.column() == 0 else 0
