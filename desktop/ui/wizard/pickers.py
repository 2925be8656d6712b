"""Pick one of many things of the cluster: a list that is filtered as one types."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSortFilterProxyModel, QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QDialog, QDialogButtonBox, QListView, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.ui.plain import label
from desktop.ui.window_size import open_at
from desktop.ui.wizard.fields import Field, buddy
from desktop.wording.plain import plain

_SIZE = (520, 380)
_STEPS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


class PickDialog(QDialog):
    """Shows texts and tells which was picked."""

    picked = Signal(int)
    """The number of the text that was picked."""

    def __init__(self, title: str, texts: Sequence[str], nothing: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.filter = Field(tr("Filter"), tr("type to filter"))
        self._model = QStringListModel([plain(text) for text in texts], self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._model)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.list = QListView()
        self.list.setModel(self._shown)
        self.list.setAccessibleName(title)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        layout = QVBoxLayout(self)
        layout.addWidget(buddy(tr("&Filter"), self.filter))
        layout.addWidget(self.filter)
        if texts:
            layout.addWidget(self.list, 1)
        else:
            layout.addWidget(label(nothing, wrap=True), 1)
        layout.addWidget(self.buttons)
        self.filter.typed.connect(self._narrow)
        self.filter.installEventFilter(self)
        self.list.activated.connect(self._take)
        self.buttons.accepted.connect(lambda: self._take(self.list.currentIndex()))
        self.buttons.rejected.connect(self.reject)
        open_at(self, *_SIZE)
        self._narrow("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while one types."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in _STEPS:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _narrow(self, text: str) -> None:
        self._shown.setFilterFixedString(text)
        self.list.setCurrentIndex(self._shown.index(0, 0))
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(self._shown.rowCount() > 0)

    @Slot(QModelIndex)
    def _take(self, index: QModelIndex) -> None:
        if index.isValid():
            self.picked.emit(self._shown.mapToSource(index).row())
            self.accept()
