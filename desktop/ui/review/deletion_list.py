"""The policies to be deleted, each with what its deletion means below it, and later with what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

from desktop.language import tr
from desktop.session.state import PolicyRow
from desktop.ui.icons import severity_icon
from desktop.ui.review.deletions import Consequence
from desktop.ui.review.item_list import standing_icon
from desktop.ui.review.items import Standing
from desktop.ui.review.opening import Key
from desktop.ui.wrapping import WrappingTree
from desktop.wording.plain import plain

_ROWS_SHOWN = 8
_MANY = 50
"""Of more policies than this only the rows in sight are measured, at each layout; so they are scrolled row by row."""

Ending = tuple[Standing, Sequence[str]]
"""What became of a policy, and what is told of that."""


class DeletionList(WrappingTree):
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
        self.setAccessibleName(tr("Policies to be deleted"))
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        if len(rows) <= _MANY:
            self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def show_consequences(self, found: Mapping[Key, Sequence[Consequence]]) -> None:
        """Show what the deletions mean."""
        with self._changed_at_once():
            for key, consequences in found.items():
                for consequence in consequences:
                    self._add(key, severity_icon(consequence.severity), consequence.sentence)

    def show_results(self, found: Mapping[Key, Ending]) -> None:
        """Show what became of policies, in place of what their deletion meant."""
        with self._changed_at_once():
            for key, (standing, told) in found.items():
                policy = self._policies[key]
                policy.removeRows(0, policy.rowCount())
                policy.setIcon(standing_icon(standing))
                for words in told:
                    self._add(key, QIcon(), words)

    def texts(self) -> list[str]:
        """Return all that is shown, from top to bottom."""
        shown = []
        for policy in self._policies.values():
            shown.append(policy.text())
            shown += [policy.child(row).text() for row in range(policy.rowCount())]
        return shown

    def sizeHint(self) -> QSize:
        """Ask for the height of the rows, up to a few of them."""
        heights = (
            self.itemDelegate().sizeHint(QStyleOptionViewItem(), item.index()).height()
            for policy in self._policies.values()
            for item in (policy, *map(policy.child, range(policy.rowCount())))
        )
        return QSize(super().sizeHint().width(), sum(islice(heights, _ROWS_SHOWN)) + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        """Ask for what one policy needs at least."""
        return QSize(super().minimumSizeHint().width(), min(self.sizeHint().height(), 8 * self.fontMetrics().height()))

    @contextmanager
    def _changed_at_once(self) -> Iterator[None]:
        """Change many rows out of the view's sight, which would lay out all of them after each."""
        place = self.verticalScrollBar().value()
        self.setModel(None)
        yield
        self.setModel(self._model)
        self.expandAll()
        self.verticalScrollBar().setValue(place)
        self.updateGeometry()

    def _add(self, key: Key, icon: QIcon, words: str) -> None:
        self._policies[key].appendRow(QStandardItem(icon, words))


def _title(key: Key) -> str:
    namespace, name = key
    return tr("{name} in {namespace}", name=plain(name), namespace=plain(namespace))
