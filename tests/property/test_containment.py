"""Whether one rule holds another is what trying every label, port and address says."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy import selectors
from desktop.policy.containment import Admission, Ports, can_match, implies, wants
from desktop.policy.netset import parse_address
from desktop.policy.objects import NAMESPACE_NAME, LabelSelector, NetworkPolicy, Peer, Port, Rule
from tests.helpers.clusters import ADDRESSES, NAMESPACES, label_selectors, rules

EVERY_LABELS = [
    {key: value for key, value in zip(("app", "tier"), values, strict=True) if value}
    for values in product(("a", "b", "other", ""), repeat=2)
]
EVERY_SPACE = [{**labels, NAMESPACE_NAME: name} for labels in EVERY_LABELS for name in (*NAMESPACES, "another")]
NUMBERS = (1, 79, 80, 81, 100, 101, 443, 500, 501, 65535)


def picked(selector: LabelSelector) -> set[int]:
    return {at for at, labels in enumerate(EVERY_LABELS) if selectors.matches(selector, labels)}


several = st.builds(
    lambda one, other: LabelSelector(one.labels, one.expressions + other.expressions), label_selectors, label_selectors
)


@given(several, several)
def test_a_selector_implies_another_when_all_it_picks_is_picked(narrow: LabelSelector, wide: LabelSelector) -> None:
    assert can_match(wants(narrow)) == bool(picked(narrow))
    assert implies(wants(narrow), wants(wide)) == (picked(narrow) <= picked(wide))


def opened(ports: tuple[Port, ...] | None) -> set[tuple[str, object]]:
    if not ports:
        ports = tuple(Port(protocol) for protocol in ("TCP", "UDP", "SCTP"))
    found: set[tuple[str, object]] = set()
    for port in ports:
        if port.port is None:
            found |= {(port.protocol, number) for number in (*NUMBERS, "web", "db")}
        elif isinstance(port.port, str):
            found.add((port.protocol, port.port))
        else:
            found |= {
                (port.protocol, number) for number in NUMBERS if port.port <= number <= (port.end_port or port.port)
            }
    return found


@given(rules, rules)
def test_ports_are_within_others_when_each_is(narrow: Rule, wide: Rule) -> None:
    assert (Ports.of(narrow.ports) <= Ports.of(wide.ports)) == (opened(narrow.ports) <= opened(wide.ports))


def meant(peer: Peer, namespace: str) -> set[object]:
    """Every pod and address that a peer may mean: pods by the labels of their namespace and their own."""
    if peer.ip_block is not None:
        block = Admission.of(Rule((peer,)), namespace).blocks
        return {address for address in ADDRESSES if (number := parse_address(address)) is not None and number in block}
    found: set[object] = set()
    for space, labels in enumerate(EVERY_SPACE):
        if peer.namespace_selector is None:
            fits = labels[NAMESPACE_NAME] == namespace
        else:
            fits = selectors.matches(peer.namespace_selector, labels)
        if fits:
            found |= {(space, pod) for pod in picked(peer.pod_selector or LabelSelector())}
    return found


@given(rules, rules, st.sampled_from(NAMESPACES))
def test_a_rule_is_within_another_when_each_of_its_peers_is_within_one_of_the_others(
    narrow: Rule, wide: Rule, namespace: str
) -> None:
    within = Admission.of(narrow, namespace) <= Admission.of(wide, namespace)
    pods = [peer for peer in narrow.peers or () if peer.ip_block is None]
    by_pods = all(
        any(meant(peer, namespace) <= meant(other, namespace) for other in wide.peers or ())
        or not meant(peer, namespace)
        for peer in pods
    )
    blocks = {each for peer in narrow.peers or () if peer.ip_block for each in meant(peer, namespace)}
    of_wide = {each for peer in wide.peers or () if peer.ip_block for each in meant(peer, namespace)}
    by_peers = not wide.peers or (bool(narrow.peers) and by_pods and blocks <= of_wide)
    expected = by_peers and opened(narrow.ports) <= opened(wide.ports)
    # Two blocks may differ in addresses that are not among those tried.
    assert within <= expected
    assert within == expected or blocks


@given(st.lists(rules, min_size=2, max_size=3), label_selectors)
def test_what_is_within_another_rule_can_go(listed: list[Rule], selector: LabelSelector) -> None:
    policy = NetworkPolicy("x", "p", selector, tuple(listed))
    admissions = [Admission.of(rule, policy.namespace) for rule in listed]
    for one, narrow in enumerate(admissions):
        for other, wide in enumerate(admissions):
            if one != other and narrow <= wide and not narrow.anyone:
                union = {each for peer in listed[other].peers or () for each in meant(peer, "x")}
                assert wide.anyone or {each for peer in listed[one].peers or () for each in meant(peer, "x")} <= union
