"""The page's two examples, made with the form by real keys and clicks, are on the cluster afterwards, on any one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.session.catalog import ClusterEntry, Source
from tests.contract.subjects import ALL, Subject
from tests.helpers.form_examples import (
    CIDR_SPEC,
    DEMO_SPEC,
    cidr_by_keyboard,
    cidr_by_mouse,
    demo_by_keyboard,
    demo_by_mouse,
)
from tests.helpers.forms import CTRL, FormHand, Key
from tests.helpers.writing import WritingDesk

pytestmark = pytest.mark.parametrize("subject", ALL, indirect=True)

KEYBOARD = [
    pytest.param(demo_by_keyboard, "access-demo1", DEMO_SPEC, id="access-demo1"),
    pytest.param(cidr_by_keyboard, "to-172-17", CIDR_SPEC, id="outbound CIDR"),
]
MOUSE = [
    pytest.param(demo_by_mouse, "access-demo1", DEMO_SPEC, id="access-demo1"),
    pytest.param(cidr_by_mouse, "to-172-17", CIDR_SPEC, id="outbound CIDR"),
]
Make = Callable[[FormHand], None]


@pytest.fixture
def hand(qtbot: QtBot, subject: Subject) -> Iterator[FormHand]:
    """Open the form on the subject's namespace."""
    entry = ClusterEntry("context:subject", Source.CONTEXT, "subject")
    desk, hand = WritingDesk(cluster=subject.gateway, entry=entry), FormHand(qtbot)
    hand.open(desk, namespace=subject.namespace)
    yield hand
    hand.close()
    desk.close()


@pytest.mark.parametrize(("make", "name", "spec"), KEYBOARD)
def test_made_and_applied_by_keyboard_alone(
    qtbot: QtBot, subject: Subject, hand: FormHand, make: Make, name: str, spec: dict[str, Any]
) -> None:
    make(hand)
    hand.press(Key.Key_Return, with_=CTRL)
    qtbot.waitUntil(hand.dialog.review.apply.isEnabled)
    with qtbot.waitSignal(hand.dialog.finished):
        hand.press(Key.Key_Return, with_=CTRL)
    assert subject.other.stored()[name]["spec"] == spec


@pytest.mark.parametrize(("make", "name", "spec"), MOUSE)
def test_made_and_applied_with_the_mouse(
    qtbot: QtBot, subject: Subject, hand: FormHand, make: Make, name: str, spec: dict[str, Any]
) -> None:
    make(hand)
    hand.settle()
    hand.click(hand.dialog.page.ok)
    qtbot.waitUntil(hand.dialog.review.apply.isEnabled)
    with qtbot.waitSignal(hand.dialog.finished):
        hand.click(hand.dialog.review.apply)
    assert subject.other.stored()[name]["spec"] == spec
