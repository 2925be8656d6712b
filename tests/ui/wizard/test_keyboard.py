"""The form is whole without a mouse: Tab goes as the eye does, letters lead to one thing each, and all have names."""

from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QLabel, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from desktop.language import use_language
from desktop.policy.objects import Direction
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.view_switch import View
from tests.helpers.form_table import fill
from tests.helpers.forms import FormHand, Key
from tests.helpers.writing import WritingDesk

_SMALL, _LINES_SEEN, _LAID_OUT_MS = (632, 328), 40, 50
"""Pixels: a window on a screen of 1280 by 720 at 200 %, and what is to be seen of a text at least."""
SOURCES = [{"Namespaces": "web", "Pods with": ["role = a"]}, {"CIDR": "10.0.0.0/8"}]
EVERYTHING = {
    "Labels": ["role = db"],
    "Inbound": [{"From": SOURCES, "Ports": ["TCP 80"]}],
    "Outbound": [{"To": [{"Namespaces with": ["team = a"]}]}],
}


@pytest.fixture(params=["en", "zh_CN"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language([request.param])
    yield request.param
    use_language([])


def letters(window: QWidget) -> Iterator[str]:
    """Yield the marked letters of everything in sight."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        texts: list[str] = []
        if isinstance(widget, QAbstractButton) or (isinstance(widget, QLabel) and widget.buddy()):
            texts = [widget.text()]
        elif isinstance(widget, QTabBar):
            texts = [widget.tabText(at) for at in range(widget.count())]
        yield from filter(None, (QKeySequence.mnemonic(text).toString() for text in texts))


@pytest.mark.usefixtures("language")
def test_each_letter_leads_to_one_thing(desk: WritingDesk, hand: FormHand) -> None:
    dialog = hand.open(desk)
    fill(hand.form, EVERYTHING)
    hand.settle()
    for step in Step:
        hand.form.steps.go_to(step)
        twice = [letter for letter, count in Counter(letters(dialog)).items() if count > 1]
        assert twice == [], step
    hand.show(View.YAML)
    assert [letter for letter, count in Counter(letters(dialog)).items() if count > 1] == []


def names_by_tab(hand: FormHand, key: Key = Key.Key_Tab) -> list[str]:
    """Press Tab until it comes round, and return what it came by."""
    seen: list[QWidget] = []
    while (here := QApplication.focusWidget()) is not None and here not in seen:
        seen.append(here)
        hand.press(key)
    return [name_of(widget) for widget in seen]


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says a widget is."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return (widget.accessibleName() or text).replace("&", "")


TABS = {
    Step.BASICS: ["Policy name", "Namespace", "Show all namespaces"],
    Step.APPLIES_TO: [
        *("Label key", "Operator", "Label value", "Remove label role", "Add"),
        "Reference Workload Label…",
    ],
    Step.INBOUND: [
        *("Only these rules", "Close the rule", "Duplicate this rule", "Remove this rule", "only these sources"),
        *("Source", "Remove this source or destination", "Namespaces"),
        *("Label key", "Operator", "Label value", "Remove label role", "+ Label"),
        *("Source", "Remove this source or destination", "CIDR block", "Except", "+ Another Source"),
        *("Protocol", "Ports", "Remove this port", "+ Port", "From a Service…", "Add Rule"),
    ],
}
AROUND = (["Templates", "Import…", "View", "Steps"], ["Previous", "Next", "Cancel", "OK"])


@pytest.mark.parametrize("step", list(TABS))
def test_tab_goes_as_the_eye_does_and_back(desk: WritingDesk, hand: FormHand, step: Step) -> None:
    hand.open(desk)
    fill(hand.form, EVERYTHING)
    hand.settle()
    hand.form.steps.go_to(step)
    hand.dialog.page.form.focus_first()
    first, last = AROUND
    last = [name for name in last if name != "Previous" or step is not Step.BASICS]
    forward = names_by_tab(hand)
    assert forward == [*TABS[step], *last, *first]
    backward = names_by_tab(hand, Key.Key_Backtab)
    assert backward == [forward[0], *reversed(forward[1:])]


@pytest.mark.usefixtures("language")
def test_everything_that_takes_keys_has_a_name(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk)
    fill(hand.form, EVERYTHING)
    hand.settle()
    for step in Step:
        hand.form.steps.go_to(step)
        hand.dialog.page.form.focus_first()
        assert "" not in names_by_tab(hand), step


def test_a_field_far_down_scrolls_into_sight(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk)
    fill(hand.form, {"Inbound": [{"Ports": ["TCP 80"]}] * 8})
    hand.settle()
    page = hand.form.directions[Direction.INGRESS]
    hand.form.steps.go_to(Step.INBOUND)
    hand.form.focus_first()
    hand.tab_to(page.add)
    assert not page.add.visibleRegion().isEmpty()


def in_sight(widget: QWidget) -> bool:
    """Whether all of a widget can be seen, or as much of a text as there is room for."""
    seen = widget.visibleRegion().boundingRect()
    return seen == widget.rect() or (isinstance(widget, QAbstractScrollArea) and seen.height() > _LINES_SEEN)


@pytest.mark.parametrize("key", [Key.Key_Tab, Key.Key_Backtab], ids=["forward", "back"])
def test_what_has_the_keyboard_is_in_sight_also_on_a_small_screen(
    desk: WritingDesk, hand: FormHand, qtbot: QtBot, key: Key
) -> None:
    dialog = hand.open(desk)
    fill(hand.form, EVERYTHING)
    hand.settle()
    dialog.resize(*_SMALL)
    for step in Step:
        hand.form.steps.go_to(step)
        hand.form.focus_first()
        qtbot.wait(_LAID_OUT_MS)
        first = QApplication.focusWidget()
        for _ in range(60):
            hand.press(key)
            here = QApplication.focusWidget()
            assert here is not None
            assert in_sight(here), f"{step}: {here.accessibleName() or here}"
            if here is first:
                break


def test_what_is_added_by_key_is_in_sight_on_a_small_screen(desk: WritingDesk, hand: FormHand, qtbot: QtBot) -> None:
    dialog = hand.open(desk)
    dialog.resize(*_SMALL)
    fill(hand.form, EVERYTHING)
    hand.settle()
    hand.form.steps.go_to(Step.INBOUND)
    qtbot.wait(_LAID_OUT_MS)
    page = hand.form.directions[Direction.INGRESS]
    body = page.cards[0].body
    assert body is not None
    for button in (body.ports.add, body.add_peer, body.peers[0].pods.add, page.add):
        for _ in range(3):
            button.setFocus()
            hand.press(Key.Key_Space)
            here = QApplication.focusWidget()
            assert here is not None
            assert here is not button
            qtbot.waitUntil(lambda here=here: in_sight(here))  # type: ignore[misc]
