"""What a graph is drawn with: boxes, spots and edges. Colours are looked up at each painting: the scheme may change."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPainterPathStroker, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from desktop.policy.objects import Direction
from desktop.ui.connections.graph import Box, Edge, Spot
from desktop.ui.connections.graph_layout import TITLE_HEIGHT, Curve, Rect
from desktop.ui.connections.grid import State
from desktop.ui.connections.grid_model import TONES, group_name, short_name
from desktop.ui.style import Tone, colour, scaled

_RADIUS = 5.0
_MARGIN = 4.0
_REACH = 5.0
"""So many pixels beside an edge a click still means it."""
_ARROW = 8.0
_SMALL = 0.6
"""Below this zoom names of spots cannot be read: boxes then show their own, larger."""
_DASHES = {State.PARTLY: [6.0, 3.0], State.UNDECIDABLE: [1.5, 3.0]}
"""Lines tell the states apart without colour: whole is open, dashed partly open, dotted undecidable."""


def line_pen(state: State, width: float = 1.4) -> QPen:
    """Return the line of a state."""
    pen = QPen(colour(TONES.get(state, Tone.QUIET)), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if state in _DASHES:
        pen.setDashPattern(_DASHES[state])
    return pen


def _role(role: QPalette.ColorRole) -> QColor:
    return QApplication.palette().color(role)


def _font(*, bold: bool = False, factor: float = 1.0) -> QFont:
    font = scaled(QApplication.font(), factor)
    font.setBold(bold)
    return font


def _rect(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)


class BoxItem(QGraphicsItem):
    """An unfolded namespace."""

    def __init__(self, box: Box, rect: Rect) -> None:
        super().__init__()
        self.box = box
        self._rect = _rect(rect)
        self.setZValue(0)

    def boundingRect(self) -> QRectF:
        """Return where it lies."""
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint a frame with the namespace's name; far away the name fills the box."""
        fill = _role(QPalette.ColorRole.Window)
        painter.setPen(QPen(_role(QPalette.ColorRole.Mid), 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(self._rect, _RADIUS, _RADIUS)
        painter.setPen(_role(QPalette.ColorRole.Text))
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setFont(_font(bold=True, factor=1.0 if zoom >= _SMALL else min(2.2, 0.8 / zoom)))
        height = TITLE_HEIGHT if zoom >= _SMALL else TITLE_HEIGHT + 12
        title = QRectF(self._rect.x() + 8, self._rect.y() + 2, self._rect.width() - 16, height)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, int(title.width()))
        painter.drawText(title, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)

    @property
    def title(self) -> str:
        """Its name, and how many of its workloads are shown where it is not all."""
        shown = len(self.box.spots)
        name = f"▾ {group_name(self.box.group)}"
        return name if shown == self.box.of else f"{name} ({shown}/{self.box.of})"


class SpotItem(QGraphicsItem):
    """A workload, a range or a folded namespace; a ring at the left (right): unrestricted inbound (outbound)."""

    def __init__(self, spot: Spot, rect: Rect, members: int) -> None:
        super().__init__()
        self.spot = spot
        self._rect = _rect(rect)
        self._members = members
        self.current = False
        self.setZValue(2)

    def boundingRect(self) -> QRectF:
        """Return where it lies."""
        return self._rect.adjusted(-_MARGIN - 3, -_MARGIN, _MARGIN + 3, _MARGIN)

    def shape(self) -> QPainterPath:
        """Return where a click means it."""
        path = QPainterPath()
        path.addRect(self._rect)
        return path

    @property
    def name(self) -> str:
        """What is written on it."""
        place = self.spot.place
        if isinstance(place, str):
            return f"▸ {group_name(place)} ({self._members})"
        return short_name(place)

    @property
    def area(self) -> QRectF:
        """Where it lies, without what sticks out."""
        return self._rect

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint it; the current one stands out as a selected row does."""
        text, base = QPalette.ColorRole.Text, QPalette.ColorRole.Base
        if self.current:
            text, base = QPalette.ColorRole.HighlightedText, QPalette.ColorRole.Highlight
        painter.setPen(QPen(_role(QPalette.ColorRole.Mid if not self.current else text), 1))
        painter.setBrush(_role(base))
        painter.drawRoundedRect(self._rect, _RADIUS, _RADIUS)
        painter.setPen(_role(text))
        painter.setFont(_font(bold=self.spot.is_folded))
        area = self._rect.adjusted(9, 0, -9, 0)
        shown = painter.fontMetrics().elidedText(self.name, Qt.TextElideMode.ElideMiddle, int(area.width()))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.setPen(QPen(colour(Tone.CAUTION), 1.6))
        painter.setBrush(_role(QPalette.ColorRole.Base))
        middle = self._rect.center().y()
        if Direction.INGRESS in self.spot.free:
            painter.drawEllipse(QPointF(self._rect.left(), middle), 3.5, 3.5)
        if Direction.EGRESS in self.spot.free:
            painter.drawEllipse(QPointF(self._rect.right(), middle), 3.5, 3.5)


class EdgeItem(QGraphicsItem):
    """Connections from one place to another, with an arrow at each end they lead to."""

    def __init__(self, edge: Edge, way: Curve) -> None:
        super().__init__()
        self.edge = edge
        self.marked = False
        start, first, second, end = (QPointF(*point) for point in way)
        self.way = QPainterPath(start)
        self.way.cubicTo(first, second, end)
        self._heads = [_head(second, end)]
        if edge.both:
            self._heads.append(_head(first, start))
        stroker = QPainterPathStroker()
        stroker.setWidth(2 * _REACH)
        self._shape = stroker.createStroke(self.way)
        self.setZValue(1)

    def boundingRect(self) -> QRectF:
        """Return where it lies."""
        return self.way.boundingRect().adjusted(-_ARROW, -_ARROW, _ARROW, _ARROW)

    def shape(self) -> QPainterPath:
        """Return where a click means it."""
        return self._shape

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint the line of its state, and the arrows."""
        pen = line_pen(self.edge.state, 2.6 if self.marked else 1.4)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.way)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        for head in self._heads:
            painter.drawPolygon(head)


def _head(before: QPointF, tip: QPointF) -> QPolygonF:
    angle = math.atan2(tip.y() - before.y(), tip.x() - before.x())
    sides = [tip - QPointF(_ARROW * math.cos(angle + turn), _ARROW * math.sin(angle + turn)) for turn in (-0.4, 0.4)]
    return QPolygonF([tip, *sides])
