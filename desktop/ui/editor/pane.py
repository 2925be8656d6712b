"""The editor with everything around the text: find bar, findings, and a line that says how it stands."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop.language import tr, tr_n
from desktop.manifest.checking import Checked, Entry, is_policy
from desktop.policy.findings import Finding, Severity
from desktop.ui.bridge import TaskRunner
from desktop.ui.editor.checking import Check, Checking
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.editor.completion import Completion
from desktop.ui.editor.find_bar import FindBar
from desktop.ui.editor.finding_list import FindingList, fix_menu
from desktop.ui.editor.fixing import Fixing
from desktop.ui.editor.margin import RANK
from desktop.ui.editor.refusals import Refusal
from desktop.ui.plain import label


class EditorPane(QWidget):
    """One YAML text being edited, always checked."""

    checked = Signal(object)
    """A Checked, whenever the text has been checked anew."""

    failed = Signal(object)
    """A BulkheadError: the text could not be checked."""

    def __init__(self, tasks: TaskRunner, check: Check, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refusals: tuple[Refusal, ...] = ()
        self._shown: tuple[Finding, ...] = ()
        self._follows_rows = True
        self.edit = CodeEdit()
        self.edit.setAccessibleName(tr("YAML"))
        self.edit.setAccessibleDescription(tr("Tab indents; Ctrl+Tab leaves the text; Ctrl+Space suggests."))
        self.completion = Completion(self.edit)
        self.find_bar = FindBar(self.edit, self)
        self.findings = FindingList()
        self.findings.picked.connect(self._go_to)
        self.findings.fix_wanted.connect(self.fix)
        self.edit.margin.menu_asked.connect(self._show_menu)
        self._fixing = Fixing(tasks, self.edit)
        self._fixing.failed.connect(self.failed)
        self._state, self._cursor = label(), label()
        self.checking = Checking(tasks, self.edit, check)
        self.checking.checked.connect(self._show)
        self.checking.failed.connect(self.failed)
        self.edit.cursorPositionChanged.connect(self._tell_cursor)
        self._lay_out()
        QShortcut(QKeySequence("F8"), self, lambda: self._step(1))
        QShortcut(QKeySequence("Shift+F8"), self, lambda: self._step(-1))
        QShortcut(QKeySequence("Ctrl+."), self, self._fix_here)
        self._tell_cursor()

    def go_to_first(self) -> None:
        """Go to the place of the gravest finding."""
        placed = [finding for finding in self._shown if finding.place is not None]
        if placed:
            self._go_to(min(placed, key=lambda finding: RANK[finding.severity]))

    def stop(self) -> None:
        """Check and put right no more."""
        self.checking.stop()
        self._fixing.stop()

    @Slot(object)
    def fix(self, finding: Finding) -> None:
        """Make the fix of a finding of the text as it is now, so that it can be undone."""
        checked = self.checking.current
        if checked is not None and finding.fix is not None:
            entries = enumerate(checked.entries)
            number = next((at for at, entry in entries if any(each is finding for each in entry.findings)), None)
            if number is not None:
                self._fixing.make(number, finding.fix)

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Show what the server said against policies of the text, at their lines, until these are changed."""
        self._refusals = tuple(refusals)
        if (checked := self.checking.current) is not None:
            self._show(checked)

    def errors_of(self, entry: Entry) -> int:
        """Return how many errors there are in a policy of the text, those that the server told of among them."""
        told = sum(each.is_about(entry.namespace, entry.name, entry.value) for each in self._refusals)
        return told + sum(finding.severity is Severity.ERROR for finding in entry.findings)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What the server said last."""
        return self._refusals

    @property
    def standing(self) -> str:
        """How the text stands: ``3 policies, 1 error``."""
        return self._state.text()

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings shown: of the text itself, then the server's."""
        return self._shown

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.addWidget(self._state, 1)
        below.addWidget(self._cursor)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.edit)
        self._splitter.addWidget(self.findings)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.splitterMoved.connect(self._note_moved)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.find_bar)
        layout.addWidget(self._splitter, 1)
        layout.addLayout(below)

    @Slot(object)
    def _show(self, checked: Checked) -> None:
        self._shown = (*checked.findings, *self._placed(checked))
        self.edit.set_findings(self._shown)
        self.findings.show_findings(self._shown)
        self._make_room()
        self._state.setText(standing(checked, self._shown, coloured=self.edit.highlighter.enabled))
        self.checked.emit(checked)

    def showEvent(self, event: QShowEvent) -> None:
        """Part the room anew, and show where the cursor is: both may be others than when it was seen last."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._settle)

    @Slot()
    def _settle(self) -> None:
        self._make_room()
        self.edit.ensureCursorVisible()

    def _make_room(self) -> None:
        """Let the list have the rows it asks for, unless the user gave it another height."""
        wanted = self.findings.sizeHint().height()
        if self.findings.isVisible() and self._follows_rows and self.findings.height() != wanted:
            self._splitter.setSizes([self._splitter.height() - wanted, wanted])

    @Slot()
    def _note_moved(self) -> None:
        self._follows_rows = False

    def _placed(self, checked: Checked) -> list[Finding]:
        """Place the server's words in the text as it is now; nothing is left of those whose field is another."""
        return [
            refusal.finding.at(entry.place(refusal.finding.path))
            for refusal in self._refusals
            for entry in checked.entries
            if refusal.is_about(entry.namespace, entry.name, entry.value)
        ]

    @Slot()
    def _tell_cursor(self) -> None:
        line, column = self.edit.place()
        self._cursor.setText(tr("Line {line}, column {column}", line=line, column=column))

    @Slot(object)
    def _go_to(self, finding: Finding) -> None:
        if finding.place is not None:
            self.edit.go_to(finding.place)

    @Slot()
    def _fix_here(self) -> None:
        """Make the fix in the line of the cursor, or offer them where there are several."""
        line = self.edit.place()[0]
        fixable = [each for each in self.edit.signs().get(line, ()) if each.fix is not None]
        if len(fixable) == 1:
            self.fix(fixable[0])
        elif fixable:
            self._show_menu(line, self.edit.viewport().mapToGlobal(self.edit.cursorRect().bottomLeft()))

    @Slot(int, QPoint)
    def _show_menu(self, line: int, place: QPoint) -> None:
        """Offer the fixes of what was found in a line."""
        menu = fix_menu(self.edit.signs().get(line, ()), self.fix, self)
        if not menu.isEmpty():
            menu.popup(place)

    def _step(self, step: int) -> None:
        """Go to the next place where something was found, from the last one on to the first."""
        places = sorted({(f.place.line, f.place.column) for f in self._shown if f.place})
        here = self.edit.place()
        if not places:
            return
        ahead = [at for at in places if (at > here if step > 0 else at < here)] or places
        target = ahead[0] if step > 0 else ahead[-1]
        self._go_to(next(f for f in self._shown if f.place and (f.place.line, f.place.column) == target))


def standing(checked: Checked, findings: Sequence[Finding], *, coloured: bool = True) -> str:
    """Return how a text stands: ``3 policies, 1 error``."""
    policies = sum(is_policy(entry.value) for entry in checked.entries)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    words = [tr_n("{count} policy", "{count} policies", policies)]
    if errors:
        words.append(tr_n("{count} error", "{count} errors", errors))
    if warnings:
        words.append(tr_n("{count} warning", "{count} warnings", warnings))
    if not coloured:
        words.append(tr("no colours: the text is too long for them"))
    return ", ".join(words)
