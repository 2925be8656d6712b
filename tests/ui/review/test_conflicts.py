"""Whoever changed a policy meanwhile loses nothing: both versions are shown, and nothing is written unchosen."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop.cluster.gateway import Verb, Write
from desktop.errors import Cause, FieldConflict, NotFound
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.review.conflict import Choice
from desktop.ui.review.rows import Mark
from tests.helpers.writing import DEMO, WritingDesk

MINE = DEMO.replace("6379", "6380")
THEIRS = DEMO.replace("frontend", "backend")


@pytest.fixture
def dialog(qtbot: QtBot, desk: WritingDesk) -> Iterator[PolicyWindow]:
    """Return a window in which the policy was edited, while somebody else changed it on the cluster."""
    document = desk.store(DEMO)
    dialog = PolicyWindow(desk.context, desk.session, namespace="default", document=document)
    dialog.show()
    dialog.page.pane.edit.replace_text(MINE)
    desk.store(THEIRS)
    review(qtbot, dialog)
    yield dialog
    if isValid(dialog):
        dialog.done(0)
        delete(dialog)  # here and now: the garbage collector may run in any thread


def review(qtbot: QtBot, dialog: PolicyWindow) -> None:
    dialog.page.submit()
    qtbot.waitUntil(lambda: bool(dialog.review.shown) and not dialog.review.meaning.computing)


def choose(dialog: PolicyWindow, choice: Choice) -> None:
    dialog.review.panel.conflict.buttons[choice].click()


def on_cluster(desk: WritingDesk) -> str:
    return desk.gateway.documents["default", "access-demo1"].text


def test_both_versions_are_shown_and_apply_is_off(desk: WritingDesk, dialog: PolicyWindow) -> None:
    panel = dialog.review.panel.conflict
    assert panel.isVisible()
    assert "role: backend" in panel.theirs.toPlainText()
    assert "port: 6380" in panel.mine.toPlainText()
    assert {row.mark for row in panel.theirs.rows} == {Mark.SAME, Mark.REMOVED}
    assert not dialog.review.apply.isEnabled()
    assert dialog.review.reason == "Choose what to do about 1 conflict."
    dialog.review.carry_out()
    assert desk.gateway.sent == []
    assert on_cluster(desk) == THEIRS


def test_keep_mine_is_reviewed_anew_against_theirs_before_it_is_written(
    qtbot: QtBot, desk: WritingDesk, dialog: PolicyWindow
) -> None:
    choose(dialog, Choice.MINE)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    assert [item.what for item in dialog.review.shown] == ["Change"]
    removed = [row.text.strip() for row in dialog.review.shown[0].diff if row.mark is Mark.REMOVED]
    assert any("backend" in line for line in removed), "what the other one wrote is shown as going"
    assert on_cluster(desk) == THEIRS
    with qtbot.waitSignal(dialog.finished):
        dialog.review.carry_out()
    assert on_cluster(desk) == MINE


def test_take_theirs_leaves_the_cluster_and_makes_the_text_the_same(
    qtbot: QtBot, desk: WritingDesk, dialog: PolicyWindow
) -> None:
    choose(dialog, Choice.THEIRS)
    qtbot.waitUntil(lambda: [item.what for item in dialog.review.shown] == ["Nothing to change"])
    assert dialog.page.pane.edit.text() == THEIRS
    assert desk.gateway.sent == []
    assert not dialog.page.has_changes, "nothing is left that could be lost"


def test_take_theirs_leaves_the_other_policies_of_the_text_alone(
    qtbot: QtBot, desk: WritingDesk, dialog: PolicyWindow
) -> None:
    other = DEMO.replace("access-demo1", "other")
    dialog.reject()
    dialog.page.pane.edit.replace_text(f"{other}---\n{MINE}---\n{DEMO.replace('access-demo1', 'third')}")
    review(qtbot, dialog)
    dialog.review.items.setCurrentIndex(dialog.review.items.items.index(1, 0))
    choose(dialog, Choice.THEIRS)
    qtbot.waitUntil(lambda: [i.what for i in dialog.review.shown] == ["Create", "Nothing to change", "Create"])
    text = dialog.page.pane.edit.text()
    assert text == f"{other}---\n{THEIRS}---\n{DEMO.replace('access-demo1', 'third')}"


def test_edit_shows_theirs_beside_the_text_and_starts_from_it(
    qtbot: QtBot, desk: WritingDesk, dialog: PolicyWindow
) -> None:
    choose(dialog, Choice.EDIT)
    assert dialog.page.theirs.isVisible()
    assert dialog.page.theirs.text() == THEIRS
    assert dialog.page.pane.edit.text() == MINE
    merged = THEIRS.replace("6379", "6380")
    dialog.page.pane.edit.replace_text(merged)
    review(qtbot, dialog)
    assert [item.what for item in dialog.review.shown] == ["Change"]
    with qtbot.waitSignal(dialog.finished):
        dialog.review.carry_out()
    assert on_cluster(desk) == merged


def test_a_change_between_review_and_write_is_a_conflict_too(
    qtbot: QtBot, desk: WritingDesk, dialog: PolicyWindow
) -> None:
    choose(dialog, Choice.MINE)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    newer = THEIRS.replace("role: db", "role: cache")
    desk.store(newer)
    dialog.review.carry_out()
    qtbot.waitUntil(lambda: [item.what for item in dialog.review.shown] == ["Conflict"])
    assert "role: cache" in dialog.review.panel.conflict.theirs.toPlainText()
    assert on_cluster(desk) == newer
    assert dialog.isVisible()


def test_a_policy_that_was_deleted_meanwhile_is_created_anew_only_when_that_is_chosen(
    qtbot: QtBot, desk: WritingDesk, dialog: PolicyWindow
) -> None:
    del desk.gateway.documents["default", "access-demo1"]
    desk.gateway.before_write = _not_found_unless_created
    dialog.reject()
    review(qtbot, dialog)
    assert [item.what for item in dialog.review.shown] == ["Conflict"]
    assert desk.gateway.documents == {}
    choose(dialog, Choice.MINE)
    qtbot.waitUntil(lambda: [item.what for item in dialog.review.shown] == ["Create"])


def _not_found_unless_created(write: object, _dry_run: bool) -> None:
    if isinstance(write, Write) and write.verb is not Verb.CREATE:
        raise NotFound("api.not-found", status=404, reason="NotFound")


def test_the_owner_of_a_field_is_named(qtbot: QtBot, desk: WritingDesk, dialog: PolicyWindow) -> None:
    cause = Cause("FieldManagerConflict", 'conflict with "gitops"', ".spec.ingress")
    desk.refuse(FieldConflict("api.field-conflict", status=409, message="one conflict", causes=(cause,)))
    dialog.reject()
    review(qtbot, dialog)
    assert dialog.review.panel.conflict.owners == "gitops looks after spec.ingress."
    assert not dialog.review.apply.isEnabled()
