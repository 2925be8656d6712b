"""The last page: the policy in sentences and in YAML, what was found, and what stays as written."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.findings import Finding, Path, format_path
from desktop.reach.choices import Match
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.editor.margin import RANK
from desktop.ui.plain import label, tooltip
from desktop.ui.scrolling import FocusScroll
from desktop.ui.strip import Strip
from desktop.ui.style import heading
from desktop.ui.wizard.fields import QuietLabel
from desktop.ui.wizard.fixes import Fix, fix_of
from desktop.ui.wizard.judging import Judged
from desktop.wording import findings as words
from desktop.wording.plain import plain
from desktop.wording.policies import sentences

_SENTENCES_SHOWN, _FINDINGS_SHOWN = 60, 20


class FindingStrip(Strip):
    """One finding, with a click that puts it right, or that leads to its field."""

    def __init__(self, finding: Finding, parent: QWidget) -> None:
        super().__init__(parent)
        self.finding = finding
        self.fix: Fix | None = fix_of(finding)
        self.button = QPushButton(self.fix.words if self.fix else tr("Go There"))
        self.button.setAutoDefault(False)
        self.button.setToolTip(tooltip(format_path(finding.spot)))
        self.add_widget(self.button)
        self.say(finding.severity, words.sentence(finding), "" if self.fix else words.hint(finding))
        self.button.setAccessibleName(f"{self.button.text()}: {self.sentence}")


class ReviewStep(QWidget):
    """Shows the draft as a whole."""

    fixed = Signal(object)
    """A Fix the user wants."""

    wanted = Signal(object)
    """The Finding whose field the user wants to see."""

    def __init__(self) -> None:
        super().__init__()
        self.meaning = label(wrap=True, selectable=True)
        self._findings_title = heading(label(tr("Findings")), 1.0)
        self.strips: list[FindingStrip] = []
        self._waits: tuple[Judged, Match | None] | None = None  # for the page to be seen
        self._strips = QVBoxLayout()
        self._strips.setSpacing(4)
        self._kept_title = heading(label(tr("Kept as written")), 1.0)
        self.kept = QuietLabel()
        self.yaml = CodeEdit(read_only=True)
        self.yaml.setAccessibleName(tr("YAML"))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.addWidget(heading(label(tr("What it means")), 1.0))
        column.addWidget(self.meaning)
        column.addWidget(self._findings_title)
        column.addLayout(self._strips)
        column.addWidget(self._kept_title)
        column.addWidget(self.kept)
        column.addStretch(1)
        scroll = FocusScroll(inside)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(scroll)
        splitter.addWidget(self.yaml)
        splitter.setSizes([1, 1])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self.show_kept(())

    @property
    def first(self) -> QWidget:
        """The widget to begin with."""
        return self.strips[0].button if self.strips else self.yaml

    def show_judged(self, judged: Judged, match: Match | None) -> None:
        """Show a draft, and how many pods it selects, as soon as the page is seen: it is not while one types."""
        self._waits = judged, match
        if self.isVisible():
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Show the draft as it is by now."""
        self._show()
        super().showEvent(event)

    def _show(self) -> None:
        if self._waits is None:
            return
        (judged, match), self._waits = self._waits, None
        if judged.policy is None or judged.errors:
            self.meaning.setText(tr("This can be said when everything is complete."))
        else:
            told = sentences(judged.policy, match.pods if match and match.known else None)
            more = [tr("…")] if len(told) > _SENTENCES_SHOWN else []
            self.meaning.setText("\n".join((*told[:_SENTENCES_SHOWN], *more)))
        self._show_findings(judged.findings)
        if self.yaml.text() != judged.text:
            self.yaml.set_text(judged.text)

    def show_kept(self, kept: Sequence[Path]) -> None:
        """List what the form does not show."""
        self.kept.setText("\n".join(plain(format_path(path)) for path in kept))
        self.kept.setVisible(bool(kept))
        self._kept_title.setVisible(bool(kept))

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        worst = sorted(findings, key=lambda finding: RANK[finding.severity])[:_FINDINGS_SHOWN]
        self._findings_title.setVisible(bool(worst))
        if worst == [strip.finding for strip in self.strips]:
            return
        for strip in self.strips:
            self._strips.removeWidget(strip)
            strip.hide()
            strip.deleteLater()
        self.strips = [FindingStrip(finding, self) for finding in worst]
        for strip in self.strips:
            strip.button.clicked.connect(self._follow)
            self._strips.addWidget(strip)

    @Slot()
    def _follow(self) -> None:
        strip = next(each for each in self.strips if each.button is self.sender())
        if strip.fix is not None:
            self.fixed.emit(strip.fix)
        else:
            self.wanted.emit(strip.finding)
