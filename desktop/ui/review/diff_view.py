"""Shows a line diff: line numbers and a minus or plus sign at the left, colours behind the lines that changed."""

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Slot
from PySide6.QtGui import (
    QBrush,
    QColor,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.ui.review.rows import Mark, Row
from desktop.ui.style import Tone, colour, monospace, tint

_GAP = 6
_FAINT = 90
_TONES = {Mark.ADDED: Tone.GOOD, Mark.REMOVED: Tone.BAD}


class Side(Enum):
    """Which line numbers are shown."""

    BOTH = "both"
    BEFORE = "before"
    AFTER = "after"


class DiffView(QPlainTextEdit):
    """A read-only text whose lines carry numbers and signs; what is copied from it is the bare text."""

    def __init__(self, side: Side = Side.BOTH, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._rows: Sequence[Row] = ()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFont(monospace())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._gutter = _Gutter(self)
        self.updateRequest.connect(self._scroll_gutter)

    @property
    def rows(self) -> Sequence[Row]:
        """The rows shown."""
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows instead."""
        self._rows = rows
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for number, row in enumerate(rows):
            if number:
                cursor.insertBlock()
            cursor.setBlockFormat(self._block_format(row.mark))
            cursor.setCharFormat(self._char_format(row.mark))
            cursor.insertText(row.text)
        cursor.endEditBlock()
        self.setViewportMargins(self._gutter.wanted_width(), 0, 0, 0)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._show_first_change()

    def columns(self) -> Sequence[Sequence[str]]:
        """Return the columns of the gutter, from left to right."""
        before = ["" if row.before is None else str(row.before) for row in self._rows]
        after = ["" if row.after is None else str(row.after) for row in self._rows]
        marks = [row.mark.value if row.mark is not Mark.ABSENT else "" for row in self._rows]
        return {Side.BOTH: (before, after, marks), Side.BEFORE: (before, marks), Side.AFTER: (after, marks)}[self._side]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the gutter beside the text."""
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._gutter.setGeometry(inside.left(), inside.top(), self._gutter.wanted_width(), inside.height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the colour scheme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._rows:
            self.show_rows(self._rows)

    def _block_format(self, mark: Mark) -> QTextBlockFormat:
        made = QTextBlockFormat()
        if mark in _TONES:
            made.setBackground(tint(_TONES[mark], self.palette()))
        elif mark is Mark.ABSENT:
            quiet = colour(Tone.QUIET, self.palette())
            quiet.setAlpha(_FAINT)
            made.setBackground(QBrush(quiet, Qt.BrushStyle.BDiagPattern))
        return made

    def _char_format(self, mark: Mark) -> QTextCharFormat:
        made = QTextCharFormat()
        if mark is Mark.NOTE:
            made.setForeground(colour(Tone.QUIET, self.palette()))
            made.setFontItalic(True)
        return made

    def _show_first_change(self) -> None:
        first = next((number for number, row in enumerate(self._rows) if row.mark in _TONES), 0)
        self.verticalScrollBar().setValue(max(first - 3, 0))

    @Slot(QRect, int)
    def _scroll_gutter(self, rect: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, rect.y(), self._gutter.width(), rect.height())


class _Gutter(QWidget):
    """The numbers and signs beside the text."""

    def __init__(self, view: DiffView) -> None:
        super().__init__(view)
        self._view = view

    def wanted_width(self) -> int:
        """Return the width all columns take."""
        return sum(self._widths()) + _GAP * (len(self._view.columns()) + 1)

    def sizeHint(self) -> QSize:
        """Return the wanted size."""
        return QSize(self.wanted_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that are visible, on the background of their lines."""
        view, palette = self._view, self._view.palette()
        painter = QPainter(self)
        painter.fillRect(event.rect(), palette.color(QPalette.ColorRole.AlternateBase))
        painter.setFont(view.font())
        columns, widths = view.columns(), self._widths()
        block = view.firstVisibleBlock()
        while block.isValid() and block.blockNumber() < len(view.rows):
            top = round(view.blockBoundingGeometry(block).translated(view.contentOffset()).top())
            if top > event.rect().bottom():
                break
            height = round(view.blockBoundingRect(block).height())
            mark = view.rows[block.blockNumber()].mark
            if mark in _TONES:
                painter.fillRect(0, top, self.width(), height, tint(_TONES[mark], palette))
            left = _GAP
            for column, width in zip(columns, widths, strict=True):
                painter.setPen(self._pen(mark))
                where = QRect(left, top, width, height)
                painter.drawText(where, Qt.AlignmentFlag.AlignRight, column[block.blockNumber()])
                left += width + _GAP
            block = block.next()

    def _pen(self, mark: Mark) -> QColor:
        return colour(_TONES.get(mark, Tone.QUIET), self._view.palette())

    def _widths(self) -> list[int]:
        metrics = self._view.fontMetrics()
        return [
            metrics.horizontalAdvance("9") * max((len(text) for text in column), default=1)
            for column in self._view.columns()
        ]
