"""The policies to be deleted, each with what its deletion means below it, and later with what became of it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QTreeView, QWidget

from desktop.language import tr
from desktop.session.state import PolicyRow
from desktop.ui.icons import severity_icon
from desktop.ui.review.deletions import Consequence
from desktop.ui.review.item_list import standing_icon
from desktop.ui.review.items import Standing
from desktop.ui.review.opening import Key
from desktop.ui.wrapping import WrappingDelegate
from desktop.wording.plain import plain

_ROWS_SHOWN = 8


class DeletionList(QTreeView):
    """A scrollable list; every name is shown."""

    def __init__(self, rows: Sequence[PolicyRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = QStandardItemModel(self)
        self._policies = {row.key: QStandardItem(_title(row.key)) for row in rows}
        for policy in self._policies.values():
            font = self.font()
            font.setBold(True)
            policy.setFont(font)
            self._model.appendRow(policy)
        self.setModel(self._model)
        self.setItemDelegate(WrappingDelegate(self))
        self.setAccessibleName(tr("Policies to be deleted"))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setWordWrap(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_consequences(self, found: Mapping[Key, Sequence[Consequence]]) -> None:
        """Show what the deletions mean."""
        for key, consequences in found.items():
            for consequence in consequences:
                self._add(key, severity_icon(consequence.severity), consequence.sentence)
        self.expandAll()
        self.updateGeometry()

    def show_result(self, key: Key, standing: Standing, told: Sequence[str]) -> None:
        """Show what became of a policy, in place of what its deletion meant."""
        policy = self._policies[key]
        policy.removeRows(0, policy.rowCount())
        policy.setIcon(standing_icon(standing))
        for words in told:
            self._add(key, QIcon(), words)
        self.expandAll()

    def texts(self) -> list[str]:
        """Return all that is shown, from top to bottom."""
        shown = []
        for policy in self._policies.values():
            shown.append(policy.text())
            shown += [policy.child(row).text() for row in range(policy.rowCount())]
        return shown

    def sizeHint(self) -> QSize:
        """Ask for the height of the rows, up to a few of them."""
        heights = [
            self.itemDelegate().sizeHint(QStyleOptionViewItem(), item.index())
            for policy in self._policies.values()
            for item in (policy, *map(policy.child, range(policy.rowCount())))
        ]
        height = sum(size.height() for size in heights[:_ROWS_SHOWN]) + 2 * self.frameWidth()
        return QSize(super().sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        """Ask for what one policy needs at least."""
        return QSize(super().minimumSizeHint().width(), min(self.sizeHint().height(), 8 * self.fontMetrics().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the sentences anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # they may take more lines now

    def _add(self, key: Key, icon: QIcon, words: str) -> None:
        self._policies[key].appendRow(QStandardItem(icon, words))


def _title(key: Key) -> str:
    namespace, name = key
    return tr("{name} in {namespace}", name=plain(name), namespace=plain(namespace))
