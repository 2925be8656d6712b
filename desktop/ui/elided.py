"""Sentences in at most so many lines: where that is too little, what is shown ends with an ellipsis."""

from collections.abc import Iterator
from math import ceil

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy

from desktop.ui.plain import SELECTABLE

_ENDLESS = 100_000


class Elided(QLabel):
    """Plain text that takes little room; whoever says it gives all of it in a tooltip, too."""

    def __init__(self, *, lines: int = 1, selectable: bool = False) -> None:
        super().__init__()
        self._full, self._lines = "", lines
        self._known: dict[tuple[int, int], QTextLayout] = {}  # by width and lines; layouts ask again and again
        self.setTextFormat(Qt.TextFormat.PlainText)
        if selectable:
            self.setTextInteractionFlags(SELECTABLE)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setWordWrap(True)  # a label that does not wrap has no height for a width

    @property
    def full(self) -> str:
        """All that is said."""
        return self._full

    def say(self, text: str) -> None:
        """Say something else."""
        if text == self._full:
            return
        self._full = text
        self._known.clear()
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
        layout = self._laid_out(_ENDLESS, 1)
        width = ceil(layout.lineAt(0).naturalTextWidth()) + 1 if layout.lineCount() else 0
        return QSize(width, self._height_of(layout))

    def minimumSizeHint(self) -> QSize:
        """Ask for one line, however short."""
        return QSize(0, self.sizeHint().height())

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines that are shown in a width."""
        return self._height_of(self._laid_out(width, self._lines))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._known.clear()
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._known.clear()
            self._fit()

    def _fit(self) -> None:
        shown = "\n".join(self._parted(self.width()))
        if shown != self.text():
            self.setText(shown)

    def _parted(self, width: int) -> Iterator[str]:
        """Yield the lines that are shown in a width."""
        layout = self._laid_out(width, self._lines)
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            text = self._full[line.textStart() :]
            if number < self._lines - 1:
                yield text[: line.textLength()].rstrip()
            else:
                yield self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)

    def _laid_out(self, width: int, lines: int) -> QTextLayout:
        """Return the text in so many lines at most; what is behind them is in none."""
        known = self._known.get((width, lines))
        if known is not None:
            return known
        layout = self._known[width, lines] = QTextLayout(self._full, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        for _ in range(lines):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
        layout.endLayout()
        return layout

    def _height_of(self, layout: QTextLayout) -> int:
        """Return how high lines are; letters that the font lacks come from others, which may be higher."""
        heights = [layout.lineAt(number).height() for number in range(layout.lineCount())]
        between = self.fontMetrics().leading() * max(len(heights) - 1, 0)
        return max(ceil(sum(heights)) + between, self.fontMetrics().height())
