"""Rows that are as high as their sentences need in the width there is."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui.icons import SIZE
from desktop.ui.item_views import TreeView

_PADDING = 6
_TALL = 100_000
_MOST_KNOWN = 5_000


class WrappingDelegate(QStyledItemDelegate):
    """Wraps the texts of a tree; what it has measured it knows, as a view asks anew at each layout."""

    def __init__(self, view: "WrappingTree") -> None:
        super().__init__(view)
        self._view = view
        self._metrics = view.fontMetrics()
        self._whole: dict[str, QSize] = {}
        self._wrapped: dict[tuple[str, int], int] = {}  # heights, of those that are wider than the room they have

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of a cell whose text is wrapped in its column."""
        text, margins = str(index.data() or ""), self._margins()
        around = margins
        if index.data(Qt.ItemDataRole.DecorationRole) is not None:
            around += margins + (self._view.iconSize().width() if self._view.iconSize().isValid() else SIZE)
        if self._metrics != self._view.fontMetrics() or len(self._whole) + len(self._wrapped) > _MOST_KNOWN:
            self._metrics = self._view.fontMetrics()
            self._whole.clear()
            self._wrapped.clear()
        whole = self._whole.get(text)
        if whole is None:
            whole = self._whole[text] = self._metrics.size(0, text)
        room = self._view.columnWidth(index.column()) - self._indentation(index) - around
        height = whole.height() if whole.width() <= room else self._height(text, max(room, 1))
        return QSize(whole.width() + around, max(SIZE, height) + _PADDING)

    def _height(self, text: str, room: int) -> int:
        known = self._wrapped.get((text, room))
        if known is None:
            lines = self._metrics.boundingRect(QRect(0, 0, room, _TALL), Qt.TextFlag.TextWordWrap, text)
            known = self._wrapped[text, room] = lines.height()
        return known

    def _margins(self) -> int:
        margin = self._view.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, self._view)
        return 2 * (margin + 1)

    def _indentation(self, index: QModelIndex | QPersistentModelIndex) -> int:
        if index.column() != 0:
            return 0
        depth = 1 if self._view.rootIsDecorated() else 0
        while (index := index.parent()).isValid():
            depth += 1
        return depth * self._view.indentation()


class WrappingTree(TreeView):
    """A tree whose sentences are wrapped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(WrappingDelegate(self))
        self.setWordWrap(True)
        self.setHeaderHidden(True)
        self.setEditTriggers(TreeView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the sentences anew where they have another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()
            self.updateGeometry()  # they may take more lines now
