"""Cells of the matrix painted at once, a thousand of them without a stutter."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui.connections.grid import State
from desktop.ui.connections.grid_model import TONES, GridModel, Sign
from desktop.ui.style import Tone, colour, tint

_Paint = tuple[str, QColor, QColor | None]
"""A sign, its colour, and the colour behind it."""


class CellPainting(QStyledItemDelegate):
    """Paints what the model says of a cell, without asking it role by role."""

    def __init__(self, model: GridModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._scheme = 0
        self._paints: dict[State, _Paint] = {}

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a cell; the one a person is at as a selected one."""
        grid = self._model.grid
        if grid is None:
            return
        palette, place = option.palette, option.rect
        sign, ink, behind = self._paint_of(grid.state(index.row(), index.column()), palette)
        if option.state & QStyle.StateFlag.State_Selected:
            ink, behind = palette.color(QPalette.ColorRole.HighlightedText), palette.color(QPalette.ColorRole.Highlight)
        if behind is not None:
            painter.fillRect(place, behind)
        painter.setPen(ink)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, sign)

    def _paint_of(self, state: State, palette: QPalette) -> _Paint:
        if palette.cacheKey() != self._scheme:
            self._scheme, self._paints = palette.cacheKey(), {}
        found = self._paints.get(state)
        if found is None:
            ink = colour(TONES.get(state, Tone.QUIET), palette)
            behind = tint(TONES[state], palette) if state in TONES else None
            found = self._paints[state] = Sign[state.name].value, ink, behind
        return found
