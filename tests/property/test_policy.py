"""Reading, writing and checking policies holds for every document, not only for those someone thought of."""

import contextlib
import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy import selectors
from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.findings import format_path
from desktop.policy.netset import Spans, addresses, parse_address, parse_cidr
from desktop.policy.objects import (
    Direction,
    IPBlock,
    LabelSelector,
    NetworkPolicy,
    Operator,
    Peer,
    Port,
    Requirement,
    Rule,
)
from desktop.policy.profile import PROFILES, for_version, limits
from desktop.policy.rules import check
from tests.helpers.rendering import render_policy

words = st.sampled_from(["app", "tier", "web", "db", "a", "b"])
networks = st.sampled_from(["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "192.0.2.1/32"])
ports = st.integers(1, 65535)


def lists(item: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(item, max_size=3).map(tuple)


requirements = st.one_of(
    st.builds(
        Requirement,
        words,
        st.sampled_from([Operator.IN, Operator.NOT_IN]),
        st.lists(words, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Requirement, words, st.sampled_from([Operator.EXISTS, Operator.DOES_NOT_EXIST])),
)
label_maps = st.dictionaries(words, words, max_size=3)
label_selectors = st.builds(
    LabelSelector,
    label_maps.map(lambda labels: tuple(sorted(labels.items()))),
    st.lists(requirements, max_size=2).map(tuple),
)
peers = st.one_of(
    st.builds(Peer, pod_selector=label_selectors, namespace_selector=st.none() | label_selectors),
    st.builds(Peer, namespace_selector=label_selectors),
    st.builds(Peer, ip_block=st.builds(IPBlock, networks)),
)
port_entries = st.one_of(
    st.builds(Port, st.sampled_from(["TCP", "UDP", "SCTP"]), st.none() | ports | words),
    st.tuples(ports, ports).map(lambda ends: Port("TCP", min(ends), max(ends))),
)
rules = st.builds(
    Rule,
    st.none() | st.lists(peers, max_size=3).map(tuple),
    st.none() | st.lists(port_entries, max_size=3).map(tuple),
)
policies = st.builds(
    NetworkPolicy,
    words,
    words,
    label_selectors,
    st.none() | st.lists(rules, max_size=3).map(tuple),
    st.none() | st.lists(rules, max_size=3).map(tuple),
    st.none() | st.lists(st.sampled_from(Direction), min_size=1, max_size=2).map(tuple),
    label_maps,
    label_maps,
)


@given(policies)
def test_what_is_written_is_read_back_the_same(policy: NetworkPolicy) -> None:
    assert parse_policy(render_policy(policy)) == policy


@given(policies)
def test_the_server_would_take_every_policy_made_of_valid_parts(policy: NetworkPolicy) -> None:
    assert check(render_policy(policy)) == ()


@given(label_selectors, label_maps)
def test_a_compiled_selector_picks_the_same(selector: LabelSelector, labels: dict[str, str]) -> None:
    assert selectors.compile(selector)(labels) is selectors.matches(selector, labels)


@given(policies, st.sampled_from(sorted(PROFILES)), st.sampled_from(["", "1.18", "1.24", "1.36"]))
def test_limits_lie_on_what_the_document_says(policy: NetworkPolicy, name: str, version: str) -> None:
    document: object = render_policy(policy)

    for finding in limits(policy, for_version(name, version)):
        value = document
        for step in finding.path:
            value = value[step]  # type: ignore[index]
        assert value is not None


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | words | networks
keys = st.sampled_from(["metadata", "name", "spec", "podSelector", "ingress", "from", "ports", "cidr", "oops", "kind"])
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(max_size=3), inner, max_size=4)
)


def shaped(**parts: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Objects that are mostly as they should be, so that the search gets deep."""
    whole = st.fixed_dictionaries({}, optional=parts)
    return whole | st.tuples(whole, st.dictionaries(keys, json_values, max_size=1)).map(lambda two: two[0] | two[1])


def several(item: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(item | json_values, max_size=3) | json_values


selector_values = shaped(
    matchLabels=st.dictionaries(st.text(max_size=4) | words, scalars, max_size=2) | json_values,
    matchExpressions=several(
        shaped(key=scalars, operator=scalars | st.sampled_from(["In", "Exists"]), values=several(scalars))
    ),
)
peer_values = several(
    shaped(
        podSelector=selector_values,
        namespaceSelector=selector_values,
        ipBlock=shaped(cidr=scalars, **{"except": several(scalars)}),
    )
)
rule_values = several(
    shaped(
        to=peer_values,
        ports=several(shaped(protocol=scalars, port=scalars | ports, endPort=scalars | ports)),
        **{"from": peer_values},
    )
)
documents = shaped(
    apiVersion=st.just("networking.k8s.io/v1"),
    kind=st.just("NetworkPolicy"),
    metadata=shaped(
        name=scalars,
        generateName=scalars,
        namespace=scalars,
        labels=json_values,
        annotations=json_values,
        finalizers=several(scalars),
        ownerReferences=several(
            shaped(apiVersion=scalars, kind=scalars, name=scalars, uid=scalars, controller=scalars)
        ),
    ),
    spec=shaped(podSelector=selector_values, ingress=rule_values, egress=rule_values, policyTypes=several(scalars)),
)


@given(documents | json_values, st.none() | documents)
def test_no_document_is_too_odd_to_be_checked(document: object, old: object) -> None:
    for finding in check(document, old=old):
        assert finding.code
        assert isinstance(format_path(finding.path), str)


@given(documents)
def test_what_the_server_would_take_can_be_read(document: object) -> None:
    if isinstance(document, dict) and not check(document):
        parse_policy(document)


@given(documents)
def test_what_cannot_be_read_is_always_explained(document: object) -> None:
    unreadable = None
    try:
        parse_policy(document if isinstance(document, dict) else {})
    except PolicyUnreadable as error:
        unreadable = error
    assert unreadable is None or unreadable.findings


@given(st.text(alphabet="0123456789abcdefABCDEF.:/%", max_size=24) | st.text(max_size=12))
def test_a_cidr_that_python_reads_is_read_alike(text: str) -> None:
    cidr = parse_cidr(text)
    with contextlib.suppress(ValueError):
        network = ipaddress.ip_network(text)
        if "/" in text and "%" not in text and text.rpartition("/")[2].isdigit():
            assert cidr is not None
            assert (cidr.network, cidr.prefix) == (int(network.network_address), network.prefixlen)


@given(st.ip_addresses(), st.integers(0, 128))
def test_networks_are_read_and_written_as_python_does(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, length: int
) -> None:
    prefix = min(length, address.max_prefixlen)
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    cidr = parse_cidr(f"{address}/{prefix}")

    assert cidr is not None
    if cidr.fault != "ipv4-mapped":  # to Go an IPv4 address, to Python an IPv6 address
        assert str(cidr) == str(network)
        assert (cidr.fault == "host-bits") is (address != network.network_address)
        number = parse_address(str(address))
        assert number is not None
        assert number in addresses(cidr)


small_spans = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=4)


def numbers(spans: Spans) -> set[int]:
    return {number for first, last in spans.spans for number in range(first, last + 1)}


@given(small_spans, small_spans)
def test_spans_are_sets_of_numbers(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    a, b = Spans.of(one), Spans.of(other)
    set_a, set_b = numbers(a), numbers(b)

    assert set_a == {number for first, last in one for number in range(first, last + 1)}
    assert numbers(a | b) == set_a | set_b
    assert numbers(a & b) == set_a & set_b
    assert numbers(a - b) == set_a - set_b
    assert (a <= b) is (set_a <= set_b)
    assert bool(a) is bool(set_a)
    assert all((number in a) is (number in set_a) for number in range(-1, 22))
    for result in (a, a | b, a & b, a - b):
        assert Spans.of(result.spans) == result  # ascending and apart
