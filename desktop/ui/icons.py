"""Small shapes that tell states and findings apart without colour, drawn for the screen's resolution."""

import math
from collections.abc import Callable
from enum import Enum
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QApplication

from desktop.paths import resource
from desktop.policy.findings import Severity
from desktop.session.state import Connection
from desktop.ui.style import Tone, colour, has_one_selection, text_on_selection

SIZE = 16
_PIXEL_RATIOS = (1, 2, 3)


class Shape(Enum):
    """A shape; each can be told from the others in black and white."""

    RING = "ring"
    DISC = "disc"
    HALF_DISC = "half disc"
    ARC = "arc"
    BARRED_DISC = "barred disc"
    CROSSED_RING = "crossed ring"
    TRIANGLE = "triangle"
    LETTER_I = "letter i"
    SWATCH = "swatch"


_CONNECTIONS = {
    Connection.IDLE: (Shape.RING, Tone.QUIET),
    Connection.CONNECTING: (Shape.ARC, Tone.BUSY),
    Connection.SYNCHRONIZING: (Shape.ARC, Tone.BUSY),
    Connection.LIVE: (Shape.DISC, Tone.GOOD),
    Connection.STALE: (Shape.HALF_DISC, Tone.CAUTION),
    Connection.FORBIDDEN: (Shape.BARRED_DISC, Tone.BAD),
    Connection.OFFLINE: (Shape.CROSSED_RING, Tone.QUIET),
    Connection.ERROR: (Shape.TRIANGLE, Tone.BAD),
}
_SEVERITIES = {
    Severity.ERROR: (Shape.BARRED_DISC, Tone.BAD),
    Severity.WARNING: (Shape.TRIANGLE, Tone.CAUTION),
    Severity.INFO: (Shape.LETTER_I, Tone.BUSY),
}


def connection_icon(connection: Connection) -> QIcon:
    """Return the shape of a cluster's state."""
    return toned(*_CONNECTIONS[connection])


def severity_icon(severity: Severity) -> QIcon:
    """Return the shape of a finding's severity."""
    return toned(*_SEVERITIES[severity])


def application_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(resource("icons") / "bulkhead.svg"))


def swatch(of: str) -> QIcon:
    """Return a square of a colour such as ``#1a6b35``."""
    return _icon(Shape.SWATCH, of, of)


def toned(shape: Shape, tone: Tone) -> QIcon:
    """Return a shape in the colour of a tone; each painting of a list asks for those of all its rows."""
    return _toned(shape, tone, QApplication.palette().cacheKey(), QApplication.style().objectName())


@lru_cache(maxsize=256)
def _toned(shape: Shape, tone: Tone, _colours: int, _style: str) -> QIcon:
    """Choose the colours; they follow from those of the system and from its style."""
    palette, of = QApplication.palette(), colour(tone).name()
    # On a selected row no colour but the text's own is sure to be seen; where there are rows and rows, not even that.
    if has_one_selection(palette):
        return _icon(shape, of, text_on_selection(palette, active=True).name())
    return _icon(shape, of, of, palette.color(QPalette.ColorRole.Base).name())


@lru_cache(maxsize=256)
def _icon(shape: Shape, of: str, selected: str, plate: str = "") -> QIcon:
    """Draw a shape in a colour, and in another, on a ``plate`` if that is to be, for selected rows."""
    made = QIcon()
    for ratio in _PIXEL_RATIOS:
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled):
            made.addPixmap(_draw(shape, QColor(of), ratio), mode)
        made.addPixmap(_draw(shape, QColor(selected), ratio, plate), QIcon.Mode.Selected)
    return made


def _draw(shape: Shape, of: QColor, ratio: int, plate: str = "") -> QPixmap:
    pixmap = QPixmap(SIZE * ratio, SIZE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if plate:
        path = QPainterPath()
        path.addRoundedRect(QRectF(0, 0, SIZE, SIZE), 4, 4)
        painter.fillPath(path, QColor(plate))
    painter.setPen(QPen(of, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _PAINTERS[shape](painter, of)
    painter.end()
    return pixmap


_CIRCLE = QRectF(3, 3, 10, 10)
_MIDDLE = QPointF(8, 8)


def _ring(painter: QPainter, _: QColor) -> None:
    painter.drawEllipse(_CIRCLE)


def _disc(painter: QPainter, of: QColor) -> None:
    painter.setBrush(of)
    painter.drawEllipse(_CIRCLE)


def _half_disc(painter: QPainter, of: QColor) -> None:
    painter.drawEllipse(_CIRCLE)
    painter.setBrush(of)
    painter.drawPie(_CIRCLE, 90 * 16, 180 * 16)


def _arc(painter: QPainter, of: QColor) -> None:
    painter.drawArc(_CIRCLE, 60 * 16, 270 * 16)
    end = math.radians(60)
    tip = _MIDDLE + QPointF(5 * math.cos(end), -5 * math.sin(end))
    painter.setBrush(of)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(QPolygonF([tip + QPointF(-3.6, -1.6), tip + QPointF(1.6, -2.6), tip + QPointF(0.6, 2.8)]))


def _barred_disc(painter: QPainter, of: QColor) -> None:
    whole, bar = QPainterPath(), QPainterPath()
    whole.addEllipse(QRectF(2, 2, 12, 12))
    bar.addRoundedRect(QRectF(4.5, 6.9, 7, 2.2), 1, 1)
    painter.fillPath(whole.subtracted(bar), of)


def _crossed_ring(painter: QPainter, _: QColor) -> None:
    painter.drawEllipse(_CIRCLE)
    painter.drawLine(QPointF(3.2, 12.8), QPointF(12.8, 3.2))


def _triangle(painter: QPainter, of: QColor) -> None:
    whole, mark = QPainterPath(), QPainterPath()
    whole.addPolygon(QPolygonF([QPointF(8, 1.5), QPointF(15, 14), QPointF(1, 14), QPointF(8, 1.5)]))
    mark.addRoundedRect(QRectF(7.1, 5.6, 1.8, 4.4), 0.9, 0.9)
    mark.addEllipse(QPointF(8, 11.9), 1.05, 1.05)
    painter.fillPath(whole.subtracted(mark), of)


def _letter_i(painter: QPainter, of: QColor) -> None:
    whole, mark = QPainterPath(), QPainterPath()
    whole.addEllipse(QRectF(2, 2, 12, 12))
    mark.addEllipse(QPointF(8, 5.1), 1.05, 1.05)
    mark.addRoundedRect(QRectF(7.1, 7, 1.8, 4.8), 0.9, 0.9)
    painter.fillPath(whole.subtracted(mark), of)


def _swatch(painter: QPainter, of: QColor) -> None:
    path = QPainterPath()
    path.addRoundedRect(QRectF(2.5, 2.5, 11, 11), 2.5, 2.5)
    painter.fillPath(path, of)


_PAINTERS: dict[Shape, Callable[[QPainter, QColor], None]] = {
    Shape.RING: _ring,
    Shape.DISC: _disc,
    Shape.HALF_DISC: _half_disc,
    Shape.ARC: _arc,
    Shape.BARRED_DISC: _barred_disc,
    Shape.CROSSED_RING: _crossed_ring,
    Shape.TRIANGLE: _triangle,
    Shape.LETTER_I: _letter_i,
    Shape.SWATCH: _swatch,
}
