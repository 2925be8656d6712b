"""The list of suggestions under the cursor: while a word is typed, and on Ctrl+Space."""

from collections.abc import Sequence
from typing import overload

from PySide6.QtCore import QEvent, QKeyCombination, QModelIndex, QObject, QRect, Qt, Slot
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel, QTextCursor, QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QHeaderView, QTreeView

from desktop.language import tr
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.editor.columns import characters, units
from desktop.ui.editor.suggestions import Known, Suggestion, Suggestions, suggest
from desktop.ui.style import Tone, colour
from desktop.wording.plain import plain

_SUGGESTION = Qt.ItemDataRole.UserRole + 1
_MOST = 200


class Lines(Sequence[str]):
    """The lines of a document, each fetched when asked for: a long text is not copied at every keystroke."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document

    def __len__(self) -> int:
        return self._document.blockCount()

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return self._document.findBlockByNumber(index).text()


class Completion(QObject):
    """Offers what fits at the cursor of an editor and puts the chosen in."""

    def __init__(self, editor: CodeEdit) -> None:
        super().__init__(editor)
        self._editor = editor
        self._lines = Lines(editor.document())
        self._known = Known()
        self._offered: Suggestions | None = None
        self._model = QStandardItemModel(0, 2, self)
        self.popup = QTreeView()
        self.popup.setAccessibleName(tr("Suggestions"))
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(editor)
        self._completer.setPopup(self.popup)
        self.popup.clicked.connect(self._choose)
        _dress(self.popup)
        editor.installEventFilter(self)
        self.popup.installEventFilter(self)  # after QCompleter's own, so that it is asked first

    def use(self, known: Known) -> None:
        """Suggest these names of the cluster from now on."""
        self._known = known

    def offer(self, *, asked: bool) -> None:
        """Show what fits at the cursor; unless ``asked`` for, only once a word has begun."""
        cursor = self._editor.textCursor()
        column = characters(cursor.block().text(), cursor.positionInBlock())
        self._offered = suggest(self._lines, cursor.blockNumber(), column, self._known)
        if self._offered is None or cursor.hasSelection() or not (asked or self._offered.word):
            self.popup.hide()
            return
        self._fill(self._offered.choices[:_MOST])
        self._completer.complete(self._beside_word(self._offered))
        if asked:
            self._select(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Ctrl+Space, and while the list is open the keys that choose from it; then see what was typed."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.keyCombination() == _CTRL_SPACE:
            self.offer(asked=True)
            return True
        if self.popup.isVisible():
            return self._take_key(event)
        return self._type(event) if event.text().isprintable() and event.text() else False

    def _take_key(self, event: QKeyEvent) -> bool:
        """Answer a key while the list is open."""
        chosen = self._chosen_row()
        if event.key() in _STEPS:
            self._select((chosen + _STEPS[Qt.Key(event.key())]) % self._model.rowCount() if chosen >= 0 else 0)
            return True
        if event.key() == Qt.Key.Key_Tab or (event.key() in _ENTER and chosen >= 0):
            self._choose(self._model.index(max(chosen, 0), 0))
            return True
        if event.key() == Qt.Key.Key_Backspace or (event.text() and event.text().isprintable()):
            return self._type(event)
        if event.key() not in _MODIFIERS:
            self.popup.hide()
        return event.key() == Qt.Key.Key_Escape

    def _chosen_row(self) -> int:
        """Return the row that is selected, -1 where none is: the first of them is current from the start."""
        rows = self.popup.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def _select(self, row: int) -> None:
        self.popup.setCurrentIndex(self._model.index(row, 0))

    def _type(self, event: QKeyEvent) -> bool:
        """Let the editor have the key, then offer what fits now."""
        self._editor.keyPressEvent(event)
        self.offer(asked=False)
        return True

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self.popup.hide()
        if self._offered is None:
            return
        chosen: Suggestion = index.siblingAtColumn(0).data(_SUGGESTION)
        cursor = self._editor.textCursor()
        line = cursor.block().text()
        behind = line[characters(line, cursor.positionInBlock()) :].lstrip()
        text = chosen.insert.rstrip(": ") if behind.startswith(":") else chosen.insert
        cursor.setPosition(cursor.block().position() + units(line, self._offered.start), _KEEP)
        cursor.insertText(text)
        self._editor.setTextCursor(cursor)

    def _fill(self, choices: Sequence[Suggestion]) -> None:
        self._model.removeRows(0, self._model.rowCount())
        for choice in choices:
            name, about = QStandardItem(plain(choice.text)), QStandardItem(choice.about)
            name.setData(choice, _SUGGESTION)
            name.setData(f"{choice.text}: {choice.about}", Qt.ItemDataRole.AccessibleTextRole)
            about.setForeground(colour(Tone.QUIET, self.popup.palette()))
            self._model.appendRow([name, about])

    def _beside_word(self, offered: Suggestions) -> QRect:
        """Return where the list goes: under the start of the word, as wide as its rows."""
        cursor = QTextCursor(self._editor.textCursor())
        cursor.setPosition(cursor.block().position() + units(cursor.block().text(), offered.start))
        rect = self._editor.cursorRect(cursor)
        rect.translate(self._editor.viewport().pos())
        for column in range(2):
            self.popup.resizeColumnToContents(column)
        bar = self.popup.verticalScrollBar().sizeHint().width()
        rect.setWidth(self.popup.columnWidth(0) + self.popup.columnWidth(1) + bar)
        return rect


_CTRL_SPACE = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Space)
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_MODIFIERS = {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta}
_KEEP = QTextCursor.MoveMode.KeepAnchor


def _dress(popup: QTreeView) -> None:
    popup.setRootIsDecorated(False)
    popup.setHeaderHidden(True)
    popup.setUniformRowHeights(True)
    popup.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    popup.header().setStretchLastSection(True)
    popup.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    popup.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
