"""The margin beside a text: line numbers, and a sign on each line where something was found."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.language import tr
from desktop.policy.findings import Finding, Severity
from desktop.ui.icons import SIZE, severity_icon
from desktop.ui.plain import tooltip
from desktop.ui.style import Tone, colour
from desktop.wording import findings as finding_words

if TYPE_CHECKING:
    from desktop.ui.editor.code_edit import CodeEdit

_GAP = 4
_TOLD = 8  # findings of one line told in its tooltip
RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
"""The order in which findings matter."""


class Margin(QWidget):
    """Paints the numbers of the visible lines and their signs; a tooltip tells what was found."""

    clicked = Signal(int)
    """A line (from 1) whose number or sign was clicked."""

    menu_asked = Signal(int, QPoint)
    """A line (from 1), and where on the screen its menu shall be: what was found there is to be put right."""

    def __init__(self, editor: "CodeEdit") -> None:
        super().__init__(editor)
        self._editor = editor
        self._signs: Mapping[int, Sequence[Finding]] = {}

    def set_signs(self, signs: Mapping[int, Sequence[Finding]]) -> None:
        """Show signs on these lines (from 1)."""
        self._signs = signs
        self.update()

    def wanted_width(self) -> int:
        """Return the width for the sign and the longest number."""
        digits = max(3, len(str(self._editor.blockCount())))
        return SIZE + digits * self._editor.fontMetrics().horizontalAdvance("9") + 3 * _GAP

    def sizeHint(self) -> QSize:
        """Return the wanted size."""
        return QSize(self.wanted_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the numbers and signs of the visible lines."""
        palette = self._editor.palette()
        painter = QPainter(self)
        painter.fillRect(event.rect(), palette.color(QPalette.ColorRole.AlternateBase))
        painter.setFont(self._editor.font())
        height = self._editor.fontMetrics().height()
        current = self._editor.textCursor().blockNumber() + 1
        for line, rect in self._editor.visible_lines():
            if rect.bottom() < event.rect().top() or rect.top() > event.rect().bottom():
                continue
            role = QPalette.ColorRole.Text
            painter.setPen(palette.color(role) if line == current else colour(Tone.QUIET, palette))
            number = QRect(0, rect.top(), self.width() - _GAP, rect.height())
            painter.drawText(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, str(line))
            if found := self._signs.get(line):
                worst = min(found, key=lambda finding: RANK[finding.severity])
                icon = severity_icon(worst.severity)
                icon.paint(painter, QRect(_GAP, rect.top() + (height - SIZE) // 2, SIZE, SIZE))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep the click here."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell which line was clicked."""
        if event.button() is Qt.MouseButton.LeftButton and (line := self._line_at(event.position().toPoint())):
            self.clicked.emit(line)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of a line."""
        if line := self._line_at(event.pos()):
            self.menu_asked.emit(line, event.globalPos())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Show what was found on the line under the mouse."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.told(self._line_at(event.pos())), self)
            return True
        return super().event(event)

    def told(self, line: int) -> str:
        """Return the tooltip of a line, empty where nothing was found."""
        found = sorted(self._signs.get(line, ()), key=lambda finding: RANK[finding.severity])
        sentences = [finding_words.sentence(finding) for finding in found[:_TOLD]]
        if any(finding.fix for finding in found):
            sentences.append(tr("A right click, or Ctrl+. in the line, puts it right."))
        return tooltip(*sentences)

    def _line_at(self, point: QPoint) -> int:
        for line, rect in self._editor.visible_lines():
            if rect.top() <= point.y() <= rect.bottom():
                return line
        return 0
