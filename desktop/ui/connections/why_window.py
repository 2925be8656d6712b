"""Why? as a window of its own, opened from wherever a pod, a workload or a policy is shown."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.cancellation import CancelToken
from desktop.language import tr
from desktop.policy.objects import Direction
from desktop.reach import selection
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import top_owner
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.cluster_banner import ClusterBanner
from desktop.ui.connections.scope import reading_of
from desktop.ui.connections.why_panel import WhyPanel
from desktop.ui.window_size import open_at
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.session.session import Session

_SIZE = (520, 560)
Ends = tuple[str, str]
"""Who connects and to whom, as a question names them; empty where a person is to fill it in."""


class WhyWindow(QDialog):
    """Asks about two ends of one cluster; blocks nothing."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""
    policy_chosen = Signal(str, str)
    """The namespace and name of a policy that is to be opened."""

    def __init__(
        self, context: UiContext, session: "Session", ends: Callable[[Snapshot], Ends], parent: QWidget | None = None
    ) -> None:
        """``ends`` tells (off the UI thread) what to begin with."""
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Why? – {cluster}", cluster=plain(session.entry.title)))
        self._context, self._session = context, session
        self._group = f"why {id(self)}"
        self.panel = WhyPanel(context, self._group, self._picture, self)
        self.panel.say(tr("Name the two ends to see whether they may talk, and by which rules."))
        self.panel.rule_chosen.connect(self.rule_chosen)
        self.panel.policy_chosen.connect(self.policy_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.addWidget(ClusterBanner(session.entry, tr("Connections as the policies stand now")))
        layout.addWidget(self.panel, 1)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        open_at(self, *_SIZE)
        self._begin(ends)

    def done(self, result: int) -> None:
        """Be gone."""
        self.panel.stop()
        self._context.tasks.cancel(f"{self._group}:begin")
        super().done(result)

    def _begin(self, ends: Callable[[Snapshot], Ends]) -> None:
        snapshot = self._session.snapshot

        def job(_token: CancelToken, _progress: ProgressSink) -> Ends:
            return ends(snapshot)

        def known(found: Ends) -> None:
            self.panel.ask(*found)
            self.panel.enter()

        self.panel.offer()
        self._context.tasks.run(f"{self._group}:begin", job, known, self._context.messages.error)

    def _picture(self) -> tuple[Snapshot, Settings]:
        return self._session.snapshot, reading_of(self._session)


def ends_of_policy(snapshot: Snapshot, namespace: str, name: str) -> Ends:
    """Return the first workload that a policy selects, as the destination, or as the source of one for outbound."""
    policy = selection.readable(snapshot, namespace).get(name)
    pods = selection.pods_of(snapshot, policy).pods if policy is not None else ()
    if policy is None or not pods:
        return "", ""
    workload = str(top_owner(snapshot, pods[0]))
    return ("", workload) if Direction.INGRESS in policy.directions else (workload, "")
