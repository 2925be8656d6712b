"""CIDRs are read as the API server reads them, and sets of addresses and ports are added and taken apart exactly."""

from itertools import product

import pytest

from desktop.policy.netset import PORTS, Cidr, Spans, addresses, parse_address, parse_cidr

READ: dict[str, str] = {  # text: the server's objection to its spelling, or none
    "10.0.0.0/8": "",
    "0.0.0.0/0": "",
    "255.255.255.255/32": "",
    "::/0": "",
    "::1/128": "",
    "2001:db8::/32": "",
    "2001:DB8:0:0::/64": "",
    "1:2:3:4:5:6:7:8/128": "",
    "1:2:3:4:5:6:7::/112": "",
    "::2:3:4:5:6:7:8/128": "",
    "64:ff9b::192.0.2.0/120": "",
    "1:2:3:4:5:6:192.0.2.1/128": "",
    "1.1.01.0/24": "leading-zeros",
    "00.0.0.0/0": "leading-zeros",
    "192.168.0.0/016": "leading-zeros",
    "10.0.0.0/00": "leading-zeros",
    "10.0.0.0/" + "0" * 5000 + "8": "leading-zeros",
    "0" * 5000 + "10.0.0.0/8": "leading-zeros",
    "00001::/16": "leading-zeros",
    "1::00002/128": "leading-zeros",
    "64:ff9b::192.0.02.0/120": "leading-zeros",
    "00064:ff9b::192.0.2.0/120": "leading-zeros",
    "0001::/16": "",
    "::ffff:1.1.1.0/24": "ipv4-mapped",
    "::ffff:1.1.1.0/120": "ipv4-mapped",
    "::ffff:a00:0/104": "ipv4-mapped",
    "1.2.3.4/24": "host-bits",
    "2001:db8::1/64": "host-bits",
}

UNREADABLE = [
    "", "junk", "1.2.3.4", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/999999", "::/129", "192.168.0.1/healthz",
    "192.168.0.1/0/99", "192.168.0.0/-16", "192.168.0.0/+16", "192.168.0.0/ 16", "10.0.0/8", "10.0.0.0.0/8",
    "256.0.0.0/8", "10.0.0.a/8", "10.0.0./8", "-1.0.0.0/8", "10.0.0.٣/8", "10.0.0.0/٨", "2001:db8/32",
    "1:2:3:4:5:6:7/128", "1:2:3:4:5:6:7:8:9/128", "1:2:3:4:5:6:7:8::/128", "1::2::3/128", ":::/0", ":1::/16", "1:/16",
    "1::2:/128", "12345::/32", "g::/16", "fe80::1%eth0/64", "1.2.3.4::/64", "::1.2.3/128", "::1.2.3.256/128",
    "1:2:3:4:5:6:7:1.2.3.4/128", "::1.2.3.4:5/128", "[::]/0", "10.0.0.0/8\n",
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), READ.items(), ids=[text[:50] for text in READ])
def test_a_cidr_is_read_with_the_objection_of_the_server(text: str, fault: str) -> None:
    cidr = parse_cidr(text)

    assert cidr is not None
    assert cidr.fault == fault


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_the_server_cannot_read_is_no_cidr(text: str) -> None:
    assert parse_cidr(text) is None


def read(text: str) -> Cidr:
    cidr = parse_cidr(text)
    assert cidr is not None
    return cidr


def test_a_cidr_is_written_as_it_should_be() -> None:
    written = {
        text: str(read(text))
        for text in ("172.17.0.9/16", "::ffff:10.1.0.0/112", "2001:DB8:0::1/32", "::ffff:10.0.0.0/24", "010.0.0.0/08")
    }

    assert written == {
        "172.17.0.9/16": "172.17.0.0/16",
        "::ffff:10.1.0.0/112": "10.1.0.0/16",
        "2001:DB8:0::1/32": "2001:db8::/32",
        "::ffff:10.0.0.0/24": "::/24",
        "010.0.0.0/08": "10.0.0.0/8",
    }


SUBSETS = [
    ("10.0.0.0/8", "10.1.0.0/16", True),
    ("10.0.0.0/8", "10.0.0.0/9", True),
    ("10.0.0.0/8", "10.0.0.0/8", False),
    ("10.1.0.0/16", "10.0.0.0/8", False),
    ("10.0.0.0/8", "11.0.0.0/16", False),
    ("0.0.0.0/0", "::/1", False),
    ("::/0", "10.0.0.0/8", False),
    ("::/0", "::ffff:10.0.0.0/104", False),
    ("::ffff:10.0.0.0/104", "::ffff:10.1.0.0/112", True),
    ("::ffff:10.0.0.0/104", "10.1.0.0/16", False),  # inside, but 16 is less than 104 to the server
    ("10.0.0.0/8", "::ffff:10.1.0.0/112", True),
]


@pytest.mark.parametrize(("outer", "inner", "strict"), SUBSETS)
def test_a_strict_subset_is_what_the_server_takes_for_one(outer: str, inner: str, strict: bool) -> None:
    assert read(outer).holds_strictly(read(inner)) is strict


def test_addresses_of_both_families_are_told_apart() -> None:
    assert parse_address("::10.0.0.1") != parse_address("10.0.0.1")
    assert parse_address("::ffff:10.0.0.1") == parse_address("10.0.0.1")
    assert parse_address("nonsense") is None
    assert (parse_address("::1") or 0) in addresses(read("::/0"))
    assert (parse_address("10.0.0.1") or 0) not in addresses(read("::/0"))
    assert (read("10.0.0.0/8").family, read("::/0").family, read("::ffff:10.0.0.0/104").family) == (4, 6, 4)


def test_exceptions_are_taken_out_of_a_network() -> None:
    left = addresses(read("10.0.0.0/30"), [read("10.0.0.1/32"), read("10.0.0.3/32"), read("::/0")])

    inside = [text for text in ("10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3") if (parse_address(text) or 0) in left]
    assert inside == ["10.0.0.0", "10.0.0.2"]


def test_spans_that_overlap_or_touch_are_joined() -> None:
    assert Spans.of([(5, 9), (1, 3), (4, 4), (20, 19), (7, 12), (30, 30), (6, 6)]) == Spans(((1, 12), (30, 30)))
    assert not Spans.of([(2, 1)])


def test_spans_are_taken_apart() -> None:
    whole = Spans(((1, 10), (20, 30)))

    assert whole - Spans(((5, 22), (30, 40))) == Spans(((1, 4), (23, 29)))
    assert whole & Spans(((8, 25),)) == Spans(((8, 10), (20, 25)))
    assert whole | Spans(((11, 19),)) == Spans(((1, 30),))
    assert Spans(((2, 3), (20, 20))) <= whole
    assert not (Spans(((10, 11),)) <= whole)
    assert Spans(((1, 65535),)) == PORTS


def test_a_set_is_within_another_where_nothing_of_it_is_left_without_that() -> None:
    sets = [Spans.of(spans) for count in range(3) for spans in product(product(range(5), range(5)), repeat=count)]
    for one, other in product(set(sets), repeat=2):
        assert (one <= other) == (not one - other)
        assert all((number in one) == ((one & Spans(((number, number),))) != Spans()) for number in range(5))
