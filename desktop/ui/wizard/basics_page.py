"""The first page: the policy's name and its namespace."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.findings import Finding, Severity
from desktop.ui.strip import Strip
from desktop.ui.wizard.completing import Suggestions
from desktop.ui.wizard.fields import Field, ProblemStrip, QuietLabel, buddy, small_button, under
from desktop.ui.wizard.surroundings import Surroundings
from desktop.wording.plain import plain

_WIDE = 36
_NAME, _NAMESPACE = ("metadata", "name"), ("metadata", "namespace")


class BasicsPage(QWidget):
    """Edits a name and a namespace; of a policy that is there already they cannot be changed."""

    named = Signal(str)
    """The name as typed."""

    placed = Signal(str)
    """The namespace as typed."""

    fixed = Signal(object)
    """A Fix the user wants."""

    def __init__(self, surroundings: Surroundings, namespace: str, *, fixed_identity: bool) -> None:
        super().__init__()
        self._surroundings, self._default, self._fixed_identity = surroundings, namespace, fixed_identity
        self.name = Field(tr("Policy name"), tr("such as access-demo1"), characters=_WIDE)
        self.namespace = Field(tr("Namespace"), plain(namespace), characters=_WIDE)
        self._completer = Suggestions(self.namespace, surroundings.namespaces)
        self.name_problems, self.namespace_problems = ProblemStrip(), ProblemStrip()
        self.unfit = Strip()
        every = small_button("▾", tr("Show all namespaces"), self._show_all)
        place = QHBoxLayout()
        place.setSpacing(2)
        place.addWidget(self.namespace, 1)
        place.addWidget(every)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 6, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.addWidget(buddy(tr("Policy &name"), self.name), 0, 0)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self.name_problems, 1, 1)
        grid.addWidget(buddy(tr("Name&space"), self.namespace), 2, 0)
        grid.addLayout(place, 2, 1)
        grid.addWidget(self.namespace_problems, 3, 1)
        grid.addWidget(self.unfit, 4, 1)
        grid.setRowStretch(6, 1)
        if fixed_identity:
            for field in (self.name, self.namespace):
                field.setReadOnly(True)
            every.hide()
            grid.addWidget(QuietLabel(tr("A policy that is on the cluster keeps its name and namespace.")), 5, 1)
        self.name.typed.connect(self.named)
        self.namespace.typed.connect(self._place)
        self.name_problems.fixed.connect(self.fixed)

    @property
    def first(self) -> QWidget:
        """The widget to begin with."""
        return self.name

    def show_names(self, name: str, namespace: str) -> None:
        """Show a name and a namespace (empty: the one that the window is about)."""
        self.name.show_text(name)
        self.namespace.show_text(namespace)
        self.tell_unfit()

    def show_problems(self, findings: Sequence[Finding]) -> None:
        """Show what was found about both."""
        for field, strip, path in (
            (self.name, self.name_problems, _NAME),
            (self.namespace, self.namespace_problems, _NAMESPACE),
        ):
            own = under(findings, *path)
            field.show_problems(own)
            strip.show_problems(own)

    @Slot()
    def tell_unfit(self) -> None:
        """Say so when the cluster has no such namespace, or the user may not create policies there."""
        namespace = self.namespace.text() or self._default
        absent = self._surroundings.has_namespace(namespace) is False
        words = tr("There is no namespace {namespace} on this cluster.", namespace=plain(namespace)) if absent else ""
        if not absent and not self._fixed_identity:
            words = self._surroundings.creating_denied(namespace)
        self.unfit.say(Severity.WARNING, words)

    @Slot(str)
    def _place(self, namespace: str) -> None:
        self.tell_unfit()
        self.placed.emit(namespace)

    @Slot()
    def _show_all(self) -> None:
        self.namespace.setFocus()
        self._completer.setCompletionPrefix("")
        self._completer.complete()
