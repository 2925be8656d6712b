"""The two ways to look at a cluster: its policies, and the connections they leave."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import UiContext
from desktop.ui.policies.panel import PolicyPanel

if TYPE_CHECKING:
    from desktop.session.session import Session
    from desktop.ui.connections.panel import ConnectionsPanel


class Views(QTabWidget):
    """Policies and connections of the cluster chosen, each on a tab."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""

    def __init__(
        self, context: UiContext, actions: Actions, policies: PolicyPanel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._shown: tuple[Session | None, str] = (None, "")
        self._place = QWidget(self)
        QVBoxLayout(self._place).setContentsMargins(0, 0, 0, 0)
        self.setDocumentMode(True)
        self.addTab(policies, tr("Po&licies"))
        self.addTab(self._place, tr("Co&nnections"))
        self.currentChanged.connect(self._changed)
        actions.on(Command.FIND, self._find)

    @cached_property
    def connections(self) -> "ConnectionsPanel":
        """The connections; made when they are looked at for the first time."""
        from desktop.ui.connections.panel import ConnectionsPanel  # noqa: PLC0415  not before the window shows

        panel = ConnectionsPanel(self._context, self._place)
        panel.rule_chosen.connect(self.rule_chosen)
        layout = self._place.layout()
        if layout is not None:
            layout.addWidget(panel)
        return panel

    def show_choice(self, session: "Session | None", namespace: str) -> None:
        """Show another cluster or namespace."""
        self._shown = (session, namespace)
        if self.currentWidget() is self._place:
            self.connections.show_choice(session, namespace)

    def follow(self) -> None:
        """Follow the cluster shown: it has changed."""
        if self.currentWidget() is self._place:
            self.connections.follow()

    def _find(self) -> None:
        if self.currentWidget() is self._place:
            self.connections.start_finding()

    @Slot(int)
    def _changed(self, _tab: int) -> None:
        self.show_choice(*self._shown)
