"""What is found can be put right with one click or key, and taken back."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.reach.objects import ContainerPort, Coverage, Kind, Namespace, Pod, Service, ServicePort, Thing
from desktop.reach.snapshot import Put, Snapshot
from desktop.ui.editor.checker import checker
from desktop.ui.editor.finding_list import FIX, SENTENCE
from desktop.ui.editor.pane import EditorPane
from tests.helpers.writing import WritingDesk

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
TEXT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: db
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: frontned   # the pages
    ports:
    - port: 80
"""
FIXED_PEER, FIXED_PORT = TEXT.replace("frontned", "frontend"), TEXT.replace("port: 80", "port: 5432")


def picture() -> Snapshot:
    things: list[Thing] = [
        Namespace("shop", {"kubernetes.io/metadata.name": "shop"}),
        Pod("shop", "db-0", {"app": "db"}, ports=(ContainerPort("sql", 5432),)),
        Pod("shop", "web-0", {"app": "frontend"}),
        Service("shop", "db", {"app": "db"}, (ServicePort("", 80, 5432),)),
    ]
    snapshot = Snapshot().apply(map(Put, things))
    for kind in Kind:
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    return snapshot


@pytest.fixture
def pane(qtbot: QtBot, desk: WritingDesk) -> Iterator[EditorPane]:
    desk.session.picture = picture()
    window = QWidget()
    pane = EditorPane(desk.context.tasks, checker(desk.session, "default", None))
    QVBoxLayout(window).addWidget(pane)
    window.resize(700, 600)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    pane.edit.set_text(TEXT)
    pane.edit.setFocus()
    qtbot.waitUntil(lambda: pane.checking.current is not None)
    yield pane
    pane.stop()
    delete(window)


def words(pane: EditorPane) -> list[str]:
    model = pane.findings.findings
    return [model.index(row, FIX).data() for row in range(model.rowCount())]


def row_of(pane: EditorPane, fix: str) -> int:
    return words(pane).index(fix)


def test_findings_that_can_be_put_right_say_how(pane: EditorPane) -> None:
    assert [text for text in words(pane) if text] == ["Use app=frontend", "Use 5432"]
    assert pane.standing == "1 policy, 2 warnings"


def test_a_click_on_a_fix_makes_it_and_undo_takes_it_back(qtbot: QtBot, pane: EditorPane) -> None:
    pane.findings.doItemsLayout()
    index = pane.findings.findings.index(row_of(pane, "Use app=frontend"), FIX)
    where = pane.findings.visualRect(index).center()
    QTest.mouseClick(pane.findings.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.waitUntil(lambda: pane.edit.text() == FIXED_PEER)
    qtbot.waitUntil(lambda: [text for text in words(pane) if text] == ["Use 5432"])
    pane.edit.undo()
    assert pane.edit.text() == TEXT


def test_right_and_enter_make_a_fix(qtbot: QtBot, pane: EditorPane) -> None:
    pane.findings.setFocus()
    pane.findings.setCurrentIndex(pane.findings.findings.index(row_of(pane, "Use 5432"), SENTENCE))
    QTest.keyClick(pane.findings, Key.Key_Right)
    QTest.keyClick(pane.findings, Key.Key_Return)
    qtbot.waitUntil(lambda: pane.edit.text() == FIXED_PORT)


def test_left_and_enter_go_to_the_place_instead(pane: EditorPane) -> None:
    pane.findings.setFocus()
    pane.findings.setCurrentIndex(pane.findings.findings.index(row_of(pane, "Use 5432"), FIX))
    QTest.keyClick(pane.findings, Key.Key_Left)
    QTest.keyClick(pane.findings, Key.Key_Return)
    assert pane.edit.place()[0] == 16
    assert pane.edit.text() == TEXT


def test_a_key_makes_the_fix_of_the_line_one_is_in(qtbot: QtBot, pane: EditorPane) -> None:
    QTest.keyClick(pane.edit, Key.Key_F8)
    QTest.keyClick(pane.edit, Key.Key_Period, CTRL)
    qtbot.waitUntil(lambda: pane.edit.text() == FIXED_PEER)


def menu() -> QMenu:
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu)
    return found


def test_the_margin_offers_the_fixes_of_a_line(qtbot: QtBot, pane: EditorPane) -> None:
    pane.edit.margin.menu_asked.emit(16, QPoint(5, 5))
    (action,) = menu().actions()
    assert action.text() == "Use 5432"
    action.trigger()
    menu().close()
    qtbot.waitUntil(lambda: pane.edit.text() == FIXED_PORT)


def test_a_line_without_a_fix_has_no_menu(pane: EditorPane) -> None:
    pane.edit.margin.menu_asked.emit(1, QPoint(5, 5))
    assert QApplication.activePopupWidget() is None


def test_the_margin_tells_that_a_line_can_be_put_right(pane: EditorPane) -> None:
    assert "Ctrl+." in pane.edit.margin.told(16)
    assert "Ctrl+." not in pane.edit.margin.told(1)


def test_a_text_edited_meanwhile_is_left_alone(qtbot: QtBot, pane: EditorPane) -> None:
    finding = next(each for each in pane.shown if each.fix is not None)
    pane.fix(finding)
    pane.edit.append_text("# more\n")
    qtbot.waitUntil(lambda: pane.checking.current is not None)
    assert pane.edit.text() == f"{TEXT}# more\n"


def test_each_finding_says_why_and_where_that_is_written(pane: EditorPane) -> None:
    model = pane.findings.findings
    tip = model.index(row_of(pane, "Use 5432"), SENTENCE).data(Qt.ItemDataRole.ToolTipRole)
    assert "Ports are those of the pods" in tip
    assert "NetworkPolicyPort.port" in tip


def test_nothing_is_claimed_of_pods_that_may_not_be_listed(qtbot: QtBot, desk: WritingDesk, pane: EditorPane) -> None:
    desk.session.picture = picture().covering(Kind.POD, Coverage.FORBIDDEN)
    pane.checking.again()
    qtbot.waitUntil(lambda: words(pane) == [""])  # what is left is about the cluster as such
