"""The table of policies on the screen: selection that outlives a search, and a menu button on each row."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPalette, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.language import tr
from desktop.session.state import PolicyRow
from desktop.ui.item_views import RowTable, fill_with
from desktop.ui.policies.table_model import Column, Key, PolicyTable
from desktop.ui.style import text_on_selection
from desktop.wording import policies

_CELL_PADDING, _LEAST_SELECTOR = 12, 110


def _wide() -> dict[Column, tuple[str, ...]]:
    """Return texts that a column has room for, as for its heading; the selector takes what is left."""
    directions = tuple(policies.direction_words(rules) for rules in (None, 0, 9))
    return {
        Column.NAME: ("allow-checkout-to-search",),
        Column.NAMESPACE: ("kube-system",),
        Column.INBOUND: directions,
        Column.OUTBOUND: directions,
        Column.PODS: ("0000",),
        Column.FINDINGS: (),
        Column.OWNER: ("Argo CD: x",),
        Column.AGE: ("0000",),
        Column.OPERATION: (),
    }


class _MenuButton(QStyledItemDelegate):
    """Paints three dots in the operation column; a click on them asks for the row's menu."""

    pressed = Signal(QModelIndex)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        state: QStyle.StateFlag = option.state
        palette: QPalette = option.palette
        area = QRect(option.rect)
        ink = palette.color(QPalette.ColorRole.Text)
        if state & QStyle.StateFlag.State_Selected:
            ink = text_on_selection(palette, active=bool(state & QStyle.StateFlag.State_Active))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        middle = QPointF(area.center()) + QPointF(0.5, 0.5)
        for offset in (-5.0, 0.0, 5.0):
            painter.drawEllipse(middle + QPointF(offset, 0), 1.5, 1.5)
        painter.restore()

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            self.pressed.emit(model.index(index.row(), index.column()))
            return True
        return super().editorEvent(event, model, option, index)


class PolicyView(RowTable):
    """Shows a PolicyTable; rows are selected whole, several at a time."""

    menu_asked = Signal(QPoint)
    """Where on the screen."""
    selection_changed = Signal()
    opened = Signal()
    """The user opens the current policy, by a double click or by Enter."""

    def __init__(self, model: PolicyTable, parent: QWidget | None = None) -> None:
        super().__init__(tr("Policies"), parent)
        self._table = model
        self._kept: tuple[set[Key], Key | None] = (set(), None)
        self.setModel(model)
        self.setSelectionMode(RowTable.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._arrange_headers()
        button = _MenuButton(self)
        self.setItemDelegateForColumn(Column.OPERATION, button)
        button.pressed.connect(self._button_pressed)
        self.customContextMenuRequested.connect(lambda at: self.menu_asked.emit(self.viewport().mapToGlobal(at)))
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_changed.emit())
        self.doubleClicked.connect(lambda _: self.opened.emit())
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QShortcut(key, self, self.opened.emit).setContext(Qt.ShortcutContext.WidgetShortcut)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)

    def selected_rows(self) -> list[PolicyRow]:
        """Return the selected policies, from the top."""
        return [self._table.row_at(index) for index in sorted(self.selectionModel().selectedRows())]

    def current_row(self) -> PolicyRow | None:
        """Return the policy the user looks at: the current one of those selected."""
        index = self.currentIndex()
        if index.isValid() and self.selectionModel().isRowSelected(index.row()):
            return self._table.row_at(index)
        rows = self.selected_rows()
        return rows[0] if rows else None

    def select(self, keys: set[Key], current: Key | None = None) -> None:
        """Select the policies of these keys that are shown."""
        rows = self._table.rows_of(keys)
        selection, last = QItemSelection(), len(Column) - 1
        for row in rows:
            selection.select(self._table.index(row, 0), self._table.index(row, last))
        chosen = self._table.rows_of({current}) if current else rows[:1]
        flags = QItemSelectionModel.SelectionFlag
        if chosen:
            self.selectionModel().setCurrentIndex(self._table.index(chosen[0], 0), flags.NoUpdate)
        self.selectionModel().select(selection, flags.ClearAndSelect)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the selectors what the other columns leave."""
        super().resizeEvent(event)
        fill_with(self.horizontalHeader(), Column.APPLIES_TO, _LEAST_SELECTOR)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the first policy when the table is entered by key with none selected."""
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason and not self.selectionModel().hasSelection():
            self.selectRow(max(0, self.currentIndex().row()))

    @Slot()
    def _keep(self) -> None:
        current = self.currentIndex()
        keys = {row.key for row in self.selected_rows()}
        self._kept = keys, self._table.row_at(current).key if current.isValid() else None

    @Slot()
    def _restore(self) -> None:
        keys, current = self._kept
        if keys:
            self.select(keys, current)
        self.selection_changed.emit()

    @Slot(QModelIndex)
    def _button_pressed(self, index: QModelIndex) -> None:
        self.menu_asked.emit(self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))

    def _arrange_headers(self) -> None:
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, texts in _wide().items():
            heading = str(self._table.headerData(column, Qt.Orientation.Horizontal))
            widest = max(self.fontMetrics().horizontalAdvance(text) for text in (heading, *texts))
            columns.resizeSection(column, widest + _CELL_PADDING)
        columns.setMinimumSectionSize(40)
        columns.setSortIndicator(Column.NAME, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
