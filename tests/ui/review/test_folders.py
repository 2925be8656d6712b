"""A folder of manifests is written as a cluster is: the same window, the same review, the same conflicts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop.cancellation import CancelToken
from desktop.cluster.folder import FolderGateway
from desktop.cluster.gateway import PolicyDocument
from desktop.session import planning
from desktop.session.catalog import ClusterEntry, Source
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.review.rows import Mark
from tests.helpers.writing import DEMO, WritingDesk

COMMENTED = "# The shop's policies; ask Ada before changing them.\n" + DEMO
Open = Callable[[PolicyDocument | None], PolicyWindow]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    return tmp_path / "policies"


@pytest.fixture
def desk(qapp: object, folder: Path) -> Iterator[WritingDesk]:
    entry = ClusterEntry("folder:shop", Source.FOLDER, "shop", path=str(folder))
    desk = WritingDesk(cluster=FolderGateway(folder), entry=entry)
    yield desk
    desk.close()


@pytest.fixture
def opened(desk: WritingDesk) -> Iterator[Open]:
    dialogs: list[PolicyWindow] = []

    def open_(document: PolicyDocument | None) -> PolicyWindow:
        dialogs.append(PolicyWindow(desk.context, desk.session, namespace="default", document=document))
        dialogs[-1].show()
        return dialogs[-1]

    yield open_
    for dialog in filter(isValid, dialogs):
        dialog.done(0)
        delete(dialog)  # here and now: the garbage collector may run in any thread


def stored(desk: WritingDesk, name: str = "access-demo1") -> PolicyDocument:
    return planning.read(desk.session, "default", name, CancelToken())


def review(qtbot: QtBot, dialog: PolicyWindow, text: str) -> None:
    dialog.page.pane.edit.replace_text(text)
    dialog.page.submit()
    qtbot.waitUntil(lambda: bool(dialog.review.shown) and not dialog.review.meaning.computing)


def test_a_new_policy_becomes_a_file_as_it_was_typed(
    qtbot: QtBot, desk: WritingDesk, opened: Open, folder: Path
) -> None:
    dialog = opened(None)
    review(qtbot, dialog, COMMENTED)
    assert [(item.what, item.verdict) for item in dialog.review.shown] == [("Create", "This can be written.")]
    assert list(folder.iterdir()) == []
    with qtbot.waitSignal(dialog.finished):
        dialog.review.carry_out()
    (file,) = folder.iterdir()
    assert file.read_text() == COMMENTED
    assert desk.sentences == ["access-demo1 created on shop"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_edit_changes_its_lines_and_no_others(
    qtbot: QtBot, desk: WritingDesk, opened: Open, folder: Path, newline: str
) -> None:
    other = DEMO.replace("access-demo1", "other")
    before = f"{other}---\n{COMMENTED}".replace("\n", newline)
    (folder / "all.yaml").write_bytes(before.encode())
    document = stored(desk)
    dialog = opened(document)
    assert dialog.page.pane.edit.text() == document.text
    review(qtbot, dialog, document.text.replace("\r\n", "\n").replace("port: 6379", "port: 6380"))
    changed = [row.text.strip() for row in dialog.review.shown[0].diff if row.mark in {Mark.ADDED, Mark.REMOVED}]
    assert changed == ["port: 6379", "port: 6380"]
    with qtbot.waitSignal(dialog.finished):
        dialog.review.carry_out()
    after = other + "---\n" + COMMENTED.replace("port: 6379", "port: 6380")
    assert (folder / "all.yaml").read_bytes() == after.replace("\n", newline).encode()


def test_a_file_changed_on_disk_meanwhile_is_a_conflict(
    qtbot: QtBot, desk: WritingDesk, opened: Open, folder: Path
) -> None:
    file = folder / "demo.yaml"
    file.write_text(DEMO)
    dialog = opened(stored(desk))
    theirs = DEMO.replace("frontend", "backend")
    file.write_text(theirs)
    review(qtbot, dialog, DEMO.replace("port: 6379", "port: 6380"))
    assert [item.what for item in dialog.review.shown] == ["Conflict"]
    assert "role: backend" in dialog.review.panel.conflict.theirs.toPlainText()
    assert not dialog.review.apply.isEnabled()
    assert file.read_text() == theirs
