"""What an earlier run of the program left unapplied is offered at the start, whatever its cluster is now."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.cluster.gateway import PolicyDocument
from desktop.ui.editor import draft_offer
from desktop.ui.editor.drafts import DraftFile, Pending, StoredDraft, pending_drafts
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.main_window import MainWindow
from tests.ui.window.conftest import Desk

TEXT = "kind: NetworkPolicy # not done\n"
DB = PolicyDocument("shop", "db", {"kind": "NetworkPolicy", "spec": {"podSelector": {}}}, "kind: …\n", "7", "u-1")


def leave(cluster: str, base: PolicyDocument | None = None, hour: int = 12) -> DraftFile:
    """Leave a draft as a program does that was killed."""
    file = DraftFile()
    file.save(StoredDraft(cluster, "prod", "shop", TEXT, base, datetime(2026, 1, 2, hour, tzinfo=UTC)), 1)
    file.release()
    return file


@pytest.fixture
def windows(desk: Desk) -> Iterator[list[MainWindow]]:
    """Collect the windows that are opened, and close what they opened."""
    opened: list[MainWindow] = []
    yield opened
    for window in opened:
        window.pump.stop()
        for dialog in window.findChildren(PolicyWindow):
            dialog.done(0)


def start(desk: Desk, windows: list[MainWindow]) -> MainWindow:
    """Start once more."""
    window = MainWindow(desk.window.context)
    desk.bot.addWidget(window)
    windows.append(window)
    with desk.bot.waitSignal(window.painted):
        window.show()
    desk.bot.waitUntil(lambda: hasattr(window, "left_drafts"))
    return window


def test_a_draft_left_is_offered_at_the_start_and_opened_on_its_own_cluster(
    qtbot: QtBot, desk: Desk, windows: list[MainWindow]
) -> None:
    leave("context:prod", DB)
    desk.choose("stage")
    window = start(desk, windows)
    qtbot.waitUntil(lambda: window.left_drafts.sentence.startswith("A change of db in shop on prod"))
    window.left_drafts.restore.click()
    qtbot.waitUntil(lambda: len(window.findChildren(PolicyWindow)) == 1)
    (dialog,) = window.findChildren(PolicyWindow)
    assert dialog.page.pane.edit.text() == TEXT
    assert dialog.windowTitle() == "db – prod"
    assert window.left_drafts.sentence == ""


def test_several_drafts_are_offered_one_after_the_other(qtbot: QtBot, desk: Desk, windows: list[MainWindow]) -> None:
    leave("context:prod", DB, hour=9)
    leave("context:prod", hour=11)
    window = start(desk, windows)
    qtbot.waitUntil(lambda: window.left_drafts.sentence.startswith("A new policy for prod"))
    window.left_drafts.discard.click()
    qtbot.waitUntil(lambda: window.left_drafts.sentence.startswith("A change of db in shop on prod"))
    qtbot.waitUntil(lambda: [draft.base for draft in pending_drafts().drafts] == [DB])


def test_a_draft_whose_cluster_is_gone_can_be_copied_and_stays(
    qtbot: QtBot, desk: Desk, windows: list[MainWindow]
) -> None:
    leave("context:gone")
    window = start(desk, windows)
    qtbot.waitUntil(lambda: bool(window.left_drafts.sentence))
    assert window.left_drafts.restore.isHidden()
    window.left_drafts.copy.click()
    assert QGuiApplication.clipboard().text() == TEXT
    window.left_drafts.later.click()
    assert window.left_drafts.sentence == ""
    assert len(pending_drafts().drafts) == 1


def test_a_draft_that_an_editor_went_on_with_and_kept_comes_back_as_it_is_now(
    qtbot: QtBot, desk: Desk, windows: list[MainWindow]
) -> None:
    leave("context:prod", DB)
    window = start(desk, windows)
    qtbot.waitUntil(lambda: bool(window.left_drafts.sentence))
    (left,) = pending_drafts().drafts
    opened = DraftFile(left.file)
    opened.save(replace(left, text="kind: NetworkPolicy # further on\n"), 1)
    opened.release()
    window.left_drafts.restore.click()
    qtbot.waitUntil(lambda: len(window.findChildren(PolicyWindow)) == 1)
    (dialog,) = window.findChildren(PolicyWindow)
    assert dialog.page.pane.edit.text() == "kind: NetworkPolicy # further on\n"


def test_a_draft_that_an_editor_has_opened_meanwhile_is_left_to_it(
    qtbot: QtBot, desk: Desk, windows: list[MainWindow]
) -> None:
    file = leave("context:prod", DB)
    window = start(desk, windows)
    qtbot.waitUntil(lambda: bool(window.left_drafts.sentence))
    (left,) = pending_drafts().drafts
    opened = DraftFile(left.file)
    window.left_drafts.discard.click()
    desk.settle()
    opened.release()
    assert [draft.file for draft in pending_drafts().drafts] == [left.file]
    file.release()


def test_nothing_is_said_where_no_draft_was_left(
    qtbot: QtBot, desk: Desk, windows: list[MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Pending] = []

    def look() -> Pending:
        looks.append(pending_drafts())
        return looks[-1]

    monkeypatch.setattr(draft_offer, "pending_drafts", look)
    window = start(desk, windows)
    qtbot.waitUntil(lambda: bool(looks))
    desk.settle()
    assert looks[0].drafts == ()
    assert window.left_drafts.sentence == ""
