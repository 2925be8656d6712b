"""Who may talk to whom in a cluster: the matrix, what to look at in it, and why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QIntValidator, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from desktop.cancellation import CancelToken
from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.policy.objects import PROTOCOLS
from desktop.policy.profile import for_version
from desktop.reach.columns import Column
from desktop.reach.ports import LAST
from desktop.reach.settings import Settings, settings_of
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.connections.grid import OUTSIDE, Grid, State, group_of
from desktop.ui.connections.grid_model import GridModel, Sign, words_of
from desktop.ui.connections.grid_view import GridView
from desktop.ui.connections.why_panel import Told, WhyPanel, ask
from desktop.ui.plain import label
from desktop.ui.strip import Strip
from desktop.wording.connections import caveat_sentence

if TYPE_CHECKING:
    from desktop.session.session import Session

_SETTLE_MS = 400
_MANY_LINES = 200
"""A matrix with more workloads than this starts folded."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """What the matrix is made from, and the matrix."""

    standing: Standing
    grid: Grid


class ConnectionsPanel(QWidget):
    """Shows the connections of the cluster or namespace chosen; computes only while it is looked at."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""

    def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._session: Session | None = None
        self._namespace = ""
        self._folded: frozenset[str] | None = None  # None: not yet known, by size
        self._picture: _Picture | None = None
        self._port = ""
        self._asked: tuple[Column, Column] | None = None
        self.model = GridModel(self)
        self.view = GridView(self.model, self)
        self.why = WhyPanel(self)
        self.caveats = Strip(self)
        self.protocol, self.port, self.search = QComboBox(self), QLineEdit(self), QLineEdit(self)
        self._state = label(parent=self)
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._compute)
        self._arrange()
        self.view.group_toggled.connect(self._toggle)
        self.view.asked.connect(self._ask)
        self.why.rule_chosen.connect(self.rule_chosen)

    def show_choice(self, session: "Session | None", namespace: str) -> None:
        """Show another cluster, or a namespace of it: the others then start folded."""
        if session is self._session and namespace == self._namespace:
            return
        self._session, self._namespace, self._folded, self._asked = session, namespace, None, None
        self._picture = None
        self.model.show_grid(None)
        self.why.say(tr("Choose a cell to see why two workloads may talk or not."))
        self.follow()

    @Slot()
    def follow(self) -> None:
        """Compute anew, soon: the cluster has changed."""
        if self.isVisible() and not self._settle.isActive():
            self._settle.start(0 if self._picture is None else _SETTLE_MS)

    def showEvent(self, event: QShowEvent) -> None:
        """Compute what was not computed while nobody looked."""
        super().showEvent(event)
        self.follow()

    def _arrange(self) -> None:
        self.protocol.addItem(tr("Any protocol"), "")
        for protocol in PROTOCOLS:
            self.protocol.addItem(protocol, protocol)
        self.protocol.setAccessibleName(tr("Protocol"))
        self.port.setPlaceholderText(tr("Any port"))
        self.port.setAccessibleName(tr("Port"))
        self.port.setMaximumWidth(90)
        self.search.setPlaceholderText(tr("Find a workload"))
        self.search.setAccessibleName(tr("Find a workload"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(260)
        self.protocol.currentIndexChanged.connect(self._compute)
        self.port.setValidator(QIntValidator(1, LAST, self))
        self.port.textChanged.connect(self._look_at_port)
        self.search.textChanged.connect(self._find)
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
        layout.addLayout(tools)
        layout.addWidget(sides, 1)

    def _legend(self) -> QLabel:
        shown = (State.OPEN, State.PARTLY, State.UNDECIDABLE, State.CLOSED)
        return label("   ".join(f"{Sign[state.name].value} {words_of(state)}" for state in shown), self)

    # Computing

    @Slot()
    def _compute(self) -> None:
        session = self._session
        if session is None or not self.isVisible():
            return
        snapshot, settings = session.snapshot, self._settings(session)
        protocol, port = str(self.protocol.currentData()), self._port
        folded, namespace, last = self._folded, self._namespace, self._picture

        def job(token: CancelToken, _progress: ProgressSink) -> _Picture:
            same = last is not None and last.standing.ends.settings == settings
            standing = last.standing.follow(snapshot) if last and same else Standing.of(snapshot, settings)
            token.check()
            matrix = standing.matrix
            token.check()
            shut = _first_folded(matrix.columns.all, namespace) if folded is None else folded
            return _Picture(standing, Grid(matrix, _ports(standing, protocol, port), shut))

        self._state.setText(tr("Computing…"))
        self._context.tasks.run("connections", job, self._show, self._context.messages.error)

    @staticmethod
    def _settings(session: "Session") -> Settings:
        version = session.state.version
        profile = for_version(session.entry.profile, version.text if version else None)
        return settings_of(profile)

    def _show(self, picture: _Picture) -> None:
        same = self._picture is not None and self._picture.grid.says_like(picture.grid)
        self._picture, self._folded = picture, picture.grid.folded
        self._state.setText("")
        told = [caveat_sentence(caveat) for caveat in picture.grid.matrix.caveats]
        self.caveats.say(Severity.WARNING, "\n".join(told))
        if not same:
            self.model.show_grid(picture.grid)
            self.view.fit()
        if self._asked is not None:
            self._explain(*self._asked)

    @Slot(str)
    def _look_at_port(self, text: str) -> None:
        """Look at another port; what is not a port (yet) never stands for all of them."""
        if not text or self.port.hasAcceptableInput():
            self._port = text
            self._compute()

    @Slot(str)
    def _toggle(self, group: str) -> None:
        if self._folded is not None:
            self._folded = self._folded ^ {group}
            self._compute()

    @Slot(str)
    def _find(self, text: str) -> None:
        """Go to the first workload whose name holds the text; its group opens."""
        if self._picture is None or not text:
            return
        for column in self._picture.grid.matrix.columns.all:
            if text.lower() in str(column).lower() and not isinstance(column, tuple):
                group = group_of(column)
                if group in self._picture.grid.folded:
                    self._toggle(group)
                else:
                    self.view.go_to(column)
                return

    @Slot(int, int)
    def _ask(self, row: int, column: int) -> None:
        if self._picture is None:
            return
        source, destination = self._picture.grid.end(row), self._picture.grid.end(column)
        if source is None or destination is None:
            self._asked = None
            self.why.say(tr("Choose a cell of two workloads; Enter folds and unfolds a namespace."))
        elif isinstance(source, tuple) and isinstance(destination, tuple):
            self._asked = None
            self.why.say(tr("Both ends are outside the cluster: its policies have no say."))
        else:
            self._explain(source, destination)

    def _explain(self, source: Column, destination: Column) -> None:
        if self._session is None or self._picture is None:
            return
        self._asked = (source, destination)
        snapshot: Snapshot = self._picture.standing.snapshot
        settings = self._picture.standing.ends.settings

        def job(_token: CancelToken, _progress: ProgressSink) -> Told | None:
            return ask(snapshot, source, destination, settings)

        self._context.tasks.run("connections:why", job, self._tell, self._context.messages.error)

    def _tell(self, told: Told | None) -> None:
        if told is None:
            self.why.say(tr("One of the two has no pods now."))
        else:
            self.why.show_told(told)


def _first_folded(columns: tuple[Column, ...], namespace: str) -> frozenset[str]:
    """Which groups start folded: all but the namespace chosen, or all of a big cluster, and the outside."""
    groups = {group_of(column) for column in columns}
    if namespace:
        return frozenset(groups - {namespace})
    return frozenset(groups if len(columns) > _MANY_LINES else {OUTSIDE})


def _ports(standing: Standing, protocol: str, port: str) -> int:
    """The ports to look at; a port without a protocol is looked at in each."""
    space = standing.reach.ports
    number = int(port) if port else None
    found = 0
    for each in (protocol,) if protocol else PROTOCOLS:
        found |= space.mask(each) if number is None else space.mask_of(each, number)
    return found
