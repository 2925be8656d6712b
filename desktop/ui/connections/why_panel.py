"""Why two ends may talk or not, at both sides, beside the matrix; a rule is a link to its policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.netset import address_text
from desktop.reach.columns import Column
from desktop.reach.explain import End, Reason, Verdict
from desktop.reach.objects import Pod
from desktop.reach.questions import Answer, answers
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import WorkloadRef, top_owner
from desktop.ui.icons import SIZE, Shape, toned
from desktop.ui.plain import label
from desktop.ui.style import Tone, heading
from desktop.wording.connections import end_words, ports_words, verdict_words
from desktop.wording.reasons import side_heading, side_lines

_SIGNS = {
    Verdict.ALLOWED: (Shape.DISC, Tone.GOOD),
    Verdict.UNDECIDABLE: (Shape.HALF_DISC, Tone.BUSY),
    Verdict.NOT_ALLOWED: (Shape.BARRED_DISC, Tone.BAD),
}
_ORDER = (Verdict.ALLOWED, Verdict.UNDECIDABLE, Verdict.NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class Told:
    """What can be said of two ends: for one pod of each workload, which stands for the others of its kind."""

    source: Column
    destination: Column
    ends: tuple[End, End]
    answers: tuple[Answer, ...]
    pods: tuple[int, int]


def ask(snapshot: Snapshot, source: Column, destination: Column, settings: Settings) -> Told | None:
    """Find out what can be said of two ends (off the UI thread); None where one of them has no pods any more."""
    sources, destinations = _ends(snapshot, source), _ends(snapshot, destination)
    if not sources or not destinations:
        return None
    ends = sources[0], next((end for end in destinations if end != sources[0]), destinations[0])
    return Told(source, destination, ends, answers(snapshot, *ends, settings), (len(sources), len(destinations)))


def _ends(snapshot: Snapshot, column: Column) -> Sequence[End]:
    if not isinstance(column, WorkloadRef):
        return (address_text(column[0]),)
    pods: list[Pod] = [
        pod for _, pod in sorted(snapshot.pods.get(column.namespace, {}).items()) if top_owner(snapshot, pod) == column
    ]
    return pods


class WhyPanel(QScrollArea):
    """Shows the answer to the cell a person is at."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Why"))
        self.setMinimumWidth(260)
        self.say(tr("Choose a cell to see why two workloads may talk or not."))

    def say(self, sentence: str) -> None:
        """Show a sentence instead of an answer."""
        page, layout = self._page()
        layout.addWidget(label(sentence, wrap=True, parent=page))
        layout.addStretch(1)
        self.setWidget(page)

    def show_told(self, told: Told) -> None:
        """Show an answer."""
        page, layout = self._page()
        source, destination = end_words(told.source), end_words(told.destination)
        layout.addWidget(heading(label(source, wrap=True, parent=page), 1.0))
        layout.addWidget(heading(label(tr("to {destination}", destination=destination), wrap=True, parent=page), 1.0))
        if max(told.pods) > 1:
            names = [end.name if isinstance(end, Pod) else end for end in told.ends]
            layout.addWidget(
                label(tr("Explained for {source} and {destination}.", source=names[0], destination=names[1]), wrap=True)
            )
        for answer in sorted(told.answers, key=lambda each: _ORDER.index(each.explanation.verdict)):
            self._add_answer(page, layout, told, answer)
        layout.addStretch(1)
        self.setWidget(page)

    def _page(self) -> tuple[QWidget, QVBoxLayout]:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(10, 8, 8, 8)
        layout.setSpacing(4)
        return page, layout

    def _add_answer(self, page: QWidget, layout: QVBoxLayout, told: Told, answer: Answer) -> None:
        verdict = answer.explanation.verdict
        line = QLabel(page)
        line.setPixmap(toned(*_SIGNS[verdict]).pixmap(SIZE, SIZE))
        words = tr("{ports}: {verdict}", ports=ports_words(answer.ports), verdict=verdict_words(verdict))
        layout.addSpacing(8)
        layout.addWidget(line)
        layout.addWidget(heading(label(words, wrap=True, parent=page), 1.0))
        for side in (answer.explanation.out, answer.explanation.into):
            layout.addWidget(label(side_heading(side, *told.ends), wrap=True, parent=page))
            for each in side_lines(side, *told.ends):
                layout.addWidget(self._link(page, each.text, each.rule) if each.rule else _indented(page, each.text))

    def _link(self, page: QWidget, text: str, rule: Reason) -> QWidget:
        """A rule that can be opened; a cluster-wide policy cannot be edited here, and is only named."""
        if not rule.namespace:
            return _indented(page, text)
        button = QPushButton(text.replace("&", "&&"), page)
        button.setFlat(True)
        button.setCursor(QCursor(Qt.CursorShape.PointingHandCursor))
        button.setStyleSheet("text-align: left; padding-left: 12px; color: palette(link); text-decoration: underline;")
        button.setToolTip(tr("Open this policy at the rule"))
        button.clicked.connect(lambda: self.rule_chosen.emit(rule))
        return button


def _indented(page: QWidget, text: str) -> QWidget:
    line = label(text, wrap=True, selectable=True, parent=page)
    line.setContentsMargins(12, 0, 0, 0)
    return line
