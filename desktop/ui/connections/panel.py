"""Who may talk to whom in a cluster: the matrix or the graph, what to look at in it, and why."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop import pauses
from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.reach.columns import Column
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.connections.explaining import Explaining
from desktop.ui.connections.finding import next_match
from desktop.ui.connections.graph import Edge
from desktop.ui.connections.graph_tools import GraphTools
from desktop.ui.connections.graph_view import GraphView
from desktop.ui.connections.grid import Place
from desktop.ui.connections.grid_model import GridModel
from desktop.ui.connections.grid_view import GridView
from desktop.ui.connections.legend import Legend
from desktop.ui.connections.saving import save_as
from desktop.ui.connections.scope import Asked, Picture, Scope, picture, reading_of
from desktop.ui.connections.tools import Tools
from desktop.ui.connections.why_panel import WhyPanel
from desktop.ui.flow import Flow
from desktop.ui.plain import label
from desktop.ui.strip import Strip
from desktop.wording.connections import caveat_sentence, missing_pods_words, scope_words, undrawn_words

if TYPE_CHECKING:
    from desktop.session.session import Session

_SETTLE_MS = 400
_SHARES = (700, 300)
_RESTS = 4
"""After a picture that took long, so many times as long nothing is computed: a busy cluster must not keep us busy."""


class ConnectionsPanel(QWidget):
    """Shows the connections of what is chosen; computes only while it is looked at."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""
    policy_chosen = Signal(str, str)
    """The namespace and name of a policy that is to be opened."""

    def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._session: Session | None = None
        self._scope = Scope()
        self._folded: frozenset[str] | None = None
        self._opened = frozenset[str]()
        self._picture: Picture | None = None
        self._sought: Place | None = None
        self._took_ms = 0
        self.tools, self.legend = Tools(self), Legend(self)
        self.model = GridModel(self)
        self.view, self.graph = GridView(self.model, self), GraphView(self)
        self.graph_tools = GraphTools(self.graph, self)
        self.why = WhyPanel(context, "connections:why", self._why_picture, self)
        self.explaining = Explaining(context, self.why, self)
        self.caveats, self.narrowed, self.undrawn = Strip(self), Strip(self), Strip(self)
        self._note = label(parent=self, wrap=True)
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._compute)
        self._arrange()
        self._connect()

    @property
    def shown(self) -> Picture | None:
        """What is shown, None while it is not computed yet."""
        return self._picture

    def show_choice(self, session: "Session | None", namespace: str) -> None:
        """Show another cluster, or a namespace of it: the others then start folded."""
        if session is self._session and namespace == self._scope.namespace:
            return
        if session is not self._session:
            self._context.engine.cancel("connections")  # nothing of the cluster before may come late
            self.tools.state.setText("")
            self.caveats.say(Severity.WARNING, "")
            self._picture = self._sought = None
            self.view.show_grid(None)
            self.graph.show_drawing(None)
        self._session = session
        self._look_at(Scope(namespace))

    def show_policies(self, session: "Session", keys: tuple[tuple[str, str], ...]) -> None:
        """Show the connections of the workloads that some policies select."""
        self.show_choice(session, self._scope.namespace)
        self._look_at(Scope(self._scope.namespace, keys))

    @Slot()
    def follow(self) -> None:
        """Compute anew, soon: the cluster has changed."""
        if self.isVisible() and not self._settle.isActive():
            self._settle.start(0 if self._picture is None else max(_SETTLE_MS, _RESTS * self._took_ms))

    def showEvent(self, event: QShowEvent) -> None:
        """Compute what was not computed while nobody looked."""
        super().showEvent(event)
        self.follow()

    def _look_at(self, scope: Scope) -> None:
        self._scope, self._folded = scope, None
        self.narrowed.say(Severity.INFO, scope_words(scope.policies, scope.ends) if scope.is_selection else "")
        self.explaining.forget()
        self._compute()

    def _arrange(self) -> None:
        self.narrowed.add_button(tr("Sho&w All"), self._show_all)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget(self)
        for shown in (self.view, self.graph, self._note):
            self._stack.addWidget(shown)
        below = Flow()
        below.addWidget(self.legend)
        below.add_stretch()
        below.addWidget(self.graph_tools)
        self.graph_tools.hide()
        sides = QSplitter(self)
        sides.addWidget(self._stack)
        sides.addWidget(self.why)
        sides.setStretchFactor(0, 3)
        sides.setStretchFactor(1, 1)
        sides.setSizes(_SHARES)
        sides.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 8, 0)
        layout.addWidget(self.caveats)
        layout.addWidget(self.narrowed)
        layout.addWidget(self.tools)
        layout.addLayout(below)
        layout.addWidget(self.undrawn)
        layout.addWidget(sides, 1)

    def _connect(self) -> None:
        self.tools.port_changed.connect(self._look_at_ports)
        self.tools.sought.connect(lambda text: self._go_to_match(text, after=None))
        self.tools.next_sought.connect(lambda text: self._go_to_match(text, after=self._here()))
        self.tools.graph_wanted.connect(self._switch)
        self.tools.export_asked.connect(self._export)
        self.graph_tools.free_wanted.connect(self._compute)
        for view in (self.view, self.graph):
            view.fold_asked.connect(self._fold)
            view.entered.connect(self.why.enter)
        self.view.asked.connect(self._ask_cell)
        self.view.line_asked.connect(self._ask_line)
        self.view.menu_asked.connect(self._show_cell_menu)
        self.graph.spot_asked.connect(self._ask_spot)
        self.graph.edge_asked.connect(self._ask_edge)
        self.graph.menu_asked.connect(self._show_spot_menu)
        back = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.why)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self._leave_why)
        self.explaining.rule_chosen.connect(self.rule_chosen)
        self.explaining.policy_chosen.connect(self.policy_chosen)

    # Computing

    @Slot()
    def _compute(self) -> None:
        session = self._session
        if session is None or not self.isVisible():
            return
        snapshot, last = session.snapshot, self._picture
        graph, free = self.tools.graph.isChecked(), self.graph_tools.free.isChecked()
        asked = Asked(self._scope, self.tools.ports.asked, self._folded, graph, free)
        began = time.monotonic()

        def job(token: CancelToken, _progress: ProgressSink) -> Picture:
            with pauses.many_objects():
                return picture(session.standing(snapshot), asked, last, token.check)

        def done(found: Picture) -> None:
            self._took_ms = round((time.monotonic() - began) * 1000)
            self._show(found)

        self.tools.state.setText(tr("Computing…"))
        self._context.engine.run("connections", job, done, self._fail)

    def _show(self, found: Picture) -> None:
        last, self._picture, self._folded = self._picture, found, found.grid.look.folded
        self.tools.state.setText("")
        told = [missing_pods_words(found.standing.snapshot), *map(caveat_sentence, found.grid.matrix.caveats)]
        self.caveats.say(Severity.WARNING, "\n".join(filter(None, told)))
        same = last is not None and last.grid.look == found.grid.look and last.grid.says_like(found.grid)
        if not same or self.model.grid is None:
            self.view.show_grid(found.grid)
        if found.drawing is not None:
            self.graph.show_drawing(found.drawing)
        self._show_view()
        if self._sought is not None:
            sought, self._sought = self._sought, None
            self._go_to(sought)
        if last is None or last.grid.matrix is not found.grid.matrix or last.grid.look.ports != found.grid.look.ports:
            self.explaining.again(found)

    def _fail(self, error: BulkheadError) -> None:
        self.tools.state.setText("")
        self._context.messages.error(error)

    def _show_view(self) -> None:
        """Show the matrix, or the graph as soon as it is drawn."""
        graph = self.tools.graph.isChecked()
        drawn = self._picture is not None and self._picture.drawing is not None
        self.graph_tools.setVisible(graph)
        self.legend.show_graph(graph)
        undrawn = self._picture.drawing.graph.undrawn if graph and self._picture and self._picture.drawing else 0
        self.undrawn.say(Severity.INFO, undrawn_words(undrawn) if undrawn else "")
        waits = graph and (self._picture is None or not self._picture.is_drawn)
        if self._picture is not None and not self._picture.grid.matrix.columns.workloads:
            missing = missing_pods_words(self._picture.standing.snapshot)
            self._note.setText(missing or tr("There are no pods here: nothing can connect."))
            self._stack.setCurrentWidget(self._note)
        elif not graph or waits:
            self._stack.setCurrentWidget(self.view)
        else:
            self._note.setText(tr("There are too many workloads to draw one by one: fold some namespaces."))
            self._stack.setCurrentWidget(self.graph if drawn else self._note)

    def _why_picture(self) -> tuple[Snapshot, Settings] | None:
        session = self._session
        return None if session is None else (session.snapshot, reading_of(session))

    # What a person does

    def start_finding(self) -> None:
        """Begin to look for a workload."""
        self.tools.start_finding()

    @Slot(bool)
    def _switch(self, _graph: bool) -> None:
        self._compute()
        if self._picture is None or self._picture.is_drawn or not self.tools.graph.isChecked():
            self._show_view()

    @Slot()
    def _leave_why(self) -> None:
        shown = self.graph if self.tools.graph.isChecked() else self.view
        shown.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _look_at_ports(self) -> None:
        self.why.look_at(self.tools.ports.asked)
        self._compute()

    @Slot(str, bool)
    def _fold(self, group: str, fold: bool) -> None:
        if self._folded is not None:
            self._fold_all(self._folded | {group} if fold else self._folded - {group})

    def _fold_all(self, groups: frozenset[str]) -> None:
        self._folded, self._opened = groups, frozenset()
        self._compute()

    def _here(self) -> Place | None:
        """What a person is at."""
        grid, row = self.model.grid, self.view.currentIndex().row()
        if self.tools.graph.isChecked():
            return self.graph.current
        if grid is None or row < 0:
            return None
        end = grid.end(row)
        return grid.lines[row].group if end is None else end

    def _go_to_match(self, text: str, after: Place | None) -> None:
        """Go to a workload, namespace or range that a text names; its group opens."""
        if self._picture is None or not text:
            return
        match = next_match(self._picture.grid, text, after)
        self.tools.state.setText(tr("Not found") if match is None else "")
        if match is None:
            return
        found, group = match
        if not self._go_to(found):
            self._sought = found
            if self._scope.is_selection:
                self._scope = Scope(self._scope.namespace)
                self.narrowed.say(Severity.INFO, "")
            if isinstance(found, str):
                self._fold(group, fold=True)
            elif self._folded is not None:  # what was opened for the last match, perhaps of half a name, folds again
                self._fold_all((self._folded | self._opened) - {group})
                self._opened = frozenset({group})

    def _go_to(self, place: Place) -> bool:
        return self.graph.go_to(place) if self.tools.graph.isChecked() else self.view.go_to(place)

    @Slot()
    def _show_all(self) -> None:
        self._look_at(Scope(self._scope.namespace))

    @Slot()
    def _export(self) -> None:
        if self._picture is not None and self._session is not None:
            graph = self.graph if self._stack.currentWidget() is self.graph else None
            save_as(self._context, self._session.entry.title, self._picture.grid, graph, self)

    # Menus

    @Slot(int, int, QPoint)
    def _show_cell_menu(self, row: int, column: int, at: QPoint) -> None:
        grid = self.model.grid
        if grid is not None:
            ends = [end for line in (row, column) if line >= 0 and (end := grid.end(line)) is not None]
            self._show_menu(ends, at, why=row >= 0 and column >= 0)

    @Slot(object, QPoint)
    def _show_spot_menu(self, place: Place | None, at: QPoint) -> None:
        if place is not None:
            self.graph.go_to(place)
        self._show_menu([place] if place is not None and not isinstance(place, str) else [], at, why=place is not None)

    def _show_menu(self, ends: list[Column], at: QPoint, *, why: bool) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if why:
            menu.addAction(tr("&Why?"), self.why.enter)
            menu.addSeparator()
        scope = Scope(self._scope.namespace, ends=frozenset(end for end in ends if not isinstance(end, tuple)))
        only = menu.addAction(tr("&Only These Workloads"), lambda: self._look_at(scope))
        only.setEnabled(scope.is_selection)
        menu.addAction(tr("Sho&w All"), self._show_all).setEnabled(self._scope.is_selection)
        menu.addSeparator()
        groups = frozenset(self._picture.grid.groups) if self._picture else frozenset()
        menu.addAction(tr("&Fold All"), lambda: self._fold_all(groups))
        menu.addAction(tr("&Unfold All"), lambda: self._fold_all(frozenset()))
        menu.popup(at)

    # Explanations

    @Slot(int, int)
    def _ask_cell(self, row: int, column: int) -> None:
        grid = self.model.grid
        if grid is not None and self._picture is not None:
            ends = [grid.lines[line].group if (end := grid.end(line)) is None else end for line in (row, column)]
            self.explaining.ask(self._picture, ends[0], ends[1])

    @Slot(int)
    def _ask_line(self, line: int) -> None:
        grid = self.model.grid
        end = grid.end(line) if grid is not None else None
        if end is not None and self._picture is not None:
            self.explaining.tell_of(self._picture, end)

    @Slot(object)
    def _ask_spot(self, place: Place | None) -> None:
        if place is None or self._picture is None:
            self.explaining.forget()
        else:
            self.explaining.tell_of(self._picture, place)

    @Slot(object)
    def _ask_edge(self, edge: Edge) -> None:
        if self._picture is not None:
            self.explaining.ask(self._picture, edge.source, edge.target)
