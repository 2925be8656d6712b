"""The policies under review, each with a sign and a word on what will happen, or did."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.language import tr
from desktop.ui.icons import Shape, toned
from desktop.ui.item_views import RolesAsked, TreeView, answer
from desktop.ui.plain import tooltip
from desktop.ui.review.items import Item, Standing
from desktop.ui.style import Tone
from desktop.wording.plain import plain

WHAT, POLICY, NAMESPACE = range(3)
_NARROWEST, _WIDEST, _ROOM = 200, 460, 40
_MEASURED = 100
"""So many rows are looked at to find out how wide the columns have to be."""
Index = QModelIndex | QPersistentModelIndex

_SHAPES = {
    Standing.READY: (Shape.RING, Tone.BUSY),
    Standing.NOTHING: (Shape.RING, Tone.QUIET),
    Standing.DONE: (Shape.DISC, Tone.GOOD),
    Standing.CONFLICT: (Shape.TRIANGLE, Tone.CAUTION),
    Standing.FAILED: (Shape.BARRED_DISC, Tone.BAD),
    Standing.UNKNOWN: (Shape.TRIANGLE, Tone.CAUTION),
    Standing.STOPPED: (Shape.RING, Tone.QUIET),
}


class ItemModel(QAbstractTableModel):
    """A row for each policy."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._items: tuple[Item, ...] = ()

    def show(self, items: Sequence[Item]) -> None:
        """Show these policies instead."""
        self.beginResetModel()
        self._items = tuple(items)
        self.endResetModel()

    def item(self, row: int) -> Item:
        """Return the policy of a row."""
        return self._items[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        """Return how many policies there are."""
        return 0 if parent.isValid() else len(self._items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the title of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Change"), tr("Policy"), tr("Namespace"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        item = self._items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (item.what, plain(item.name), plain(item.namespace))[index.column()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == WHAT:
            return standing_icon(item.standing)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(item.verdict, item.hint)
        return None

    def multiData(self, index: Index, span: RolesAsked) -> None:
        """Fill in all that is asked about a cell."""
        answer(span, lambda role: self.data(index, role))


def standing_icon(standing: Standing) -> QIcon:
    """Return the shape that tells how it stands with a policy."""
    return toned(*_SHAPES[standing])


_ASKING = {Standing.CONFLICT, Standing.FAILED, Standing.UNKNOWN}


class ItemList(TreeView):
    """Shows the policies under review; one of them is always chosen."""

    chosen = Signal(object)
    """The Item now chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items = ItemModel(self)
        self._width = _NARROWEST
        self.setModel(self.items)
        self.setAccessibleName(tr("Policies"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().selectionChanged.connect(self._tell)

    def show_items(self, items: Sequence[Item]) -> None:
        """Show these policies; the same row stays chosen, unless it is well with it and another asks for attention."""
        row = max(0, self.currentIndex().row())
        self.items.show(items)
        for column in (WHAT, POLICY):  # once: a header that does so itself asks anew at each layout
            self.setColumnWidth(column, max(self.widest(column, _MEASURED), self.header().sectionSizeHint(column)))
        width = self.columnWidth(WHAT) + self.columnWidth(POLICY) + self.widest(NAMESPACE, _MEASURED)
        self._width = min(max(width + 2 * self.frameWidth() + _ROOM, _NARROWEST), _WIDEST)
        if items:
            row = row if row < len(items) else 0
            asking = [number for number, item in enumerate(items) if item.standing in _ASKING]
            self.setCurrentIndex(self.items.index(asking[0] if asking and row not in asking else row, 0))

    def sizeHint(self) -> QSize:
        """Ask for the width of the columns, as measured when the policies came: layouts ask again and again."""
        return QSize(self._width, super().sizeHint().height())

    @Slot(QItemSelection, QItemSelection)
    def _tell(self) -> None:
        if self.currentIndex().isValid():
            self.chosen.emit(self.items.item(self.currentIndex().row()))
