"""Why? and Connections from wherever policies, workloads and pods are shown."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from desktop.language import tr
from desktop.reach.explain import Reason
from desktop.reach.snapshot import Snapshot
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import UiContext
from desktop.ui.policies.commands import PolicyCommands
from desktop.ui.policies.panel import PolicyPanel
from desktop.ui.views import Views

if TYPE_CHECKING:
    from desktop.session.session import Session


class ConnectionCommands(QObject):
    """Opens windows that say why, and leads from policies to connections and from reasons to policies."""

    def __init__(
        self,
        context: UiContext,
        actions: Actions,
        panel: PolicyPanel,
        views: Views,
        policies: PolicyCommands,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._actions, self._panel = context, actions, panel
        self._views, self._policies, self._window = views, policies, window
        actions.on(Command.WHY, self._why_policy)
        actions.on(Command.CONNECTIONS, self._show_connections)
        panel.selection_changed.connect(self.enable)
        panel.why_asked.connect(self._why_workload)
        views.why_asked.connect(self._why_workload)
        views.rule_chosen.connect(self._open_rule_shown)
        views.policy_chosen.connect(self._open_policy)
        self.enable()

    @Slot()
    def enable(self) -> None:
        """Switch the commands on or off for what is chosen and selected now."""
        none = "" if self._panel.session is not None else tr("Choose a cluster first.")
        selected = none or ("" if self._panel.view.selected_rows() else tr("Select a policy first."))
        self._actions.allow(Command.WHY, none)
        self._actions.allow(Command.CONNECTIONS, selected)

    def _why_policy(self) -> None:
        from desktop.ui.connections.why_window import ends_of_policy  # noqa: PLC0415  not before the window shows

        row = self._panel.view.current_row()
        if row is None:
            self._why(lambda _: ("", ""))
        else:
            self._why(partial(ends_of_policy, namespace=row.namespace, name=row.name))

    @Slot(str)
    def _why_workload(self, workload: str) -> None:
        self._why(lambda _: ("", workload))

    def _why(self, ends: Callable[[Snapshot], tuple[str, str]]) -> None:
        from desktop.ui.connections.why_window import WhyWindow  # noqa: PLC0415  not before the window shows

        session = self._panel.session
        if session is None:
            return
        shown = WhyWindow(self._context, session, ends, self._window)
        shown.rule_chosen.connect(partial(self._open_rule, session))
        shown.policy_chosen.connect(lambda namespace, name: self._policies.open_policy(session, (namespace, name), ()))
        shown.show()

    def _show_connections(self) -> None:
        keys = tuple(row.key for row in self._panel.view.selected_rows())
        if keys:
            self._views.show_connections_of(keys)

    @Slot(object)
    def _open_rule_shown(self, rule: Reason) -> None:
        if self._panel.session is not None:
            self._open_rule(self._panel.session, rule)

    def _open_rule(self, session: "Session", rule: Reason) -> None:
        """Open the policy of a rule at its line: to edit, or a cluster-wide one to read."""
        from desktop.ui.connections.rule_window import RuleWindow  # noqa: PLC0415  not before the window shows

        if rule.namespace:
            self._policies.open_policy(session, (rule.namespace, rule.policy), rule.path)
        else:
            RuleWindow(self._context, session, rule, self._window).show()

    @Slot(str, str)
    def _open_policy(self, namespace: str, name: str) -> None:
        if self._panel.session is not None:
            self._policies.open_policy(self._panel.session, (namespace, name), ())
