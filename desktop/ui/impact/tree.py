"""The connections that open and close, and what else there is to know, as one tree; many alike are folded."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QIcon, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.language import tr
from desktop.ui.icons import Shape, severity_icon, toned
from desktop.ui.impact.told import Line, Section, Sentence, Told, bounded
from desktop.ui.style import Tone
from desktop.ui.wrapping import WrappingTree

_LINE = Qt.ItemDataRole.UserRole
_ROWS_SHOWN = 9


class ImpactTree(WrappingTree):
    """Shows a Told; what is folded is made when it is unfolded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setAccessibleName(tr("Connections that open and close"))
        self.header().setStretchLastSection(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.expanded.connect(self._unfold)

    def show_told(self, told: Told, *, released: bool = True) -> None:
        """Show this instead; without who loses the last policy where not ``released``."""
        self._items.clear()
        self._add_sentences(told.gaps)
        self._add_sentences(told.released if released else ())
        self._add_section(told.opens, toned(Shape.DISC, Tone.GOOD))
        self._add_section(told.closes, toned(Shape.BARRED_DISC, Tone.BAD))
        self._add_sentences(told.last)
        self.setVisible(self._items.rowCount() > 0)
        self.updateGeometry()

    def texts(self) -> list[str]:
        """Return all rows made so far from top to bottom, those below another indented."""
        return list(self._texts(self._items.invisibleRootItem(), ""))

    def unfold(self, text: str) -> None:
        """Unfold the row that begins with a text."""
        for item in self._items.findItems(text, Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchRecursive):
            self.expand(item.index())

    def sizeHint(self) -> QSize:
        """Ask for the height of the rows, up to a few of them."""
        rows = min(len(list(self._texts(self._items.invisibleRootItem(), ""))), _ROWS_SHOWN)
        height = rows * (self.fontMetrics().height() + 6) + 2 * self.frameWidth() + 2
        return QSize(super().sizeHint().width(), height)

    def _add_sentences(self, sentences: Sequence[Sentence]) -> None:
        for sentence in sentences:
            self._items.appendRow(QStandardItem(severity_icon(sentence.severity), sentence.text))

    def _add_section(self, section: Section, icon: QIcon) -> None:
        if not section.count:
            return
        head = QStandardItem(icon, section.title)
        font = self.font()
        font.setBold(True)
        head.setFont(font)
        self._items.appendRow(head)
        for line in section.lines:
            head.appendRow(_item(line))
        self.expand(head.index())

    @Slot(QModelIndex)
    def _unfold(self, index: QModelIndex) -> None:
        item = self._items.itemFromIndex(index)
        line = item.data(_LINE)
        if isinstance(line, Line) and line.below is not None:
            item.setData(None, _LINE)
            item.removeRows(0, item.rowCount())
            for each in bounded(list(line.below.each())):
                item.appendRow(_item(each))

    def _texts(self, item: QStandardItem, indent: str) -> Iterator[str]:
        for row in range(item.rowCount()):
            child = item.child(row)
            if child.text():
                yield indent + child.text()
                yield from self._texts(child, indent + "  ")


def _item(line: Line) -> QStandardItem:
    item = QStandardItem(line.text)
    if line.below is not None:
        item.setData(line, _LINE)
        item.appendRow(QStandardItem())  # so that there is something to unfold
    return item
