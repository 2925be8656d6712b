"""Cluster-wide policies that come before and after NetworkPolicies (``policy.networking.k8s.io``).

AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1) and ClusterNetworkPolicy (v1alpha2). Unlike
NetworkPolicies their rules are ordered, and can refuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from desktop.policy.objects import PROTOCOLS, Direction, IPBlock, LabelSelector, Peer, Port
from desktop.policy.reading import Misfit, as_list, as_mapping, as_number, as_selector, as_text

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
_ACTIONS = {"Allow": Action.ALLOW, "Accept": Action.ALLOW, "Deny": Action.DENY, "Pass": Action.PASS}
_UNREADABLE = (Misfit, KeyError, ValueError)
_UNKNOWN = TierRule(Action.UNKNOWN, ())
_EVERY_POD = Peer(namespace_selector=LabelSelector())
_FIRST = -1
"""Before every priority that the API allows."""


def parse_tiered(kind: str, value: Mapping[str, object]) -> TieredPolicy:
    """Read a cluster-wide policy. What cannot be read of it becomes rules of which nothing is claimed.

    A rule that cannot be read stands in its place as UNKNOWN. Where the subject, the tier or the priority cannot be
    read, the whole policy is one such rule, about the pods it is known to be about, else about all.
    """
    metadata, spec = value.get("metadata"), value.get("spec")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    subject = _EVERY_POD
    try:
        fields = as_mapping(spec)
        subject = _selecting(as_mapping(fields.get("subject")))
        return TieredPolicy(
            kind=kind,
            name=as_text(name),
            tier=_TIERS.get(kind) or Tier(as_text(fields.get("tier"))),
            priority=as_number(fields.get("priority")) if "priority" in fields else 0,
            subject=subject,
            ingress=as_list(fields.get("ingress"), lambda rule: _rule(rule, "from")) or (),
            egress=as_list(fields.get("egress"), lambda rule: _rule(rule, "to")) or (),
        )
    except _UNREADABLE:
        tier = _TIERS.get(kind, Tier.ADMIN)
        return TieredPolicy(
            kind, name if isinstance(name, str) else "", tier, _FIRST, subject, (_UNKNOWN,), (_UNKNOWN,)
        )


def _selecting(value: Mapping[str, object]) -> Peer:
    """Read ``namespaces`` or ``pods`` as the peer it is."""
    if value.get("namespaces") is not None:
        return Peer(namespace_selector=as_selector(value["namespaces"]))
    pods = as_mapping(value["pods"])
    return Peer(as_selector(pods.get("podSelector")), as_selector(pods.get("namespaceSelector")))


def _rule(value: object, peers_key: str) -> TierRule:
    try:
        return _readable_rule(as_mapping(value), peers_key)
    except _UNREADABLE:
        return _UNKNOWN


def _readable_rule(rule: Mapping[str, object], peers_key: str) -> TierRule:
    peers: list[Peer] = []
    partly_known = False
    for peer in as_list(rule.get(peers_key), as_mapping) or ():
        if peer.get("namespaces") is not None or peer.get("pods") is not None:
            peers.append(_selecting(peer))
        elif peer.get("networks") is not None:
            peers += [Peer(ip_block=IPBlock(cidr)) for cidr in as_list(peer["networks"], as_text) or ()]
        else:
            partly_known = True
    ports = as_list(rule.get("ports"), _port)
    if (protocols := as_list(rule.get("protocols"), _protocol)) is not None:
        ports = protocols
    return TierRule(_ACTIONS[as_text(rule.get("action"))], tuple(peers), ports, as_text(rule.get("name")), partly_known)


def _port(value: object) -> Port:
    """Read a v1alpha1 ``AdminNetworkPolicyPort``."""
    port = as_mapping(value)
    if port.get("namedPort") is not None:
        return Port(ANY_PROTOCOL, as_text(port["namedPort"]))
    if port.get("portNumber") is not None:
        one = as_mapping(port["portNumber"])
        return Port(as_text(one.get("protocol")) or "TCP", as_number(one.get("port")))
    span = as_mapping(port["portRange"])
    return Port(as_text(span.get("protocol")) or "TCP", as_number(span.get("start")), as_number(span.get("end")))


def _protocol(value: object) -> Port:
    """Read a v1alpha2 ``ClusterNetworkPolicyProtocol``."""
    entry = as_mapping(value)
    if entry.get("destinationNamedPort"):
        return Port(ANY_PROTOCOL, as_text(entry["destinationNamedPort"]))
    ((key, body),) = entry.items()
    protocol = key.upper()
    if protocol not in PROTOCOLS:
        raise Misfit
    destination = as_mapping(body).get("destinationPort")
    if destination is None:
        return Port(protocol)
    port = as_mapping(destination)
    if port.get("range") is None:
        return Port(protocol, as_number(port.get("number")))
    span = as_mapping(port["range"])
    return Port(protocol, as_number(span.get("start")), as_number(span.get("end")))
