"""Findings lead to their places, by mouse and by keyboard."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.manifest import checking
from desktop.policy.findings import Finding, Place, Severity
from desktop.policy.profile import DEFAULT
from desktop.ui.editor.finding_list import FindingModel
from desktop.ui.editor.highlighter import LARGEST
from desktop.ui.editor.pane import EditorPane, standing
from tests.helpers.writing import DEMO, WritingDesk

Key = Qt.Key
BAD = DEMO.replace("port: 6379", "port: 70000").replace("protocol: TCP", "protocol: ICMP")


@pytest.fixture
def pane(qtbot: QtBot, desk: WritingDesk) -> Iterator[EditorPane]:
    window = QWidget()
    pane = EditorPane(desk.context.tasks, lambda text: checking.check(text, profile=DEFAULT))
    layout = QVBoxLayout(window)
    layout.addWidget(pane)
    layout.addWidget(QLineEdit())
    window.resize(700, 600)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    pane.edit.setFocus()
    yield pane
    pane.checking.stop()
    delete(window)


def show(qtbot: QtBot, pane: EditorPane, text: str) -> None:
    pane.edit.replace_text(text)
    qtbot.waitUntil(lambda: pane.checking.current is not None)


def test_a_click_on_a_finding_goes_to_its_place(qtbot: QtBot, pane: EditorPane) -> None:
    show(qtbot, pane, BAD)
    assert pane.standing == "1 policy, 2 errors"
    pane.findings.doItemsLayout()  # as it is on the screen in a moment
    where = pane.findings.visualRect(pane.findings.findings.index(1, 1)).center()
    QTest.mouseClick(pane.findings.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert pane.edit.place() == (17, 13)
    assert QApplication.focusWidget() is pane.edit


def test_f8_goes_from_one_finding_to_the_next_and_around(qtbot: QtBot, pane: EditorPane) -> None:
    show(qtbot, pane, BAD)
    lines = []
    for key in (Key.Key_F8, Key.Key_F8, Key.Key_F8, Key.Key_F8):
        QTest.keyClick(pane.edit, key)
        lines.append(pane.edit.place()[0])
    assert lines == [13, 16, 17, 13]
    QTest.keyClick(pane.edit, Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert pane.edit.place()[0] == 17


def test_once_it_is_stopped_a_change_of_the_cluster_starts_no_check(
    qtbot: QtBot, desk: WritingDesk, pane: EditorPane, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(qtbot, pane, BAD)
    started: list[object] = []
    monkeypatch.setattr(desk.context.tasks, "run", lambda *arguments: started.append(arguments))
    pane.checking.again()
    assert started
    pane.stop()  # its window is closed, and soon gone
    started.clear()
    pane.checking.again()
    assert not started


def test_ctrl_tab_leaves_the_text_which_tab_does_not(qtbot: QtBot, pane: EditorPane) -> None:
    QTest.keyClick(pane.edit, Key.Key_Tab)
    assert QApplication.focusWidget() is pane.edit
    QTest.keyClick(pane.edit, Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(QApplication.focusWidget(), QLineEdit)


def test_only_the_newest_text_is_told_of(qtbot: QtBot, pane: EditorPane) -> None:
    told: list[str] = []
    pane.checked.connect(lambda _: told.append(pane.standing))
    for text in (BAD, "", DEMO + "---\n" + DEMO.replace("access-demo1", "other")):
        pane.edit.replace_text(text)
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(300)
    assert told == ["2 policies"]


def test_a_text_too_long_for_colours_says_so() -> None:
    text = DEMO + "#" * LARGEST
    checked = checking.check(text, profile=DEFAULT)
    assert standing(checked, checked.findings, coloured=False).endswith("the text is too long for them")


def test_the_gravest_finding_comes_first_then_the_order_of_the_text(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    model = FindingModel(owner)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    at = [Place(line, 1, line, 2) for line in (9, 5, 7)]
    model.show(
        [
            Finding("port.range", Severity.INFO, place=at[1]),
            Finding("port.range", Severity.ERROR, place=at[0]),
            Finding("port.range", Severity.ERROR, place=at[2]),
            Finding("port.range", Severity.WARNING),
        ]
    )
    lines = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert lines == ["Line 7", "Line 9", "", "Line 5"]
    assert str(model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)).startswith("error Line 7")
