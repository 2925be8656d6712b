"""Who may talk to whom in a cluster: the matrix, what to look at in it, and why."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QIntValidator, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop.cancellation import CancelToken
from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.policy.objects import PROTOCOLS
from desktop.policy.profile import for_version
from desktop.reach.columns import Column
from desktop.reach.ports import LAST
from desktop.reach.settings import Settings, settings_of
from desktop.reach.snapshot import Snapshot
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.connections.finding import next_match
from desktop.ui.connections.grid import State
from desktop.ui.connections.grid_model import GridModel, Sign, words_of
from desktop.ui.connections.grid_view import GridView
from desktop.ui.connections.scope import Asked, Picture, Scope, picture
from desktop.ui.connections.why import PortAsked
from desktop.ui.connections.why_panel import WhyPanel
from desktop.ui.plain import label
from desktop.ui.strip import Strip
from desktop.wording.connections import caveat_sentence, end_text, scope_words

if TYPE_CHECKING:
    from desktop.session.session import Session

_SETTLE_MS = 400
_RESTS = 4
"""After a picture that took long, so many times as long nothing is computed: a busy cluster must not keep us busy."""


class ConnectionsPanel(QWidget):
    """Shows the connections of what is chosen; computes only while it is looked at."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""

    def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._session: Session | None = None
        self._scope = Scope()
        self._folded: frozenset[str] | None = None
        self._picture: Picture | None = None
        self._sought: Column | str | None = None
        self._took_ms = 0
        self.model = GridModel(self)
        self.view = GridView(self.model, self)
        self.why = WhyPanel(context, "connections:why", self._why_picture, self)
        self.caveats, self.narrowed = Strip(self), Strip(self)
        self.protocol, self.port, self.search = QComboBox(self), QLineEdit(self), QLineEdit(self)
        self._state = label(parent=self)
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
        if session is self._session and namespace == self._scope.namespace and not self._scope.is_selection:
            return
        if session is not self._session:
            self._picture = None
            self.view.show_grid(None)
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

    def start_finding(self) -> None:
        """Begin to look for a workload."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        """Compute what was not computed while nobody looked."""
        super().showEvent(event)
        self.follow()

    def _look_at(self, scope: Scope) -> None:
        self._scope, self._folded = scope, None
        self.narrowed.say(Severity.INFO, scope_words(scope.policies, scope.ends) if scope.is_selection else "")
        self.why.say(tr("Choose a cell, or two ends above, to see why they may talk or not."))
        self._compute()

    def _arrange(self) -> None:
        self.protocol.addItem(tr("Any protocol"), "")
        for protocol in PROTOCOLS:
            self.protocol.addItem(protocol, protocol)
        self.protocol.setAccessibleName(tr("Protocol"))
        self.port.setPlaceholderText(tr("Any port"))
        self.port.setAccessibleName(tr("Port"))
        self.port.setMaximumWidth(90)
        self.port.setValidator(QIntValidator(1, LAST, self))
        self.search.setPlaceholderText(tr("Find a workload  (Ctrl+F)"))
        self.search.setAccessibleName(tr("Find a workload, a namespace or an address"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(260)
        self.narrowed.add_button(tr("Show &All"), self._show_all)
        tools = QHBoxLayout()
        for widget in (self.protocol, self.port):
            tools.addWidget(widget)
        tools.addWidget(self._legend())
        tools.addStretch(1)
        tools.addWidget(self._state)
        tools.addWidget(self.search, 1)
        sides = QSplitter(self)
        sides.addWidget(self.view)
        sides.addWidget(self.why)
        sides.setStretchFactor(0, 3)
        sides.setStretchFactor(1, 1)
        sides.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 8, 0)
        layout.addWidget(self.caveats)
        layout.addWidget(self.narrowed)
        layout.addLayout(tools)
        layout.addWidget(sides, 1)

    def _connect(self) -> None:
        self.protocol.currentIndexChanged.connect(self._look_at_ports)
        self.port.textChanged.connect(self._look_at_ports)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._find_next)
        self.view.fold_asked.connect(self._fold)
        self.view.asked.connect(self._ask)
        self.view.entered.connect(self.why.enter)
        self.view.menu_asked.connect(self._show_menu)
        self.why.rule_chosen.connect(self.rule_chosen)

    def _legend(self) -> QLabel:
        shown = (State.OPEN, State.PARTLY, State.UNDECIDABLE, State.CLOSED)
        return label("   ".join(f"{Sign[state.name].value} {words_of(state)}" for state in shown), self)

    # Computing

    @Slot()
    def _compute(self) -> None:
        session = self._session
        if session is None or not self.isVisible():
            return
        snapshot, last = session.snapshot, self._picture
        asked = Asked(self._settings(session), self._scope, self._port(), self._folded)
        began = time.monotonic()

        def job(token: CancelToken, _progress: ProgressSink) -> Picture:
            return picture(snapshot, asked, last, token.check)

        def done(found: Picture) -> None:
            self._took_ms = round((time.monotonic() - began) * 1000)
            self._show(found)

        self._state.setText(tr("Computing…"))
        self._context.tasks.run("connections", job, done, self._context.messages.error)

    @staticmethod
    def _settings(session: "Session") -> Settings:
        version = session.state.version
        profile = for_version(session.entry.profile, version.release if version else None)
        return settings_of(profile)

    def _port(self) -> PortAsked:
        """What is looked at; what is not a port (yet) never stands for all of them."""
        number = int(self.port.text()) if self.port.hasAcceptableInput() else None
        return PortAsked(str(self.protocol.currentData()), number)

    def _show(self, found: Picture) -> None:
        same = self._picture is not None and self._picture.grid.says_like(found.grid)
        other = self._picture is None or self._picture.standing.snapshot is not found.standing.snapshot
        self._picture, self._folded = found, found.grid.look.folded
        self._state.setText("")
        told = [caveat_sentence(caveat) for caveat in found.grid.matrix.caveats]
        self.caveats.say(Severity.WARNING, "\n".join(told))
        if not same or self.model.grid is None or self.model.grid.look != found.grid.look:
            self.view.show_grid(found.grid)
        if self._sought is not None:
            sought, self._sought = self._sought, None
            self.view.go_to(sought)
        if other:
            self.why.ask_anew()

    def _why_picture(self) -> tuple[Snapshot, Settings] | None:
        session = self._session
        return None if session is None else (session.snapshot, self._settings(session))

    # What a person does

    @Slot()
    def _look_at_ports(self) -> None:
        if not self.port.text() or self.port.hasAcceptableInput():
            self.why.look_at(self._port())
            self._compute()

    @Slot(str, bool)
    def _fold(self, group: str, fold: bool) -> None:
        if self._folded is not None:
            self._folded = self._folded | {group} if fold else self._folded - {group}
            self._compute()

    @Slot(str)
    def _find(self, text: str) -> None:
        """Go to the first workload, namespace or range that the text names; its group opens."""
        self._go_to_match(text, after=None)

    @Slot()
    def _find_next(self) -> None:
        grid, row = self.model.grid, self.view.currentIndex().row()
        if grid is not None and row >= 0:
            end = grid.end(row)
            self._go_to_match(self.search.text(), after=grid.lines[row].group if end is None else end)

    def _go_to_match(self, text: str, after: Column | str | None) -> None:
        if self._picture is None or not text:
            return
        match = next_match(self._picture.grid, text, after)
        if match is None:
            self._state.setText(tr("Not found"))
            return
        self._state.setText("")
        found, group = match
        if not self.view.go_to(found):
            self._sought = found
            if self._scope.is_selection:
                self._scope = Scope(self._scope.namespace)
                self.narrowed.say(Severity.INFO, "")
            self._fold(group, fold=False)

    @Slot()
    def _show_all(self) -> None:
        self._look_at(Scope(self._scope.namespace))

    @Slot(int, int, QPoint)
    def _show_menu(self, row: int, column: int, at: QPoint) -> None:
        grid = self.model.grid
        if grid is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        lines = [line for line in (row, column) if line >= 0]
        ends = frozenset(end for line in lines if (end := grid.end(line)) is not None)
        if row >= 0 and column >= 0:
            menu.addAction(tr("&Why?"), self.why.enter)
            menu.addSeparator()
        only = menu.addAction(
            tr("&Only These Workloads"), lambda: self._look_at(Scope(self._scope.namespace, ends=ends))
        )
        only.setEnabled(any(not isinstance(end, tuple) for end in ends))
        show_all = menu.addAction(tr("Show &All"), self._show_all)
        show_all.setEnabled(self._scope.is_selection)
        menu.addSeparator()
        menu.addAction(tr("&Fold All"), lambda: self._fold_all(frozenset(grid.groups)))
        menu.addAction(tr("&Unfold All"), lambda: self._fold_all(frozenset()))
        menu.popup(at)

    def _fold_all(self, groups: frozenset[str]) -> None:
        self._folded = groups
        self._compute()

    @Slot(int, int)
    def _ask(self, row: int, column: int) -> None:
        grid = self.model.grid
        if grid is None:
            return
        source, destination = grid.end(row), grid.end(column)
        if source is None or destination is None:
            self.why.say(tr("Choose a cell of two workloads; + and - unfold and fold a namespace."))
        elif isinstance(source, tuple) and isinstance(destination, tuple):
            self.why.say(tr("Both ends are outside the cluster: its policies have no say."))
        else:
            self.why.ask(end_text(source), end_text(destination))
