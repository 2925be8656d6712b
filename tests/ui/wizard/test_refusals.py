"""What the server refuses is told at the very field of the form, and goes when that field changes."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.errors import Cause, Invalid
from desktop.policy.objects import Direction
from desktop.ui.wizard.fields import Field
from desktop.ui.wizard.form import FormView
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.rule_card import RuleBody
from desktop.ui.wizard.view_switch import View
from tests.helpers.forms import CTRL, FormHand, Key
from tests.helpers.writing import DEMO, WritingDesk

TEXT = DEMO.replace(
    "    - podSelector: ",
    """    - ipBlock:
        cidr: 10.0.0.0/8
        except: [10.1.0.0/16]
    - podSelector: """,
)


def sent_and_refused(qtbot: QtBot, desk: WritingDesk, hand: FormHand, field: str, name: str = "") -> None:
    """Apply the draft, and come back with what the server said against a field."""
    cause = Cause("FieldValueInvalid", "Invalid value: not today", field)
    refused = Invalid("api.invalid", status=422, message="it is invalid", causes=(cause,))
    desk.refuse(refused, *filter(None, [name]), dry_run=False)
    hand.settle()
    hand.press(Key.Key_Return, with_=CTRL)
    dialog = hand.dialog
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    dialog.review.carry_out()
    qtbot.waitUntil(lambda: any(item.what == "Refused" for item in dialog.review.shown))
    hand.press(Key.Key_Escape)
    qtbot.waitUntil(dialog.page.isVisible)
    hand.settle()


def body(form: FormView) -> RuleBody:
    found = form.directions[Direction.INGRESS].cards[0].body
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "step", "find"),
    [
        ("metadata.name", Step.BASICS, lambda form: form.basics.name),
        ("spec.podSelector.matchLabels[role]", Step.APPLIES_TO, lambda form: form.applies.selector.rows[0].key),
        ("spec.ingress[0].from[0].ipBlock.cidr", Step.INBOUND, lambda form: body(form).peers[0].cidr),
        ("spec.ingress[0].from[0].ipBlock.except[0]", Step.INBOUND, lambda form: body(form).peers[0].excepts),
        ("spec.ingress[0].ports[0].port", Step.INBOUND, lambda form: body(form).ports.rows[0].text),
    ],
)
def test_the_field_is_gone_to_marked_and_told_about(
    qtbot: QtBot, desk: WritingDesk, hand: FormHand, path: str, step: Step, find: Callable[[FormView], Field]
) -> None:
    hand.open(desk, view=View.YAML)
    hand.dialog.page.pane.edit.replace_text(TEXT)
    hand.show(View.FORM)
    hand.step(Step.OUTBOUND)
    sent_and_refused(qtbot, desk, hand, path)
    assert hand.form.steps.step is step
    field = find(hand.form)
    assert QApplication.focusWidget() is field
    assert "not today" in field.accessibleDescription()
    assert hand.judged.missing(step) == 1
    assert hand.dialog.page.ok.isEnabled(), "it may be taken another time"
    others = [each for each in hand.form.findChildren(Field) if each is not field]
    assert not any("not today" in each.accessibleDescription() for each in others)


def test_it_goes_with_what_was_refused_and_not_before(qtbot: QtBot, desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, view=View.YAML)
    hand.dialog.page.pane.edit.replace_text(TEXT)
    hand.show(View.FORM)
    sent_and_refused(qtbot, desk, hand, "spec.ingress[0].ports[0].port")
    field = body(hand.form).ports.rows[0].text
    hand.form.steps.go_to(Step.BASICS)
    hand.click(hand.form.basics.name)
    hand.settle()
    assert "not today" in field.accessibleDescription()
    hand.form.steps.go_to(Step.INBOUND)
    hand.click(field)
    hand.press(Key.Key_A, with_=CTRL)
    hand.type("6380")
    hand.settle()
    assert field.accessibleDescription() == ""
    assert hand.dialog.page.pane.refusals
    assert not any("not today" in str(each.facts) for each in hand.dialog.page.pane.shown)


def test_of_several_policies_the_one_that_was_refused_is_shown(qtbot: QtBot, desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, view=View.YAML)
    hand.dialog.page.pane.edit.replace_text(TEXT + "---\n" + TEXT.replace("access-demo1", "other"))
    hand.settle()
    hand.dialog.page.pane.edit.show_offset(0)
    hand.show(View.FORM)
    sent_and_refused(qtbot, desk, hand, "spec.ingress[0].from[0].ipBlock.cidr", "other")
    qtbot.waitUntil(lambda: hand.form.basics.name.text() == "other")
    hand.settle()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is body(hand.form).peers[0].cidr)
    assert hand.dialog.page.picker.box.currentText() == "2 of 2: default/other (1 error)"


def test_to_a_field_that_the_form_does_not_show_the_text_leads(qtbot: QtBot, desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, view=View.YAML)
    hand.dialog.page.pane.edit.replace_text(TEXT.replace("metadata:", "metadata:\n  annotations: {note: x}"))
    hand.show(View.FORM)
    sent_and_refused(qtbot, desk, hand, "metadata.annotations[note]")
    qtbot.waitUntil(lambda: hand.dialog.page.view is View.YAML)
    edit = hand.dialog.page.pane.edit
    assert QApplication.focusWidget() is edit
    assert "note: x" in edit.line(edit.place()[0])
