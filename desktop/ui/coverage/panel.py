"""How far policies protect the pods of a cluster: a figure for each namespace, and the workloads behind it."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QPoint, QSortFilterProxyModel, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from desktop.cancellation import CancelToken
from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.policy.objects import Direction
from desktop.reach.caveats import Caveat, caveats
from desktop.reach.protection import Protected, Protection, protected, protection
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.coverage import namespaces
from desktop.ui.coverage.namespaces import NamespaceTable
from desktop.ui.coverage.share_bar import ShareBar
from desktop.ui.coverage.workloads import WorkloadTable
from desktop.ui.item_views import RowTable
from desktop.ui.plain import label, menu_text
from desktop.ui.strip import Strip
from desktop.ui.style import heading
from desktop.ui.why_action import add_why
from desktop.wording.connections import caveat_sentence, missing_pods_words
from desktop.wording.coverage import summary

if TYPE_CHECKING:
    from desktop.session.session import Session

_SETTLE_MS = 400


@dataclass(frozen=True, slots=True)
class _Found:
    protections: tuple[Protection, ...]
    caveats: tuple[Caveat, ...]
    missing: str


class CoveragePanel(QWidget):
    """Shows the cluster or namespace chosen; looks anew only while it is looked at."""

    why_asked = Signal(str)
    """The workload that somebody wants to know more of, as a question names it."""
    policy_chosen = Signal(str, str)
    """The namespace and name of a policy that is to be opened."""

    def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._session: Session | None = None
        self._namespace = ""
        self.summary = heading(label(parent=self, wrap=True), 1.0)
        self.caveats = Strip(self)
        self.table, self.workloads = NamespaceTable(), WorkloadTable()
        for model in (self.table, self.workloads):
            model.setParent(self)
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.table)
        self.sorted.setSortRole(namespaces.SORT_ROLE)
        self.view, self.list = _table(tr("Protection of the namespaces")), _table(tr("Workloads and their policies"))
        self.filter = QComboBox(self)
        self.note = label(parent=self, wrap=True)
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._compute)
        self._arrange()

    def show_choice(self, session: "Session | None", namespace: str) -> None:
        """Show another cluster, or a namespace of it only."""
        if (session, namespace) == (self._session, self._namespace):
            return
        if session is not self._session:
            for group in ("coverage", "coverage:list"):  # nothing of the cluster before may come late
                self._context.tasks.cancel(group)
            self.summary.setText("")
            self.note.setText("")
            self.caveats.say(Severity.WARNING, "")
            self.table.show(())
            self.workloads.show((), frozenset())
        self._session, self._namespace = session, namespace
        self.view.clearSelection()
        self._compute()

    @Slot()
    def follow(self) -> None:
        """Look anew, soon: the cluster has changed."""
        if self.isVisible() and not self._settle.isActive():
            self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Look at what happened while nobody looked."""
        super().showEvent(event)
        self._compute()

    def _arrange(self) -> None:
        self.view.setModel(self.sorted)
        self.view.setSortingEnabled(True)
        self.view.horizontalHeader().setSortIndicator(namespaces.Column.NAMESPACE, Qt.SortOrder.AscendingOrder)
        bar = ShareBar(namespaces.SHARE_ROLE, self.view)
        for column in namespaces.DIRECTIONS:
            self.view.setItemDelegateForColumn(column, bar)
        self.list.setModel(self.workloads)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        add_why(self.list, lambda index: self._ask(self.workloads.row_at(index.row())))
        for view, widths in ((self.view, (180, 70, 150, 150)), (self.list, (120, 220, 60, 220))):
            for section, width in enumerate(widths):
                view.horizontalHeader().resizeSection(section, width)
        for text, directions in (
            (tr("Not protected inbound"), (Direction.INGRESS,)),
            (tr("Not protected outbound"), (Direction.EGRESS,)),
            (tr("Protected in neither direction"), tuple(Direction)),
            (tr("All workloads"), ()),
        ):
            self.filter.addItem(text, directions)
        self.filter.setAccessibleName(tr("Which workloads to list"))
        self.filter.currentIndexChanged.connect(self._list)
        self.view.selectionModel().selectionChanged.connect(self._list)
        below = QWidget(self)
        tools, column_ = QHBoxLayout(), QVBoxLayout(below)
        tools.addWidget(self.filter)
        tools.addWidget(self.note, 1)
        column_.setContentsMargins(0, 6, 0, 0)
        column_.addLayout(tools)
        column_.addWidget(self.list, 1)
        sides = QSplitter(Qt.Orientation.Vertical, self)
        sides.addWidget(self.view)
        sides.addWidget(below)
        sides.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 8, 0)
        layout.addWidget(self.summary)
        layout.addWidget(self.caveats)
        layout.addWidget(sides, 1)

    @Slot()
    def _compute(self) -> None:
        session = self._session
        if session is None or not self.isVisible():
            return
        snapshot, namespace = session.snapshot, self._namespace

        def job(_token: CancelToken, _progress: ProgressSink) -> _Found:
            found = protection(snapshot)
            shown = tuple(each for each in found if namespace in ("", each.namespace))
            return _Found(shown, caveats(snapshot), missing_pods_words(snapshot))

        self._context.tasks.run("coverage", job, self._show, self._context.messages.error)

    def _show(self, found: _Found) -> None:
        self.summary.setText(summary(found.protections))
        told = [found.missing, *map(caveat_sentence, found.caveats)]
        self.caveats.say(Severity.WARNING, "\n".join(filter(None, told)))
        kept = self._selected()
        self.table.show(found.protections)
        self._select(kept)
        self._list()

    def _selected(self) -> set[str]:
        rows = self.view.selectionModel().selectedRows()
        return {self.table.rows[self.sorted.mapToSource(index).row()].namespace for index in rows}

    def _select(self, wanted: set[str]) -> None:
        if wanted == self._selected():
            return
        flags = QItemSelectionModel.SelectionFlag
        for row, each in enumerate(self.table.rows):
            if each.namespace in wanted:
                index = self.sorted.mapFromSource(self.table.index(row, 0))
                self.view.selectionModel().select(index, flags.Select | flags.Rows)

    @Slot()
    def _list(self) -> None:
        """List the workloads of the namespaces selected, or of all."""
        session = self._session
        if session is None:
            return
        snapshot, chosen = session.snapshot, self._selected()
        rows = [each for each in self.table.rows if not chosen or each.namespace in chosen]
        unknown = frozenset(each.namespace for each in rows if not each.known)
        missing: tuple[Direction, ...] = self.filter.currentData()

        def job(token: CancelToken, _progress: ProgressSink) -> tuple[Protected, ...]:
            found: list[Protected] = []
            for each in rows:
                token.check()
                found += protected(snapshot, (each.namespace,))
            return tuple(each for each in found if not missing or _lacks(each, missing))

        def done(found: tuple[Protected, ...]) -> None:
            self.workloads.show(found, unknown)
            self.note.setText("" if found else tr("There are none."))

        self._context.tasks.run("coverage:list", job, done, self._context.messages.error)

    def _ask(self, row: Protected) -> None:
        self.why_asked.emit(str(row.workload))

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if not index.isValid():
            return
        row = self.workloads.row_at(index.row())
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("&Why?"), lambda: self._ask(row))
        names = sorted({name for each in row.policies.values() for name in each})
        if names:
            menu.addSeparator()
        for name in names:
            text = tr("Open {policy}", policy=menu_text(name))
            menu.addAction(text, partial(self.policy_chosen.emit, row.workload.namespace, name))
        menu.popup(self.list.viewport().mapToGlobal(at))


def _lacks(row: Protected, missing: tuple[Direction, ...]) -> bool:
    return not row.on_host_network and not any(row.policies[direction] for direction in missing)


def _table(name: str) -> RowTable:
    view = RowTable(name)
    view.setAlternatingRowColors(True)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setSelectionMode(RowTable.SelectionMode.ExtendedSelection)
    view.horizontalHeader().setStretchLastSection(True)
    return view
