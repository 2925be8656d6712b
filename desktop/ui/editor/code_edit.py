"""The text editor: plain text of fixed width, with line numbers, signs where something was found, and colours."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QKeyCombination, QMimeData, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from desktop.policy.findings import Finding, Place, Severity
from desktop.ui.bridge import until_painted
from desktop.ui.editor import indentation
from desktop.ui.editor.columns import characters, units
from desktop.ui.editor.highlighter import Highlighter
from desktop.ui.editor.margin import Margin
from desktop.ui.style import Tone, colour, monospace

_MARKED = 500  # findings underlined and signed at most; each follows the text as it is edited
_CTRL_EQUAL = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Equal)
_TABS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
_CTRL_ZERO = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_0)
_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.CAUTION, Severity.INFO: Tone.BUSY}


class CodeEdit(QPlainTextEdit):
    """Edits one YAML text. Lines and columns of places count from 1, columns in characters."""

    edited = Signal()
    """The text itself has changed (not only its colours)."""

    files_given = Signal(object)
    """A list of Path: files were dropped on the text or pasted into it."""

    def __init__(self, parent: QWidget | None = None, *, read_only: bool = False) -> None:
        super().__init__(parent)
        self._newline = "\n"
        self._edited = False
        self._marks: list[tuple[QTextCursor, Finding]] = []
        self._marked_lines: frozenset[int] = frozenset()
        self.highlighter = Highlighter(self.document(), self.palette())
        self.margin = Margin(self)
        self.setFont(monospace())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setReadOnly(read_only)
        if read_only:
            self.setTabChangesFocus(True)
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.margin.clicked.connect(lambda line: self.go_to(Place(line, 1, line, 1)))
        self.blockCountChanged.connect(self._follow_lines)
        self.updateRequest.connect(self._scroll_margin)
        self.cursorPositionChanged.connect(self._show_marks)
        self.verticalScrollBar().valueChanged.connect(self._show_marks)
        self.document().contentsChange.connect(self._note_edit)
        self.textChanged.connect(self._tell_edit)
        self._follow_lines()
        self._show_marks()

    def text(self) -> str:
        """Return the text as it would be written to a file, with the line ends it came with."""
        # Not toPlainText: that turns no-break spaces into spaces.
        return self.document().toRawText().replace("\u2029", self._newline)

    def set_text(self, text: str) -> None:
        """Show another text; what was typed before is forgotten."""
        self._newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
        self.highlighter.prepare(len(text))
        self.setPlainText(text)
        self.horizontalScrollBar().setValue(0)

    def replace_text(self, text: str) -> None:
        """Put another text in place of this one, so that it can be undone."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def append_text(self, text: str) -> None:
        """Add to the end, so that it can be undone, and show where."""
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        start = cursor.position()
        cursor.insertText(text)
        cursor.setPosition(start)
        self.setTextCursor(cursor)
        self.centerCursor()

    def change_text(self, start: int, end: int, new: str, *, join: bool = False) -> None:
        """Replace a stretch of the text as one step of undo, or with ``join`` as part of the last; stay in place.

        ``start`` and ``end`` count characters, a line end being one.
        """
        text = self.document().toRawText()
        at = [units(text, offset) for offset in (start, end)]
        cursor = QTextCursor(self.document())
        cursor.setPosition(at[0])  # first: undo leads back to where the step began
        cursor.joinPreviousEditBlock() if join else cursor.beginEditBlock()
        cursor.setPosition(at[1], QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(new)
        cursor.endEditBlock()

    def show_offset(self, offset: int) -> None:
        """Put the cursor behind so many characters, a line end being one, and show it."""
        cursor = self.textCursor()
        cursor.setPosition(units(self.document().toRawText(), offset))
        self.setTextCursor(cursor)
        self.centerCursor()

    def line(self, number: int) -> str:
        """Return a line (from 1), empty where there is none."""
        return self.document().findBlockByNumber(number - 1).text()

    def place(self) -> tuple[int, int]:
        """Return the line and column of the cursor."""
        cursor = self.textCursor()
        return cursor.blockNumber() + 1, characters(cursor.block().text(), cursor.positionInBlock()) + 1

    def show_place(self, place: Place) -> None:
        """Put the cursor at the start of a place, and show it."""
        self.setTextCursor(self._cursor(place.line, place.column))
        self.centerCursor()

    def go_to(self, place: Place) -> None:
        """Put the cursor at the start of a place, show it, and take the keyboard."""
        self.show_place(place)
        self.setFocus()

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show findings at their places; those without a place are left to the list."""
        placed = [finding for finding in findings if finding.place is not None]
        block = QTextCursor(self.document())
        block.beginEditBlock()  # elsewhere a cursor asks where on the screen it is, for which its line is laid out
        self._marks = [(self._stretch(finding.place), finding) for finding in placed[:_MARKED] if finding.place]
        block.endEditBlock()
        self._follow_lines()
        self._show_marks()

    def mark_lines(self, lines: frozenset[int]) -> None:
        """Give lines (from 1) a background, as those that differ from another text."""
        self._marked_lines = lines
        self._show_marks()

    def signs(self) -> Mapping[int, Sequence[Finding]]:
        """Return the findings of each line, where they are now that the text may have been edited."""
        found: dict[int, list[Finding]] = {}
        for cursor, finding in self._marks:
            first = min(cursor.position(), cursor.anchor())
            found.setdefault(self.document().findBlock(first).blockNumber() + 1, []).append(finding)
        return found

    def visible_lines(self) -> Iterator[tuple[int, QRect]]:
        """Yield the number (from 1) of each visible line and its rectangle in the viewport."""
        block = self.firstVisibleBlock()
        while block.isValid():
            rect = self.blockBoundingGeometry(block).translated(self.contentOffset()).toRect()
            if rect.top() > self.viewport().height():
                return
            yield block.blockNumber() + 1, rect
            block = block.next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Indent on Tab and Enter, leave on Ctrl+Tab, zoom on Ctrl and plus, minus, zero; the rest is Qt's."""
        until_painted()
        if self._left(event) or self._zoomed(event) or (not self.isReadOnly() and self._indented(event)):
            event.accept()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take files besides text."""
        return bool(_files(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Hand files on to be imported; insert text."""
        if files := _files(source):
            self.files_given.emit(files)
        else:
            super().insertFromMimeData(source)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the margin beside the text, and in sight what is being written: findings appear below it, and fixes."""
        super().resizeEvent(event)
        if 0 <= self.cursorRect().top() < event.oldSize().height():
            self.ensureCursorVisible()
        inside = self.contentsRect()
        self.margin.setGeometry(inside.left(), inside.top(), self.margin.wanted_width(), inside.height())
        self._show_marks()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the colour scheme and the font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.highlighter.use_palette(self.palette())
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.PaletteChange}:
            self._follow_lines()
            self._show_marks()

    @Slot()
    def _tell_edit(self) -> None:
        # Qt says textChanged for new colours too, contentsChange for edits only.
        if self._edited:
            self._edited = False
            self.edited.emit()

    @Slot(int, int, int)
    def _note_edit(self) -> None:
        self._edited = True

    @Slot()
    def _follow_lines(self) -> None:
        self.setViewportMargins(self.margin.wanted_width(), 0, 0, 0)
        self.margin.resize(self.margin.wanted_width(), self.margin.height())
        self.margin.set_signs(self.signs())

    @Slot(QRect, int)
    def _scroll_margin(self, rect: QRect, dy: int) -> None:
        if dy:
            self.margin.scroll(0, dy)
        else:
            self.margin.update(0, rect.y(), self.margin.width(), rect.height())

    @Slot()
    def _show_marks(self) -> None:
        """Mark the current line, the lines that differ, and stretches where something was found, that are in sight.

        What is marked is laid out at once: in a long text that takes longer than a key may.
        """
        palette, seen = self.palette(), self._seen()
        different = _whole_line(_mixed(palette, Tone.CAUTION, 0.16))
        selections = [
            _selection(self._cursor(line, 1), different) for line in sorted(self._marked_lines) if line - 1 in seen
        ]
        if not self.isReadOnly() and not self.document().isEmpty():  # it would lie over the placeholder
            current = QTextCursor(self.textCursor())
            current.clearSelection()
            selections.append(_selection(current, _whole_line(_mixed(palette, Tone.BUSY, 0.07))))
        found = {severity: _underlined(colour(tone, palette)) for severity, tone in _TONES.items()}
        selections += [
            _selection(cursor, found[finding.severity])
            for cursor, finding in self._marks
            if cursor.blockNumber() in seen
        ]
        self.setExtraSelections(selections)
        self.margin.update()

    def _seen(self) -> range:
        """Return the numbers (from 0) of the lines in sight."""
        last = self.cursorForPosition(self.viewport().rect().bottomLeft())
        return range(self.firstVisibleBlock().blockNumber(), last.blockNumber() + 1)

    def _block(self, line: int) -> QTextBlock:
        """Return a line, or the nearest there is."""
        return self.document().findBlockByNumber(min(max(line, 1), self.blockCount()) - 1)

    def _cursor(self, line: int, column: int) -> QTextCursor:
        """Return a cursor at a line and column, or at the nearest place there is."""
        block = self._block(line)
        cursor = QTextCursor(block)
        cursor.setPosition(_offset(block, column))
        return cursor

    def _stretch(self, place: Place) -> QTextCursor:
        """Return the first line of a place, as a selection that follows the text; where it is empty, the word there."""
        block = self._block(place.line)
        cursor = QTextCursor(block)
        cursor.setPosition(_offset(block, place.column))
        keep = QTextCursor.MoveMode.KeepAnchor
        if place.end_line > place.line:
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, keep)
        else:
            cursor.setPosition(_offset(block, place.end_column), keep)
        if not cursor.hasSelection():
            cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, keep)
        if not cursor.hasSelection():
            cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, keep)
        return cursor

    def _left(self, event: QKeyEvent) -> bool:
        """Go on to the next widget, or back, as Tab itself indents."""
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not ctrl or event.key() not in _TABS:
            return False
        # Not this class's own: that refuses as long as Tab is for the text.
        return QWidget.focusNextPrevChild(self, event.key() == Qt.Key.Key_Tab)

    def _zoomed(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.ZoomIn) or event.keyCombination() == _CTRL_EQUAL:
            self.zoomIn(1)
        elif event.matches(QKeySequence.StandardKey.ZoomOut):
            self.zoomOut(1)
        elif event.keyCombination() == _CTRL_ZERO:
            self.setFont(monospace())
        else:
            return False
        return True

    def _indented(self, event: QKeyEvent) -> bool:
        plain_key = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
        if event.key() == Qt.Key.Key_Tab and plain_key:
            self._indent_lines() if self._spans_lines() else self._insert_spaces()
        elif event.key() == Qt.Key.Key_Backtab:
            self._outdent_lines()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and plain_key:
            self._open_line()
        else:
            return False
        return True

    def _open_line(self) -> None:
        cursor = self.textCursor()
        before = cursor.block().text()[: characters(cursor.block().text(), cursor.positionInBlock())]
        cursor.insertText("\n" + " " * indentation.of_next_line(before))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _insert_spaces(self) -> None:
        cursor = self.textCursor()
        cursor.insertText(" " * indentation.to_next_stop(cursor.positionInBlock()))
        self.setTextCursor(cursor)

    def _spans_lines(self) -> bool:
        cursor = self.textCursor()
        document = self.document()
        return document.findBlock(cursor.anchor()) != document.findBlock(cursor.position())

    def _selected_lines(self) -> Iterator[QTextCursor]:
        """Yield a cursor at the start of each line the selection touches, as one step of undo."""
        cursor = self.textCursor()
        block = self.document().findBlock(cursor.selectionStart())
        last = self.document().findBlock(max(cursor.selectionEnd() - 1, cursor.selectionStart())).blockNumber()
        cursor.beginEditBlock()
        while block.isValid() and block.blockNumber() <= last:
            yield QTextCursor(block)
            block = block.next()
        cursor.endEditBlock()

    def _indent_lines(self) -> None:
        for cursor in self._selected_lines():
            if cursor.block().text().strip():
                cursor.insertText(" " * indentation.STEP)

    def _outdent_lines(self) -> None:
        for cursor in self._selected_lines():
            for _ in range(indentation.to_previous_stop(cursor.block().text())):
                cursor.deleteChar()


def _offset(line: QTextBlock, column: int) -> int:
    """Return where in the document a column of a line is, or the nearest place there is."""
    return line.position() + min(units(line.text(), column - 1), line.length() - 1)


def _selection(cursor: QTextCursor, looks: QTextCharFormat) -> QTextEdit.ExtraSelection:
    made = QTextEdit.ExtraSelection()
    made.cursor, made.format = cursor, looks
    return made


def _whole_line(background: QColor) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setBackground(background)
    made.setProperty(QTextFormat.Property.FullWidthSelection, True)
    return made


def _underlined(of: QColor) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    made.setUnderlineColor(of)
    return made


def _mixed(palette: QPalette, tone: Tone, share: float) -> QColor:
    base, over = palette.color(QPalette.ColorRole.Base), colour(tone, palette)
    pairs = ((base.red(), over.red()), (base.green(), over.green()), (base.blue(), over.blue()))
    return QColor(*(round(a * (1 - share) + b * share) for a, b in pairs))


def _files(source: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()] if source.hasUrls() else []
