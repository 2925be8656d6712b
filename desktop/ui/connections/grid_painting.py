"""A whole matrix painted as a picture, as it is folded now: on any device, off the UI thread too."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPalette, QPen

from desktop.ui.connections.grid import Grid, State
from desktop.ui.connections.grid_model import heading
from desktop.ui.connections.legend import LegendPainting, SignPainting

_CELL, _MARGIN, _LEGEND = 22, 12, 28
_LONGEST_NAME = 260


@dataclass(frozen=True, slots=True)
class Look:
    """The colours and letters to paint with."""

    palette: QPalette
    font: QFont


class GridPainting:
    """Measures and paints a matrix."""

    def __init__(self, grid: Grid, look: Look, title: str) -> None:
        self._grid, self._look, self._title = grid, look, title
        self._legend = LegendPainting(graph=False, palette=look.palette, font=look.font)
        self._names = [heading(grid, line) for line in range(len(grid.lines))]
        metrics = QFontMetricsF(self._font(bold=True))
        longest = max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)
        self._name_width = int(min(longest, _LONGEST_NAME)) + 8

    @property
    def size(self) -> QSize:
        """How large it is."""
        side = len(self._names) * _CELL + self._name_width + 2 * _MARGIN
        return QSize(max(side, self._legend.width + 2 * _MARGIN), side + 2 * _LEGEND)

    def paint(self, painter: QPainter, check: Callable[[], None]) -> None:
        """Paint it from the upper left corner on; ``check`` is called now and then, and may raise to stop."""
        palette = self._look.palette
        painter.fillRect(QRect(0, 0, self.size.width(), self.size.height()), palette.color(QPalette.ColorRole.Base))
        painter.setFont(self._font(bold=True))
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(QRectF(_MARGIN, _MARGIN / 2, self.size.width() - _MARGIN, _LEGEND), _LEFT, self._title)
        painter.translate(_MARGIN, _MARGIN + _LEGEND)
        for number in range(len(self._names)):
            self._paint_names(painter, number)
        painter.setFont(self._font())
        signs = {state: SignPainting(state, _CELL, self._look.palette, painter.font()) for state in State}
        for row in range(len(self._names)):
            check()
            for column in range(len(self._names)):
                corner = QPointF(self._name_width + column * _CELL, self._name_width + row * _CELL)
                signs[self._grid.state(row, column)].paint(painter, corner)
        self._paint_lines(painter)
        painter.translate(0, self._name_width + len(self._names) * _CELL)
        self._legend.paint(painter, QRectF(0, 6, self.size.width(), _LEGEND - 6))

    def _paint_names(self, painter: QPainter, number: int) -> None:
        bold = self._grid.lines[number].column is None
        painter.setFont(self._font(bold=bold))
        painter.setPen(self._look.palette.color(QPalette.ColorRole.Text))
        name = painter.fontMetrics().elidedText(self._names[number], Qt.TextElideMode.ElideRight, self._name_width - 6)
        start = self._name_width + number * _CELL
        painter.drawText(QRectF(0, start, self._name_width - 4, _CELL), _LEFT, name)
        painter.save()
        painter.translate(QPointF(start, self._name_width))
        painter.rotate(-90)
        painter.drawText(QRectF(4, 0, self._name_width - 6, _CELL), _LEFT, name.strip())
        painter.restore()

    def _paint_lines(self, painter: QPainter) -> None:
        """Paint the lines between the cells."""
        painter.setPen(QPen(self._look.palette.color(QPalette.ColorRole.Midlight), 0.5))
        start, count = self._name_width, len(self._names)
        end = start + count * _CELL
        for number in range(count + 1):
            at = start + number * _CELL
            painter.drawLine(at, start, at, end)
            painter.drawLine(start, at, end, at)

    def _font(self, *, bold: bool = False) -> QFont:
        font = QFont(self._look.font)
        font.setBold(bold)
        return font


_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
