"""Cluster-wide policies that come before and after NetworkPolicies (``policy.networking.k8s.io``).

AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1) and ClusterNetworkPolicy (v1alpha2). Unlike
NetworkPolicies their rules are ordered, and can refuse.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain
from typing import TypeVar, cast

from desktop.policy.netset import parse_cidr
from desktop.policy.objects import PROTOCOLS, Direction, IPBlock, LabelSelector, Operator, Peer, Port
from desktop.policy.reading import Misfit, as_list, as_mapping, as_number, as_selector, as_text

T = TypeVar("T")
ANY_PROTOCOL = ""
"""The protocol of a named port in these policies: whatever the pod says of the port of that name."""


class Tier(Enum):
    """When a policy is asked: before the NetworkPolicies, or for what they leave open."""

    ADMIN = "Admin"
    BASELINE = "Baseline"


class Action(Enum):
    """What a rule does with what it matches; PASS hands it to the next tier.

    UNKNOWN stands for a rule that cannot be read: it may do anything with anything.
    """

    ALLOW = "Allow"
    DENY = "Deny"
    PASS = "Pass"  # noqa: S105  no password
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class TierRule:
    """One ordered rule. ``ports`` None: every protocol and port.

    ``partly_known``: it has peers that the picture of a cluster cannot tell (nodes, domain names): it may match
    outside addresses, too.
    """

    action: Action
    peers: tuple[Peer, ...]
    ports: tuple[Port, ...] | None = None
    name: str = ""
    partly_known: bool = False


@dataclass(frozen=True, slots=True)
class TieredPolicy:
    """A cluster-wide policy; ``subject`` picks its pods, ``priority`` orders policies of a tier, lowest first."""

    kind: str
    name: str
    tier: Tier
    priority: int
    subject: Peer
    ingress: tuple[TierRule, ...] = ()
    egress: tuple[TierRule, ...] = ()

    def rules(self, direction: Direction) -> tuple[TierRule, ...]:
        """Return the rules of a direction, in their order."""
        return self.ingress if direction is Direction.INGRESS else self.egress


_TIERS = {"AdminNetworkPolicy": Tier.ADMIN, "BaselineAdminNetworkPolicy": Tier.BASELINE}
_ACTIONS = {
    "AdminNetworkPolicy": {"Allow": Action.ALLOW, "Deny": Action.DENY, "Pass": Action.PASS},
    "BaselineAdminNetworkPolicy": {"Allow": Action.ALLOW, "Deny": Action.DENY},
    "ClusterNetworkPolicy": {"Accept": Action.ALLOW, "Deny": Action.DENY, "Pass": Action.PASS},
}
_UNREADABLE = (Misfit, KeyError, ValueError)
_UNKNOWN = TierRule(Action.UNKNOWN, ())
_EVERY_POD = Peer(namespace_selector=LabelSelector())
_FIRST = -1
"""Before every priority that the API allows."""
_LAST = 1000
_UNTOLD = {"nodes", "domainNames"}
"""Peers that the picture of a cluster cannot tell."""


def parse_tiered(kind: str, value: Mapping[str, object]) -> TieredPolicy:
    """Read a cluster-wide policy. What cannot be read of it becomes rules of which nothing is claimed.

    A field that is not known, as a newer API may have it, may restrict what the known ones say: it cannot be read
    either, and neither can what the server refuses. A rule that cannot be read stands in its place as UNKNOWN. Where
    the subject, the tier or the priority cannot be read, the whole policy is one such rule, about the pods it is known
    to be about, else about all.
    """
    metadata, spec = value.get("metadata"), value.get("spec")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    tier, subject = _TIERS.get(kind, Tier.ADMIN), _EVERY_POD
    try:
        fields = as_mapping(spec)
        subject = _selecting(fields["subject"])
        if kind not in _TIERS:
            tier = Tier(as_text(fields.get("tier")))
        ordered = {"priority"} if kind != "BaselineAdminNetworkPolicy" else set[str]()
        _fields(spec, {"subject", "ingress", "egress", *ordered, *(set() if kind in _TIERS else {"tier"})})
        actions = _ACTIONS[kind]
        return TieredPolicy(
            kind=kind,
            name=as_text(name),
            tier=tier,
            priority=_between(0, fields["priority"], _LAST) if ordered else 0,
            subject=subject,
            ingress=as_list(fields.get("ingress"), lambda rule: _rule(rule, "from", actions)) or (),
            egress=as_list(fields.get("egress"), lambda rule: _rule(rule, "to", actions)) or (),
        )
    except _UNREADABLE:
        return TieredPolicy(
            kind, name if isinstance(name, str) else "", tier, _FIRST, subject, (_UNKNOWN,), (_UNKNOWN,)
        )


def _fields(value: object, known: Set[str]) -> Mapping[str, object]:
    """Return the fields of an object that are there; none may be another than the known ones."""
    fields = {key: each for key, each in as_mapping(value).items() if each is not None}
    if not fields.keys() <= known:
        raise Misfit
    return fields


def _only(value: object, known: Set[str]) -> tuple[str, object]:
    """Return the one field of an object that is there, and what it holds."""
    ((key, held),) = _fields(value, known).items()
    return key, held


def _items(value: object, read: Callable[[object], T]) -> tuple[T, ...]:
    """Return the items of a list that must have some."""
    found = as_list(value, read)
    if not found:
        raise Misfit
    return found


def _between(first: int, value: object, last: int) -> int:
    number = as_number(value)
    if not first <= number <= last:
        raise Misfit
    return number


def _selecting(value: object) -> Peer:
    """Read ``namespaces`` or ``pods`` as the peer it is."""
    key, held = _only(value, {"namespaces", "pods"})
    if key == "namespaces":
        return Peer(namespace_selector=_selector(held))
    pods = _fields(held, {"podSelector", "namespaceSelector"})
    if not pods:
        raise Misfit
    return Peer(_selector(pods.get("podSelector")), _selector(pods.get("namespaceSelector")))


def _selector(value: object) -> LabelSelector:
    _fields(value, {"matchLabels", "matchExpressions"})
    selector = as_selector(value)
    for each in selector.expressions:
        if bool(each.values) is not (each.operator in (Operator.IN, Operator.NOT_IN)):
            raise Misfit
    return selector


def _rule(value: object, peers_key: str, actions: Mapping[str, Action]) -> TierRule:
    try:
        rule = _fields(value, {"name", "action", peers_key, "ports", "protocols"})
        found = _items(rule[peers_key], _peers)
        return TierRule(
            actions[as_text(rule["action"])],
            tuple(chain.from_iterable(peers for peers in found if peers is not None)),
            _ports(rule),
            as_text(rule.get("name")),
            partly_known=None in found,
        )
    except _UNREADABLE:
        return _UNKNOWN


def _peers(value: object) -> tuple[Peer, ...] | None:
    """Read an entry of ``from`` or ``to``; None where a picture of the cluster cannot tell whom it means."""
    key, held = _only(value, {"namespaces", "pods", "networks", *_UNTOLD})
    if key in _UNTOLD:
        return None
    return _items(held, _network) if key == "networks" else (_selecting(value),)


def _network(value: object) -> Peer:
    block = IPBlock(as_text(value))
    if parse_cidr(block.cidr) is None:
        raise Misfit
    return Peer(ip_block=block)


def _ports(rule: Mapping[str, object]) -> tuple[Port, ...] | None:
    if "ports" in rule and "protocols" in rule:
        raise Misfit
    if "ports" in rule:
        return _items(rule["ports"], _port)
    return _items(rule["protocols"], _protocol) if "protocols" in rule else None


def _port(value: object) -> Port:
    """Read a v1alpha1 ``AdminNetworkPolicyPort``."""
    key, held = _only(value, {"namedPort", "portNumber", "portRange"})
    if key == "namedPort":
        return _named(held)
    one = _fields(held, {"protocol", "port"} if key == "portNumber" else {"protocol", "start", "end"})
    protocol = as_text(one.get("protocol")) or "TCP"
    return _numbered(protocol, one["port"]) if key == "portNumber" else _range(protocol, one)


def _protocol(value: object) -> Port:
    """Read a v1alpha2 ``ClusterNetworkPolicyProtocol``."""
    key, held = _only(value, {"destinationNamedPort", "tcp", "udp", "sctp"})
    if key == "destinationNamedPort":
        return _named(held)
    body = _fields(held, {"destinationPort"})
    if not body:
        return Port(key.upper())
    which, port = _only(body["destinationPort"], {"number", "range"})
    return _numbered(key.upper(), port) if which == "number" else _range(key.upper(), _fields(port, {"start", "end"}))


def _named(name: object) -> Port:
    if not as_text(name):
        raise Misfit
    return Port(ANY_PROTOCOL, as_text(name))


def _numbered(protocol: str, number: object) -> Port:
    if protocol not in PROTOCOLS:
        raise Misfit
    return Port(protocol, _between(1, number, 65535))


def _range(protocol: str, span: Mapping[str, object]) -> Port:
    first = _numbered(protocol, span["start"])
    return replace(first, end_port=_between(cast(int, first.port), span["end"], 65535))
