"""The text editor keeps the text as it is, shows findings where they are, and types like an editor for YAML."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.policy.findings import Finding, Place, Severity
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.editor.highlighter import LARGEST

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def edit(qtbot: QtBot) -> CodeEdit:
    made = CodeEdit()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def found(line: int, column: int, end: int, severity: Severity = Severity.ERROR) -> Finding:
    return Finding("port.range", severity, facts={"port": 70000}, place=Place(line, column, line, end))


def underlined(edit: CodeEdit) -> list[str]:
    return [selection.cursor.selectedText() for selection in edit.extraSelections() if selection.cursor.hasSelection()]


@pytest.mark.parametrize("text", ["", "a\n", "a", "a\r\nb\r\n", "a\n\nb", "a: \u00a0b\u2028c\n", "k: 😀\n", "\ta\n"])
def test_the_text_comes_out_as_it_went_in(edit: CodeEdit, text: str) -> None:
    edit.set_text(text)
    assert edit.text() == text


def test_a_file_keeps_its_line_ends_when_it_is_edited(edit: CodeEdit) -> None:
    edit.set_text("a: 1\r\nb: 2\r\n")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(edit, "c: 3")
    QTest.keyClick(edit, Key.Key_Return)
    assert edit.text() == "a: 1\r\nb: 2\r\nc: 3\r\n"


def test_a_finding_has_its_sign_at_its_line_and_its_wave_under_its_words(edit: CodeEdit) -> None:
    edit.set_text("a: 1\nport: 70000\n")
    edit.set_findings([found(2, 7, 12)])
    assert list(edit.signs()) == [2]
    assert underlined(edit) == ["70000"]
    assert "70000" in edit.margin.told(2)
    assert edit.margin.told(1) == ""


def test_what_was_found_further_down_is_underlined_once_it_is_in_sight(edit: CodeEdit) -> None:
    edit.set_text("".join(f"port: {number}\n" for number in range(1, 501)))
    edit.set_findings([found(line, 7, 10) for line in (1, 250, 500)])
    assert underlined(edit) == ["1"]
    edit.verticalScrollBar().setValue(240)
    assert underlined(edit) == ["250"]
    edit.moveCursor(QTextCursor.MoveOperation.End)
    assert underlined(edit) == ["500"]
    assert list(edit.signs()) == [1, 250, 500]


def test_a_window_that_grows_shows_what_was_found_there(edit: CodeEdit) -> None:
    edit.set_text("port: 70000\n" * 30)
    edit.set_findings([found(line, 7, 12) for line in (1, 30)])
    assert len(underlined(edit)) == 1
    edit.resize(600, 2000)
    assert len(underlined(edit)) == 2


def test_columns_count_characters_also_behind_those_that_qt_counts_twice(edit: CodeEdit) -> None:
    edit.set_text("n: 😀 70000\n")
    edit.set_findings([found(1, 6, 11)])
    assert underlined(edit) == ["70000"]
    edit.go_to(Place(1, 6, 1, 11))
    assert edit.place() == (1, 6)
    assert edit.textCursor().positionInBlock() == 6


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(1, 1, 2, 3), ["spec:"]),  # of several lines the first
        (Place(1, 1, 1, 1), ["spec"]),  # of none the word
        (Place(2, 5, 2, 5), ["b"]),  # at the end of the text what stands before
        (Place(9, 9, 9, 9), ["b"]),  # beyond the text its end
    ],
)
def test_every_place_shows_something(edit: CodeEdit, place: Place, expected: list[str]) -> None:
    edit.set_text("spec:\n  ab")
    edit.set_findings([Finding("x", Severity.WARNING, place=place)])
    assert underlined(edit) == expected


def test_signs_move_with_their_lines_while_the_text_is_edited(edit: CodeEdit) -> None:
    edit.set_text("a: 1\nport: 70000\n")
    edit.set_findings([found(2, 7, 12)])
    QTest.keyClick(edit, Key.Key_Return)
    assert list(edit.signs()) == [3]


def test_colours_are_no_edits(edit: CodeEdit, qtbot: QtBot) -> None:
    edit.set_text("a: 1\n" * 100)
    with qtbot.assertNotEmitted(edit.edited, wait=50):
        edit.highlighter.use_palette(edit.palette())
    with qtbot.waitSignal(edit.edited):
        QTest.keyClicks(edit, "x")


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("spec:", [Key.Key_Return, Key.Key_A], "spec:\n  a"),
        ("- from:", [Key.Key_Return, Key.Key_A], "- from:\n    a"),
        ("  a: 1", [Key.Key_Return, Key.Key_B], "  a: 1\n  b"),
        ("- a: 1", [Key.Key_Return, Key.Key_B], "- a: 1\n  b"),
        ("spec: # all", [Key.Key_Return, Key.Key_A], "spec: # all\n  a"),
        ("a: |", [Key.Key_Return, Key.Key_B], "a: |\n  b"),
        ("", [Key.Key_Tab, Key.Key_A], "  a"),
        ("abc", [Key.Key_Tab, Key.Key_D], "abc d"),
        ("    a", [Key.Key_Backtab], "  a"),
        ("   a", [Key.Key_Backtab], "  a"),
        ("a", [Key.Key_Backtab], "a"),
    ],
)
def test_enter_and_tab_indent_as_yaml_wants_it(edit: CodeEdit, text: str, keys: list[Key], expected: str) -> None:
    edit.set_text(text)
    edit.moveCursor(QTextCursor.MoveOperation.End)
    for key in keys:
        QTest.keyClick(edit, key)
    assert edit.text() == expected


def test_tab_indents_all_selected_lines_in_one_step(edit: CodeEdit) -> None:
    edit.set_text("a\n\nb\nc")
    edit.moveCursor(QTextCursor.MoveOperation.Down, QTextCursor.MoveMode.KeepAnchor)
    edit.moveCursor(QTextCursor.MoveOperation.Down, QTextCursor.MoveMode.KeepAnchor)
    edit.moveCursor(QTextCursor.MoveOperation.EndOfLine, QTextCursor.MoveMode.KeepAnchor)
    QTest.keyClick(edit, Key.Key_Tab)
    assert edit.text() == "  a\n\n  b\nc"
    edit.undo()
    assert edit.text() == "a\n\nb\nc"


def test_the_text_grows_shrinks_and_comes_back_to_its_size(edit: CodeEdit) -> None:
    size = edit.font().pointSizeF()
    QTest.keyClick(edit, Key.Key_Plus, CTRL)
    QTest.keyClick(edit, Key.Key_Plus, CTRL)
    QTest.keyClick(edit, Key.Key_Minus, CTRL)
    assert edit.font().pointSizeF() == size + 1
    QTest.keyClick(edit, Key.Key_0, CTRL)
    assert edit.font().pointSizeF() == size


def test_a_click_beside_a_line_goes_to_it(edit: CodeEdit) -> None:
    edit.set_text("a\nb\nc\n")
    rect = dict(edit.visible_lines())[3]
    QTest.mouseClick(edit.margin, Qt.MouseButton.LeftButton, pos=QPoint(5, rect.center().y()))
    assert edit.place() == (3, 1)


def test_files_are_handed_on_and_their_names_do_not_land_in_the_text(edit: CodeEdit, qtbot: QtBot) -> None:
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile("/tmp/a.yaml"), QUrl.fromLocalFile("/tmp/b.yaml")])
    dropped.setText("file:///tmp/a.yaml")
    with qtbot.waitSignal(edit.files_given) as given:
        edit.insertFromMimeData(dropped)
    assert [path.name for path in given.args[0]] == ["a.yaml", "b.yaml"]
    assert edit.text() == ""


def test_a_long_text_is_coloured_in_turns_that_leave_the_window_alive(edit: CodeEdit, qtbot: QtBot) -> None:
    edit.set_text("key: value # why\n" * 20_000)
    last = edit.document().findBlockByNumber(19_999)
    assert not last.layout().formats(), "all of it was coloured in one go"
    qtbot.waitUntil(lambda: bool(last.layout().formats()), timeout=20_000)


def test_the_line_that_is_written_stays_in_sight_when_the_text_gets_less_room(edit: CodeEdit) -> None:
    edit.set_text("key: value\n" * 100)
    edit.show_place(Place(12, 1, 12, 1))
    before = edit.firstVisibleBlock().blockNumber()
    edit.resize(600, 150)
    assert edit.viewport().rect().contains(edit.cursorRect())
    assert edit.firstVisibleBlock().blockNumber() >= before
    edit.verticalScrollBar().setValue(80)
    edit.resize(600, 140)
    assert edit.verticalScrollBar().value() == 80  # where the user looked elsewhere


def test_a_huge_text_opens_without_colours_and_says_so(edit: CodeEdit) -> None:
    edit.set_text("key: value # why\n" * (LARGEST // 10))
    assert not edit.highlighter.enabled
    QTest.keyClicks(edit, "x")
    assert not edit.highlighter.enabled


def test_a_read_only_text_cannot_be_changed(qtbot: QtBot) -> None:
    edit = CodeEdit(read_only=True)
    qtbot.addWidget(edit)
    edit.set_text("spec:")
    for key in (Key.Key_Return, Key.Key_Tab, Key.Key_Backtab, Key.Key_A):
        QTest.keyClick(edit, key)
    assert edit.text() == "spec:"
