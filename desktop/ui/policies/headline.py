"""Which cluster this is, always in sight: its name in its colour, the namespace, and the state."""

from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from desktop.language import tr, tr_n
from desktop.policy.findings import Severity
from desktop.session.state import SessionState
from desktop.ui.clusters.panel import Choice
from desktop.ui.elided import Elided
from desktop.ui.icons import SIZE, connection_icon, severity_icon
from desktop.ui.plain import label, tooltip
from desktop.ui.style import heading, text_on
from desktop.wording import errors, reaching, states
from desktop.wording.plain import plain

_PADDING, _LEAST_PLACE = 8, 120


class _Chip(QLabel):
    """A name on its colour; without a colour, just the name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._colour = QColor()
        heading(self)

    def show_name(self, name: str, colour: str) -> None:
        self.setText(name)
        self._colour = QColor(colour)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        margin = 2 * _PADDING if self._colour.isValid() else 0
        return super().sizeHint() + QSize(margin, 4 if margin else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(40, self.sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, pen = self.rect(), self.palette().windowText().color()
        if self._colour.isValid():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour)
            painter.drawRoundedRect(QRectF(area), 4, 4)
            area, pen = area.adjusted(_PADDING, 0, -_PADDING, 0), text_on(self._colour)
        painter.setPen(pen)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)


class _Place(Elided):
    """A namespace; beside a long name it keeps some room."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        wanted = self.sizeHint()
        return QSize(min(_LEAST_PLACE, wanted.width()), wanted.height())


class Headline(QWidget):
    """Names the cluster and namespace shown, and the state of the connection."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chip, self._namespace = _Chip(self), _Place()
        heading(self._namespace)
        self._icon, self._state = label(parent=self), label(parent=self)
        self.notes = QToolButton(self)
        self.notes.setAutoRaise(True)
        self.notes.setCheckable(True)
        self.notes.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.notes.setToolTip(tooltip(tr("Show what is true of all policies of this cluster")))
        self.notes.hide()
        self._shown: object = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._chip)
        layout.addWidget(self._namespace)
        layout.addStretch(1)
        layout.addWidget(self.notes)
        layout.addWidget(self._icon)
        layout.addWidget(self._state)

    def offer_notes(self, count: int) -> None:
        """Offer to show so many notes on the cluster."""
        self.notes.setVisible(count > 0)
        words = tr_n("{count} note", "{count} notes", count)
        self.notes.setText(words)
        self.notes.setAccessibleName(words)
        self.notes.setIcon(severity_icon(Severity.INFO))  # the colour scheme may change

    def show_choice(self, choice: Choice | None, state: SessionState, now: datetime) -> None:
        """Show what is chosen and how it is."""
        self.setVisible(choice is not None)
        if choice is None:
            return
        entry, words = choice.entry, states.connection_words(state, now)
        self._icon.setPixmap(connection_icon(state.connection).pixmap(SIZE, SIZE))  # the colour scheme may change
        error = state.error
        trouble = tooltip(errors.sentence(error), reaching.advice(error, state)) if error else ""
        if (choice, words, trouble) == self._shown:
            return
        self._shown = (choice, words, trouble)
        where = plain(choice.namespace) or tr("all namespaces")
        self._chip.show_name(plain(entry.title), entry.colour)
        self._chip.setToolTip(tooltip(entry.title, entry.server or entry.path))
        self._namespace.say(f"/ {where}")
        self._namespace.setToolTip(tooltip(where))
        self._state.setText(words)
        self._state.setToolTip(trouble)
        self.setAccessibleName(f"{plain(entry.title)} / {where}, {words}")
