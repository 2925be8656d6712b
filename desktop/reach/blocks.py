"""What each direction of the policies allows, as blocks: these targets, those peers, these ports.

A direction of a cluster is a list of blocks and means their union. In the ingress direction a target is the
connection's destination and a peer its source; in the egress direction it is the other way round. A connection is
allowed where an egress block and an ingress block meet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from desktop import turns
from desktop.policy.objects import Direction, NetworkPolicy, Peer, Port, Rule
from desktop.policy.tiers import ANY_PROTOCOL, TieredPolicy
from desktop.reach.classes import Distinctions
from desktop.reach.ends import Ends
from desktop.reach.labels import keys_of, labels_of
from desktop.reach.ports import LAST, Cut, PortSpace
from desktop.reach.renumbering import Renumbering


@dataclass(frozen=True, slots=True)
class Block:
    """``targets`` may talk with ``peers`` on ``ports``; not ``certain``: or may not, for want of a fact."""

    targets: int
    peers: int
    ports: int
    certain: bool = True


_MANY = 64
"""Where a peer matches more ends than this, it pays to ask which of them other rules match, too."""

AnyPolicy = NetworkPolicy | TieredPolicy


def distinctions_of(policies: Iterable[AnyPolicy]) -> Distinctions:
    """Return all that the policies ask of an end."""
    peers: set[Peer] = set()
    names: set[str] = set()
    for policy in policies:
        turns.give_way()
        peers.add(Peer(policy.pod_selector) if isinstance(policy, NetworkPolicy) else policy.subject)
        for rule in (*(policy.ingress or ()), *(policy.egress or ())):
            names.update(port.port for port in rule.ports or () if isinstance(port.port, str))
            peers.update(rule.peers or ())
    pods = {peer.pod_selector for peer in peers if peer.pod_selector is not None}
    return Distinctions(
        keys_of(pods),
        labels_of(pods),
        keys_of(peer.namespace_selector for peer in peers if peer.namespace_selector is not None),
        frozenset(names),
        frozenset(peer.ip_block for peer in peers if peer.ip_block is not None),
    )


def port_cuts(policies: Iterable[AnyPolicy]) -> frozenset[Cut]:
    """Return the ports that policies tell apart by their numbers."""
    return frozenset(
        (port.protocol, port.port, port.end_port if port.end_port is not None else port.port)
        for policy in policies
        for rule in (*(policy.ingress or ()), *(policy.egress or ()))
        for port in rule.ports or ()
        if isinstance(port.port, int)
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A policy, the pods it selects, and what it admits in each direction it isolates."""

    policy: NetworkPolicy
    targets: int
    blocks: Mapping[Direction, Sequence[Block]]

    def renumbered(self, by_end: Renumbering, by_port: Renumbering) -> "Made":
        """Return the same for ends and ports that are taken further apart."""
        if by_end.is_identity and by_port.is_identity:
            return self
        blocks = {
            direction: [
                Block(by_end.of(each.targets), by_end.of(each.peers), by_port.of(each.ports), each.certain)
                for each in found
            ]
            for direction, found in self.blocks.items()
        }
        return Made(self.policy, by_end.of(self.targets), blocks)


class PolicyBlocks:
    """Turns NetworkPolicies into blocks over given ends and ports."""

    def __init__(self, ends: Ends, ports: PortSpace) -> None:
        self.ends = ends
        self.ports = ports
        self._named: dict[tuple[str, str], dict[int, int]] = {}
        self._made: dict[int, Made] = {}  # by the policy's id, which it keeps as long as it is kept here

    def following(
        self, ends: Ends, ports: PortSpace, by_end: Renumbering, by_port: Renumbering, policies: Iterable[NetworkPolicy]
    ) -> "PolicyBlocks":
        """Return the same for ends and ports that are taken further apart; what was made of ``policies`` is kept."""
        other = PolicyBlocks(ends, ports)
        for policy in policies:
            known = self._made.get(id(policy))
            if known is not None:
                other._made[id(policy)] = known.renumbered(by_end, by_port)
        return other

    def made(self, policy: NetworkPolicy) -> "Made":
        """Return what a policy comes to."""
        found = self._made.get(id(policy))
        if found is None:
            turns.give_way()
            targets = self.targets(policy)
            blocks = {each: self._blocks(policy, targets, each) for each in policy.directions} if targets else {}
            found = self._made[id(policy)] = Made(policy, targets, blocks)
        return found

    def targets(self, policy: NetworkPolicy) -> int:
        """Return the pods a policy selects; host-network pods are never among them."""
        own = self.ends.in_namespace(policy.namespace) & ~self.ends.host_network
        return self.ends.select(policy.pod_selector, own)

    def _blocks(self, policy: NetworkPolicy, targets: int, direction: Direction) -> list[Block]:
        found: list[Block] = []
        for rule in policy.rules(direction) or ():
            for peers, certain in self._peers(rule, policy.namespace):
                found += self.with_ports(targets, peers, rule.ports, direction, certain=certain)
        return found

    def _peers(self, rule: Rule, namespace: str) -> list[tuple[int, bool]]:
        """Return the peers of a rule, certain or not; where they are many, each peer's by itself."""
        if not rule.peers:
            return [(self.ends.all, True)]
        found, few = [], {True: 0, False: 0}
        for peer in rule.peers:
            for matched, certain in zip(self.peer(peer, namespace), (True, False), strict=True):
                if matched.bit_count() > _MANY:
                    found.append((matched, certain))
                else:
                    few[certain] |= matched
        return [*found, *((matched, certain) for certain, matched in few.items() if matched)]

    def tiered_peer(self, peer: Peer) -> tuple[int, int]:
        """Return the ends that a subject or peer of a cluster-wide policy matches, and those it matches or not.

        Their specification leaves less open than NetworkPolicy's: no label finds a host-network pod, and a network
        holds pods by their addresses, too.
        """
        sure, maybe = self.peer(peer, "")
        if peer.ip_block is not None:
            return sure | maybe, 0
        return sure, maybe & ~self.ends.host_network

    def peer(self, peer: Peer, namespace: str) -> tuple[int, int]:
        """Return the ends a peer matches for certain, and those it matches or not, for want of a fact.

        ``namespace`` is the policy's own.
        """
        if peer.ip_block is not None:
            return self.ends.block(peer.ip_block)
        doubtful = 0
        if peer.namespace_selector is not None:
            within, doubtful = self.ends.in_namespaces(peer.namespace_selector)
        elif peer.pod_selector is not None:
            within = self.ends.in_namespace(namespace)
        else:  # a peer of a newer API, of which nothing is known
            return 0, 0
        if peer.pod_selector is not None:
            within = self.ends.select(peer.pod_selector, within)
            doubtful = self.ends.select(peer.pod_selector, doubtful)
        # A host-network pod talks with its node's address: whether labels still find it differs.
        host = self.ends.host_network
        return within & ~host, doubtful | within & host

    def with_ports(
        self, targets: int, peers: int, ports: Sequence[Port] | None, direction: Direction, *, certain: bool = True
    ) -> list[Block]:
        """Return the blocks of a rule between targets and peers."""
        if not ports:
            return [Block(targets, peers, self.ports.all, certain)]
        numbers, found = 0, []
        for port in ports:
            if not isinstance(port.port, str):
                numbers |= self._numbers(port)
                continue
            # A name means what the destination pod says: the target inbound, the peer outbound.
            destinations = targets if direction is Direction.INGRESS else peers
            for mask, serving in self._resolved(port.protocol, port.port).items():
                if met := destinations & serving:
                    pair = (met, peers) if direction is Direction.INGRESS else (targets, met)
                    found.append(Block(*pair, mask, certain))
        return [Block(targets, peers, numbers, certain), *found] if numbers else found

    def _numbers(self, port: Port) -> int:
        if port.port is None:  # an end alone (which the server refuses) must not become every port
            return self.ports.mask(port.protocol) if port.end_port is None else 0
        first = int(port.port)
        return self.ports.mask(port.protocol, first, min(port.end_port or first, LAST))

    def _resolved(self, protocol: str, name: str) -> dict[int, int]:
        """For each port number that pods give the name: the port's mask -> those pods."""
        resolved = self._named.get((protocol, name))
        if resolved is None:
            resolved = self._named[protocol, name] = {}
            for index, each in enumerate(self.ends.classes):
                for spoken, number in each.named.get(name, ()):
                    if protocol in (spoken, ANY_PROTOCOL):
                        mask = self.ports.mask(spoken, number, number)
                        resolved[mask] = resolved.get(mask, 0) | 1 << index
        return resolved
