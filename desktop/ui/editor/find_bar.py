"""Find in the text: Ctrl+F opens it, F3 and Shift+F3 go on, Esc closes it."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from desktop.language import tr, tr_n
from desktop.ui.plain import label


class FindBar(QWidget):
    """Finds text in an editor, without regard to case."""

    def __init__(self, editor: QPlainTextEdit, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor = editor
        self._field = QLineEdit()
        self._field.setAccessibleName(tr("Find"))
        self._field.setPlaceholderText(tr("Find"))
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(self._typed)
        self._field.installEventFilter(self)
        self._found = label()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._field, 1)
        layout.addWidget(self._found)
        for text, slot in (
            (tr("&Previous"), self.previous),
            (tr("&Next"), self.next),
            (tr("Close"), self.leave),
        ):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(slot)
            layout.addWidget(button)
        for keys, action in (
            (QKeySequence(QKeySequence.StandardKey.Find), self.start),
            (QKeySequence("F3"), self.next),
            (QKeySequence("Shift+F3"), self.previous),
        ):
            QShortcut(keys, parent, action).setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.hide()

    @property
    def found(self) -> str:
        """What the bar says of how often the text was found."""
        return self._found.text()

    @Slot()
    def start(self) -> None:
        """Open the bar for what is selected, or for what was found last."""
        selected = self._editor.textCursor().selectedText()
        if selected and "\u2029" not in selected:
            self._field.setText(selected)
        self.show()
        self._field.setFocus()
        self._field.selectAll()

    @Slot()
    def leave(self) -> None:
        """Close the bar and go back to the text."""
        self.hide()
        self._editor.setFocus()

    @Slot()
    def next(self) -> None:
        """Go to the next place, from the end on to the start."""
        self._go(QTextDocument.FindFlag(0))

    @Slot()
    def previous(self) -> None:
        """Go to the place before, from the start on to the end."""
        self._go(QTextDocument.FindFlag.FindBackward)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go on with Enter, back with Shift+Enter, close with Esc."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self.previous() if back else self.next()
                return not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _typed(self, wanted: str) -> None:
        cursor = self._editor.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._editor.setTextCursor(cursor)
        count = self._editor.document().toRawText().casefold().count(wanted.casefold()) if wanted else 0
        self._found.setText(tr_n("{count} found", "{count} found", count) if wanted else "")
        if count:
            self.next()

    def _go(self, flags: QTextDocument.FindFlag) -> None:
        wanted = self._field.text()
        if not wanted or self._editor.find(wanted, flags):
            return
        around = self._editor.textCursor()
        backward = flags == QTextDocument.FindFlag.FindBackward
        around.movePosition(QTextCursor.MoveOperation.End if backward else QTextCursor.MoveOperation.Start)
        found = self._editor.document().find(wanted, around, flags)
        if not found.isNull():
            self._editor.setTextCursor(found)
