"""Find: by keyboard alone, around the end, and back to the text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.editor.find_bar import FindBar

Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    edit = CodeEdit()
    layout = QVBoxLayout(window)
    layout.addWidget(FindBar(edit, window))
    layout.addWidget(edit)
    edit.set_text("role: db\nname: x\nrole: web\nRole: API\n")
    window.show()
    qtbot.waitExposed(window)
    edit.setFocus()
    return window


def parts(window: QWidget) -> tuple[CodeEdit, FindBar, QLineEdit]:
    bar = window.findChild(FindBar)
    assert bar is not None
    edit, field = window.findChild(CodeEdit), bar.findChild(QLineEdit)
    assert edit is not None
    assert field is not None
    return edit, bar, field


def selected_line(edit: CodeEdit) -> int:
    return edit.textCursor().blockNumber() + 1 if edit.textCursor().hasSelection() else 0


def test_typing_goes_to_the_first_place_and_enter_on_to_the_next_around_the_end(window: QWidget) -> None:
    edit, bar, field = parts(window)
    bar.start()
    QTest.keyClicks(field, "role")
    lines = [selected_line(edit)]
    for _ in range(3):
        QTest.keyClick(field, Key.Key_Return)
        lines.append(selected_line(edit))
    assert lines == [1, 3, 4, 1]
    QTest.keyClick(field, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert selected_line(edit) == 4


def test_what_is_not_there_is_said(window: QWidget) -> None:
    _, bar, field = parts(window)
    bar.start()
    QTest.keyClicks(field, "nowhere")
    assert bar.found == "0 found"


def test_escape_closes_it_and_goes_back_to_the_text(window: QWidget) -> None:
    edit, bar, field = parts(window)
    bar.start()
    QTest.keyClick(field, Key.Key_Escape)
    assert not bar.isVisible()
    assert window.focusWidget() is edit


def test_it_starts_with_what_is_selected(window: QWidget) -> None:
    edit, bar, field = parts(window)
    edit.find("web")
    bar.start()
    assert field.text() == "web"
