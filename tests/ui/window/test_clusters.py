"""The left side of the window: clusters are found, chosen, opened, synchronized and arranged."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.errors import Unreachable
from desktop.reach.objects import Kind
from desktop.session.sessions import Sessions
from desktop.session.state import Connection, Progress, SessionState
from desktop.ui import main_window
from desktop.ui.actions import Command
from desktop.ui.bridge import TaskRunner, UiContext
from desktop.ui.clusters import commands
from desktop.ui.clusters.connection_details import ConnectionDetails
from desktop.ui.clusters.tree_model import Level, NodeKey
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import Messages
from tests.helpers.fake_sessions import NOON, FakeSession, policy, snapshot_of
from tests.helpers.models import recorded, tree_text
from tests.ui.window.conftest import KUBECONFIG, Desk


def open_dialog(desk: Desk) -> QDialog:
    """Return the dialog that is open."""
    dialogs = [each for each in desk.window.findChildren(QDialog) if each.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def press_ok(dialog: QDialog) -> None:
    box = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    QTest.mouseClick(box.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)


def fill(dialog: QDialog, kind: type[QWidget], text: str) -> None:
    found = dialog.findChild(kind)
    if isinstance(found, QLineEdit):
        found.setText(text)
    elif isinstance(found, QPlainTextEdit):
        found.setPlainText(text)
    elif isinstance(found, QComboBox):
        found.setCurrentIndex(found.findData(text))


def test_a_look_at_the_files_that_fails_is_told_once_and_is_not_the_last(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[int] = []

    def refresh() -> bool:
        looks.append(1)
        if len(looks) <= 3:
            raise ZeroDivisionError
        return False

    monkeypatch.setattr(commands, "_LOOK_MS", 1)
    monkeypatch.setattr(commands, "_LOOK_AGAIN_MS", 1)
    monkeypatch.setattr(desk.catalog, "refresh", refresh)
    desk.window.cluster_commands.reload()
    desk.bot.waitUntil(lambda: len(looks) >= 6)
    assert len(desk.said) == 1
    caplog.clear()


def test_a_look_that_outlives_the_window_is_heard_of_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    looking, over = threading.Event(), threading.Event()

    def refresh() -> bool:
        looking.set()
        return over.wait(10)

    monkeypatch.setattr(commands, "_LOOK_MS", 1)
    monkeypatch.setattr(desk.catalog, "refresh", refresh)
    tasks = TaskRunner(desk.pool)
    sessions = cast(Sessions, desk.sessions)
    window = MainWindow(UiContext(tasks, Messages(), desk.settings, desk.catalog, sessions, tasks))
    window.show()
    desk.bot.waitUntil(looking.is_set)
    delete(window)
    over.set()
    desk.settle()  # an exception in what is told would fail the test


def test_at_first_start_the_sample_is_chosen_and_nothing_else_is_touched(desk: Desk) -> None:
    assert desk.window.clusters.choice is not None
    assert desk.window.clusters.choice.entry.title == "sample"
    assert {id_: session.asked for id_, session in desk.sessions.made.items()} == {"sample": ["open"]}


def test_a_broken_entry_is_shown_and_does_not_hide_the_others(desk: Desk) -> None:
    assert tree_text(desk.window.clusters.tree, 2) == [
        "No project",
        "  broken | Error",
        "  prod | Not opened",
        "  sample | Not opened",
        "  stage | Not opened",
    ]
    desk.choose("broken")
    assert "broken cannot be used" in desk.window.policies.empty.text
    assert "nowhere" in desk.window.policies.empty.text
    assert "broken" not in {session.entry.title for session in desk.sessions.all()}


def test_passing_a_cluster_by_key_contacts_nothing_but_a_click_or_enter_opens_it(desk: Desk) -> None:
    desk.choose("prod")
    assert desk.session("prod").asked == []
    assert "has not been opened" in desk.window.policies.empty.text
    QTest.keyClick(desk.window.clusters.view, Qt.Key.Key_Return)
    assert desk.session("prod").asked == ["open"]
    desk.click("stage")
    assert desk.session("stage").asked == ["open"]


def test_choosing_a_namespace_leaves_only_its_policies(desk: Desk) -> None:
    snapshot = snapshot_of([policy("a", "web"), policy("b", "db")], namespaces=["web", "db"])
    desk.choose("prod")
    desk.says("prod", snapshot)
    assert desk.window.policies.table.rowCount() == 2
    desk.choose("prod", "web")
    assert [desk.window.policies.table.row_at(desk.window.policies.table.index(0, 0)).name] == ["a"]
    assert desk.window.policies.table.rowCount() == 1
    assert "/ web" in desk.window.policies.headline.accessibleName()


def test_the_project_drop_down_filters_the_tree(desk: Desk) -> None:
    desk.catalog.move(desk.entry("prod").id, "Shop")
    desk.window.clusters.refresh()
    projects = desk.window.clusters.projects
    assert [projects.itemText(at) for at in range(projects.count())] == ["All", "Shop", "No project"]
    projects.setCurrentIndex(1)
    assert tree_text(desk.window.clusters.tree) == ["Shop", "  prod"]
    projects.setCurrentIndex(2)
    assert tree_text(desk.window.clusters.tree) == ["No project", "  broken", "  sample", "  stage"]
    projects.setCurrentIndex(0)
    assert len(tree_text(desk.window.clusters.tree)) == 6


def test_synchronize_above_the_tree_reads_every_cluster_shown_that_can_be_used(desk: Desk) -> None:
    desk.catalog.move(desk.entry("stage").id, "Shop")
    desk.window.clusters.refresh()
    desk.window.clusters.projects.setCurrentIndex(desk.window.clusters.projects.findData(""))
    desk.window.actions_[Command.SYNCHRONIZE_ALL].trigger()
    wanted = {"sample": ["open", "synchronize"], "prod": ["synchronize"]}
    desk.bot.waitUntil(lambda: {each.entry.title: each.asked for each in desk.sessions.all()} == wanted)


def test_the_window_never_waits_for_clusters_to_begin(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[threading.Thread] = []
    monkeypatch.setattr(FakeSession, "synchronize", lambda _: began.append(threading.current_thread()))
    desk.window.actions_[Command.SYNCHRONIZE_ALL].trigger()
    desk.bot.waitUntil(lambda: len(began) == 3)
    assert threading.main_thread() not in began


def test_news_of_other_clusters_leave_what_is_shown_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.choose("prod")
    desk.says("prod", snapshot_of([policy("web", "shop")]))
    followed: list[object] = []
    monkeypatch.setattr(main_window, "in_turn", lambda _owner, work: followed.append(work))
    with recorded(desk.window.policies.table) as table, recorded(desk.window.clusters.tree) as tree:
        for number in range(20):
            desk.says("stage", snapshot_of(policy(f"p-{each}", "shop") for each in range(number + 1)))
    assert (followed, table) == ([], [])
    assert "reset" not in tree


def test_f5_synchronizes_the_cluster_shown_alone(desk: Desk) -> None:
    desk.choose("prod")
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    assert desk.session("prod").asked == ["synchronize"]
    assert "synchronize" not in desk.session("sample").asked


def test_a_running_synchronization_shows_how_far_it_is_and_can_be_cancelled(desk: Desk) -> None:
    desk.choose("prod")
    running = SessionState(connection=Connection.SYNCHRONIZING, progress=Progress(500, 2000, Kind.POD))
    desk.says("prod", running)
    assert "Pods: 500 of 2000" in desk.window.policies.empty.text
    assert desk.window.actions_[Command.CANCEL_SYNCHRONIZATION].isEnabled()
    desk.window.actions_[Command.CANCEL_SYNCHRONIZATION].trigger()
    assert desk.session("prod").asked == ["cancel"]
    desk.says("prod", snapshot_of())
    assert not desk.window.actions_[Command.CANCEL_SYNCHRONIZATION].isEnabled()


def test_nothing_moves_when_a_synchronization_begins(desk: Desk, qtbot: QtBot) -> None:
    centre = desk.window.centralWidget()
    assert centre is not None
    height = centre.height()
    desk.says("prod", SessionState(connection=Connection.CONNECTING, progress=Progress(0, None)))
    qtbot.wait(50)
    assert desk.window.synchronizations.text == "prod"
    assert centre.height() == height


def test_of_many_synchronizations_the_first_have_bars_and_the_others_are_counted(desk: Desk) -> None:
    running = SessionState(connection=Connection.SYNCHRONIZING, progress=Progress(1, 2, Kind.POD))
    for title in ("prod", "stage", "sample"):
        desk.says(title, running)
    assert desk.window.synchronizations.text == "prod, stage and 1 more"
    desk.says("prod", snapshot_of())
    assert desk.window.synchronizations.text == "stage, sample"
    desk.says("stage", snapshot_of())
    desk.says("sample", snapshot_of())
    assert desk.window.synchronizations.text == ""


def test_a_cluster_is_renamed_in_the_list_only(desk: Desk) -> None:
    desk.choose("prod")
    desk.window.actions_[Command.RENAME].trigger()
    dialog = open_dialog(desk)
    fill(dialog, QLineEdit, "  ")
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)  # type: ignore[union-attr]
    assert not ok.isEnabled()
    fill(dialog, QLineEdit, "production")
    press_ok(dialog)
    assert desk.entry("production").context == "prod"
    assert "production" in desk.window.windowTitle()
    assert "production" in desk.window.policies.headline.accessibleName()


def test_a_new_project_takes_the_cluster_it_was_made_for(desk: Desk) -> None:
    desk.choose("prod")
    desk.window.cluster_commands.menus.new_project_asked.emit(desk.entry("prod"))
    dialog = open_dialog(desk)
    fill(dialog, QLineEdit, "Shop")
    press_ok(dialog)
    assert desk.entry("prod").project == "Shop"
    assert desk.window.clusters.choice is not None
    assert desk.window.clusters.choice.entry.title == "prod"


def test_a_removed_project_leaves_its_clusters_in_the_list(desk: Desk) -> None:
    desk.catalog.move(desk.entry("prod").id, "Shop")
    desk.window.clusters.refresh()
    assert not desk.window.actions_[Command.REMOVE_PROJECT].isEnabled()
    desk.window.clusters.select(NodeKey(Level.PROJECT, "Shop"))
    desk.window.actions_[Command.REMOVE_PROJECT].trigger()
    assert "Shop" not in tree_text(desk.window.clusters.tree)
    assert desk.entry("prod").project == ""


def test_a_colour_marks_the_cluster_in_tree_and_headline(desk: Desk) -> None:
    desk.choose("prod")
    before = desk.window.grab().toImage()
    desk.catalog.colour(desk.entry("prod").id, "#d55e00")
    desk.window.cluster_commands.menus.changed.emit()
    after = desk.window.grab().toImage()
    stripe = desk.window.clusters.view.visualRect(desk.window.clusters.tree.index_of(desk.key("prod"))).center()
    stripe.setX(1)
    place = desk.window.clusters.view.viewport().mapTo(desk.window, stripe)
    assert after.pixelColor(place).name() == "#d55e00"
    assert before.pixelColor(place).name() != "#d55e00"


def test_named_namespaces_are_kept_and_told_to_the_session(desk: Desk) -> None:
    desk.choose("prod")
    session = desk.session("prod")
    desk.window.actions_[Command.NAMESPACES].trigger()
    dialog = open_dialog(desk)
    fill(dialog, QPlainTextEdit, "web\n db, cache \n")
    press_ok(dialog)
    assert session.entry.namespaces == ("web", "db", "cache")
    assert tree_text(desk.window.clusters.tree)[2:6] == ["  prod", "    cache", "    db", "    web"]


def test_a_profile_is_chosen_by_name(desk: Desk) -> None:
    desk.choose("prod")
    session = desk.session("prod")
    desk.window.actions_[Command.PROFILE].trigger()
    dialog = open_dialog(desk)
    combo = dialog.findChild(QComboBox)
    assert isinstance(combo, QComboBox)
    assert combo.currentData() == ""
    combo.setCurrentIndex(1)
    wanted = combo.currentData()
    press_ok(dialog)
    assert session.entry.profile == wanted != ""


def test_removing_a_cluster_asks_first_closes_its_session_and_can_be_undone(desk: Desk) -> None:
    desk.choose("prod")
    desk.window.actions_[Command.REMOVE].trigger()
    box = open_dialog(desk)
    assert isinstance(box, QMessageBox)
    assert box.defaultButton().text().replace("&", "") == "Cancel"
    go = next(button for button in box.buttons() if "Remove" in button.text())
    QTest.mouseClick(go, Qt.MouseButton.LeftButton)
    assert "  prod" not in tree_text(desk.window.clusters.tree)
    assert "context:prod" not in desk.sessions.made
    desk.catalog.restore("context:prod")
    desk.window.cluster_commands.menus.changed.emit()
    assert "  prod" in tree_text(desk.window.clusters.tree)


@pytest.mark.parametrize("command", [Command.RENAME, Command.PROFILE, Command.SYNCHRONIZE])
def test_a_command_that_needs_a_cluster_says_so_while_none_is_chosen(desk: Desk, command: Command) -> None:
    desk.window.clusters.select(NodeKey(Level.PROJECT, ""))
    action = desk.window.actions_[command]
    assert not action.isEnabled()
    assert "Choose a cluster first." in action.toolTip()


def test_the_cluster_chosen_last_is_chosen_again_but_not_opened(desk: Desk) -> None:
    desk.choose("prod")
    desk.window.close()
    assert desk.settings.get("ui/chosen", str, "") == "context:prod"
    again = MainWindow(desk.window.context)
    desk.bot.addWidget(again)
    again.show()
    desk.bot.waitUntil(lambda: again.clusters.choice is not None and again.clusters.choice.entry.title == "prod")
    again.pump.stop()
    assert desk.session("prod").asked == []


def test_a_kubeconfig_file_that_somebody_writes_is_read_again_by_itself(desk: Desk, tmp_path: Path) -> None:
    desk.session("prod")
    file = tmp_path / "config"
    mended = KUBECONFIG.replace("cluster: nowhere", "cluster: prod").replace("prod.example", "moved.example")
    file.write_text(mended)
    desk.bot.waitUntil(lambda: desk.entry("prod").server == "https://moved.example:6443", timeout=20_000)
    desk.bot.waitUntil(lambda: desk.session("prod").entry == desk.entry("prod"))
    assert tree_text(desk.window.clusters.tree, 2)[1] == "  broken | Not opened"
    assert file.read_text() == mended


def test_the_connection_of_a_cluster_is_told_in_plain_words_that_follow_it_and_can_be_copied(desk: Desk) -> None:
    error = Unreachable("unreachable.refused", host="prod.example", port=6443)
    since, soon = NOON - timedelta(minutes=5), NOON + timedelta(seconds=12)
    desk.click("prod")
    desk.says("prod", SessionState(Connection.STALE, since=since, error=error, next_try=soon))
    desk.window.actions_[Command.CONNECTION].trigger()
    dialog = open_dialog(desk)
    assert isinstance(dialog, ConnectionDetails)
    for words in (
        "prod: Stale",
        "prod.example:6443 refuses connections",
        "The next try is in 12 s",
        "Check the network",
    ):
        assert words in dialog.words
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert dialog.words in copied
    assert "Unreachable unreachable.refused" in copied
    assert "abc" not in copied  # the token
    desk.says("prod", SessionState(Connection.LIVE, last_sync=NOON))
    desk.bot.waitUntil(lambda: "prod: Live" in dialog.words)
    desk.catalog.remove(desk.entry("prod").id)
    desk.bot.waitUntil(lambda: not [each for each in desk.window.findChildren(ConnectionDetails) if each.isVisible()])


def test_requirement_4_above_computed_connections_stands_of_when_they_are(desk: Desk) -> None:
    desk.click("prod")
    desk.says("prod", snapshot_of([policy("a")]))
    views = desk.window.views
    assert views.age.text() == ""  # above the policies stands the state of the cluster
    views.setCurrentIndex(1)
    desk.bot.waitUntil(lambda: views.age.text().startswith("As of "))
    since = NOON - timedelta(days=400)
    desk.says("prod", SessionState(Connection.STALE, since=since, last_sync=since))
    desk.bot.waitUntil(lambda: f"As of {since:%Y-%m-%d}" in views.age.text())
    assert "not connected" in views.age.text()
