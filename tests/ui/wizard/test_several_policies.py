"""Several policies in one text: a list above both views tells which is meant, and leads to the others."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.policy.objects import Direction
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.view_switch import View
from tests.helpers.forms import ALT, CTRL, FormHand, Key
from tests.helpers.writing import DEMO, WritingDesk
from tests.ui.wizard.test_keyboard import letters

TEXT = (
    "# first\n"
    + DEMO
    + "---\n# second\n"
    + DEMO.replace("access-demo1", "two")
    + "---\n"
    + DEMO.replace("access-demo1", "three").replace("6379", "70000")
)


@pytest.fixture
def form(desk: WritingDesk, hand: FormHand) -> FormHand:
    """Open three policies, of which the last has an error, in the form."""
    dialog = hand.open(desk, view=View.YAML)
    dialog.page.pane.edit.replace_text(TEXT)
    hand.settle()
    dialog.page.pane.edit.show_offset(0)
    hand.show(View.FORM)
    return hand


def shown(form: FormHand) -> tuple[str, str]:
    """Return the name in the form and what the list says."""
    return form.form.basics.name.text(), form.dialog.page.picker.box.currentText()


def test_the_list_tells_which_policy_the_form_shows_and_marks_those_with_errors(form: FormHand) -> None:
    picker = form.dialog.page.picker
    assert picker.isVisible()
    assert shown(form) == ("access-demo1", "1 of 3: default/access-demo1")
    texts = [picker.box.itemText(row) for row in range(picker.box.count())]
    assert texts[1:] == ["2 of 3: default/two", "3 of 3: default/three (1 error)"]
    assert [picker.box.itemIcon(row).isNull() for row in range(3)] == [True, True, False]
    assert picker.box.accessibleName() == "Policy of the text"


def test_it_is_reached_by_its_letter_and_moves_cursor_and_form_together(form: FormHand) -> None:
    page = form.dialog.page
    form.press(Key.Key_P, with_=ALT)
    assert QApplication.focusWidget() is page.picker.box
    form.press(Key.Key_Down)
    form.settle()
    assert shown(form) == ("two", "2 of 3: default/two")
    assert page.pane.edit.line(page.pane.edit.place()[0]).startswith("apiVersion")
    assert QApplication.focusWidget() is page.picker.box, "one goes on to the next with the same keys"
    form.press(Key.Key_Down)
    form.settle()
    assert shown(form)[0] == "three"
    form.press(Key.Key_Up)
    form.settle()
    assert form.text == TEXT


def test_an_edit_in_the_form_is_made_in_the_policy_that_is_picked(form: FormHand) -> None:
    form.pick(form.dialog.page.picker.box, "2 of 3: default/two")
    form.settle()
    form.step(Step.INBOUND)
    form.click(form.form.directions[Direction.INGRESS].nothing)
    first, second, third = form.text.split("---\n")
    assert "ingress: []" in second
    assert (first, third) == (TEXT.split("---\n")[0], TEXT.split("---\n")[2])
    form.pick(form.dialog.page.picker.box, "1 of 3: default/access-demo1")
    form.settle()
    assert form.form.directions[Direction.INGRESS].rules.isChecked()
    form.press(Key.Key_Z, with_=CTRL)
    assert form.text == TEXT
    assert shown(form) == ("two", "2 of 3: default/two"), "what is taken back is seen"


def test_ok_names_the_policy_that_keeps_it_off_and_ctrl_enter_leads_there(qtbot: QtBot, form: FormHand) -> None:
    assert form.dialog.page.reason == "OK is off: correct what is wrong in three in default first."
    form.press(Key.Key_Return, with_=CTRL)
    qtbot.waitUntil(lambda: shown(form)[0] == "three")
    form.settle()
    form.press(Key.Key_Return, with_=CTRL)
    qtbot.waitUntil(lambda: form.form.steps.step is Step.INBOUND)
    assert "70000" in form.dialog.page.reason


def test_in_the_text_the_list_follows_the_cursor_and_leads_it(form: FormHand) -> None:
    page = form.dialog.page
    form.show(View.YAML)
    page.pane.edit.show_offset(TEXT.index("three"))
    assert page.picker.box.currentIndex() == 2
    form.pick(page.picker.box, "2 of 3: default/two")
    form.settle()
    assert page.pane.edit.place()[0] == TEXT[: TEXT.index("# second")].count("\n") + 2
    form.show(View.FORM)
    assert form.form.basics.name.text() == "two"


def test_what_cannot_be_read_yet_is_not_left_behind(form: FormHand) -> None:
    page = form.dialog.page
    form.step(Step.INBOUND)
    body = form.form.directions[Direction.INGRESS].cards[0].body
    assert body is not None
    form.click(body.ports.rows[0].text)
    form.press(Key.Key_End)
    form.type("x")
    form.settle()
    assert not page.picker.box.isEnabled()
    assert "6379x" in page.picker.box.toolTip()
    assert page.picker.box.currentText() == "1 of 3: default/access-demo1 (1 error)"
    form.show(View.YAML)
    page.pane.edit.show_offset(TEXT.index("three"))
    form.show(View.FORM)
    assert body.ports.rows[0].text.text() == "6379x"
    assert page.picker.box.currentIndex() == 0


def test_one_policy_alone_needs_no_list(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, desk.store(DEMO))
    assert not hand.dialog.page.picker.isVisible()


def test_its_letter_leads_to_nothing_else(form: FormHand) -> None:
    for view in View:
        form.show(view)
        assert list(letters(form.dialog)).count("Alt+P") == 1
