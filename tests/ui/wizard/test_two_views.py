"""Form and YAML are two views of one draft: whatever is done in one is there in the other, and nothing is lost."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.policy.objects import Direction
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.view_switch import View
from tests.helpers.forms import ALT, CTRL, FormHand, Key
from tests.helpers.writing import DEMO, WritingDesk

NOTED = "# ask Ada\n" + DEMO.replace("      port: 6379", "      port: 6379   # redis").rstrip("\n") + "\n# the end\n"


@pytest.mark.parametrize("view", list(View))
def test_the_window_says_what_it_does_and_opens_in_the_view_asked_for(
    desk: WritingDesk, hand: FormHand, view: View
) -> None:
    dialog = hand.open(desk, view=view)
    title = "Create Network Policy – shop" if view is View.FORM else "Create from YAML – shop"
    assert dialog.windowTitle() == title
    assert dialog.page.view is view
    assert dialog.page.switch.view is view


def test_an_update_shows_the_policy_and_ok_without_a_change_sends_nothing(
    qtbot: QtBot, desk: WritingDesk, hand: FormHand
) -> None:
    dialog = hand.open(desk, desk.store(NOTED))
    assert (hand.form.basics.name.text(), hand.form.basics.namespace.text()) == ("access-demo1", "default")
    assert hand.form.basics.name.isReadOnly()
    assert hand.form.steps.step is Step.APPLIES_TO, "the first page with something to change"
    for step in Step:
        hand.step(step)
    assert hand.text == NOTED
    assert not dialog.page.has_changes
    hand.press(Key.Key_Return, with_=CTRL)
    qtbot.waitUntil(lambda: [item.what for item in dialog.review.shown] == ["Nothing to change"])
    assert not dialog.review.apply.isEnabled()
    assert desk.gateway.sent == []


def test_a_change_in_the_form_touches_its_line_and_no_comment(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, desk.store(NOTED))
    hand.step(Step.INBOUND)
    body = hand.form.directions[Direction.INGRESS].cards[0].body
    assert body is not None
    hand.click(body.ports.rows[0].text)
    hand.press(Key.Key_A, with_=CTRL)
    hand.type("6380")
    assert hand.text == NOTED.replace("port: 6379 ", "port: 6380 ")
    hand.show(View.YAML)
    assert "port: 6380   # redis" in hand.dialog.page.pane.edit.text()


def test_what_is_typed_as_yaml_is_in_the_form(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, view=View.YAML)
    hand.dialog.page.pane.edit.replace_text(DEMO)
    hand.show(View.FORM)
    assert hand.form.basics.name.text() == "access-demo1"
    assert [row.row.key for row in hand.form.applies.selector.rows] == ["role"]
    assert hand.dialog.page.ok.isEnabled()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (DEMO.replace("ingress:", "ingress: ["), "the YAML cannot be read"),
        ("kind: Service\napiVersion: v1\nmetadata:\n  name: x\n", "there is no NetworkPolicy"),
        (DEMO.replace("6379", "[1]"), "the YAML cannot be read"),
    ],
)
def test_a_text_without_a_form_says_why_and_stays(desk: WritingDesk, hand: FormHand, text: str, reason: str) -> None:
    hand.open(desk, view=View.YAML)
    hand.dialog.page.pane.edit.replace_text(text)
    hand.show(View.FORM)
    assert reason in hand.dialog.page.form.reason
    assert hand.dialog.page.form.show_yaml.isVisible()
    assert not hand.dialog.page.ok.isEnabled()
    hand.click(hand.dialog.page.form.show_yaml)
    assert hand.dialog.page.view is View.YAML
    assert hand.dialog.page.pane.edit.text() == text


def test_undo_and_redo_go_through_both_views(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, desk.store(DEMO))
    hand.step(Step.INBOUND)
    hand.click(hand.form.directions[Direction.INGRESS].nothing)
    nothing = hand.text
    assert "ingress: []" in nothing
    hand.show(View.YAML)
    hand.dialog.page.pane.edit.append_text("# by hand\n")
    hand.show(View.FORM)
    hand.press(Key.Key_Z, with_=CTRL)
    assert hand.text == nothing
    hand.press(Key.Key_Z, with_=CTRL)
    assert hand.text == DEMO
    assert hand.form.directions[Direction.INGRESS].rules.isChecked()
    hand.press(Key.Key_Y, with_=CTRL)
    assert hand.text == nothing
    assert hand.form.directions[Direction.INGRESS].nothing.isChecked()
    hand.press(Key.Key_Y, with_=CTRL)
    assert hand.text == nothing + "# by hand\n"


def test_a_policy_that_denies_everything_is_shown_as_it_is_and_not_as_undecided(
    desk: WritingDesk, hand: FormHand
) -> None:
    text = DEMO[: DEMO.index("  ingress:")]
    hand.open(desk, desk.store(text))
    assert hand.form.directions[Direction.INGRESS].nothing.isChecked()
    assert hand.judged.errors == ()
    assert hand.dialog.page.ok.isEnabled()


def test_ok_is_off_with_all_that_is_missing_and_next_stays_reachable(desk: WritingDesk, hand: FormHand) -> None:
    page = hand.open(desk).page
    assert not page.ok.isEnabled()
    assert "The policy has no name." in page.reason
    assert "Nothing was chosen yet" in page.reason
    for _ in range(len(Step) - 1):
        assert page.next.isEnabled()
        hand.press(Key.Key_X, with_=ALT)
    assert hand.form.steps.step is Step.REVIEW
    assert len(hand.form.review.strips) == 2


def test_ctrl_enter_goes_to_the_first_thing_that_is_missing(qtbot: QtBot, desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk)
    hand.type("demo")
    hand.press(Key.Key_Return, with_=CTRL)
    qtbot.waitUntil(lambda: hand.form.steps.step is Step.INBOUND)
    assert hand.dialog.page.isVisible()


def test_what_the_text_means_stays_in_sight_in_both_views(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, desk.store(DEMO))
    lines = hand.dialog.page.form.meaning.lines
    told = "Inbound: only what is listed. Pods with role=frontend in default may connect to TCP 6379."
    for view in (View.YAML, View.FORM):
        hand.show(view)
        assert lines[Direction.INGRESS].isVisible()
        assert lines[Direction.INGRESS].full == told
        assert lines[Direction.EGRESS].full == "Outbound: not restricted by this policy."


def test_what_cannot_be_read_yet_outlives_an_edit_of_the_yaml(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, desk.store(DEMO))
    hand.step(Step.INBOUND)
    body = hand.form.directions[Direction.INGRESS].cards[0].body
    assert body is not None
    hand.click(body.ports.rows[0].text)
    hand.press(Key.Key_A, with_=CTRL)
    hand.type("8000-80x")
    assert hand.text == DEMO
    assert hand.dialog.page.has_changes
    hand.show(View.YAML)
    assert "8000-80x" in hand.dialog.page.reason
    hand.dialog.page.pane.edit.append_text("# by hand\n")
    hand.show(View.FORM)
    assert body.ports.rows[0].text.text() == "8000-80x"
    assert hand.text == DEMO + "# by hand\n"
    assert not hand.dialog.page.ok.isEnabled()


def test_a_template_fills_in_the_form(qtbot: QtBot, desk: WritingDesk, hand: FormHand) -> None:
    page = hand.open(desk, namespace="shop").page
    page.templates.actions()[1].trigger()
    qtbot.waitUntil(lambda: hand.form.basics.name.text() == "deny-inbound")
    assert hand.form.basics.namespace.text() == "shop"
    assert hand.form.directions[Direction.INGRESS].nothing.isChecked()
    assert QApplication.focusWidget() is hand.form.basics.name
    hand.settle()
    assert page.ok.isEnabled()


def test_a_text_that_was_emptied_again_is_no_policy_yet(qtbot: QtBot, desk: WritingDesk, hand: FormHand) -> None:
    page = hand.open(desk, view=View.YAML).page
    page.pane.edit.replace_text(DEMO)
    hand.settle()
    page.pane.edit.replace_text("")
    qtbot.waitUntil(lambda: page.reason == "There is no policy in the text yet.")
    hand.show(View.FORM)
    qtbot.waitUntil(lambda: "The policy has no name." in page.reason)


def test_of_several_policies_the_form_shows_the_one_of_the_cursor_and_leaves_the_others(
    desk: WritingDesk, hand: FormHand
) -> None:
    other = DEMO.replace("access-demo1", "other")
    hand.open(desk, view=View.YAML)
    hand.dialog.page.pane.edit.replace_text(f"{other}---\n{DEMO}")
    hand.show(View.FORM)
    assert hand.form.basics.name.text() == "access-demo1"
    hand.click(hand.form.basics.name)
    hand.press(Key.Key_End)
    hand.type("2")
    assert hand.text == f"{other}---\n{DEMO.replace('access-demo1', 'access-demo12')}"


def test_the_text_has_the_room_that_its_findings_do_not_need(qtbot: QtBot, desk: WritingDesk, hand: FormHand) -> None:
    dialog = hand.open(desk, desk.store(DEMO.replace("6379", "70000")))
    hand.show(View.YAML)
    pane = dialog.page.pane
    assert pane.findings.isVisible()
    qtbot.waitUntil(lambda: pane.findings.height() <= pane.findings.sizeHint().height())
    assert pane.edit.height() > pane.findings.height()


def test_what_the_form_does_not_show_is_missing_in_the_review_and_led_to_in_the_text(
    qtbot: QtBot, desk: WritingDesk, hand: FormHand
) -> None:
    dialog = hand.open(desk, desk.store("x-base: 1  # odd\n" + DEMO))
    assert hand.judged.missing(Step.BASICS) == 0
    assert hand.judged.missing(Step.REVIEW) == 1
    hand.step(Step.REVIEW)
    hand.click(hand.form.review.strips[0].button)
    qtbot.waitUntil(lambda: dialog.page.view is View.YAML)
    assert dialog.page.pane.edit.place()[0] == 1
