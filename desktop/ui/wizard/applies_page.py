"""The second page: which pods the policy applies to, and which those are now."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.draft import LabelRow, SelectorField
from desktop.policy.findings import Finding
from desktop.reach.choices import Match, lasting
from desktop.reach.objects import Workload
from desktop.ui.plain import label
from desktop.ui.scrolling import FocusScroll
from desktop.ui.wizard.fields import QuietLabel, push_button
from desktop.ui.wizard.label_rows import SelectorEditor
from desktop.ui.wizard.matches import selected_words, workload_words
from desktop.ui.wizard.pickers import PickDialog
from desktop.ui.wizard.surroundings import Surroundings, Where
from desktop.wording.lists import listed
from desktop.wording.plain import plain

_PATH = ("spec", "podSelector")
_WORKLOADS_SHOWN = 40


class AppliesPage(QWidget):
    """Edits the policy's selector."""

    edited = Signal(object)
    """A SelectorField."""

    fixed = Signal(object)
    """A Fix the user wants."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__()
        self._surroundings, self._namespace = surroundings, ""
        self.selector = SelectorEditor(surroundings, tr("Labels of the pods"), first_row=True)
        self.reference = push_button(tr("Reference &Workload Label…"), self._ask_for_workload)
        self.reference.setToolTip(tr("Take the labels of a workload's pods"))
        self._every = label(wrap=True)
        self.matching = label(wrap=True)
        font = self.matching.font()
        font.setBold(True)
        self.matching.setFont(font)
        self.workloads = QuietLabel()
        buttons = QHBoxLayout()
        buttons.addWidget(self.reference)
        buttons.addStretch(1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(8)
        column.addWidget(label(tr("The policy applies to pods with all of these labels:")))
        column.addWidget(self.selector)
        column.addLayout(buttons)
        column.addWidget(self._every)
        column.addSpacing(6)
        column.addWidget(self.matching)
        column.addWidget(self.workloads)
        column.addStretch(1)
        scroll = FocusScroll(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.selector.edited.connect(self._edit)
        self.selector.fixed.connect(self.fixed)

    @property
    def first(self) -> QWidget:
        """The widget to begin with."""
        return self.selector.rows[0].key

    def show_field(self, selector: SelectorField, namespace: str) -> None:
        """Show the selector of a policy in ``namespace``."""
        self._namespace = namespace
        self.selector.show_field(selector)
        self.selector.use(Where((namespace,)))
        self._tell_every(selector)

    def show_problems(self, findings: Sequence[Finding]) -> None:
        """Show what was found about the selector."""
        self.selector.show_problems(findings, _PATH)

    def show_match(self, match: Match | None) -> None:
        """Show which pods these are now."""
        every = not self.selector.field.rows
        self.matching.setText(selected_words(match, every=every) if match else "")
        self.workloads.setText(workload_words(match, _WORKLOADS_SHOWN) if match else "")

    def _tell_every(self, selector: SelectorField) -> None:
        words = tr("Without a label it applies to every pod of {namespace}.", namespace=plain(self._namespace))
        self._every.setText("" if selector.rows else words)
        self._every.setVisible(not selector.rows)

    @Slot(object)
    def _edit(self, selector: SelectorField) -> None:
        self._tell_every(selector)
        self.edited.emit(selector)

    @Slot()
    def _ask_for_workload(self) -> None:
        self._surroundings.workloads(self._namespace, self._offer_workloads)

    def _offer_workloads(self, workloads: Sequence[Workload]) -> None:
        texts = [
            tr(
                "{name} ({kind}): {labels}",
                name=each.name,
                kind=each.kind.value,
                labels=_labels_words(each) or tr("no labels"),
            )
            for each in workloads
        ]
        nothing = tr("No workload is known in {namespace}.", namespace=plain(self._namespace))
        dialog = PickDialog(tr("Reference Workload Label"), texts, nothing, self)
        dialog.picked.connect(lambda number: self._take(workloads[number]))
        dialog.open()

    def _take(self, workload: Workload) -> None:
        """Put the labels of a workload's pods in the place of the rows."""
        rows = tuple(LabelRow(key, None, value) for key, value in lasting(workload.template_labels).items())
        selector = SelectorField(rows, self.selector.field.written)
        self.selector.show_field(selector)
        self._edit(selector)
        self.reference.setFocus()


def _labels_words(workload: Workload) -> str:
    labels = [f"{key}={value}" for key, value in lasting(workload.template_labels).items()]
    return listed(labels) if labels else ""
