"""Each write ends as what it is, also when the connection breaks or the user stops."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop.cluster.gateway import Deletion, Verb, Write
from desktop.errors import Cause, ConnectionLost, FieldConflict, Invalid, Unreachable
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.review.conflict import Choice
from desktop.ui.review.items import Standing
from tests.helpers.writing import DEMO, WritingDesk

LOST = ConnectionLost("connection.lost", host="shop", port=6443)
Start = Callable[[str], PolicyWindow]


@pytest.fixture
def started(qtbot: QtBot, desk: WritingDesk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Open windows on a new text, reviewed."""
    monkeypatch.setattr("desktop.session.carrying_out.READ_BACK_PAUSES", (0.01,))
    dialogs: list[PolicyWindow] = []

    def start(text: str) -> PolicyWindow:
        dialog = PolicyWindow(desk.context, desk.session, namespace="default", document=None)
        dialogs.append(dialog)
        dialog.show()
        dialog.page.pane.edit.replace_text(text)
        dialog.page.submit()
        qtbot.waitUntil(dialog.review.isVisible)
        return dialog

    yield start
    for dialog in filter(isValid, dialogs):
        dialog.done(0)
        delete(dialog)  # here and now: the garbage collector may run in any thread


def whats(dialog: PolicyWindow) -> list[str]:
    return [item.what for item in dialog.review.shown]


def test_enter_writes_once_pressed_in_the_review_and_not_while_held_down_since_before(
    qtbot: QtBot, desk: WritingDesk, started: Start
) -> None:
    dialog = started(DEMO)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    qtbot.waitUntil(dialog.review.apply.hasFocus)
    assert dialog.review.apply.isDefault()
    for widget in (dialog.review.apply, dialog):
        held = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, text="\r", autorep=True
        )
        QApplication.sendEvent(widget, held)
    assert not dialog.review.writing
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog.review.apply, Qt.Key.Key_Return)
    assert desk.sentences == ["access-demo1 created on shop"]


def test_back_in_the_text_enter_is_for_its_own_default_button_again(
    qtbot: QtBot, desk: WritingDesk, started: Start
) -> None:
    dialog = started(DEMO)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    dialog.reject()
    assert dialog.page.ok.isDefault()
    assert not dialog.review.apply.isDefault()


def test_of_several_policies_one_that_is_refused_is_shown_first(
    qtbot: QtBot, desk: WritingDesk, started: Start
) -> None:
    desk.refuse(Invalid("api.invalid", status=422, message="no"), "second")
    dialog = started(DEMO + "---\n" + DEMO.replace("access-demo1", "second"))
    qtbot.waitUntil(lambda: len(dialog.review.shown) == 2)
    assert dialog.review.items.currentIndex().row() == 1
    assert "refused" in dialog.review.reason


def test_a_write_whose_answer_was_lost_but_took_effect_counts_as_done(
    qtbot: QtBot, desk: WritingDesk, started: Start
) -> None:
    def lose(_: Write | Deletion) -> None:
        raise LOST

    dialog = started(DEMO)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    desk.gateway.after_write = lose
    with qtbot.waitSignal(dialog.finished):
        dialog.review.carry_out()
    assert desk.sentences == ["access-demo1 created on shop"]


def test_where_it_cannot_be_told_whether_it_was_written_it_says_what_is_there(
    qtbot: QtBot, desk: WritingDesk, started: Start
) -> None:
    other = DEMO.replace("frontend", "backend")

    def lose(write: Write | Deletion) -> None:
        desk.store(other)
        raise LOST

    dialog = started(DEMO)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    desk.gateway.after_write = lose
    dialog.review.carry_out()
    qtbot.waitUntil(lambda: whats(dialog) == ["Not known"])
    (item,) = dialog.review.shown
    assert item.standing is Standing.UNKNOWN
    assert any("backend" in row.text for row in item.diff)
    assert dialog.isVisible()


def test_a_cluster_out_of_reach_is_told_and_the_text_stays(qtbot: QtBot, desk: WritingDesk, started: Start) -> None:
    desk.refuse(Unreachable("connection.refused", host="shop", port=6443))
    dialog = started(DEMO)
    qtbot.waitUntil(lambda: "shop" in dialog.review.panel.verdict.sentence)
    assert not dialog.review.apply.isEnabled()
    dialog.review.back_button.click()
    assert dialog.page.pane.edit.text() == DEMO


def test_planning_can_be_stopped_and_leads_back_to_the_text(qtbot: QtBot, desk: WritingDesk, started: Start) -> None:
    going_on = threading.Event()

    def hold(_write: object, _dry_run: bool) -> None:
        going_on.wait(5)

    desk.gateway.before_write = hold
    dialog = started(DEMO + "---\n" + DEMO.replace("access-demo1", "other"))
    assert dialog.review.reason == "Asking what would change…"
    assert not dialog.review.apply.isEnabled()
    dialog.review.stop.click()
    going_on.set()
    qtbot.waitUntil(dialog.page.isVisible)
    assert desk.gateway.sent == []


def test_while_it_is_written_the_window_stays_open(qtbot: QtBot, desk: WritingDesk, started: Start) -> None:
    dialog = started(DEMO)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    going_on = threading.Event()

    def hold(_write: object, _dry_run: bool) -> None:
        going_on.wait(5)

    desk.gateway.before_write = hold
    dialog.review.carry_out()
    assert not dialog.close()
    dialog.reject()
    assert dialog.review.isVisible()
    assert dialog.review.reason == "Applying…"
    with qtbot.waitSignal(dialog.finished):
        going_on.set()


def test_keep_mine_over_the_fields_of_another_manager_is_a_guarded_update(
    qtbot: QtBot, desk: WritingDesk, started: Start
) -> None:
    desk.store(DEMO.replace("6379", "1"))
    cause = Cause("FieldManagerConflict", 'conflict with "gitops"', ".spec.ingress")

    def own(write: object, _dry_run: bool) -> None:
        if isinstance(write, Write) and write.verb is Verb.APPLY:
            raise FieldConflict("api.field-conflict", status=409, message="one conflict", causes=(cause,))

    desk.gateway.before_write = own
    dialog = started(DEMO)
    qtbot.waitUntil(lambda: whats(dialog) == ["Conflict"])
    dialog.review.panel.conflict.buttons[Choice.MINE].click()
    qtbot.waitUntil(lambda: whats(dialog) == ["Change"] and dialog.review.apply.isEnabled())
    with qtbot.waitSignal(dialog.finished):
        dialog.review.carry_out()
    assert desk.gateway.sent == [("update", "default", "access-demo1")]
