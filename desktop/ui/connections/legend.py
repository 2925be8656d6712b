"""What signs, colours and lines mean, beside a matrix or a graph and in the pictures of them."""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen, QStaticText
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.language import tr
from desktop.ui.connections.graph_items import line_pen
from desktop.ui.connections.grid import State
from desktop.ui.connections.grid_model import TONES, Sign, words_of
from desktop.ui.style import Tone, colour, tint

_SIGN, _LINE, _RING, _BESIDE, _GAP = 18.0, 26.0, 12.0, 6.0, 16.0
_HEIGHT = 22
_STATES = (State.OPEN, State.PARTLY, State.UNDECIDABLE, State.CLOSED)
_LINES = _STATES[:-1]


class LegendPainting:
    """Measures and paints the legend of a matrix, or of a ``graph``."""

    def __init__(self, *, graph: bool, palette: QPalette, font: QFont) -> None:
        self._graph, self._palette, self._font = graph, palette, font
        metrics = QFontMetricsF(font)
        self._widths = [metrics.horizontalAdvance(text) for text in self._texts]

    @property
    def width(self) -> int:
        """How wide it is in one row."""
        return ceil(sum(self._full_width(number) for number in range(len(self._texts))))

    def places(self, width: float) -> Sequence[tuple[float, int]]:
        """Return where each sign stands in a width: how far to the right, and in which row."""
        found: list[tuple[float, int]] = []
        left, row = 0.0, 0
        for number in range(len(self._texts)):
            wanted = self._full_width(number)
            if left and left + wanted - _GAP > width:
                left, row = 0.0, row + 1
            found.append((left, row))
            left += wanted
        return found

    def paint(self, painter: QPainter, place: QRectF) -> None:
        """Paint it at the left of a place, with the rows that do not fit in it below."""
        painter.setFont(self._font)
        for number, (left, row) in enumerate(self.places(place.width())):
            at = place.translated(left, row * place.height())
            sign = QRectF(at.x(), at.y(), self._sign_width(number), at.height())
            if self._graph:
                self._paint_line(painter, sign, number)
            else:
                SignPainting(_STATES[number], _SIGN, self._palette, self._font).paint(
                    painter, QPointF(at.x(), at.center().y() - _SIGN / 2)
                )
            painter.setPen(self._palette.color(QPalette.ColorRole.WindowText))
            words = QRectF(sign.right() + _BESIDE, at.y(), self._widths[number] + 2, at.height())
            painter.drawText(
                words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self._texts[number]
            )

    def _full_width(self, number: int) -> float:
        return self._sign_width(number) + _BESIDE + self._widths[number] + 2 + _GAP

    @property
    def _texts(self) -> list[str]:
        if self._graph:
            return [*map(words_of, _LINES), tr("no policy restricts this side")]
        return list(map(words_of, _STATES))

    def _sign_width(self, number: int) -> float:
        if not self._graph:
            return _SIGN
        return _LINE if number < len(_LINES) else _RING

    def _paint_line(self, painter: QPainter, place: QRectF, number: int) -> None:
        if number < len(_LINES):
            painter.setPen(line_pen(_LINES[number], 2.0))
            painter.drawLine(
                QPointF(place.left(), place.center().y()),
                QPointF(place.right(), place.center().y()),
            )
        else:
            painter.setPen(QPen(colour(Tone.CAUTION, self._palette), 1.6))
            painter.setBrush(self._palette.color(QPalette.ColorRole.Base))
            painter.drawEllipse(place.center(), 3.5, 3.5)


class SignPainting:
    """Paints the sign of one state in square cells of a size, one after the other: a matrix has very many."""

    def __init__(self, state: State, side: float, palette: QPalette, font: QFont) -> None:
        self._ground = tint(TONES[state], palette) if state in TONES else None
        self._colour = colour(TONES.get(state, Tone.QUIET), palette)
        self._sign = QStaticText(Sign[state.name].value)
        self._sign.setTextFormat(Qt.TextFormat.PlainText)
        self._sign.prepare(font=font)
        size = self._sign.size()
        self._cell = QRectF(0, 0, side, side)
        self._within = QPointF((side - size.width()) / 2, (side - size.height()) / 2)

    def paint(self, painter: QPainter, corner: QPointF) -> None:
        """Paint it in the cell whose upper left corner is given."""
        if self._ground is not None:
            painter.fillRect(self._cell.translated(corner), self._ground)
        painter.setPen(self._colour)
        painter.drawStaticText(corner + self._within, self._sign)


class Legend(QWidget):
    """Shows each sign, or each line, with its meaning."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._graph = False
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._name()

    def show_graph(self, graph: bool) -> None:
        """Explain the graph, or else the matrix."""
        self._graph = graph
        self._name()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room all of it needs in a row."""
        return QSize(self._painting.width, self._row_height)

    def heightForWidth(self, width: int) -> int:
        """Return the height of the rows that it needs."""
        return (self._painting.places(width)[-1][1] + 1) * self._row_height

    def minimumSizeHint(self) -> QSize:
        """Return less: it takes more rows then."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the signs and their meanings."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painting.paint(painter, QRectF(0, 0, self.width(), self._row_height))
        painter.end()

    @property
    def _row_height(self) -> int:
        return max(_HEIGHT, self.fontMetrics().height() + 4)

    @property
    def _painting(self) -> LegendPainting:
        return LegendPainting(graph=self._graph, palette=self.palette(), font=self.font())

    def _name(self) -> None:
        if self._graph:
            words = tr("Whole lines are open, dashed partly open, dotted undecidable; a ring: no policy restricts it")
        else:
            words = ", ".join(f"{Sign[state.name].value} {words_of(state)}" for state in _STATES)
        self.setAccessibleName(words)
