"""The small parts the form is made of: fields that follow a draft, choices, and problems shown where they are."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

from desktop.policy.findings import Finding, Severity
from desktop.ui.bridge import until_painted
from desktop.ui.editor.margin import RANK
from desktop.ui.icons import severity_icon
from desktop.ui.plain import label, tooltip
from desktop.ui.strip import Strip
from desktop.ui.style import Tone, colour, letters_wide
from desktop.ui.wizard.fixes import Fix, fix_of
from desktop.wording import findings as words

_MISSING = frozenset({"name.required", "draft.undecided", "draft.no-rule", "draft.no-peer", "draft.no-namespace"})
"""What is not wrong but not there yet: it is asked for calmly."""

_COMBO = QStyle.ComplexControl.CC_ComboBox


class Field(QLineEdit):
    """A line of text that belongs to a draft: undo is the draft's, and problems show in it."""

    typed = Signal(str)
    """The user changed the text: by typing, pasting, or choosing a suggestion."""

    def __init__(self, name: str, placeholder: str = "", *, characters: int = 0) -> None:
        super().__init__()
        self._showing = False
        self.findings: tuple[Finding, ...] = ()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self._problem = self.addAction(severity_icon(Severity.ERROR), QLineEdit.ActionPosition.TrailingPosition)
        self._problem.setVisible(False)
        if characters:
            self.setMinimumWidth(letters_wide(self.fontMetrics(), characters))
        self.textChanged.connect(self._tell)

    def show_text(self, text: str) -> None:
        """Show a text; the cursor stays where it is when it is the same."""
        if text != self.text():
            self._showing = True
            self.setText(text)
            if not self.hasFocus():
                self.setCursorPosition(0)  # of a long text the beginning is to be seen
            self._showing = False

    def show_problems(self, findings: Sequence[Finding]) -> None:
        """Mark the field with the gravest of these findings, or with none."""
        self.findings = tuple(findings)
        worst = gravest(findings)
        self._problem.setVisible(worst is not None)
        if worst is not None:
            self._problem.setIcon(severity_icon(shown_severity(worst)))
            self._problem.setToolTip(tooltip(words.sentence(worst), words.hint(worst)))
        self.setAccessibleDescription(f"{words.sentence(worst)} {words.hint(worst)}".strip() if worst else "")

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the draft, which knows more than this field."""
        if event.type() is QEvent.Type.ShortcutOverride and _is_undo(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a key without others between."""
        until_painted()
        super().keyPressEvent(event)

    def _tell(self, text: str) -> None:
        if not self._showing:
            self.typed.emit(text)


class Choice(QComboBox):
    """A few values to choose from; the wheel scrolls the page and never changes them."""

    picked = Signal(object)
    """The user chose a value."""

    def __init__(self, name: str, choices: Sequence[tuple[object, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for value, text in choices:
            self.addItem(text, value)
        self.activated.connect(lambda index: self.picked.emit(self.itemData(index)))

    def show_value(self, value: object, otherwise: str = "") -> None:
        """Show a value; one that is not among the choices is added, called ``otherwise`` or as it is."""
        index = next((at for at in range(self.count()) if self.itemData(at) == value), -1)
        if index < 0:
            self.addItem(otherwise or str(value), value)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """End a text that has no room with an ellipsis."""
        super().initStyleOption(option)
        style = self.style()
        field = style.subControlRect(_COMBO, option, QStyle.SubControl.SC_ComboBoxEditField, self)
        room = field.width() - (0 if option.currentIcon.isNull() else option.iconSize.width() + 4)
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()


class ProblemStrip(Strip):
    """Says the gravest of some findings at the field they are about, with a click that puts it right."""

    fixed = Signal(object)
    """A Fix the user wants."""

    def __init__(self) -> None:
        super().__init__()
        self._fix: Fix | None = None
        self.fix = QPushButton()
        self.fix.setAutoDefault(False)
        self.fix.clicked.connect(lambda: self.fixed.emit(self._fix))
        self.add_widget(self.fix)

    def show_problems(self, findings: Sequence[Finding]) -> None:
        """Show the gravest of these findings, or go away."""
        worst = gravest(findings)
        self._fix = fix_of(worst) if worst else None
        if worst is None:
            self.say(Severity.INFO, "")
            return
        self.fix.setText(self._fix.words if self._fix else "")
        self.fix.setVisible(self._fix is not None)
        self.say(shown_severity(worst), words.sentence(worst), "" if self._fix else words.hint(worst))


class QuietLabel(QLabel):
    """A remark beside a field, in a colour that stands back."""

    def __init__(self, text: str = "", *, wrap: bool = True) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.changeEvent(QEvent(QEvent.Type.PaletteChange))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the colour scheme."""
        if event.type() is QEvent.Type.PaletteChange:
            palette = self.palette()
            wanted = colour(Tone.QUIET)
            if palette.color(QPalette.ColorRole.WindowText) != wanted:
                palette.setColor(QPalette.ColorRole.WindowText, wanted)
                self.setPalette(palette)
        super().changeEvent(event)


def gravest(findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that matters most at its field; None where there is none. The review tells the notes, too."""
    told = [each for each in findings if not (each.severity is Severity.INFO and each.code.startswith("advice."))]
    return min(told, key=lambda finding: RANK[finding.severity], default=None)


def shown_severity(finding: Finding) -> Severity:
    """Return how much ado a field makes of a finding."""
    return Severity.INFO if finding.code in _MISSING else finding.severity


def under(findings: Sequence[Finding], *steps: str | int) -> tuple[Finding, ...]:
    """Return the findings at or below a path."""
    return tuple(finding for finding in findings if finding.spot[: len(steps)] == steps)


def small_button(text: str, name: str, slot: Callable[[], object]) -> QToolButton:
    """Return a flat button; ``name`` says what it does where its text is only a sign."""
    button = QToolButton()
    button.setText(text)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAccessibleName(name)
    button.setToolTip(tooltip(name))
    button.clicked.connect(slot)
    return button


def push_button(text: str, slot: Callable[[], object]) -> QPushButton:
    """Return a button that Enter elsewhere does not press."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(slot)
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return button


def buddy(text: str, of: QWidget) -> QLabel:
    """Return the label of a field, whose marked letter leads to it."""
    made = label(text)
    made.setBuddy(of)
    return made


def _is_undo(event: QEvent) -> bool:
    keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
    return isinstance(event, QKeyEvent) and any(event.matches(each) for each in keys)
