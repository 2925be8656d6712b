"""The left side of the window: the project drop-down, Synchronize, and the tree of clusters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.language import tr
from desktop.session.catalog import SAMPLE_ID, Catalog, ClusterEntry, Source
from desktop.ui.actions import Actions, Command
from desktop.ui.clusters.tree_model import ClusterTree, Column, Level, NodeKey
from desktop.ui.flow import Flow
from desktop.ui.item_views import TreeView, fill_with
from desktop.ui.plain import label
from desktop.wording.plain import plain

_STRIPE, _LEAST_NAME = 4, 110
_ROW_PADDING = 7
_CELL_PADDING = 10


@dataclass(frozen=True)
class Choice:
    """What the user looks at: a cluster, in it one namespace ("": all), and whether it was asked to be opened."""

    entry: ClusterEntry
    namespace: str = ""


def _widest() -> dict[Column, str]:
    """Return a text as long as most in a column, which then has room for it; the name takes what is left."""
    return {
        Column.STATE: tr("Synchronizing"),
        Column.VERSION: max(tr("Version"), tr("folder"), key=len),
        Column.POLICIES: tr("Policies"),
        Column.LAST_SYNC: tr("Synced"),
    }


class _Rows(QStyledItemDelegate):
    """Gives the rows some air, and cuts what is too long: names in the middle, for their ends tell them apart."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.column() != Column.NAME:
            option.textElideMode = Qt.TextElideMode.ElideRight

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), option.fontMetrics.height() + _ROW_PADDING)


class ClusterView(TreeView):
    """The tree, with a stripe of the cluster's colour along its rows."""

    opened = Signal()
    """The current row was clicked, or entered by key: a cluster may be contacted."""

    def __init__(self, model: ClusterTree, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = model
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionBehavior(TreeView.SelectionBehavior.SelectRows)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setExpandsOnDoubleClick(False)
        self.setIndentation(12)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(tr("Clusters"))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(36)
        for column, text in _widest().items():
            header.resizeSection(column, self.fontMetrics().horizontalAdvance(text) + _CELL_PADDING)
        self.setItemDelegate(_Rows(self))
        self.clicked.connect(self._clicked)
        model.rowsInserted.connect(self._expand_projects)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names what the other columns leave."""
        super().resizeEvent(event)
        fill_with(self.header(), Column.NAME, _LEAST_NAME)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the current cluster on Enter, which a tree would take for editing."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit()
            return
        super().keyPressEvent(event)

    def drawRow(
        self, painter: QPainter, options: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a row, and over it the colour of its cluster at the edge."""
        super().drawRow(painter, options, index)
        entry = self._tree.entry_at(index)
        if entry is not None and entry.colour:
            painter.fillRect(QRect(0, options.rect.top(), _STRIPE, options.rect.height()), QColor(entry.colour))

    @Slot(QModelIndex)
    def _clicked(self, _: QModelIndex) -> None:
        self.opened.emit()

    @Slot(QModelIndex, int, int)
    def _expand_projects(self, parent: QModelIndex, first: int, last: int) -> None:
        """Show new projects open, so that no cluster is hidden until the user hides it."""
        if parent.isValid():
            if not parent.parent().isValid() and self._tree.rowCount(parent) == last - first + 1:
                self.expand(parent)
        else:
            for row in range(first, last + 1):
                self.expand(self._tree.index(row, 0))


class ClusterPanel(QWidget):
    """Lets the user choose a cluster or a namespace of it."""

    chosen = Signal(object)
    """A Choice, or None."""
    open_asked = Signal(object)
    """The ClusterEntry that the user asked to open."""
    menu_asked = Signal(object, QPoint)
    """A NodeKey or None, and where on the screen."""

    def __init__(
        self, catalog: Catalog, actions: Actions, now: Callable[[], datetime], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self._choice: Choice | None = None
        self.now = now
        self.tree = ClusterTree(now, self)
        self.view = ClusterView(self.tree, self)
        self.projects = QComboBox(self)
        self.projects.setSizePolicy(
            self.projects.sizePolicy().Policy.Expanding, self.projects.sizePolicy().Policy.Fixed
        )
        self.projects.setAccessibleName(tr("Project"))
        caption = label(tr("Pro&ject"), self)
        caption.setBuddy(self.projects)
        project, top = QHBoxLayout(), Flow()
        project.addWidget(caption)
        project.addWidget(self.projects, 1)
        synchronize = actions.button(Command.SYNCHRONIZE_ALL, self)
        top.add_layout(project)
        top.addWidget(synchronize)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        self.tab_order = (self.projects, synchronize, self.view)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.opened.connect(self._opened)
        self.view.customContextMenuRequested.connect(self._ask_menu)
        self.projects.currentIndexChanged.connect(self._filter)

    @property
    def choice(self) -> Choice | None:
        """What is chosen now."""
        return self._choice

    @property
    def key(self) -> NodeKey | None:
        """What the current row stands for, a project too."""
        return self.tree.key_at(self.view.currentIndex())

    def refresh(self) -> None:
        """Show the catalog as it is now; what was current stays so where it is still there."""
        before = self.key
        self._fill_projects()
        self.tree.show(self._catalog.entries(), self._catalog.projects(), self._only())
        if before is not None and self.key != before:
            self.select(before)
        self._tell()

    def select(self, key: NodeKey) -> bool:
        """Make a row current; whether it is shown."""
        index = self.tree.index_of(key)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(index, flags)
        return index.isValid()

    def select_cluster(self, cluster: str) -> None:
        """Make a cluster current, the sample where it is not shown."""
        if not self.select(NodeKey(Level.CLUSTER, cluster)):
            self.select(NodeKey(Level.CLUSTER, SAMPLE_ID))

    def _fill_projects(self) -> None:
        wanted = [
            (tr("All"), None),
            *((plain(name), name) for name in self._catalog.projects()),
            (tr("No project"), ""),
        ]
        if [self.projects.itemData(at) for at in range(self.projects.count())] == [data for _, data in wanted]:
            return
        chosen = self._only()
        self.projects.blockSignals(True)
        self.projects.clear()
        for text, data in wanted:
            self.projects.addItem(text, data)
        at = next((at for at, (_, data) in enumerate(wanted) if data == chosen), 0)
        self.projects.setCurrentIndex(at)
        self.projects.blockSignals(False)

    def _only(self) -> str | None:
        data: str | None = self.projects.currentData()
        return data

    @Slot(int)
    def _filter(self, _: int) -> None:
        self.refresh()

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, _: QModelIndex, __: QModelIndex) -> None:
        self._tell()

    def _tell(self) -> None:
        """Tell what is chosen, once for each change; a cluster whose files alone are read may open at once."""
        index = self.view.currentIndex()
        entry, key = self.tree.entry_at(index), self.tree.key_at(index)
        choice = None
        if entry is not None and key is not None:
            choice = Choice(entry, key.name if key.level is Level.NAMESPACE else "")
        if choice == self._choice:
            return
        self._choice = choice
        self.chosen.emit(choice)
        if entry is not None and entry.source is not Source.CONTEXT:
            self.open_asked.emit(entry)

    @Slot()
    def _opened(self) -> None:
        if self._choice is not None:
            self.open_asked.emit(self._choice.entry)

    @Slot(QPoint)
    def _ask_menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if index.isValid() and index != self.view.currentIndex():
            self.select(self.tree.key_at(index))  # type: ignore[arg-type]  # a valid index has a key
        self.menu_asked.emit(self.tree.key_at(index), self.view.viewport().mapToGlobal(place))
