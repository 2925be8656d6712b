"""NetworkPolicy as immutable objects (``networking.k8s.io/v1``; field names as in the API reference).

The difference between an absent list and an empty one is kept (``None`` and ``()``), because the API gives them
different meanings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Direction(Enum):
    """A direction of traffic, as spelt in ``policyTypes``."""

    INGRESS = "Ingress"
    EGRESS = "Egress"


class Operator(Enum):
    """An operator of a label selector requirement."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


PROTOCOLS = ("TCP", "UDP", "SCTP")
NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that a server (since 1.21) gives every namespace: its name."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One of a selector's ``matchExpressions``."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """``matchLabels`` (as sorted pairs) AND ``matchExpressions``; with neither it matches everything."""

    labels: tuple[tuple[str, str], ...] = ()
    expressions: tuple[Requirement, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the selector matches everything."""
        return not self.labels and not self.expressions


@dataclass(frozen=True, slots=True)
class Port:
    """An entry of ``ports``: ``port`` is a number, a name resolved on the destination pod, or None (all ports).

    ``protocol`` is what the server would make of it: TCP where the document names none. ``end_port`` closes a range.
    """

    protocol: str = "TCP"
    port: int | str | None = None
    end_port: int | None = None


@dataclass(frozen=True, slots=True)
class IPBlock:
    """``ipBlock``: a CIDR as written, without the CIDRs in ``excepts``."""

    cidr: str
    excepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer: either ``ip_block`` alone, or selectors (both given: ANDed; None: absent).

    With none of them (a newer server's peer, of a kind not known here) it matches nothing.
    """

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One ingress or egress rule. ``peers`` None or empty: anyone; ``ports`` None or empty: every port."""

    peers: tuple[Peer, ...] | None = None
    ports: tuple[Port, ...] | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """A policy's identity and spec. ``policy_types`` is None where the document has none (or an empty list)."""

    namespace: str
    name: str
    pod_selector: LabelSelector = LabelSelector()
    ingress: tuple[Rule, ...] | None = None
    egress: tuple[Rule, ...] | None = None
    policy_types: tuple[Direction, ...] | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def directions(self) -> frozenset[Direction]:
        """The directions it isolates: ``policyTypes``, else Ingress, and Egress only with at least one egress rule."""
        if self.policy_types:
            return frozenset(self.policy_types)
        return frozenset(Direction) if self.egress else frozenset({Direction.INGRESS})

    def rules(self, direction: Direction) -> tuple[Rule, ...] | None:
        """The rules in force for a direction: None where it is not isolated, empty where nothing is admitted."""
        if direction not in self.directions:
            return None
        return (self.ingress if direction is Direction.INGRESS else self.egress) or ()
