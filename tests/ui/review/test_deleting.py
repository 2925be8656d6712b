"""Deleting asks once, names everything it will take and what that opens, and takes nothing else."""

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop.errors import ConnectionLost, Forbidden, Unreachable
from desktop.policy.objects import LabelSelector, NetworkPolicy
from desktop.reach.objects import Pod, StoredPolicy
from desktop.session.state import PolicyRow
from desktop.ui.review.delete_dialog import DeleteDialog
from tests.helpers.fake_sessions import rows_of, snapshot_of
from tests.helpers.policies import policy
from tests.helpers.writing import WritingDesk

Key = Qt.Key


@pytest.fixture(autouse=True)
def _close(qapp: QApplication) -> Iterator[None]:
    """Take away the windows that a test leaves."""
    yield
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, DeleteDialog) and isValid(widget):
            widget.done(0)
            delete(widget)  # here and now: the garbage collector may run in any thread


def rows(desk: WritingDesk, *names: str, labels: dict[str, str] | None = None) -> list[PolicyRow]:
    """Put policies for app=NAME on the cluster, each with a pod, and return their rows."""
    things = []
    for name in names:
        value = policy(name)
        value["metadata"]["labels"] = labels or {}
        document = desk.gateway.store("shop", name, value)
        selector = LabelSelector((("app", name),))
        things.append(
            StoredPolicy("shop", name, NetworkPolicy("shop", name, selector, ()), b"", document.uid, document.version)
        )
    pods = [Pod("shop", f"{name}-0", {"app": name}) for name in names]
    desk.session.picture = snapshot_of(things, pods, ["shop"])
    return list(rows_of(desk.session.picture).values())


def opened(qtbot: QtBot, desk: WritingDesk, chosen: list[PolicyRow]) -> DeleteDialog:
    dialog = DeleteDialog(desk.context, desk.session, chosen)
    dialog.open()
    qtbot.waitUntil(lambda: not dialog.busy and not dialog.meaning.computing)
    for asked in dialog.meaning.boxes:
        asked.box.click()
    return dialog


def test_every_policy_is_named_with_what_its_deletion_opens(qtbot: QtBot, desk: WritingDesk) -> None:
    chosen = rows(desk, *(f"app-{number}" for number in range(30)))
    dialog = opened(qtbot, desk, chosen)
    texts = dialog.list.texts()
    for number in range(30):
        assert f"app-{number} in shop" in texts
        assert f"1 pod has no other policy for inbound and accepts every connection: app-{number}-0" in texts
    assert dialog.delete.text() == "&Delete 30 Policies"


def test_all_that_is_said_of_one_policy_is_seen_without_scrolling(qtbot: QtBot, desk: WritingDesk) -> None:
    dialog = opened(qtbot, desk, rows(desk, "a-policy-of-a-long-name-" + 30 * "x"))
    qtbot.waitUntil(lambda: dialog.list.verticalScrollBar().maximum() == 0)


def test_a_window_left_before_it_shows_what_was_found_follows_the_cluster_no_more(
    qtbot: QtBot, desk: WritingDesk
) -> None:
    dialog = DeleteDialog(desk.context, desk.session, rows(desk, "web"))
    dialog.open()
    while not desk.pool.idle:
        time.sleep(0.001)  # the window sees nothing of it yet
    follows: list[bool] = []
    QTimer.singleShot(0, dialog.reject)
    QCoreApplication.sendPostedEvents()  # what was found comes home, and is to be shown in the next turn
    QTimer.singleShot(0, lambda: follows.append(dialog.meaning.computing))
    qtbot.waitUntil(lambda: bool(follows))
    assert follows == [False]


def test_enter_cancels_and_deletes_nothing(qtbot: QtBot, desk: WritingDesk) -> None:
    dialog = opened(qtbot, desk, rows(desk, "web"))
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Key.Key_Return)
    assert desk.gateway.sent == []


def test_delete_takes_what_was_named_and_tells_so(qtbot: QtBot, desk: WritingDesk) -> None:
    chosen = rows(desk, "web", "db", "cache")
    dialog = opened(qtbot, desk, [row for row in chosen if row.name != "db"])
    with qtbot.waitSignal(dialog.finished):
        dialog.delete.click()
    assert sorted(desk.gateway.documents) == [("shop", "db")]
    assert desk.sentences == ["2 policies deleted on shop"]


def test_a_policy_made_anew_under_the_same_name_stays(qtbot: QtBot, desk: WritingDesk) -> None:
    chosen = rows(desk, "web")
    del desk.gateway.documents["shop", "web"]
    desk.gateway.store("shop", "web", policy("web"))
    dialog = opened(qtbot, desk, chosen)
    assert not dialog.delete.isEnabled()
    assert dialog.reason == "Delete is off: none of these can be deleted."
    assert ("shop", "web") in desk.gateway.documents


def test_each_ends_with_a_result_of_its_own(qtbot: QtBot, desk: WritingDesk) -> None:
    chosen = rows(desk, "web", "db")
    dialog = opened(qtbot, desk, chosen)
    desk.refuse(Forbidden("api.forbidden", status=403, message="you may not"), "db")
    dialog.delete.click()
    qtbot.waitUntil(lambda: dialog.reason == "1 policy was not deleted.")
    texts = dialog.list.texts()
    assert texts[texts.index("web in shop") + 1] == "Deleted"
    assert "you may not" in texts[texts.index("db in shop") + 1]
    assert dialog.isVisible()


def test_what_a_finalizer_holds_is_not_told_as_deleted(qtbot: QtBot, desk: WritingDesk) -> None:
    chosen = rows(desk, "web", "db")
    held = policy("db")
    held["metadata"]["finalizers"] = ["example.com/hold"]
    desk.gateway.store("shop", "db", held)
    dialog = opened(qtbot, desk, chosen)
    warned = [text for text in dialog.list.texts() if text.startswith("A finalizer holds it")]
    assert len(warned) == 1
    dialog.delete.click()
    qtbot.waitUntil(lambda: dialog.reason == "1 policy was not deleted.")
    texts = dialog.list.texts()
    assert texts[texts.index("web in shop") + 1] == "Deleted"
    assert texts[texts.index("db in shop") + 1] == "Marked as deleted, but in force until its finalizers go"


def test_whoever_brings_it_back_is_named(qtbot: QtBot, desk: WritingDesk) -> None:
    chosen = rows(desk, "web", labels={"kustomize.toolkit.fluxcd.io/name": "apps"})
    dialog = opened(qtbot, desk, chosen)
    assert any("Flux" in text and "apps" in text for text in dialog.list.texts())


def test_a_cluster_that_cannot_be_reached_is_told_and_nothing_can_be_deleted(qtbot: QtBot, desk: WritingDesk) -> None:
    chosen = rows(desk, "web")
    desk.refuse(Unreachable("connection.refused", host="shop", port=6443))
    dialog = opened(qtbot, desk, chosen)
    assert dialog.trouble.sentence
    assert not dialog.delete.isEnabled()


def test_a_connection_lost_on_the_way_is_read_back(
    qtbot: QtBot, desk: WritingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.session.carrying_out.READ_BACK_PAUSES", (0.01,))
    dialog = opened(qtbot, desk, rows(desk, "web"))

    def lost(_deletion: object) -> None:
        raise ConnectionLost("connection.lost", host="shop", port=6443)

    desk.gateway.after_write = lost
    with qtbot.waitSignal(dialog.finished):
        dialog.delete.click()
    assert desk.sentences == ["web deleted on shop"]
