"""The window of a policy from the first letter to the cluster, and everything that may come between."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop.cluster.gateway import PolicyDocument
from desktop.errors import Cause, Invalid
from desktop.paths import data_dir
from desktop.ui.editor.drafts import pending_drafts
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.review.rows import Mark
from tests.helpers.writing import DEMO, WritingDesk

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Open = Callable[..., PolicyWindow]


@pytest.fixture
def opened(qtbot: QtBot, desk: WritingDesk) -> Iterator[Open]:
    """Open windows; those still open are taken away at the end without a question."""
    dialogs: list[PolicyWindow] = []

    def open_(document: PolicyDocument | None = None, *, namespace: str = "default", **options: object) -> PolicyWindow:
        dialog = PolicyWindow(desk.context, desk.session, namespace=namespace, document=document, **options)  # type: ignore[arg-type]
        dialogs.append(dialog)
        dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    yield open_
    for dialog in filter(isValid, dialogs):
        dialog.done(0)
        delete(dialog)  # here and now: the garbage collector may run in any thread


def write(dialog: PolicyWindow, text: str) -> None:
    dialog.page.pane.edit.replace_text(text)


def checked(qtbot: QtBot, dialog: PolicyWindow) -> None:
    qtbot.waitUntil(lambda: dialog.page.pane.checking.current is not None)


def reviewed(qtbot: QtBot, dialog: PolicyWindow) -> None:
    """Press OK and wait for the review."""
    dialog.page.submit()
    qtbot.waitUntil(lambda: bool(dialog.review.shown) and not dialog.review.meaning.computing)


def signs(dialog: PolicyWindow) -> list[int]:
    return sorted(dialog.page.pane.edit.signs())


def question(dialog: PolicyWindow) -> QMessageBox:
    box = dialog.findChild(QMessageBox)
    assert box is not None
    return box


def answer(dialog: PolicyWindow, words: str) -> None:
    box = question(dialog)
    next(button for button in box.buttons() if words in button.text()).click()


def test_a_misspelt_field_shows_at_its_line_a_moment_after_typing(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    dialog = opened()
    write(dialog, DEMO.replace("ingress:", "ingres:"))
    checked(qtbot, dialog)
    assert 10 in signs(dialog)
    assert any("ingres" in line for line in dialog.page.pane.edit.margin.told(10).split("<br>"))


def test_ok_is_off_with_the_reason_while_the_text_has_an_error(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    assert not dialog.page.ok.isEnabled()
    assert dialog.page.reason == "There is no policy in the text yet."
    write(dialog, DEMO.replace("6379", "70000"))
    checked(qtbot, dialog)
    assert not dialog.page.ok.isEnabled()
    assert dialog.page.reason == "OK is off: correct the error in line 17 first."
    write(dialog, DEMO)
    checked(qtbot, dialog)
    assert dialog.page.ok.isEnabled()
    assert dialog.page.reason == ""


def test_ctrl_enter_on_a_text_with_an_error_goes_to_the_error(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    write(dialog, DEMO.replace("6379", "70000"))
    QTest.keyClick(dialog.page.pane.edit, Key.Key_Return, CTRL)
    checked(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.page.pane.edit.place()[0] == 17)
    assert dialog.review.shown == ()


def test_a_policy_is_created_by_keyboard_alone(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    edit = dialog.page.pane.edit
    qtbot.waitUntil(lambda: QApplication.focusWidget() is edit)
    for line in ("kind: NetworkPolicy", "apiVersion: networking.k8s.io/v1", "metadata:", "name: typed"):
        QTest.keyClicks(edit, line)
        QTest.keyClick(edit, Key.Key_Return)
    QTest.keyClick(edit, Key.Key_Backtab)
    QTest.keyClicks(edit, "spec: {podSelector: {}}")
    QTest.keyClick(edit, Key.Key_Return, CTRL)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Key.Key_Return, CTRL)
    assert desk.gateway.sent == [("create", "default", "typed")]
    assert desk.sentences == ["typed created on shop"]


def test_each_template_is_a_good_start_for_the_namespace_chosen(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened(namespace="shop")
    titles = [action.text() for action in dialog.page.templates.actions()]
    assert "example" in titles[0]
    for action in dialog.page.templates.actions():
        dialog.page.start_with("")
        action.trigger()
        qtbot.waitUntil(lambda: bool(dialog.page.pane.edit.text()))
        qtbot.waitUntil(dialog.page.ok.isEnabled)  # checked, and good; what was checked before was another text
        assert "  namespace: shop\n" in dialog.page.pane.edit.text()
    assert not dialog.page.has_changes


def test_a_template_is_added_behind_what_was_typed(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    write(dialog, DEMO)
    dialog.page.templates.actions()[1].trigger()
    qtbot.waitUntil(lambda: "deny-inbound" in dialog.page.pane.edit.text())
    checked(qtbot, dialog)
    assert dialog.page.pane.edit.text().startswith(DEMO + "---\n")
    assert dialog.page.pane.standing == "2 policies"


def test_three_files_become_three_documents_each_under_its_name(
    qtbot: QtBot, desk: WritingDesk, opened: Open, tmp_path: Path
) -> None:
    dialog = opened()
    paths = [tmp_path / name for name in ("a.yaml", "b.yaml", "c.yaml")]
    for path in paths:
        path.write_text(DEMO.replace("access-demo1", path.stem))
    dialog.page.import_files(paths)
    qtbot.waitUntil(lambda: "# from c.yaml" in dialog.page.pane.edit.text())
    reviewed(qtbot, dialog)
    assert [(item.name, item.what) for item in dialog.review.shown] == [
        ("a", "Create"),
        ("b", "Create"),
        ("c", "Create"),
    ]
    dialog.review.carry_out()
    qtbot.waitUntil(lambda: len(desk.gateway.sent) == 3)
    qtbot.waitUntil(lambda: desk.sentences == ["3 policies applied on shop"])


def test_a_file_that_cannot_be_read_is_told_by_name_and_the_others_and_the_text_stay(
    qtbot: QtBot, desk: WritingDesk, opened: Open, tmp_path: Path
) -> None:
    dialog = opened()
    write(dialog, DEMO)
    (tmp_path / "good.yaml").write_text(DEMO.replace("access-demo1", "good"))
    (tmp_path / "notes.md").write_text("# Notes\n\tjust: words: here\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    dialog.page.import_files([tmp_path / name for name in ("picture.png", "good.yaml", "notes.md")])
    qtbot.waitUntil(lambda: "# from notes.md" in dialog.page.pane.edit.text())
    checked(qtbot, dialog)
    text = dialog.page.pane.edit.text()
    assert "picture.png" in dialog.page.banner.sentence
    assert "2 files were added." in dialog.page.banner.accessibleName()
    assert dialog.page.pane.edit.hasFocus(), "one goes on in the text"
    assert text.startswith(DEMO)
    assert "name: good" in text
    assert signs(dialog)[-1] > text[: text.index("# from notes.md")].count("\n")


def test_files_dropped_on_the_text_are_imported(qtbot: QtBot, desk: WritingDesk, opened: Open, tmp_path: Path) -> None:
    dialog = opened()
    (tmp_path / "dropped.yaml").write_text(DEMO)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "dropped.yaml"))])
    drop = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    dialog.page.pane.edit.dropEvent(drop)
    qtbot.waitUntil(lambda: dialog.page.pane.edit.text() == "# from dropped.yaml\n" + DEMO)


def test_an_edit_is_a_guarded_update_of_the_document_it_started_from(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    document = desk.store(DEMO)
    dialog = opened(document)
    write(dialog, DEMO.replace("6379", "6380"))
    reviewed(qtbot, dialog)
    (item,) = dialog.review.shown
    assert (item.what, item.verdict) == ("Change", "The server accepts this (dry run).")
    changed = [(row.mark.value, row.text.strip()) for row in item.diff if row.mark in {Mark.ADDED, Mark.REMOVED}]
    assert ("−", "port: 6379") in changed
    assert ("+", "port: 6380") in changed
    with qtbot.waitSignal(dialog.finished):
        dialog.review.apply.click()
    assert desk.gateway.sent == [("update", "default", "access-demo1")]
    assert desk.sentences == ["access-demo1 changed on shop"]


def test_nothing_is_written_before_apply(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    write(dialog, DEMO)
    reviewed(qtbot, dialog)
    dialog.review.back_button.click()
    assert desk.gateway.sent == []
    assert desk.gateway.documents == {}
    assert dialog.page.pane.edit.text() == DEMO


def test_what_the_server_refuses_comes_back_at_its_line_and_the_draft_stays_open(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    cause = Cause("FieldValueInvalid", "Invalid value: 6379: not today", "spec.ingress[0].ports[0].port")
    desk.refuse(Invalid("api.invalid", status=422, message="it is invalid", causes=(cause,)), dry_run=False)
    dialog = opened()
    write(dialog, DEMO)
    reviewed(qtbot, dialog)
    dialog.review.carry_out()
    qtbot.waitUntil(lambda: dialog.review.shown[0].what == "Refused")
    assert dialog.isVisible()
    dialog.reject()
    assert 17 in signs(dialog)
    assert "not today" in dialog.page.pane.edit.margin.told(17)
    assert "access-demo1" in dialog.page.banner.sentence
    desk.gateway.before_write = lambda _write, _dry_run: None
    reviewed(qtbot, dialog)
    with qtbot.waitSignal(dialog.finished):
        dialog.review.carry_out()
    assert desk.gateway.sent == [("create", "default", "access-demo1")]


def test_of_several_policies_the_good_are_written_and_the_refused_stay(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    desk.refuse(Invalid("api.invalid", status=422, message="no"), "bad")
    dialog = opened()
    write(dialog, "---\n".join(DEMO.replace("access-demo1", name) for name in ("one", "bad", "two")))
    reviewed(qtbot, dialog)
    assert dialog.review.reason == "2 policies will be written. 1 policy is refused."
    dialog.review.carry_out()
    qtbot.waitUntil(lambda: [item.what for item in dialog.review.shown] == ["Created", "Refused", "Created"])
    assert dialog.review.reason == "1 policy was not applied."
    desk.gateway.before_write = lambda _write, _dry_run: None
    dialog.reject()
    reviewed(qtbot, dialog)
    assert [item.what for item in dialog.review.shown] == ["Nothing to change", "Create", "Nothing to change"]


def test_a_duplicate_has_a_name_of_its_own_and_never_goes_over_another_policy(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    document = desk.store(DEMO)
    desk.store(DEMO.replace("access-demo1", "access-demo1-copy"))
    dialog = opened(document, duplicate=True)
    qtbot.waitUntil(lambda: "name: access-demo1-copy" in dialog.page.pane.edit.text())
    write(dialog, dialog.page.pane.edit.text().replace("6379", "1"))
    reviewed(qtbot, dialog)
    assert [item.what for item in dialog.review.shown] == ["Conflict"]
    assert not dialog.review.apply.isEnabled()


def test_an_edit_cannot_rename_the_policy(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened(desk.store(DEMO))
    write(dialog, DEMO.replace("access-demo1", "renamed"))
    checked(qtbot, dialog)
    assert 4 in signs(dialog)
    assert not dialog.page.ok.isEnabled()


def test_where_other_policies_take_its_place_in_the_text_it_is_said_that_the_old_one_stays(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    dialog = opened(desk.store(DEMO))
    write(dialog, "---\n".join(DEMO.replace("access-demo1", name) for name in ("one", "two")))
    reviewed(qtbot, dialog)
    assert [item.what for item in dialog.review.shown] == ["Create", "Create"]
    assert "access-demo1 in default stays as it is" in dialog.review.reason


def test_unsaved_text_is_on_disk_soon_and_comes_back_with_what_it_started_from(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    document = desk.store(DEMO)
    dialog = opened(document)
    write(dialog, DEMO.replace("6379", "6380"))
    qtbot.waitUntil(lambda: any((data_dir() / "drafts").glob("*.json")), timeout=4000)
    dialog.keeper.release()  # as if the program had ended here
    (draft,) = pending_drafts().drafts
    again = PolicyWindow.restore(desk.context, desk.session, draft)
    assert "6380" in again.page.pane.edit.text()
    reviewed(qtbot, again)
    assert [item.what for item in again.review.shown] == ["Change"]
    with qtbot.waitSignal(again.finished):
        again.review.carry_out()
    assert pending_drafts().drafts == ()


def test_closing_asks_once_and_keeps_the_draft(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    write(dialog, DEMO)
    assert not dialog.close()
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.finished):
        answer(dialog, "Keep")
    assert [draft.text for draft in pending_drafts().drafts] == [DEMO]


def test_a_draft_that_was_discarded_is_gone(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    write(dialog, DEMO)
    dialog.close()
    with qtbot.waitSignal(dialog.finished):
        answer(dialog, "Discard")
    assert pending_drafts().drafts == ()


def test_escape_from_the_question_stays(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    write(dialog, DEMO)
    QTest.keyClick(dialog, Key.Key_Escape)
    QTest.keyClick(question(dialog), Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.page.pane.edit.text() == DEMO


def test_a_text_without_changes_closes_without_a_question(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened(desk.store(DEMO))
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Key.Key_Escape)


def test_escape_from_the_review_goes_back_to_the_text(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    dialog = opened()
    write(dialog, DEMO)
    reviewed(qtbot, dialog)
    QTest.keyClick(dialog, Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.page.isVisible()


def test_the_main_window_waits_for_the_answer_about_unsaved_text(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = opened(parent=window)
    write(dialog, DEMO)
    assert not window.close()
    assert window.isVisible()
    answer(dialog, "Keep")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [draft.text for draft in pending_drafts().drafts] == [DEMO]


def draft_left(qtbot: QtBot, desk: WritingDesk, opened: Open) -> PolicyDocument:
    """Change the port of a policy to 6380, and keep that as a draft."""
    document = desk.store(DEMO)
    dialog = opened(document)
    write(dialog, DEMO.replace("6379", "6380"))
    dialog.close()
    with qtbot.waitSignal(dialog.finished):
        answer(dialog, "Keep")
    return document


def test_a_draft_left_of_the_same_policy_is_offered_when_it_is_edited_again(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    document = draft_left(qtbot, desk, opened)
    other = opened()
    again = opened(document)
    qtbot.waitUntil(lambda: bool(again.page.offer.sentence))
    assert other.page.offer.sentence == ""
    again.page.offer.restore.click()
    qtbot.waitUntil(lambda: "6380" in again.page.pane.edit.text())
    again.close()
    with qtbot.waitSignal(again.finished):
        answer(again, "Keep")
    qtbot.waitUntil(lambda: len(pending_drafts().drafts) == 1)


def test_a_window_that_closes_while_a_draft_is_fetched_leaves_it_where_it_was(
    qtbot: QtBot, desk: WritingDesk, opened: Open
) -> None:
    document = draft_left(qtbot, desk, opened)
    again = opened(document)
    qtbot.waitUntil(lambda: bool(again.page.offer.sentence))
    again.page.offer.restore.click()
    again.done(0)
    delete(again)
    desk.context.tasks.run("", lambda _, __: None, lambda _: None, desk.context.messages.error).wait(10)
    qtbot.wait(20)
    assert len(pending_drafts().drafts) == 1


def test_untrusted_names_are_shown_as_they_are(qtbot: QtBot, desk: WritingDesk, opened: Open) -> None:
    name = "<img src='file:///etc/passwd'>\u202e"
    document = desk.gateway.store("default", name, {"metadata": {"name": name}}, text="a: 1\n")
    dialog = opened(document)
    assert "<img src='file:///etc/passwd'>\\u202e" in dialog.windowTitle()
    assert dialog.banner.subject.textFormat() is Qt.TextFormat.PlainText
