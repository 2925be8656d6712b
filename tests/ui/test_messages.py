"""Every error reaches the user once, in plain words, with details for a report that hold no secrets."""

import logging

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.errors import Cancelled, FileError, Invalid, Unreachable
from desktop.ui.messages import MessageBar, Messages


@pytest.fixture
def messages(qtbot: QtBot) -> Messages:
    return Messages()


@pytest.fixture
def bar(messages: Messages, qtbot: QtBot) -> MessageBar:
    bar = MessageBar(messages)
    qtbot.addWidget(bar)
    return bar


def press(bar: MessageBar, text: str) -> None:
    button = next(each for each in bar.findChildren(QPushButton) if each.text().replace("&", "") == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_is_shown_until_there_is_something_to_say(bar: MessageBar) -> None:
    assert bar.sentence == ""


def test_an_error_is_shown_in_words_and_stays_until_it_is_closed(messages: Messages, bar: MessageBar) -> None:
    messages.error(FileError("file.not-written", path="/home/me/x.yaml", reason="No space left on device"))
    assert "/home/me/x.yaml" in bar.sentence
    assert "file.not-written" not in bar.sentence
    press(bar, "Close")
    assert bar.sentence == ""


def test_the_same_error_is_not_shown_twice_while_it_is_open(messages: Messages, bar: MessageBar) -> None:
    first, second = (FileError("file.not-read", path=path, reason="x") for path in ("/a", "/b"))
    for error in (first, second, first):
        messages.error(error)
    assert "/a" in bar.sentence
    press(bar, "Close")
    assert "/b" in bar.sentence
    press(bar, "Close")
    assert bar.sentence == ""


def test_what_the_user_cancelled_is_no_error(messages: Messages, bar: MessageBar) -> None:
    messages.error(Cancelled())
    assert bar.sentence == ""


def test_a_note_gives_way_to_whatever_comes_next(messages: Messages, bar: MessageBar) -> None:
    messages.note("3 policies saved")
    assert bar.sentence == "3 policies saved"
    messages.note("1 policy saved")
    press(bar, "Close")
    assert bar.sentence == ""


def test_a_note_goes_away_by_itself(messages: Messages, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.ui.messages._NOTE_SECONDS", 0.05)
    bar = MessageBar(messages)
    qtbot.addWidget(bar)
    messages.note("saved")
    qtbot.waitUntil(lambda: bar.sentence == "", timeout=2000)


def test_the_details_name_version_code_and_place_but_no_text_of_a_foreign_exception(
    messages: Messages, bar: MessageBar
) -> None:
    try:
        raise ValueError("Authorization: Bearer CANARY")
    except ValueError as cause:
        error = Unreachable("connect.refused", host="prod")
        error.__cause__ = cause
    messages.error(error)
    press(bar, "Copy Details")
    copied = QGuiApplication.clipboard().text()
    assert "connect.refused" in copied
    assert "ValueError" in copied
    assert "test_messages.py" in copied
    assert "CANARY" not in copied


def test_an_error_that_was_raised_again_from_itself_is_told_once(messages: Messages, bar: MessageBar) -> None:
    error = Unreachable("unreachable.refused", host="prod", port=443)
    error.__cause__ = error
    messages.error(error)
    press(bar, "Copy Details")
    assert QGuiApplication.clipboard().text().count("unreachable.refused") == 1


def test_what_a_server_put_into_its_words_is_not_copied_where_it_looks_like_a_secret(
    messages: Messages, bar: MessageBar
) -> None:
    said = "webhook refused: Authorization: Bearer CANARY-1, password=CANARY-2, from https://me:CANARY-3@hook"
    messages.error(Invalid("api.invalid", status=422, message=said))
    press(bar, "Copy Details")
    copied = QGuiApplication.clipboard().text()
    assert "webhook refused" in copied
    assert "CANARY" not in copied


def test_a_fault_of_ours_is_told_and_logged_with_its_place(
    messages: Messages, bar: MessageBar, caplog: pytest.LogCaptureFixture
) -> None:
    messages.fault(ZeroDivisionError("x"))
    assert bar.sentence != ""
    assert [record.levelno for record in caplog.records if record.levelno >= logging.WARNING] == [logging.ERROR]
    caplog.clear()


def test_markup_from_outside_is_shown_as_it_is(messages: Messages, bar: MessageBar) -> None:
    messages.error(FileError("file.not-read", path="<b>bold</b>\u202e", reason="x"))
    assert "<b>bold</b>\\u202e" in bar.sentence
