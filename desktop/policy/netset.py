"""CIDRs exactly as the API server (Go) reads them, and sets of addresses and of ports.

All addresses lie on one line of integers, so that one set can hold both families: an IPv6 address is its own number,
an IPv4 address comes after the last of them. An IPv4 address written as IPv6 (``::ffff:10.0.0.1``) is the IPv4 one,
as it is to Go.
"""

import ipaddress
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

_IPV4 = 1 << 128
_MAPPED = 0xFFFF  # bits 32 to 127 of an IPv4 address written as IPv6
_DECIMAL = re.compile(r"[0-9]+")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")

Span = tuple[int, int]
"""First and last of a run of numbers, both included."""


@dataclass(frozen=True, slots=True)
class Cidr:
    """A network: ``bits`` (32 or 128) and ``prefix`` as written, ``address`` the number written before the slash.

    ``fault`` is what the server has against the spelling today though it can read it ("leading-zeros",
    "ipv4-mapped", "host-bits"), or empty.
    """

    bits: int
    address: int
    prefix: int
    fault: str = ""

    @property
    def network(self) -> int:
        """The address with the bits beyond the prefix cleared."""
        host = self.bits - self.prefix
        return self.address >> host << host

    @property
    def family(self) -> int:
        """4 or 6: what the network's addresses are to Go (an IPv4-mapped network is 4)."""
        return 4 if self.bits == 32 or self.network >> 32 == _MAPPED else 6

    @property
    def span(self) -> Span:
        """First and last address, on the common line."""
        first, last = self.network, self.network + (1 << (self.bits - self.prefix)) - 1
        if self.family == 6:
            return first, last
        return _IPV4 + (first & 0xFFFFFFFF), _IPV4 + (last & 0xFFFFFFFF)

    def holds_strictly(self, other: "Cidr") -> bool:
        """Tell whether the server takes ``other`` for a strict subset (prefix lengths are compared as written)."""
        first, last = self.span
        return first <= other.span[0] <= last and self.prefix < other.prefix

    def __str__(self) -> str:
        """Write the network as it should be written."""
        if self.bits == 32:
            return f"{ipaddress.IPv4Address(self.network)}/{self.prefix}"
        if self.family == 4:
            return f"{ipaddress.IPv4Address(self.network & 0xFFFFFFFF)}/{self.prefix - 96}"
        return f"{ipaddress.IPv6Address(self.network)}/{self.prefix}"


def parse_cidr(text: str) -> Cidr | None:
    """Read a CIDR as the server does (``ParseCIDRSloppy``); None where it cannot."""
    written, _, digits = text.partition("/")
    ipv4 = _parse_ipv4(written)
    address, bits = (ipv4, 32) if ipv4 is not None else (_parse_ipv6(written), 128)
    prefix = _parse_number(digits, 10, bits)
    if address is None or prefix is None:
        return None
    if _has_leading_zeros(written) or (len(digits) > 1 and digits.startswith("0")):
        return Cidr(bits, address, prefix, "leading-zeros")
    if bits == 128 and address >> 32 == _MAPPED:
        return Cidr(bits, address, prefix, "ipv4-mapped")
    cidr = Cidr(bits, address, prefix)
    return cidr if cidr.network == address else Cidr(bits, address, prefix, "host-bits")


def parse_address(text: str) -> int | None:
    """Read an IP address, as a number on the common line; None where it is none."""
    ipv4 = _parse_ipv4(text)
    if ipv4 is not None:
        return _IPV4 + ipv4
    ipv6 = _parse_ipv6(text)
    if ipv6 is not None and ipv6 >> 32 == _MAPPED:
        return _IPV4 + (ipv6 & 0xFFFFFFFF)
    return ipv6


def address_text(number: int) -> str:
    """Write an address of the common line."""
    return str(ipaddress.IPv4Address(number - _IPV4) if number >= _IPV4 else ipaddress.IPv6Address(number))


def _has_leading_zeros(address: str) -> bool:
    """Tell whether Go's strict parser would refuse zeros that its older one reads."""
    *groups, last = address.split(":")
    octets = last.split(".") if "." in last else []
    return any(len(octet) > 1 and octet.startswith("0") for octet in octets) or any(
        len(group) > 4 for group in (groups if octets else [*groups, last])
    )


def _parse_number(text: str, base: int, maximum: int) -> int | None:
    """Read digits, with any number of leading zeros."""
    pattern = _DECIMAL if base == 10 else _HEXADECIMAL
    digits = text.lstrip("0") or text[-1:]
    if not pattern.fullmatch(digits) or len(digits) > 5:
        return None
    value = int(digits, base)
    return value if value <= maximum else None


def _parse_numbers(texts: list[str], base: int, maximum: int) -> list[int] | None:
    numbers = [_parse_number(text, base, maximum) for text in texts]
    return [number for number in numbers if number is not None] if None not in numbers else None


def _parse_ipv4(text: str) -> int | None:
    octets = _parse_numbers(text.split("."), 10, 0xFF)
    return int.from_bytes(octets, "big") if octets is not None and len(octets) == 4 else None


def _parse_ipv6(text: str) -> int | None:
    head, gap, tail = text.partition("::")
    left = head.split(":") if head else []
    right = tail.split(":") if tail else []
    last = right if gap else left
    embedded: list[int] = []
    if last and "." in last[-1]:
        ipv4 = _parse_ipv4(last.pop())
        if ipv4 is None:
            return None
        embedded = [ipv4 >> 16, ipv4 & 0xFFFF]
    groups = _parse_numbers([*left, *right], 16, 0xFFFF)
    if groups is None:
        return None
    missing = 8 - len(groups) - len(embedded)
    if missing < 0 or (missing > 0) != bool(gap):
        return None
    groups = [*groups[: len(left)], *[0] * missing, *groups[len(left) :], *embedded]
    return sum(group << 16 * (7 - position) for position, group in enumerate(groups))


@dataclass(frozen=True, slots=True)
class Spans:
    """A set of numbers: ``spans`` ascending, apart from each other."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> "Spans":
        """Return the set of all numbers in the spans, which may overlap, touch or be empty (last before first)."""
        joined: list[Span] = []
        for first, last in sorted(span for span in spans if span[0] <= span[1]):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        return cls(tuple(joined))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, number: int) -> bool:
        return self._hold(number, number)

    def __or__(self, other: "Spans") -> "Spans":
        return Spans.of(self.spans + other.spans)

    def __and__(self, other: "Spans") -> "Spans":
        return self - (self - other)

    def __sub__(self, other: "Spans") -> "Spans":
        left: list[Span] = []
        passed = 0
        for first, last in self.spans:
            while passed < len(other.spans) and other.spans[passed][1] < first:
                passed += 1
            start = first
            for position in range(passed, len(other.spans)):
                cut_first, cut_last = other.spans[position]
                if cut_first > last:
                    break
                if start < cut_first:
                    left.append((start, cut_first - 1))
                start = cut_last + 1
            if start <= last:
                left.append((start, last))
        return Spans(tuple(left))

    def __le__(self, other: "Spans") -> bool:
        return all(other._hold(first, last) for first, last in self.spans)

    def _hold(self, first: int, last: int) -> bool:
        """Whether all of a span is here: in one of ours, then, as they are apart."""
        at = bisect_left(self.spans, (first + 1,)) - 1  # of the last one that begins by ``first``
        return at >= 0 and last <= self.spans[at][1]


PORTS = Spans(((1, 65535),))
"""Every port."""


def addresses(cidr: Cidr, excepts: Iterable[Cidr] = ()) -> Spans:
    """Return the addresses of a network without those of the exceptions, on the common line."""
    return Spans((cidr.span,)) - Spans.of(each.span for each in excepts)
