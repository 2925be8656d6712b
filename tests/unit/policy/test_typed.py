"""What is typed in a field is read exactly, or refused with an example; it is never guessed at."""

import pytest

from desktop.policy.typed import Unreadable, read_block, read_ports, read_values, write_block, write_port


@pytest.mark.parametrize(
    ("text", "protocol", "ports"),
    [
        ("", "", []),
        ("", "UDP", [{"protocol": "UDP"}]),
        ("6379", "TCP", [{"protocol": "TCP", "port": 6379}]),
        (" 1 ", "TCP", [{"protocol": "TCP", "port": 1}]),
        ("65535", "SCTP", [{"protocol": "SCTP", "port": 65535}]),
        ("8000-8010", "TCP", [{"protocol": "TCP", "port": 8000, "endPort": 8010}]),
        ("80-80", "TCP", [{"protocol": "TCP", "port": 80, "endPort": 80}]),
        ("http", "TCP", [{"protocol": "TCP", "port": "http"}]),
        ("8080-tcp", "TCP", [{"protocol": "TCP", "port": "8080-tcp"}]),
        ("web-8080", "TCP", [{"protocol": "TCP", "port": "web-8080"}]),
        ("80, 443", "TCP", [{"protocol": "TCP", "port": 80}, {"protocol": "TCP", "port": 443}]),
    ],
)
def test_ports_are_read_as_typed(text: str, protocol: str, ports: list[dict[str, object]]) -> None:
    assert read_ports(text, protocol) == ports


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8000-8010x", "typed.port-range"),
        ("0", "typed.port-number"),
        ("70000", "typed.port-number"),
        ("99999999999999999999", "typed.port-number"),
        ("8010-8000", "typed.port-range-backwards"),
        ("1-70000", "typed.port-number"),
        ("http-https-x-too-long-name", "typed.port"),
        ("HTTP", "typed.port"),
        ("a--b", "typed.port"),
        ("80,", "typed.port"),
        ("8 0", "typed.port"),
        ("٣", "typed.port"),
        ("-80", "typed.port"),
        ("8e1", "typed.port"),
        ("80x", "typed.port"),
    ],
)
def test_an_unreadable_port_is_refused_and_never_becomes_all_ports(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_ports(text, "TCP")
    assert refused.value.code == code
    assert refused.value.facts["example"]


def test_a_port_without_a_protocol_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        read_ports("53", "")
    assert refused.value.code == "typed.port-needs-protocol"


def test_a_port_is_written_as_it_is_read() -> None:
    for text in ("", "80", "8000-8010", "http"):
        (entry,) = read_ports(text, "TCP")
        assert write_port(entry) == text


def test_the_page_s_cidr_form_is_read() -> None:
    text = "172.17.0.0/16|172.17.1.0/24,172.17.2.0/24"
    block = read_block(text)
    assert block == {"cidr": "172.17.0.0/16", "except": ["172.17.1.0/24", "172.17.2.0/24"]}
    assert write_block(block) == text
    assert read_block(" 2001:db8::/32 | 2001:db8:1::/48 ") == {"cidr": "2001:db8::/32", "except": ["2001:db8:1::/48"]}


@pytest.mark.parametrize(
    ("text", "code", "example"),
    [
        ("172.17.0.9/16", "typed.cidr-host-bits", "172.17.0.0/16"),
        ("172.17.0.0", "typed.cidr-length", "172.17.0.0/32"),
        ("2001:db8::1", "typed.cidr-length", "2001:db8::1/128"),
        ("172.17.0.0/33", "typed.cidr", None),
        ("172.17.0.0/016", "typed.cidr", None),
        ("172.17.0.0/255.255.0.0", "typed.cidr", None),
        ("172.017.0.0/16", "typed.cidr", None),
        ("fe80::%eth0/64", "typed.cidr", None),
        ("", "typed.cidr", None),
        ("172.17.0.0/16|", "typed.cidr", None),
        ("172.17.0.0/16|172.17.0.0/16", "typed.except-outside", None),
        ("172.17.0.0/16|10.0.0.0/8", "typed.except-outside", None),
        ("172.17.0.0/16|172.0.0.0/8", "typed.except-outside", None),
        ("172.17.0.0/16|2001:db8::/32", "typed.except-family", None),
    ],
)
def test_a_block_that_cannot_be_meant_is_refused(text: str, code: str, example: str | None) -> None:
    with pytest.raises(Unreadable) as refused:
        read_block(text)
    assert refused.value.code == code
    if example:
        assert refused.value.facts["example"] == example


def test_values_are_separated_by_commas() -> None:
    assert read_values(" a, b ,c") == ("a", "b", "c")
    assert read_values("  ") == ()
