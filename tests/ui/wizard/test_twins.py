"""Of equal rules, ports, sources and labels the one that is removed or moved takes its comments, and no other does."""

import pytest

from desktop.policy.objects import Direction
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.rule_card import RuleBody, RuleCard
from desktop.ui.wizard.view_switch import View
from tests.helpers.forms import CTRL, FormHand, Key
from tests.helpers.writing import WritingDesk

HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: twins
  namespace: default
spec:
  podSelector: {}  # every pod
  ingress:  # who may come
"""
FIRST, SECOND = (
    f"""\
  # {name}: ask {person}
  - from:  # {name} sources
    # {name} source
    - podSelector: {{}}  # {name} a
    - podSelector: {{}}  # {name} b
    ports:  # {name} ports
    - {{protocol: TCP, port: 80}}  # {name} http
    - {{protocol: TCP, port: 80}}  # {name} http again
    # {name} is over
"""
    for name, person in (("first", "Ada"), ("second", "Bo"))
)
END = "# the end\n"
TWINS = HEAD + FIRST + SECOND + END


def cards(hand: FormHand) -> list[RuleCard]:
    return hand.form.directions[Direction.INGRESS].cards


def body(hand: FormHand, index: int) -> RuleBody:
    found = cards(hand)[index].body
    assert found is not None
    return found


def opened(desk: WritingDesk, hand: FormHand) -> None:
    hand.open(desk, desk.store(TWINS))
    hand.step(Step.INBOUND)


def test_of_two_equal_rules_the_first_is_removed_and_undo_brings_it_back(desk: WritingDesk, hand: FormHand) -> None:
    opened(desk, hand)
    hand.click(cards(hand)[0].remove)
    assert hand.text == HEAD + SECOND + END
    hand.press(Key.Key_Z, with_=CTRL)
    assert hand.text == TWINS
    hand.click(cards(hand)[1].remove)
    assert hand.text == HEAD + FIRST + END


def test_of_two_equal_rules_one_is_moved_and_moved_back(desk: WritingDesk, hand: FormHand) -> None:
    opened(desk, hand)
    hand.click(cards(hand)[1].up)
    assert hand.text == HEAD + SECOND + FIRST + END
    hand.click(cards(hand)[0].down)
    assert hand.text == TWINS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  - {}  # one\n", "  - from: []  # other\n    ports: []  # other\n"),
        (
            "  - ports:  # one\n    - port: 80  # one\n",
            "  - ports:  # other\n    - protocol: TCP  # other\n      port: 80\n",
        ),
        (
            "  - from:  # one\n    - podSelector: {}  # one\n",
            "  - from:  # other\n    - podSelector:  # other\n        matchLabels: {}\n",
        ),
    ],
)
def test_rules_that_say_the_same_in_other_words_trade_places_with_words_and_comments(
    desk: WritingDesk, hand: FormHand, one: str, other: str
) -> None:
    hand.open(desk, desk.store(HEAD + one + other + END))
    hand.step(Step.INBOUND)
    hand.click(cards(hand)[1].up)
    assert hand.text == HEAD + other + one + END
    hand.click(cards(hand)[0].down)
    assert hand.text == HEAD + one + other + END


def test_a_copy_takes_no_comment_from_its_rule_wherever_it_goes(desk: WritingDesk, hand: FormHand) -> None:
    opened(desk, hand)
    hand.click(cards(hand)[0].duplicate)
    copied = hand.text
    copy = copied.removeprefix(HEAD + FIRST).removesuffix(SECOND + END)
    assert copied == HEAD + FIRST + copy + SECOND + END
    assert "#" not in copy
    hand.click(cards(hand)[1].up)
    assert hand.text == HEAD + copy + FIRST + SECOND + END
    hand.click(cards(hand)[0].remove)
    assert hand.text == TWINS


def test_of_equal_sources_and_ports_the_one_meant_goes(desk: WritingDesk, hand: FormHand) -> None:
    opened(desk, hand)
    hand.click(body(hand, 1).peers[0].remove)
    expected = TWINS.replace("    # second source\n    - podSelector: {}  # second a\n", "")
    assert hand.text == expected
    body(hand, 0).ports.rows[0].removed.emit()
    assert hand.text == expected.replace("    - {protocol: TCP, port: 80}  # first http\n", "")


def test_a_label_that_gets_another_key_keeps_its_comment(desk: WritingDesk, hand: FormHand) -> None:
    labels = "  podSelector:\n    matchLabels:\n      # whom\n      app: web  # the shop\n      tier: back  # all\n"
    text = TWINS.replace("  podSelector: {}  # every pod\n", labels)
    hand.open(desk, desk.store(text))
    hand.step(Step.APPLIES_TO)
    hand.click(hand.form.applies.selector.rows[0].key)
    hand.press(Key.Key_A, with_=CTRL)
    hand.type("role")
    assert hand.text == text.replace("app: web", "role: web")


def test_what_was_done_in_the_form_goes_on_from_what_was_written_by_hand(desk: WritingDesk, hand: FormHand) -> None:
    opened(desk, hand)
    hand.show(View.YAML)
    hand.dialog.page.pane.edit.append_text("# by hand\n")
    hand.show(View.FORM)
    hand.click(cards(hand)[0].down)
    hand.click(cards(hand)[1].remove)
    assert hand.text == HEAD + SECOND + END + "# by hand\n"


def test_what_is_switched_off_or_taken_away_in_the_form_and_brought_back_there_comes_with_its_comments(
    desk: WritingDesk, hand: FormHand
) -> None:
    opened(desk, hand)
    page = hand.form.directions[Direction.INGRESS]
    hand.click(page.nothing)
    assert "first" not in hand.text
    hand.click(page.rules)
    assert hand.text == TWINS
    hand.click(body(hand, 0).anyone)
    assert "# first source" not in hand.text
    hand.click(cards(hand)[0].down)
    hand.click(body(hand, 1).these)
    assert hand.text == HEAD + SECOND + FIRST + END


def test_who_clears_a_field_and_fills_it_anew_loses_no_comment(
    desk: WritingDesk, hand: FormHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.ui.wizard.link._ONE_STEP_S", 0)
    text = TWINS.replace("{protocol: TCP, port: 80}  # first http\n", "port: 80  # first http\n      protocol: TCP\n")
    hand.open(desk, desk.store(text))
    hand.step(Step.INBOUND)
    hand.click(body(hand, 0).ports.rows[0].text)
    hand.press(Key.Key_A, with_=CTRL)
    hand.press(Key.Key_Delete)
    assert "# first http\n" not in hand.text
    hand.type("443")
    assert hand.text == text.replace("port: 80  # first http\n", "port: 443  # first http\n")
    hand.press(Key.Key_A, with_=CTRL)
    hand.type("9")
    assert "port: 9  # first http\n" in hand.text
    hand.press(Key.Key_Z, with_=CTRL)
    assert "port: 443  # first http\n" in hand.text
    hand.press(Key.Key_A, with_=CTRL)
    hand.type("80")
    assert hand.text == text
