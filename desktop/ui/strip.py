"""A quiet strip across the window: a shape, a sentence, a hint, and at most a few buttons."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.policy.findings import Severity
from desktop.ui.icons import SIZE, severity_icon
from desktop.ui.plain import label
from desktop.ui.style import Tone, tint

_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.CAUTION, Severity.INFO: Tone.BUSY}


class Strip(QFrame):
    """Shows one thing to know, as plain text, until told otherwise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._severity = Severity.INFO
        self._said = (Severity.INFO, "", "")
        self._icon = label()
        self._sentence, self._hint = label(wrap=True, selectable=True), label(wrap=True, selectable=True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._sentence)
        words.addWidget(self._hint)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(10, 6, 6, 6)
        self._layout.setSpacing(8)
        self._layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addLayout(words, 1)
        self.hide()

    @property
    def sentence(self) -> str:
        """What the strip says, empty while it is hidden."""
        return self._sentence.text() if not self.isHidden() else ""

    def say(self, severity: Severity, sentence: str, hint: str = "") -> None:
        """Show a sentence; the strip goes away when it is empty."""
        self._icon.setPixmap(severity_icon(severity).pixmap(SIZE, SIZE))  # the colour scheme may change
        if (severity, sentence, hint) == self._said:
            return
        self._said = (severity, sentence, hint)
        self._severity = severity
        self._sentence.setText(sentence)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.setAccessibleName(" ".join(filter(None, (sentence, hint))))
        self.setVisible(bool(sentence))
        self.update()

    def add_widget(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        self._layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def add_button(self, text: str, slot: Callable[[], object]) -> QPushButton:
        """Put a button at the end."""
        button = QPushButton(text, self)
        button.clicked.connect(lambda _checked: slot())
        self.add_widget(button)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the background; at each painting, as the colour scheme may change."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), tint(_TONES[self._severity]))
        painter.end()
        super().paintEvent(event)
