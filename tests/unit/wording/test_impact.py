"""What a change does is said exactly: how far a port opens or closes, and never that a policy denies."""

import pytest

from desktop.policy.objects import Direction
from desktop.reach.caveats import Caveat
from desktop.reach.compare import CLOSED, Open
from desktop.reach.exposure import Everyone, Exposure
from desktop.reach.losses import Cut
from desktop.reach.objects import Kind, Pod
from desktop.reach.stretches import IPV4_LINE, IPV6_LINE
from desktop.reach.workloads import WorkloadRef
from desktop.session.meaning import Gap, Missing
from desktop.wording import impact as words

EVERY = dict.fromkeys(("TCP", "UDP", "SCTP"), ((1, 65535),))
HTTP = {"TCP": ((80, 80),)}
ALL = Open(EVERY, {}, {})
OPEN, PERHAPS, SOME = Open(HTTP, {}, {}), Open({}, HTTP, {}), Open(HTTP, {}, HTTP)
DB, WEB = WorkloadRef("shop", "db", "StatefulSet"), WorkloadRef("shop", "web", "Deployment")


@pytest.mark.parametrize(
    ("before", "after", "opens", "closes"),
    [
        (CLOSED, OPEN, "TCP 80", ""),
        (OPEN, CLOSED, "", "TCP 80"),
        (CLOSED, ALL, "every port", ""),
        (OPEN, ALL, "every port but TCP 80", ""),
        (ALL, OPEN, "", "every port but TCP 80"),
        (CLOSED, PERHAPS, "TCP 80 (perhaps)", ""),
        (PERHAPS, OPEN, "TCP 80 (until now perhaps)", ""),
        (PERHAPS, SOME, "TCP 80 (until now perhaps)", ""),
        (CLOSED, SOME, "TCP 80 (for some pods)", ""),
        (SOME, OPEN, "TCP 80 (until now for some pods)", ""),
        (OPEN, PERHAPS, "", "TCP 80 (perhaps still open)"),
        (OPEN, SOME, "", "TCP 80 (still open for some pods)"),
        (SOME, CLOSED, "", "TCP 80 (until now open for some pods)"),
        (PERHAPS, CLOSED, "", "TCP 80 (until now perhaps open)"),
        (OPEN, Open({"TCP": ((81, 81),)}, {}, {}), "TCP 81", "TCP 80"),
        (OPEN, OPEN, "", ""),
    ],
)
def test_ports_are_told_with_how_far_they_open_or_close(before: Open, after: Open, opens: str, closes: str) -> None:
    assert words.opening_words(before, after) == opens
    assert words.closing_words(before, after) == closes


@pytest.mark.parametrize(
    ("opens", "closes", "known", "sentence"),
    [
        (1, 0, True, "Opens 1 connection, closes none."),
        (0, 12, True, "Closes 12 connections, opens none."),
        (3, 1, True, "Opens 3 connections, closes 1."),
        (0, 0, True, "Nothing changes: no connection opens or closes."),
        (0, 0, False, "As far as is known here, no connection opens or closes."),
    ],
)
def test_a_line_says_it_all_and_nothing_changes_only_where_that_is_known(
    opens: int, closes: int, known: bool, sentence: str
) -> None:
    assert words.summary(opens, closes, known=known) == sentence


def test_many_others_are_counted_and_all_of_outside_is_one() -> None:
    some = (IPV4_LINE[0], IPV4_LINE[0] + 5)
    assert words.others_words(12, [IPV4_LINE, IPV6_LINE]) == "12 workloads and every address outside"
    assert words.others_words(1, [IPV6_LINE, some]) == "1 workload, every IPv6 address and 1 range of addresses"
    assert words.others_words(0, [some]) == "1 range of addresses"


def test_ranges_side_by_side_are_one_but_the_families_stay_apart() -> None:
    middle = IPV4_LINE[0] + 1000
    halves = [IPV6_LINE, (IPV4_LINE[0], middle - 1), (middle, IPV4_LINE[1])]
    assert set(words.joined(halves)) == {IPV4_LINE, IPV6_LINE}


def test_two_workloads_of_one_name_are_told_with_their_kinds() -> None:
    twin = WorkloadRef("shop", "web", "StatefulSet")
    names = words.Names([DB, WEB, twin])
    assert [names.of(each) for each in (DB, WEB, twin)] == [
        "shop/db",
        "shop/web (Deployment)",
        "shop/web (StatefulSet)",
    ]


def test_pods_that_lose_their_last_policy_are_named() -> None:
    pods = [Pod("shop", f"db-{number}") for number in range(7)]
    (both,) = words.released_sentences(dict.fromkeys(Direction, pods))
    assert both == (
        "This removes the last policy of 7 pods, which become open in both directions: "
        "shop/db-0, shop/db-1, shop/db-2, shop/db-3 and 3 more"
    )
    (inbound,) = words.released_sentences({Direction.INGRESS: pods[:1], Direction.EGRESS: ()})
    assert inbound == (
        "This removes the last policy for inbound of 1 pod, which accepts every connection then: shop/db-0"
    )
    assert len(list(words.released_sentences({Direction.INGRESS: pods[:1], Direction.EGRESS: pods}))) == 2
    assert len(list(words.isolated_sentences({Direction.INGRESS: pods[:1], Direction.EGRESS: pods}))) == 2


@pytest.mark.parametrize("what", Missing)
def test_each_gap_has_a_sentence_of_its_own(what: Missing) -> None:
    others = [words.gap_sentence(Gap(each)) for each in Missing if each is not what]
    assert words.gap_sentence(Gap(what)) not in others
    assert "shop" in words.gap_sentence(Gap(Missing.PODS, ("shop",)))


def test_other_policies_that_may_change_it_are_told_in_two_sentences_at_most() -> None:
    caveats = [Caveat(Kind.CILIUM_NETWORK_POLICY, hidden=False), Caveat(Kind.CALICO_NETWORK_POLICY, hidden=True)]
    more = Caveat(Kind.ADMIN_NETWORK_POLICY, hidden=True)
    assert list(words.caveat_sentences([*caveats, more])) == [
        "There are Cilium network policies, which are not evaluated here: they may change this.",
        "It is not known whether there are Calico network policies, Admin network policies: they may change this.",
    ]


def test_what_is_confirmed_is_named() -> None:
    names = words.Names([DB, WEB])
    exposures = [Exposure(DB, Direction.INGRESS, who, EVERY) for who in (Everyone.IPV4, Everyone.IPV6)]
    assert words.exposure_consent(exposures, Direction.INGRESS, names).endswith("open to everyone: shop/db")
    assert words.exposure_words(exposures[0], names) == "shop/db accepts every port from every IPv4 address"
    outbound = Exposure(DB, Direction.EGRESS, Everyone.PODS, HTTP)
    assert words.exposure_words(outbound, names) == "shop/db may connect to every pod of the cluster on TCP 80"
    assert words.exposure_consent([outbound], Direction.EGRESS, names).endswith("connect to everyone: shop/db")
    most, last = Cut(WEB, Direction.EGRESS, 3, 4), Cut(WEB, Direction.INGRESS, 4, 4)
    consent = words.cut_consent([most], Direction.EGRESS, names)
    assert consent.endswith("loses more than half of what it could reach: shop/web")
    assert words.cut_words(most, names) == "shop/web loses 3 of the 4 workloads and outside that it could reach"
    consent = words.cut_consent([last], Direction.INGRESS, names)
    assert consent.endswith("no other workload and nobody outside can reach this workload any more: shop/web")
    assert words.cut_words(last, names) == "shop/web loses all of the 4 workloads and outside that could reach it"
