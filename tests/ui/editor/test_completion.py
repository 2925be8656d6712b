"""The list of suggestions opens while a word is typed, and never takes a key that was meant for the text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.editor.completion import Completion
from desktop.ui.editor.suggestions import Known

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def edit(qtbot: QtBot) -> CodeEdit:
    made = CodeEdit()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    made.setFocus()
    return made


@pytest.fixture
def completion(edit: CodeEdit) -> Completion:
    made = Completion(edit)
    made.use(Known(("default", "shop"), {"app": ("web",), "role": ("db",)}, {}))
    return made


def type_(edit: CodeEdit, completion: Completion, *keys: str | Key) -> None:
    """Type as a person does: while the list is open, keys go to it first."""
    for key in keys:
        target = completion.popup if completion.popup.isVisible() else edit
        if isinstance(key, str):
            for letter in key:
                target = completion.popup if completion.popup.isVisible() else edit
                QTest.keyClicks(target, letter)
        else:
            QTest.keyClick(target, key)


def shown(completion: Completion) -> list[str]:
    if not completion.popup.isVisible():
        return []
    model = completion.popup.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_a_word_begun_offers_the_fields_that_fit(edit: CodeEdit, completion: Completion) -> None:
    type_(edit, completion, "spec:", Key.Key_Return, "p")
    assert shown(completion) == ["podSelector", "policyTypes"]
    type_(edit, completion, "ol")
    assert shown(completion) == ["policyTypes"]
    type_(edit, completion, Key.Key_Backspace, Key.Key_Backspace)
    assert shown(completion) == ["podSelector", "policyTypes"]


def test_tab_takes_the_first(edit: CodeEdit, completion: Completion) -> None:
    type_(edit, completion, "spec:", Key.Key_Return, "pod", Key.Key_Tab)
    assert edit.text() == "spec:\n  podSelector:"
    assert shown(completion) == []


def test_enter_is_a_new_line_unless_one_was_chosen(edit: CodeEdit, completion: Completion) -> None:
    edit.set_text("spec:\n  podSelector:\n    matchLabels:\n      ")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    type_(edit, completion, "r", Key.Key_Return)
    assert edit.text().endswith("      r\n      ")
    type_(edit, completion, "r", Key.Key_Down, Key.Key_Return)
    assert edit.text().endswith("      r\n      role: ")


def test_ctrl_space_offers_everything_and_enter_takes_the_first(edit: CodeEdit, completion: Completion) -> None:
    edit.set_text("metadata:\n  namespace: ")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(edit, Key.Key_Space, CTRL)
    assert shown(completion) == ["default", "shop"]
    type_(edit, completion, Key.Key_Down, Key.Key_Return)
    assert edit.text() == "metadata:\n  namespace: shop"


@pytest.mark.parametrize("key", [Key.Key_Escape, Key.Key_Left])
def test_other_keys_close_the_list_and_leave_the_text(edit: CodeEdit, completion: Completion, key: Key) -> None:
    type_(edit, completion, "k")
    assert shown(completion) == ["kind"]
    type_(edit, completion, key)
    assert shown(completion) == []
    assert edit.text() == "k"


def test_a_field_in_the_middle_of_a_line_gets_no_second_colon(edit: CodeEdit, completion: Completion) -> None:
    edit.set_text("spec:\n  pod: {}")
    cursor = edit.textCursor()
    cursor.setPosition(len("spec:\n  pod"))
    edit.setTextCursor(cursor)
    QTest.keyClick(edit, Key.Key_Space, CTRL)
    type_(edit, completion, Key.Key_Return)
    assert edit.text() == "spec:\n  podSelector: {}"


def test_what_is_taken_can_be_undone(edit: CodeEdit, completion: Completion) -> None:
    type_(edit, completion, "ki", Key.Key_Tab)
    assert edit.text() == "kind: "
    edit.undo()
    assert edit.text() == "ki"


def test_each_suggestion_says_what_it_means(edit: CodeEdit, completion: Completion) -> None:
    type_(edit, completion, "k")
    index = completion.popup.model().index(0, 0)
    assert index.siblingAtColumn(1).data()
    assert str(index.data(Qt.ItemDataRole.AccessibleTextRole)).startswith("kind: ")
