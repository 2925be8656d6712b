"""Requirement 17: text from outside is shown as text wherever it turns up, and opens no file."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QLabel, QMenu, QToolTip

from desktop.errors import FileError, Unreachable
from desktop.policy.findings import Finding, Severity
from desktop.policy.objects import LabelSelector
from desktop.policy.owner import Owner, Tool
from desktop.reach.objects import Pod
from desktop.session.state import Connection, SessionState
from desktop.ui.actions import Command
from desktop.ui.clusters.tree_model import Level, NodeKey
from desktop.ui.plain import label, menu_text, tooltip
from desktop.ui.policies.details import Tab
from desktop.wording.plain import plain
from tests.helpers.fake_sessions import policy, snapshot_of
from tests.helpers.opened import OpenWatch
from tests.ui.window.conftest import Desk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells who opens a file on Linux only")


@dataclass
class Nasty:
    """A name that is markup naming a file, with characters that reorder and hide; and who opens the file."""

    name: str
    watch: OpenWatch


@pytest.fixture
def nasty(tmp_path: Path) -> Iterator[Nasty]:
    path = tmp_path / "canary.png"
    path.write_bytes(b"")
    watch = OpenWatch(path)
    yield Nasty(f"<img src='{path}'><b>x</b>\u202egnp\u200b\x1b[31m&amp;", watch)
    watch.close()


@pytest.fixture
def filled(desk: Desk, nasty: Nasty) -> Desk:
    """Fill every corner of the window with the name."""
    name, entry = nasty.name, desk.entry("prod")
    desk.catalog.rename(entry.id, name)
    desk.catalog.move(entry.id, name)
    desk.catalog.set_namespaces(entry.id, [name])
    desk.window.clusters.refresh()
    assert desk.window.clusters.select(NodeKey(Level.CLUSTER, entry.id))
    finding = Finding("advice.selects-nothing", Severity.WARNING, (name,), {"namespace": name})
    stored = policy(name, name, findings=(finding,), owner=Owner(Tool.HELM, name))
    assert stored.policy is not None
    chosen = replace(stored.policy, pod_selector=LabelSelector(((name, name),)))
    pod = Pod(name, name, {name: name}, (name,), phase=name, node=name)
    desk.says(name, snapshot_of([replace(stored, policy=chosen)], [pod], [name]))
    desk.window.policies.view.select({(name, name)})
    return desk


def check_labels(desk: Desk) -> None:
    """Check that no label could take its text for markup, nor hides anything of it."""
    for each in desk.window.findChildren(QLabel):
        if each.text():
            assert each.textFormat() is Qt.TextFormat.PlainText, each.text()
        lines = each.text().split("\n")
        assert lines == [plain(line) for line in lines]


def cells(desk: Desk, role: Qt.ItemDataRole) -> Iterator[str]:
    for view in desk.window.findChildren(QAbstractItemView):
        model = view.model()
        for row in range(model.rowCount()):
            for column in range(model.columnCount()):
                yield str(model.index(row, column).data(role) or "")


def test_requirement_17_every_label_shows_plain_text_and_opens_no_file(filled: Desk, nasty: Nasty) -> None:
    for tab in Tab:
        filled.window.policies.details.setCurrentIndex(tab)
        filled.bot.wait(30)
        check_labels(filled)
    filled.says(
        nasty.name, SessionState(connection=Connection.OFFLINE, error=Unreachable("connect.refused", host=nasty.name))
    )
    filled.window.policies.search.setText(nasty.name)
    filled.bot.wait(30)
    check_labels(filled)
    assert not nasty.watch.opened()


def test_messages_and_dialogs_show_plain_text_and_open_no_file(filled: Desk, nasty: Nasty) -> None:
    filled.window.context.messages.error(FileError("file.not-read", path=nasty.name, reason=nasty.name))
    filled.window.context.messages.note(plain(nasty.name))
    for command in (Command.REMOVE, Command.RENAME, Command.NAMESPACES, Command.PROFILE, Command.ABOUT):
        filled.window.actions_[command].trigger()
    filled.bot.wait(30)
    assert len([each for each in filled.window.findChildren(QDialog) if each.isVisible()]) == 5
    check_labels(filled)
    assert not nasty.watch.opened()


def test_cells_show_the_name_with_unseen_characters_written_out(filled: Desk, nasty: Nasty) -> None:
    filled.window.policies.details.setCurrentIndex(Tab.PODS)
    filled.bot.waitUntil(lambda: filled.window.policies.details.pods.note == "")
    texts = list(cells(filled, Qt.ItemDataRole.DisplayRole))
    assert any("<img" in text for text in texts)
    assert texts == [plain(text) for text in texts]


def test_tooltips_show_the_name_as_it_is_and_open_no_file(filled: Desk, nasty: Nasty) -> None:
    tips = [tip for tip in cells(filled, Qt.ItemDataRole.ToolTipRole) if "canary" in tip]
    assert len(tips) > 3
    for tip in tips:
        assert "<img" not in tip
        assert "\u202e" not in tip
        QToolTip.showText(QPoint(10, 10), tip, filled.window)
        filled.bot.wait(10)
    QToolTip.hideText()
    assert not nasty.watch.opened()


def test_the_names_of_projects_and_clusters_stand_in_menus_as_they_are(filled: Desk, nasty: Nasty) -> None:
    menu = QMenu(filled.window)
    filled.window.cluster_commands.menus.fill(menu)
    projects = next(each.menu() for each in menu.actions() if each.text() == "Mo&ve to Project")
    assert isinstance(projects, QMenu)
    assert menu_text(nasty.name) in [each.text() for each in projects.actions()]
    assert "&&amp;" in menu_text(nasty.name)
    assert "\u202e" not in filled.window.windowTitle()


def test_the_watch_would_see_a_label_that_takes_text_for_markup(nasty: Nasty, desk: Desk) -> None:
    careless = label(nasty.name)
    careless.setTextFormat(Qt.TextFormat.AutoText)
    desk.bot.addWidget(careless)
    careless.show()
    desk.bot.wait(30)
    assert nasty.watch.opened()


def test_an_empty_tooltip_stays_empty() -> None:
    assert tooltip("", "") == ""
    assert tooltip("a", "<b>") == "<qt>a<br>&lt;b&gt;</qt>"
