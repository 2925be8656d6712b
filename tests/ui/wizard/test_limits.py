"""What the cluster makes no use of is said at the field, with the reason, before anything is sent."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop.cluster.gateway import ServerVersion
from desktop.policy.objects import Direction
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.state import SessionState
from desktop.ui.wizard.direction_page import DirectionPage
from desktop.ui.wizard.fields import ProblemStrip
from desktop.ui.wizard.judging import Step
from tests.helpers.form_table import Typed, fill
from tests.helpers.forms import FormHand
from tests.helpers.writing import DEMO, WritingDesk

Open = Callable[..., DirectionPage]


@pytest.fixture
def opened(hand: FormHand, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the form on a cluster of a profile and a version, and return its outbound page."""

    def open_(profile: str, version: str, text: str = "") -> DirectionPage:
        desk = WritingDesk(entry=ClusterEntry("context:shop", Source.CONTEXT, "shop", profile=profile))
        minor = int(version.partition(".")[2])
        state = SessionState(version=ServerVersion(1, minor, version))
        monkeypatch.setattr(type(desk.session), "state", state)
        hand.open(desk, desk.store(text) if text else None)
        hand.step(Step.OUTBOUND)
        return hand.form.directions[Direction.EGRESS]

    return open_


def test_outbound_is_off_before_1_23_and_says_why(opened: Open) -> None:
    page = opened("", "1.22")
    assert page.limit.sentence.startswith("Outbound rules have no effect on this cluster: that needs version 1.23")
    assert not page.rules.isEnabled()
    assert not page.nothing.isEnabled()
    assert not page.add.isEnabled()
    assert page.open.isEnabled()


@pytest.mark.parametrize(("profile", "version"), [("", "1.23"), ("upstream", "1.22")])
def test_outbound_is_on_where_the_cluster_can(opened: Open, profile: str, version: str) -> None:
    page = opened(profile, version)
    assert page.limit.sentence == ""
    assert page.add.isEnabled()


def test_outbound_rules_that_are_there_already_can_still_be_taken_away(hand: FormHand, opened: Open) -> None:
    text = DEMO.replace("spec:\n", "spec:\n  policyTypes: [Ingress, Egress]\n  egress:\n  - {}\n")
    page = opened("", "1.22", text)
    assert page.cards[0].isVisible()
    hand.click(page.open)
    assert "egress" not in hand.text


@pytest.mark.parametrize(
    ("profile", "typed", "said"),
    [
        ("", {"Outbound": [{"To": [{"CIDR": "2001:db8::/32"}]}]}, "IPv6 is not isolated on this cluster"),
        ("cce-tunnel", {"Inbound": [{"From": [{"CIDR": "10.0.0.0/8"}]}]}, "Inbound rules by address have no effect"),
        ("cce-tunnel", {"Inbound": [{"Ports": ["SCTP 7777"]}]}, "Rules for SCTP have no effect"),
        ("cce-turbo-dataplane-v2", {"Inbound": [{"Ports": ["TCP 8000-8010"]}]}, "Port ranges (endPort) have no effect"),
        (
            "cce-vpc-dataplane-v2",
            {"Outbound": [{"To": [{"CIDR": "10.0.0.0/8"}]}]},
            "an address block such as 10.0.0.0/8 does not cover pods, Services and nodes",
        ),
    ],
)
def test_a_field_that_the_cluster_ignores_says_so(
    qtbot: QtBot, hand: FormHand, opened: Open, profile: str, typed: Typed, said: str
) -> None:
    opened(profile, "1.32")
    fill(hand.form, typed)
    hand.settle()

    def told() -> list[str]:
        return [each.sentence for each in hand.form.findChildren(ProblemStrip) if not each.isHidden()]

    qtbot.waitUntil(lambda: any(said in sentence for sentence in told()))
    assert hand.judged.errors == ()
