"""Sentences in at most so many lines: where that is too little, what is shown ends with an ellipsis."""

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy

from desktop.ui.plain import label


class Elided(QLabel):
    """Plain text that takes little room; whoever says it gives all of it in a tooltip, too."""

    def __init__(self, *, lines: int = 1) -> None:
        super().__init__()
        self._full, self._lines = "", lines
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(label(selectable=True).textInteractionFlags())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setWordWrap(True)  # a label that does not wrap has no height for a width

    @property
    def full(self) -> str:
        """All that is said."""
        return self._full

    def say(self, text: str) -> None:
        """Say something else."""
        self._full = text
        self.setAccessibleName(text)
        self._fit()
        self.updateGeometry()

    def allow(self, lines: int) -> None:
        """Take so many lines at most from now on."""
        if lines != self._lines:
            self._lines = lines
            self._fit()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for one line."""
        return QSize(self.fontMetrics().horizontalAdvance(self._full), self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """Ask for one line, however short."""
        return QSize(0, self.fontMetrics().height())

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines that are shown in a width."""
        metrics = self.fontMetrics()
        return metrics.height() + (max(len(list(self._parted(width))), 1) - 1) * metrics.lineSpacing()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = "\n".join(self._parted(self.width()))
        if shown != self.text():
            self.setText(shown)

    def _parted(self, width: int) -> Iterator[str]:
        """Yield the lines that are shown in a width."""
        layout = QTextLayout(self._full, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        for number in range(self._lines):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            text = self._full[line.textStart() :]
            last = number == self._lines - 1
            yield (
                self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
                if last
                else text[: line.textLength()].rstrip()
            )
        layout.endLayout()
