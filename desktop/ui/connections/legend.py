"""What signs, colours and lines mean, beside a matrix or a graph."""

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.language import tr
from desktop.ui.connections.graph_items import line_pen
from desktop.ui.connections.grid import State
from desktop.ui.connections.grid_model import TONES, Sign, words_of
from desktop.ui.style import Tone, colour, tint

_SIGN, _LINE, _GAP = 20, 28, 16
_STATES = (State.OPEN, State.PARTLY, State.UNDECIDABLE, State.CLOSED)


class Legend(QWidget):
    """Shows each sign, or each line, with its meaning."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._graph = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._name()

    def show_graph(self, graph: bool) -> None:
        """Explain the graph, or else the matrix."""
        self._graph = graph
        self._name()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room all of it needs."""
        return QSize(sum(self._widths()), max(20, self.fontMetrics().height() + 4))

    def minimumSizeHint(self) -> QSize:
        """Return less: the end may be cut off."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the signs and their meanings."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = 0
        for number, (text, width) in enumerate(zip(self._texts(), self._widths(), strict=True)):
            sign = QRect(x, 0, self._sign_width(number), self.height())
            if not self._graph:
                _paint_sign(painter, sign, _STATES[number])
            elif number < len(_STATES) - 1:
                painter.setPen(line_pen(_STATES[number], 2.0))
                middle = sign.center().y() + 0.5
                painter.drawLine(QPointF(x, middle), QPointF(sign.right() - 4, middle))
            else:
                painter.setPen(QPen(colour(Tone.CAUTION, self.palette()), 1.6))
                painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
                painter.drawEllipse(QPointF(x + 6, sign.center().y() + 0.5), 3.5, 3.5)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            place = QRect(sign.right() + 4, 0, width, self.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
            x += width
        painter.end()

    def _texts(self) -> list[str]:
        if self._graph:
            return [*map(words_of, _STATES[:-1]), tr("no policy restricts this side")]
        return list(map(words_of, _STATES))

    def _sign_width(self, number: int) -> int:
        if not self._graph:
            return _SIGN
        return _LINE if number < len(_STATES) - 1 else 14

    def _widths(self) -> list[int]:
        metrics = self.fontMetrics()
        return [
            self._sign_width(number) + 4 + metrics.horizontalAdvance(text) + _GAP
            for number, text in enumerate(self._texts())
        ]

    def _name(self) -> None:
        if self._graph:
            words = tr("Whole lines are open, dashed partly open, dotted undecidable; a ring: no policy restricts it")
        else:
            words = ", ".join(f"{Sign[state.name].value} {words_of(state)}" for state in _STATES)
        self.setAccessibleName(words)
        self.setToolTip("")


def _paint_sign(painter: QPainter, place: QRect, state: State) -> None:
    cell = QRect(place.x(), place.center().y() - 8, _SIGN - 2, 17)
    if state in TONES:
        painter.fillRect(cell, tint(TONES[state]))
    painter.setPen(colour(TONES.get(state, Tone.QUIET)))
    painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), Sign[state.name].value)
