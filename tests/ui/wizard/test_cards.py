"""Rules are cards: they are added, duplicated, moved and removed, and the keyboard stays with them."""

from typing import Any

import yaml
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop.policy.objects import Direction
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.rule_card import RuleCard
from tests.helpers.form_table import fill
from tests.helpers.forms import FormHand, Key
from tests.helpers.writing import DEMO, WritingDesk


def ports(hand: FormHand) -> list[Any]:
    """Return the first port of each inbound rule."""
    return [rule["ports"][0]["port"] for rule in yaml.safe_load(hand.text)["spec"]["ingress"]]


def cards(hand: FormHand) -> list[RuleCard]:
    return hand.form.directions[Direction.INGRESS].cards


def test_cards_are_duplicated_moved_and_removed(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk)
    fill(hand.form, {"Inbound": [{"Ports": ["TCP 1"]}, {"Ports": ["TCP 2"]}]})
    hand.form.steps.go_to(Step.INBOUND)
    hand.click(cards(hand)[0].duplicate)
    assert ports(hand) == [1, 1, 2]
    hand.click(cards(hand)[2].up)
    assert ports(hand) == [1, 2, 1]
    assert QApplication.focusWidget() is cards(hand)[1].up
    hand.press(Key.Key_Space)
    assert ports(hand) == [2, 1, 1]
    hand.click(cards(hand)[0].down)
    assert ports(hand) == [1, 2, 1]
    hand.click(cards(hand)[2].remove)
    assert ports(hand) == [1, 2]
    assert not cards(hand)[0].up.isEnabled()
    assert not cards(hand)[1].down.isEnabled()


def test_the_last_rule_removed_leaves_a_question_and_opens_nothing(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, desk.store(DEMO))
    hand.step(Step.INBOUND)
    hand.click(cards(hand)[0].remove)
    hand.settle()
    assert [error.code for error in hand.judged.errors] == ["draft.no-rule"]
    assert hand.text == DEMO
    assert not hand.dialog.page.ok.isEnabled()


def test_turning_a_direction_off_and_on_again_brings_its_rules_back(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, desk.store(DEMO))
    hand.step(Step.INBOUND)
    page = hand.form.directions[Direction.INGRESS]
    hand.click(page.nothing)
    assert yaml.safe_load(hand.text)["spec"]["ingress"] == []
    hand.click(page.rules)
    assert yaml.safe_load(hand.text)["spec"]["ingress"] == yaml.safe_load(DEMO)["spec"]["ingress"]


def test_closing_asks_once_about_what_is_in_the_form_only(desk: WritingDesk, hand: FormHand) -> None:
    dialog = hand.open(desk, desk.store(DEMO))
    hand.step(Step.INBOUND)
    body = cards(hand)[0].body
    assert body is not None
    hand.click(body.ports.rows[0].text)
    hand.press(Key.Key_End)
    hand.type("x")
    assert hand.text == DEMO
    assert not dialog.close()
    assert dialog.findChild(QMessageBox) is not None
