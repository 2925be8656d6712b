"""A thin bar below a cell's text that is as full as a share."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui.style import Tone, colour

_HEIGHT, _MARGIN = 3, 4


class ShareBar(QStyledItemDelegate):
    """Paints the share that a model gives under a role, 0 to 1; None has no bar. The text says the same."""

    def __init__(self, role: int, parent: QObject) -> None:
        super().__init__(parent)
        self._role = role

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the cell, then the bar."""
        super().paint(painter, option, index)
        share = index.data(self._role)
        if not isinstance(share, float | int):
            return
        area, palette = QRectF(option.rect), option.palette
        bar = QRectF(area.left() + _MARGIN, area.bottom() - _HEIGHT - 2, area.width() - 4 * _MARGIN, _HEIGHT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        bar.setWidth(bar.width() * share)
        painter.setBrush(colour(Tone.GOOD if share == 1 else Tone.CAUTION, palette))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        painter.restore()
