"""The head of a window that writes: which cluster it writes to, in that cluster's colour, and what it is about."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.session.catalog import ClusterEntry
from desktop.ui.plain import label, tooltip
from desktop.ui.style import Tone, colour, heading
from desktop.wording.plain import plain

_STRIP = 4


class ClusterBanner(QWidget):
    """Shows a cluster's name and, beside it, the subject; a strip above in the colour the user gave the cluster."""

    def __init__(self, entry: ClusterEntry, subject: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = QColor(entry.colour)
        title = heading(label(plain(entry.title)))
        title.setToolTip(tooltip(entry.title, entry.server or entry.path))
        self.subject = label(subject, wrap=True)
        palette = self.subject.palette()
        palette.setColor(self.subject.foregroundRole(), colour(Tone.QUIET, palette))
        self.subject.setPalette(palette)
        layout = QHBoxLayout(self)
        margin = layout.contentsMargins()
        layout.setContentsMargins(margin.left(), margin.top() + (_STRIP if entry.colour else 0), margin.right(), 0)
        layout.setSpacing(10)
        layout.addWidget(title)
        layout.addWidget(self.subject, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the strip."""
        if self._colour.isValid():
            QPainter(self).fillRect(0, 0, self.width(), _STRIP, self._colour)
