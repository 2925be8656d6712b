"""The page's two examples, made with the form as a person makes them: by keyboard alone, or with the mouse too."""

from desktop.policy.objects import Direction
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.rule_card import RuleBody
from tests.helpers.forms import ALT, FormHand, Key

DEMO_SPEC = {
    "podSelector": {"matchLabels": {"role": "db"}},
    "policyTypes": ["Ingress"],
    "ingress": [
        {
            "from": [{"podSelector": {"matchLabels": {"role": "frontend"}}}],
            "ports": [{"protocol": "TCP", "port": 6379}],
        }
    ],
}
"""access-demo1: pods with role=db, reached by pods with role=frontend on TCP 6379 only."""

CIDR = "172.17.0.0/16|172.17.1.0/24,172.17.2.0/24"
CIDR_SPEC = {
    "podSelector": {},
    "policyTypes": ["Egress"],
    "egress": [{"to": [{"ipBlock": {"cidr": "172.17.0.0/16", "except": ["172.17.1.0/24", "172.17.2.0/24"]}}]}],
}
"""Outbound to 172.17.0.0/16, but not to two blocks in it."""


def demo_by_keyboard(hand: FormHand) -> None:
    """Fill in access-demo1; the keyboard is in the name."""
    hand.type("access-demo1")
    hand.press(Key.Key_X, with_=ALT)
    hand.type("role")
    hand.press(Key.Key_Tab, Key.Key_Tab)
    hand.type("db")
    hand.press(Key.Key_X, with_=ALT)
    hand.press(Key.Key_A, with_=ALT)
    body = _body(hand, Direction.INGRESS)
    hand.tab_to(body.peers[0].pods.add)
    hand.press(Key.Key_Space)
    hand.type("role")
    hand.press(Key.Key_Tab, Key.Key_Tab)
    hand.type("frontend")
    hand.tab_to(body.ports.add)
    hand.press(Key.Key_Space)
    hand.type("6379")


def demo_by_mouse(hand: FormHand) -> None:
    """Fill in access-demo1 with the mouse, the texts apart."""
    hand.click(hand.form.basics.name)
    hand.type("access-demo1")
    hand.step(Step.APPLIES_TO)
    selector = hand.form.applies.selector
    hand.click(selector.rows[0].key)
    hand.type("role")
    hand.click(selector.rows[0].values)
    hand.type("db")
    hand.step(Step.INBOUND)
    hand.click(hand.form.directions[Direction.INGRESS].add)
    body = _body(hand, Direction.INGRESS)
    hand.pick(body.peers[0].scope, "This namespace")
    hand.click(body.peers[0].pods.add)
    hand.type("role")
    hand.click(body.peers[0].pods.rows[0].values)
    hand.type("frontend")
    hand.click(body.ports.add)
    hand.type("6379")


def cidr_by_keyboard(hand: FormHand) -> None:
    """Fill in the outbound example; the keyboard is in the name."""
    hand.type("to-172-17")
    for _ in range(3):
        hand.press(Key.Key_X, with_=ALT)
    hand.press(Key.Key_A, with_=ALT)
    peer = _body(hand, Direction.EGRESS).peers[0]
    hand.choose(peer.scope, "Addresses (CIDR)")
    hand.press(Key.Key_Tab)
    hand.type(CIDR)


def cidr_by_mouse(hand: FormHand) -> None:
    """Fill in the outbound example with the mouse, the texts apart."""
    hand.click(hand.form.basics.name)
    hand.type("to-172-17")
    hand.step(Step.OUTBOUND)
    hand.click(hand.form.directions[Direction.EGRESS].add)
    peer = _body(hand, Direction.EGRESS).peers[0]
    hand.pick(peer.scope, "Addresses (CIDR)")
    hand.click(peer.cidr)
    hand.type(CIDR)


def _body(hand: FormHand, direction: Direction) -> RuleBody:
    body = hand.form.directions[direction].cards[0].body
    assert body is not None
    return body
