"""Who can talk to whom: both directions of all policies put together, a row at a time.

Rows are computed by operations on sets and expanded only for display, so that 20,000 pods cost seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from desktop.policy.objects import Direction, NetworkPolicy
from desktop.policy.tiers import TieredPolicy
from desktop.reach.bits import bits_of, positions_of
from desktop.reach.blocks import Block, PolicyBlocks
from desktop.reach.ends import Ends
from desktop.reach.objects import Kind
from desktop.reach.ports import PortSpace
from desktop.reach.snapshot import Snapshot
from desktop.reach.tier_blocks import Tiers

Part = tuple[int, int]
"""Some ends and the ports open to them."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one end may reach, or who may reach it. Parts may overlap and mean their union.

    ``possible`` holds what may be allowed or not, for want of a fact; it may repeat what is ``certain``.
    """

    certain: tuple[Part, ...]
    possible: tuple[Part, ...] = ()


class Reach:
    """The connections of a cluster, by classes of ends (see ``desktop.reach.ends``)."""

    def __init__(self, ends: Ends, ports: PortSpace, ingress: Sequence[Block], egress: Sequence[Block]) -> None:
        self.ends = ends
        self.ports = ports
        self._ingress = ingress
        self._egress = egress

    def row(self, source: int) -> Row:
        """Return what the end at bit ``source`` may reach."""
        return _crossed(self._leaving.of(source), self._entered_from.of(source))

    def column(self, destination: int) -> Row:
        """Return which ends may reach the one at bit ``destination``."""
        return _crossed(self._leaving_for.of(destination), self._entering.of(destination))

    @cached_property
    def _leaving(self) -> "_ByMember":
        """By source: where its outbound side lets it go."""
        return _by_member(((block.targets, block.peers, block) for block in self._egress), self.ends)

    @cached_property
    def _entered_from(self) -> "_ByMember":
        """By source: whose inbound side lets it in."""
        return _by_member(((block.peers, block.targets, block) for block in self._ingress), self.ends)

    @cached_property
    def _leaving_for(self) -> "_ByMember":
        """By destination: whose outbound side lets them go there."""
        return _by_member(((block.peers, block.targets, block) for block in self._egress), self.ends)

    @cached_property
    def _entering(self) -> "_ByMember":
        """By destination: whom its inbound side lets in."""
        return _by_member(((block.targets, block.peers, block) for block in self._ingress), self.ends)


def policies_of(snapshot: Snapshot) -> list[NetworkPolicy]:
    """Return the readable NetworkPolicies of a cluster."""
    return [entry.policy for table in snapshot.policies.values() for entry in table.values() if entry.policy]


def tiered_policies_of(snapshot: Snapshot) -> list[TieredPolicy]:
    """Return the cluster-wide policies of a cluster."""
    return [entry.policy for table in snapshot.tiered.values() for entry in table.values()]


def connect(snapshot: Snapshot, made: PolicyBlocks) -> Reach:
    """Return the connections of a cluster under its NetworkPolicies and its cluster-wide policies."""
    policies, tiered = policies_of(snapshot), tiered_policies_of(snapshot)
    ends, ports = made.ends, made.ports
    hidden = bits_of((i for i, each in enumerate(ends.classes) if hides_policies(snapshot, each.namespace)), ends.count)
    ingress, egress = (
        _direction(policies, direction, made, Tiers(tiered, direction, ends, ports, made), hidden)
        for direction in Direction
    )
    return Reach(ends, ports, ingress, egress)


def hides_policies(snapshot: Snapshot, namespace: str) -> bool:
    """Whether there may be policies in a namespace that are not known: not listed, or not readable."""
    stored = snapshot.policies.get(namespace, {})
    return not snapshot.knows(Kind.NETWORK_POLICY, namespace) or any(each.policy is None for each in stored.values())


def _direction(
    policies: Sequence[NetworkPolicy], direction: Direction, made: PolicyBlocks, tiers: Tiers, hidden: int
) -> list[Block]:
    """Return the blocks of a direction; ``hidden`` are the pods that policies not known may select."""
    ends, every_port = made.ends, made.ports.all
    found: list[Block] = []
    isolated = 0
    for policy in policies:
        each = made.made(policy)
        if direction in each.blocks:
            isolated |= each.targets
            found += each.blocks[direction]
    if ends.host_network:
        # A node may always reach the pods it runs; which node a host-network pod speaks for is not in the policies.
        found.append(Block(isolated, ends.host_network, every_port, certain=False))
    # An unknown policy may isolate a pod, and may admit anything; what a known one admits stays admitted.
    found.append(Block(hidden & ~ends.host_network, ends.all, every_port, certain=False))
    isolated |= hidden & ~ends.host_network
    if tiers.subjects:
        found = tiers.blocks(found, isolated)
    found.append(Block(ends.all & ~isolated & ~tiers.subjects, ends.all, every_port))
    return [block for block in found if block.targets]


def _crossed(out: Row, into: Row) -> Row:
    certain = _meet(out.certain, into.certain)
    if not out.possible and not into.possible:
        return Row(certain)
    return Row(certain, _meet((*out.certain, *out.possible), (*into.certain, *into.possible)))


def _meet(out: Iterable[Part], into: Iterable[Part]) -> tuple[Part, ...]:
    """Where both sides allow: the ends in both, on the ports in both."""
    met: dict[int, int] = defaultdict(int)
    into = tuple(into)
    for peers, leaving in out:
        for targets, entering in into:
            ports = leaving & entering
            if ports and (both := peers & targets):
                met[ports] |= both
    return _parts(met)


class _ByMember:
    """For each end: the parts of all blocks that hold it on one side. What is asked for is put together once."""

    def __init__(self, shared: Sequence[tuple[bytes, Row]], listed: Mapping[int, Sequence[Row]]) -> None:
        self._shared = shared
        self._listed = listed
        self._known: dict[int, Row] = {}

    def of(self, end: int) -> Row:
        found = self._known.get(end)
        if found is None:
            octet, bit = end >> 3, 1 << (end & 7)
            rows = [row for members, row in self._shared if members[octet] & bit]
            rows += self._listed.get(end, ())
            found = self._known[end] = rows[0] if len(rows) == 1 else _union(rows)
        return found


def _union(rows: Iterable[Row]) -> Row:
    certain: dict[int, int] = defaultdict(int)
    possible: dict[int, int] = defaultdict(int)
    for row in rows:
        for ends, ports in row.certain:
            certain[ports] |= ends
        for ends, ports in row.possible:
            possible[ports] |= ends
    return Row(_parts(certain), _parts(possible))


def _parts(joined: Mapping[int, int]) -> tuple[Part, ...]:
    return tuple((ends, ports) for ports, ends in joined.items())


_WIDE = 64
"""A block with more members than this is asked for each end; a narrower one is listed at each of its members."""


def _by_member(blocks: Iterable[tuple[int, int, Block]], ends: Ends) -> _ByMember:
    """Index blocks, each given as (members, the ends on its other side, the block)."""
    grouped: dict[int, dict[tuple[int, bool], int]] = defaultdict(lambda: defaultdict(int))
    for members, others, block in blocks:
        grouped[members][block.ports, block.certain] |= others
    size = ends.all.bit_length() // 8 + 1
    shared: list[tuple[bytes, Row]] = []
    listed: dict[int, list[Row]] = defaultdict(list)
    for members, sides in grouped.items():
        row = Row(
            tuple((others, ports) for (ports, certain), others in sides.items() if certain),
            tuple((others, ports) for (ports, certain), others in sides.items() if not certain),
        )
        if members.bit_count() > _WIDE:
            shared.append((members.to_bytes(size, "little"), row))
        else:
            for end in positions_of(members):
                listed[end].append(row)
    return _ByMember(shared, listed)
