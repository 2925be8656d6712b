"""What the user does to policies leads to the right window, with the policy as it is now on the cluster."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog

from desktop.cluster.gateway import PolicyDocument
from desktop.ui.actions import Command
from desktop.ui.policies.table_model import Column
from desktop.ui.wizard.view_switch import View
from tests.helpers.fake_sessions import policy, snapshot_of
from tests.ui.window.conftest import Desk

NAMES = ("a", "b")


class Opened(QDialog):
    """Stands in for a window that is opened, and remembers how."""

    written = Signal(object)

    def __init__(self, opened: "list[Opened]", given: tuple[Any, ...], named: dict[str, Any]) -> None:
        super().__init__(named.pop("parent", None))
        self.given, self.named, self.review = given[1:], named, self
        opened.append(self)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Opened]]:
    """Return the windows opened, in order; none of them is the real one."""
    windows: list[Opened] = []
    for window in ("desktop.ui.editor.policy_window.PolicyWindow", "desktop.ui.review.delete_dialog.DeleteDialog"):
        monkeypatch.setattr(window, lambda *given, **named: Opened(windows, given, named))
    yield windows
    for each in windows:
        each.done(0)  # what is modal would keep the keyboard from the windows of other tests


@pytest.fixture
def shown(desk: Desk) -> Desk:
    """Show two policies of a live cluster, with what is on the cluster now behind them."""
    desk.choose("prod")
    desk.says("prod", snapshot_of([policy(name) for name in NAMES], namespaces=["default", "web"]))
    desk.session("prod").gateway.documents = {("default", name): document(name) for name in NAMES}
    return desk


def document(name: str) -> PolicyDocument:
    return PolicyDocument("default", name, {}, f"kind: NetworkPolicy  # {name}\n", "7", f"default/{name}")


def test_create_opens_the_form_or_the_yaml_for_the_namespace_chosen(shown: Desk, opened: list[Opened]) -> None:
    QTest.keyClick(shown.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    shown.choose("prod", "web")
    shown.window.actions_[Command.CREATE_FROM_YAML].trigger()
    assert [each.given for each in opened] == [(shown.session("prod"),)] * 2
    assert [each.named for each in opened] == [
        {"namespace": "default", "document": None, "duplicate": False, "view": View.FORM},
        {"namespace": "web", "document": None, "duplicate": False, "view": View.YAML},
    ]


@pytest.mark.parametrize("way", ["enter", "double click", "update", "edit yaml"])
def test_edit_opens_the_policy_as_it_is_now(shown: Desk, opened: list[Opened], way: str) -> None:
    view = shown.window.policies.view
    view.select({("default", "a")})
    if way == "enter":
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_Return)
    elif way == "double click":
        place = view.visualRect(shown.window.policies.table.index(0, Column.NAME)).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    else:
        shown.window.actions_[Command.UPDATE if way == "update" else Command.EDIT_YAML].trigger()
    shown.bot.waitUntil(lambda: bool(opened))
    as_it_is = {"namespace": "default", "document": document("a"), "duplicate": False}
    assert opened[0].named == {**as_it_is, "view": View.YAML if way == "edit yaml" else View.FORM}


def test_duplicate_starts_a_new_policy_from_this_one(shown: Desk, opened: list[Opened]) -> None:
    shown.window.policies.view.select({("default", "b")})
    shown.window.actions_[Command.DUPLICATE].trigger()
    shown.bot.waitUntil(lambda: bool(opened))
    as_it_is = {"namespace": "default", "document": document("b"), "duplicate": True}
    assert opened[0].named == {**as_it_is, "view": View.FORM}


def test_a_policy_that_is_gone_meanwhile_is_told_and_opens_nothing(shown: Desk, opened: list[Opened]) -> None:
    shown.session("prod").gateway.documents.clear()
    shown.window.policies.view.select({("default", "a")})
    shown.window.actions_[Command.EDIT_YAML].trigger()
    shown.bot.waitUntil(lambda: bool(shown.said))
    assert opened == []


def test_delete_is_asked_for_all_that_is_selected(shown: Desk, opened: list[Opened]) -> None:
    shown.window.policies.view.selectAll()
    shown.window.policies.view.setFocus()
    QTest.keyClick(shown.window.policies.view, Qt.Key.Key_Delete)
    session, rows, _ = opened[0].given
    assert session is shown.session("prod")
    assert [row.name for row in rows] == ["a", "b"]


def test_what_was_written_is_selected_as_soon_as_the_cluster_tells_of_it(shown: Desk, opened: list[Opened]) -> None:
    class Result:
        namespace, name, document = "default", "new", object()

    class Written:
        results = (Result,)

    shown.window.actions_[Command.CREATE].trigger()
    opened[0].written.emit(Written)
    assert shown.window.policies.view.selected_rows() == []
    shown.says("prod", snapshot_of([policy(name) for name in (*NAMES, "new")]))
    assert [row.name for row in shown.window.policies.view.selected_rows()] == ["new"]


def test_export_saves_the_selected_policies_as_documents_of_one_file(shown: Desk, tmp_path: Path) -> None:
    shown.window.policies.view.selectAll()
    shown.window.actions_[Command.EXPORT].trigger()
    dialog = shown.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert dialog.selectedFiles()[0].endswith("/default-policies.yaml")
    dialog.fileSelected.emit(str(tmp_path / "out.yaml"))
    shown.bot.waitUntil(lambda: bool(shown.said))
    assert (tmp_path / "out.yaml").read_text() == "kind: NetworkPolicy  # a\n---\nkind: NetworkPolicy  # b\n"
    assert "2 policies" in shown.said[0].sentence
    dialog.close()


def test_an_export_that_cannot_be_written_is_told(shown: Desk, tmp_path: Path) -> None:
    shown.window.policies.view.select({("default", "a")})
    shown.window.actions_[Command.EXPORT].trigger()
    dialog = shown.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "no-such-folder" / "out.yaml"))
    shown.bot.waitUntil(lambda: bool(shown.said))
    assert "no-such-folder" in shown.said[0].sentence
    dialog.close()
