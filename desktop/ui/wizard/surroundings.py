"""What the cluster lends to the form: names to complete, workloads and Services to pick, and what a field matches.

Everything is gathered by tasks from the session's picture; the server is asked for the user's rights alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QStringListModel, QTimer, Signal, Slot

from desktop.cancellation import CancelToken
from desktop.policy.findings import Path
from desktop.policy.objects import LabelSelector, Peer
from desktop.reach import choices
from desktop.reach.choices import Match
from desktop.reach.objects import Kind, Service, Workload
from desktop.reach.snapshot import Snapshot
from desktop.session.tasks import Job, ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.policies.rights import Permissions
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.session.session import Session

T = TypeVar("T")
_FOLLOW_MS = 1000
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Where:
    """Whose labels are meant: those of the namespaces themselves, or of the pods in ``namespaces`` (None: in all)."""

    namespaces: tuple[str, ...] | None = None
    of_pods: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be matched: a policy's selector or a peer, seen from a namespace."""

    namespace: str
    what: LabelSelector | Peer


LabelTable = Mapping[str, tuple[str, ...]]


class Surroundings(QObject):
    """The cluster around a form."""

    changed = Signal()
    """The cluster's picture is another: what was asked may have another answer."""

    labels_ready = Signal(object)
    """A Where, whose labels are known now."""

    ports_ready = Signal(object)
    """Namespaces (None: all), whose pods' ports are known now."""

    matched = Signal(object)
    """A mapping from paths of the form to Match."""

    def __init__(self, context: UiContext, session: "Session", parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._session = context, session
        self._group = f"form {next(_numbers)}"
        self._groups = {f"{self._group} rights"}
        self._seen: Snapshot | None = None
        self._labels: dict[Where, LabelTable] = {}
        self._ports: dict[tuple[str, ...] | None, LabelTable] = {}
        self._matches: dict[Asked, Match] = {}
        self._permissions = Permissions(context, self.changed.emit, f"{self._group} rights")
        self.namespaces = QStringListModel(self)
        self._timer = QTimer(self, interval=_FOLLOW_MS)
        self._timer.timeout.connect(self._follow)

    def start(self) -> None:
        """Begin to follow the cluster."""
        self._timer.start()
        self._follow()

    def stop(self) -> None:
        """Follow no more."""
        self._timer.stop()
        for group in self._groups:
            self._context.tasks.cancel(group)

    def labels(self, where: Where) -> LabelTable:
        """Return the labels that are known by now; ``labels_ready`` tells when there are more."""
        if where not in self._labels:
            self._labels[where] = {}
            self._gather(where)
        return self._labels[where]

    def ports(self, namespaces: tuple[str, ...] | None) -> LabelTable:
        """Return the ports that are known by now, by protocol; ``ports_ready`` tells when there are more."""
        if namespaces not in self._ports:
            self._ports[namespaces] = {}
            self._gather_ports(namespaces)
        return self._ports[namespaces]

    def match(self, asked: Mapping[Path, Asked]) -> None:
        """Find out what selectors and peers match; ``matched`` tells."""
        snapshot, known = self._session.snapshot, dict(self._matches)

        def job(token: CancelToken, _: ProgressSink) -> dict[Asked, Match]:
            found = {}
            for each in set(asked.values()):
                token.check()
                found[each] = known.get(each) or _matched(snapshot, each, token)
            return found

        def done(found: dict[Asked, Match]) -> None:
            self._matches = found
            self.matched.emit({path: found[each] for path, each in asked.items()})

        self._run("match", job, done)

    def workloads(self, namespace: str, then: Callable[[Sequence[Workload]], None]) -> None:
        """Fetch the workloads of a namespace."""
        snapshot = self._session.snapshot
        self._pick(lambda: choices.workloads(snapshot, namespace), then)

    def services(self, namespaces: Sequence[str] | None, then: Callable[[Sequence[Service]], None]) -> None:
        """Fetch the Services of namespaces (None: of all)."""
        snapshot = self._session.snapshot
        self._pick(lambda: choices.services(snapshot, namespaces), then)

    def unnamed(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the namespaces that cannot be chosen by name, as they lack the label with it."""
        return choices.unnamed(self._session.snapshot, names)

    def labels_of_namespace(self, name: str) -> Mapping[str, str]:
        """Return the labels of one namespace."""
        namespace = self._session.snapshot.namespaces.get(name)
        return namespace.labels if namespace else {}

    def has_namespace(self, name: str) -> bool | None:
        """Whether a namespace is there; None where that is not known."""
        snapshot = self._session.snapshot
        return name in snapshot.namespaces or (None if not snapshot.knows(Kind.NAMESPACE, "") else False)

    def creating_denied(self, namespace: str) -> str:
        """Return why the user may not create policies in a namespace; empty where they may, or it is not known yet.

        It is asked for names of namespaces only, not for each beginning of one that is typed.
        """
        if namespace in self._session.snapshot.namespaces or namespace in self._session.entry.namespaces:
            self._permissions.look(self._session, [("create", (namespace,))])
        return self._permissions.reason(self._session, "create", [namespace])

    @Slot()
    def _follow(self) -> None:
        """Start anew when the picture is another."""
        snapshot = self._session.snapshot
        if snapshot is self._seen:
            return
        before, self._seen = self._seen, snapshot
        if before is None or before.namespaces is not snapshot.namespaces:
            self._name(snapshot)
        if before is None or (before.pods is not snapshot.pods or before.workloads is not snapshot.workloads):
            self._matches = {}
            for where in tuple(self._labels):
                self._gather(where)
            for namespaces in tuple(self._ports):
                self._gather_ports(namespaces)
        self.changed.emit()

    def _name(self, snapshot: Snapshot) -> None:
        self._run(
            "names", lambda _, __: [plain(name) for name in sorted(snapshot.namespaces)], self.namespaces.setStringList
        )

    def _gather(self, where: Where) -> None:
        snapshot = self._session.snapshot

        def job(_: CancelToken, __: ProgressSink) -> LabelTable:
            return (
                choices.pod_labels(snapshot, where.namespaces) if where.of_pods else choices.namespace_labels(snapshot)
            )

        def done(found: LabelTable) -> None:
            self._labels[where] = found
            self.labels_ready.emit(where)

        self._run(f"labels {where}", job, done)

    def _gather_ports(self, namespaces: tuple[str, ...] | None) -> None:
        snapshot = self._session.snapshot

        def done(found: LabelTable) -> None:
            self._ports[namespaces] = found
            self.ports_ready.emit(namespaces)

        self._run(f"ports {namespaces}", lambda _, __: choices.pod_ports(snapshot, namespaces), done)

    def _pick(self, look: Callable[[], Sequence[T]], then: Callable[[Sequence[T]], None]) -> None:
        self._run("pick", lambda _, __: look(), then)

    def _run(self, what: str, job: Job[T], done: Callable[[T], object]) -> None:
        """Run a job that ends with the window."""
        group = f"{self._group} {what}"
        self._groups.add(group)
        self._context.tasks.run(group, job, done, self._context.messages.error)


def _matched(snapshot: Snapshot, asked: Asked, token: CancelToken) -> Match:
    if isinstance(asked.what, Peer):
        return choices.matched_by_peer(snapshot, asked.namespace, asked.what, token.check)
    return choices.matched(snapshot, asked.namespace, asked.what)
