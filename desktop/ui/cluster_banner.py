"""The head of a window that writes: which cluster it writes to, in that cluster's colour, and what it is about."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from desktop.session.catalog import ClusterEntry
from desktop.ui.elided import Elided
from desktop.ui.flow import Flow
from desktop.ui.plain import tooltip
from desktop.ui.style import Tone, colour, heading
from desktop.wording.plain import plain

_STRIP = 4


class ClusterBanner(QWidget):
    """Shows a cluster's name and, beside it, the subject; a strip above in the colour the user gave the cluster."""

    def __init__(self, entry: ClusterEntry, subject: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = QColor(entry.colour)
        title, self.subject = Elided(), Elided()
        heading(title)
        for words, text in ((title, plain(entry.title)), (self.subject, subject)):
            words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            words.say(text)
        title.setToolTip(tooltip(entry.title, entry.server or entry.path))
        self.subject.setToolTip(tooltip(subject))
        palette = self.subject.palette()
        palette.setColor(self.subject.foregroundRole(), colour(Tone.QUIET, palette))
        self.subject.setPalette(palette)
        margin = self.style().pixelMetric(QStyle.PixelMetric.PM_LayoutLeftMargin)
        layout = Flow(self, spacing=10)
        layout.setContentsMargins(margin, margin + (_STRIP if entry.colour else 0), margin, 0)
        layout.addWidget(title)
        layout.addWidget(self.subject)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the strip."""
        if self._colour.isValid():
            QPainter(self).fillRect(0, 0, self.width(), _STRIP, self._colour)
