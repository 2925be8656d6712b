"""The page's two examples, made with the form by keyboard and mouse alone."""

import yaml
from pytestqt.qtbot import QtBot

from tests.helpers.forms import ALT, CTRL, FormHand, Key
from tests.helpers.writing import DEMO, WritingDesk


def keep_demo_by_keyboard(hand: FormHand) -> None:
    """Fill in access-demo1: pods with role=db, reached only by pods with role=frontend on TCP 6379."""
    hand.type("access-demo1")
    hand.press(Key.Key_X, with_=ALT)
    hand.type("role")
    hand.press(Key.Key_Tab, Key.Key_Tab)
    hand.type("db")
    hand.press(Key.Key_X, with_=ALT)
    hand.press(Key.Key_A, with_=ALT)
    card = hand.form.directions[next(iter(hand.form.directions))].cards[0]
    assert card.body is not None
    hand.tab_to(card.body.peers[0].pods.add)
    hand.press(Key.Key_Space)
    hand.type("role")
    hand.press(Key.Key_Tab, Key.Key_Tab)
    hand.type("frontend")
    hand.tab_to(card.body.ports.add)
    hand.press(Key.Key_Space)
    hand.type("6379")


def test_access_demo1_by_keyboard_alone(qtbot: QtBot, desk: WritingDesk, hand: FormHand) -> None:
    dialog = hand.open(desk)
    keep_demo_by_keyboard(hand)
    wanted = yaml.safe_load(DEMO)
    wanted["spec"]["policyTypes"] = ["Ingress"]
    assert yaml.safe_load(hand.text) == wanted
    hand.press(Key.Key_Return, with_=CTRL)
    qtbot.waitUntil(dialog.review.apply.isEnabled)
    with qtbot.waitSignal(dialog.finished):
        hand.press(Key.Key_Return, with_=CTRL)
    assert desk.gateway.sent == [("create", "default", "access-demo1")]
