"""The ways to look at a cluster: its policies, the connections they leave, and how far they protect its pods."""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import UiContext
from desktop.ui.plain import label
from desktop.ui.policies.panel import PolicyPanel
from desktop.ui.scrolling import Shrinking
from desktop.wording.states import as_of_words

if TYPE_CHECKING:
    from desktop.session.session import Session
    from desktop.ui.connections.panel import ConnectionsPanel
    from desktop.ui.coverage.panel import CoveragePanel


class Views(QTabWidget):
    """Policies, connections and coverage of the cluster chosen, each on a tab."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""
    policy_chosen = Signal(str, str)
    """The namespace and name of a policy that is to be opened."""
    why_asked = Signal(str)
    """A workload that somebody wants to know more of, as a question names it."""

    def __init__(
        self, context: UiContext, actions: Actions, policies: PolicyPanel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._shown: tuple[Session | None, str] = (None, "")
        self._connections, self._coverage = _place(self), _place(self)
        self.setDocumentMode(True)
        self.addTab(Shrinking(policies), tr("Po&licies"))
        self.addTab(self._connections, tr("Co&nnections"))
        self.addTab(self._coverage, tr("Cover&age"))
        self.currentChanged.connect(self._changed)
        actions.on(Command.FIND, self._find)
        self.age = label(parent=self)
        self.age.setContentsMargins(0, 0, 8, 0)
        self.setCornerWidget(self.age)

    @cached_property
    def connections(self) -> "ConnectionsPanel":
        """The connections; made when they are looked at for the first time."""
        from desktop.ui.connections.panel import ConnectionsPanel  # noqa: PLC0415  not before the window shows

        panel = ConnectionsPanel(self._context, self._connections)
        panel.rule_chosen.connect(self.rule_chosen)
        panel.policy_chosen.connect(self.policy_chosen)
        _fill(self._connections, panel)
        return panel

    @cached_property
    def coverage(self) -> "CoveragePanel":
        """The coverage; made when it is looked at for the first time."""
        from desktop.ui.coverage.panel import CoveragePanel  # noqa: PLC0415  not before the window shows

        panel = CoveragePanel(self._context, self._coverage)
        panel.why_asked.connect(self.why_asked)
        panel.policy_chosen.connect(self.policy_chosen)
        _fill(self._coverage, panel)
        return panel

    def show_choice(self, session: "Session | None", namespace: str) -> None:
        """Show another cluster or namespace."""
        self._shown = (session, namespace)
        shown = self._current
        if shown is not None:
            shown.show_choice(session, namespace)
        self._show_age()

    def show_connections_of(self, policies: tuple[tuple[str, str], ...]) -> None:
        """Show the connections of the workloads that some policies of the cluster shown select."""
        session, _ = self._shown
        if session is not None:
            self.setCurrentWidget(self._connections)
            self.connections.show_policies(session, policies)

    def follow(self) -> None:
        """Follow the cluster shown: it has changed."""
        shown = self._current
        if shown is not None:
            shown.follow()
        self._show_age()

    def _show_age(self) -> None:
        """Say of when that is which is computed from a cluster; above the policies its state says so."""
        session, _ = self._shown
        shows = session is not None and self._current is not None
        self.age.setText(as_of_words(session.state, datetime.now().astimezone()) if session and shows else "")

    @property
    def _current(self) -> "ConnectionsPanel | CoveragePanel | None":
        if self.currentWidget() is self._connections:
            return self.connections
        return self.coverage if self.currentWidget() is self._coverage else None

    def _find(self) -> None:
        if self.currentWidget() is self._connections:
            self.connections.start_finding()

    @Slot(int)
    def _changed(self, _tab: int) -> None:
        self.show_choice(*self._shown)


def _place(parent: QWidget) -> QWidget:
    """Return where a view will be."""
    place = QWidget(parent)
    QVBoxLayout(place).setContentsMargins(0, 0, 0, 0)
    return place


def _fill(place: QWidget, view: QWidget) -> None:
    layout = place.layout()
    if layout is not None:
        layout.addWidget(Shrinking(view))
