"""The form says what is worth knowing of a policy, where it is and in the review, and puts it right with one click."""

from PySide6.QtWidgets import QPushButton

from desktop.policy.objects import Direction
from desktop.reach.objects import ContainerPort, Coverage, Kind, Namespace, Pod, Service, ServicePort, Thing
from desktop.reach.snapshot import Put, Snapshot
from desktop.ui.wizard.judging import Step
from tests.helpers.forms import FormHand
from tests.helpers.writing import DEMO, WritingDesk

TEXT = DEMO.rstrip("\n") + "   # redis\n"


def picture(kinds: Coverage = Coverage.COMPLETE) -> Snapshot:
    things: list[Thing] = [
        Namespace("default", {"kubernetes.io/metadata.name": "default"}),
        Pod("default", "db-0", {"role": "db"}, ports=(ContainerPort("redis", 6380),)),
        Pod("default", "web-0", {"role": "front-end"}),
        Service("default", "db", {"role": "db"}, (ServicePort("", 6379, 6380),)),
    ]
    snapshot = Snapshot().apply(map(Put, things))
    for kind in Kind:
        snapshot = snapshot.covering(kind, kinds)
    return snapshot


def fixes(hand: FormHand) -> list[str]:
    return [strip.button.text() for strip in hand.form.review.strips if strip.fix is not None]


def button(hand: FormHand, words: str) -> QPushButton:
    return next(strip.button for strip in hand.form.review.strips if strip.button.text() == words)


def test_the_review_puts_right_what_it_found_and_keeps_comments(desk: WritingDesk, hand: FormHand) -> None:
    desk.session.picture = picture()
    hand.open(desk, desk.store(TEXT))
    hand.step(Step.REVIEW)
    assert fixes(hand) == ["Use role=front-end", "Use 6380"]
    hand.click(button(hand, "Use 6380"))
    assert hand.text == TEXT.replace("6379   #", "6380   #")
    hand.click(button(hand, "Use role=front-end"))
    assert hand.text == TEXT.replace("6379   #", "6380   #").replace("role: frontend", "role: front-end")
    assert fixes(hand) == []


def test_the_field_that_is_meant_says_so_too(desk: WritingDesk, hand: FormHand) -> None:
    desk.session.picture = picture()
    hand.open(desk, desk.store(TEXT))
    hand.step(Step.INBOUND)
    body = hand.form.directions[Direction.INGRESS].cards[0].body
    assert body is not None
    assert "6379 is the port of the Service db" in body.ports.rows[0].text.accessibleDescription()


def test_outbound_without_dns_is_told_on_the_page_of_outbound(desk: WritingDesk, hand: FormHand) -> None:
    desk.session.picture = picture()
    hand.open(desk, desk.store(DEMO.replace("  ingress:", "  policyTypes: [Ingress, Egress]\n  ingress:")))
    hand.step(Step.OUTBOUND)
    assert "DNS" in hand.form.directions[Direction.EGRESS].problems.sentence
    assert "DNS" not in hand.form.directions[Direction.INGRESS].problems.sentence


def test_nothing_is_claimed_of_what_may_not_be_listed(desk: WritingDesk, hand: FormHand) -> None:
    desk.session.picture = picture(Coverage.FORBIDDEN)
    hand.open(desk, desk.store(TEXT))
    hand.step(Step.REVIEW)
    assert fixes(hand) == []
