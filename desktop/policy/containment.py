"""What rules admit in a form that can be compared: whether one admits all that another does, in any cluster.

A selector asks of each label on its own, so what it asks is, for each key, a set of values: containment is exact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from desktop.policy.netset import PORTS, Spans, addresses, parse_cidr
from desktop.policy.objects import (
    NAMESPACE_NAME,
    PROTOCOLS,
    IPBlock,
    LabelSelector,
    Operator,
    Peer,
    Port,
    Requirement,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Values:
    """What a label may be: one of ``listed``, or with ``others`` anything but those; ``absent``: it may be missing."""

    listed: frozenset[str] = frozenset()
    others: bool = False
    absent: bool = False

    def __bool__(self) -> bool:
        return bool(self.listed) or self.others or self.absent

    def admit(self, value: str | None) -> bool:
        """Whether a label may be ``value`` (None: missing)."""
        return self.absent if value is None else (value in self.listed) is not self.others

    def __and__(self, other: "Values") -> "Values":
        absent = self.absent and other.absent
        if self.others and other.others:
            return Values(self.listed | other.listed, True, absent)
        if self.others:
            return Values(other.listed - self.listed, False, absent)
        return Values(self.listed - other.listed if other.others else self.listed & other.listed, False, absent)

    def __le__(self, other: "Values") -> bool:
        if self.absent and not other.absent:
            return False
        if self.others:
            return other.others and other.listed <= self.listed
        return self.listed.isdisjoint(other.listed) if other.others else self.listed <= other.listed


Wants = Mapping[str, Values]
"""What a selector asks, by label key."""


@lru_cache(maxsize=8192)
def wants(selector: LabelSelector) -> Wants:
    """Return what a selector asks of each label."""
    found = {key: Values(frozenset({value})) for key, value in selector.labels}
    for requirement in selector.expressions:
        asked = _asked(requirement)
        found[requirement.key] = found[requirement.key] & asked if requirement.key in found else asked
    return found


def _asked(requirement: Requirement) -> Values:
    match requirement.operator:
        case Operator.IN:
            return Values(frozenset(requirement.values))
        case Operator.NOT_IN:
            return Values(frozenset(requirement.values), others=True, absent=True)
        case Operator.EXISTS:
            return Values(others=True)
        case Operator.DOES_NOT_EXIST:
            return Values(absent=True)
    assert_never(requirement.operator)


def can_match(asked: Wants) -> bool:
    """Whether any labels at all meet what is asked."""
    return all(asked.values())


def implies(narrow: Wants, wide: Wants) -> bool:
    """Whether all labels that meet the one meet the other, too."""
    return not can_match(narrow) or _asks_all(narrow, wide)


def _asks_all(narrow: Wants, wide: Wants) -> bool:
    """Whether what can be met at all asks whatever the other asks."""
    for key, values in wide.items():
        asked = narrow.get(key)
        if asked is None or not asked <= values:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports by number, of each protocol, and by name, as (protocol, name)."""

    numbers: Mapping[str, Spans]
    names: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, ports: Iterable[Port] | None) -> "Ports":
        """Return what ``ports`` of a rule stand for; absent or empty it is every port of every protocol."""
        listed = tuple(ports or ())
        if not listed:
            return cls(dict.fromkeys(PROTOCOLS, PORTS))
        numbers: dict[str, Spans] = {}
        for port in listed:
            if not isinstance(port.port, str):
                first = port.port or 1
                last = (port.end_port or first) if port.port is not None else PORTS.spans[0][1]
                numbers[port.protocol] = numbers.get(port.protocol, Spans()) | Spans.of([(first, last)])
        return cls(numbers, frozenset((each.protocol, each.port) for each in listed if isinstance(each.port, str)))

    def __le__(self, other: "Ports") -> bool:
        return all(spans <= other.numbers.get(name, Spans()) for name, spans in self.numbers.items()) and all(
            name in other.names or other.numbers.get(name[0]) == PORTS for name in self.names
        )

    def holds(self, protocol: str, number: int) -> bool:
        """Whether a port is among those given by number."""
        return number in self.numbers.get(protocol, Spans())


@dataclass(frozen=True, slots=True)
class Admission:
    """Whom a rule admits, and to which ports.

    ``anyone``, or pods by what is asked of their namespaces' labels and of their own, and addresses.
    """

    anyone: bool
    pods: tuple[tuple[Wants, Wants], ...]
    blocks: Spans
    ports: Ports

    @classmethod
    def of(cls, rule: Rule, namespace: str) -> "Admission":
        """Return what a rule of a policy in ``namespace`` admits."""
        peers = rule.peers or ()
        pods = [_pods(peer, namespace) for peer in peers if peer.ip_block is None and peer != Peer()]
        blocks = [addresses_of(peer.ip_block) for peer in peers if peer.ip_block is not None]
        return cls(
            not peers,
            tuple(each for each in pods if can_match(each[0]) and can_match(each[1])),
            Spans.of(span for each in blocks for span in each.spans),
            Ports.of(rule.ports),
        )

    @property
    def nobody(self) -> bool:
        """Whether nothing at all can be among those admitted."""
        return not (self.anyone or self.pods or self.blocks)

    def __le__(self, other: "Admission") -> bool:
        return (other.anyone or self._only(other)) and self.ports <= other.ports

    def _only(self, other: "Admission") -> bool:
        if self.anyone or not self.blocks <= other.blocks:
            return False
        return all(
            any(_asks_all(of, to) and _asks_all(pods, all_) for to, all_ in other.pods) for of, pods in self.pods
        )


def _pods(peer: Peer, namespace: str) -> tuple[Wants, Wants]:
    own = {NAMESPACE_NAME: Values(frozenset({namespace}))}
    of = own if peer.namespace_selector is None else wants(peer.namespace_selector)
    return of, wants(peer.pod_selector or LabelSelector())


@lru_cache(maxsize=8192)
def addresses_of(block: IPBlock) -> Spans:
    """Return the addresses of a block, none where it cannot be read."""
    cidr = parse_cidr(block.cidr)
    excepts = [parse_cidr(each) for each in block.excepts]
    return addresses(cidr, [each for each in excepts if each is not None]) if cidr is not None else Spans()
