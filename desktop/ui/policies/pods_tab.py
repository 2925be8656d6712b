"""The pods a policy selects, in a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.cancellation import CancelToken
from desktop.language import tr
from desktop.policy.objects import NetworkPolicy
from desktop.reach.objects import Kind, Pod, Workload
from desktop.reach.snapshot import Snapshot
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.headed_table import NO_INDEX, HeadedTable, Index, Role
from desktop.ui.item_views import RowTable
from desktop.ui.plain import tooltip
from desktop.ui.policies.subject import NoteOrContent, Subject
from desktop.ui.why_action import add_why
from desktop.wording.plain import plain


class Column(IntEnum):
    """The columns, from the left."""

    POD = 0
    WORKLOAD = 1
    STATUS = 2
    ADDRESS = 3
    NODE = 4
    LABELS = 5


@dataclass(frozen=True, slots=True)
class SelectedPod:
    """A pod, the workload it belongs to, and whether the policy takes effect on it (not on the host's network)."""

    pod: Pod
    workload: Workload | None
    selected: bool = True


def selected_pods(snapshot: Snapshot, policy: NetworkPolicy) -> tuple[SelectedPod, ...]:
    """Return the pods that a policy selects, then those it would select if they were not on the host's network."""
    from desktop.reach import selection  # noqa: PLC0415  not before the window shows

    found = selection.pods_of(snapshot, policy)
    return (
        *(SelectedPod(pod, selection.workload_of(snapshot, pod)) for pod in found.pods),
        *(SelectedPod(pod, selection.workload_of(snapshot, pod), selected=False) for pod in found.on_host_network),
    )


class PodTable(HeadedTable):
    """Shows pods in the order given."""

    def __init__(self) -> None:
        super().__init__([tr("Pod"), tr("Workload"), tr("Status"), tr("Address"), tr("Node"), tr("Labels")])
        self._pods: Sequence[SelectedPod] = ()

    def show(self, pods: Sequence[SelectedPod]) -> None:
        """Show these pods instead; the same ones again change nothing."""
        if pods != self._pods:
            self.beginResetModel()
            self._pods = pods
            self.endResetModel()

    def name_at(self, row: int) -> str:
        """Return the pod of a row as a question names it."""
        pod = self._pods[row].pod
        return f"{pod.namespace}/{pod.name}"

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of pods."""
        return 0 if parent.isValid() else len(self._pods)

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid() or role not in {Role.DisplayRole, Role.ToolTipRole}:
            return None
        shown = self._pods[index.row()]
        text = _CELLS[Column(index.column())](shown)
        if role == Role.DisplayRole:
            return text
        return tooltip(text, "" if shown.selected else tr("A pod on the host's network: no policy takes effect on it."))


def _workload(shown: SelectedPod) -> str:
    return plain(f"{shown.workload.name} ({shown.workload.kind.value})") if shown.workload else ""


def _status(shown: SelectedPod) -> str:
    return plain(shown.pod.phase) if shown.selected else tr("not selected: host network")


_CELLS: dict[Column, Callable[[SelectedPod], str]] = {
    Column.POD: lambda shown: plain(shown.pod.name),
    Column.WORKLOAD: _workload,
    Column.STATUS: _status,
    Column.ADDRESS: lambda shown: plain(", ".join(shown.pod.ips)),
    Column.NODE: lambda shown: plain(shown.pod.node),
    Column.LABELS: lambda shown: plain(", ".join(f"{key}={value}" for key, value in sorted(shown.pod.labels.items()))),
}


class PodsTab(NoteOrContent["PodView"]):
    """Shows the pods; which they are is found by a task."""

    why_asked = Signal(str)
    """A pod that somebody wants to know more of, as a question names it."""

    def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
        super().__init__(self._make_view, parent)
        self._context = context

    def _make_view(self) -> "PodView":
        view = PodView()
        view.why_asked.connect(self.why_asked)
        return view

    def show_subject(self, subject: Subject | None) -> None:
        """Show the pods a policy selects."""
        policy = subject.stored.policy if subject and subject.stored else None
        if subject is None or policy is None:
            self._show_note("" if subject is None else tr("Not known: the policy cannot be read."))
            return
        snapshot = subject.snapshot
        if not snapshot.knows(Kind.POD, policy.namespace):
            self._show_note(tr("Not known: the pods of this namespace are not listed yet, or you may not list them."))
            return

        def find(_token: CancelToken, _progress: ProgressSink) -> tuple[SelectedPod, ...]:
            return selected_pods(snapshot, policy)

        self._context.tasks.run("details:pods", find, self._show, self._context.messages.error)

    def _show(self, pods: tuple[SelectedPod, ...]) -> None:
        if pods:
            self.content.pods.show(pods)
            self.show_content()
        else:
            self.show_note(tr("The policy selects no pod at present."))

    def _show_note(self, text: str) -> None:
        self._context.tasks.cancel("details:pods")
        self.show_note(text)


class PodView(RowTable):
    """The table of pods on the screen; Enter, a double click or the menu asks why."""

    why_asked = Signal(str)
    """A pod that somebody wants to know more of, as a question names it."""

    def __init__(self) -> None:
        super().__init__(tr("Pods the policy selects"))
        self.pods = PodTable()
        self.pods.setParent(self)
        self.setModel(self.pods)
        self.setFrameShape(QFrame.Shape.NoFrame)
        columns = self.horizontalHeader()
        columns.setStretchLastSection(True)
        for column, width in {Column.POD: 210, Column.WORKLOAD: 170, Column.ADDRESS: 120}.items():
            columns.resizeSection(column, width)
        add_why(self, lambda index: self.why_asked.emit(self.pods.name_at(index.row())))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
