"""Who can talk to whom: both directions of all policies put together, a row at a time.

Rows are computed by operations on sets and expanded only for display, so that 20,000 pods cost seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from desktop.policy.objects import Direction, NetworkPolicy
from desktop.policy.tiers import TieredPolicy
from desktop.reach.bits import positions_of
from desktop.reach.blocks import Block, PolicyBlocks
from desktop.reach.ends import Ends
from desktop.reach.objects import Kind
from desktop.reach.ports import PortSpace
from desktop.reach.recent import Recent
from desktop.reach.rows import Parts, Row, met, overlaid, split
from desktop.reach.snapshot import Snapshot
from desktop.reach.tier_blocks import Tiers


class Side:
    """A direction: what it allows, and the ends that nothing restricts in it."""

    def __init__(self, blocks: Sequence[Block], unrestricted: int, ends: Ends) -> None:
        self.open = unrestricted
        self._blocks = blocks
        self._size = ends.all.bit_length()

    @cached_property
    def by_target(self) -> "_ByMember":
        """For each end: whom its own side lets through."""
        return _ByMember([(block.targets, block.peers, block) for block in self._blocks], self._size)

    @cached_property
    def by_peer(self) -> "_ByMember":
        """For each end: whose sides let it through."""
        return _ByMember([(block.peers, block.targets, block) for block in self._blocks], self._size)


Sides = Mapping[Direction, Side]


class Reach:
    """The connections of a cluster, by classes of ends (see ``desktop.reach.ends``)."""

    def __init__(self, ends: Ends, ports: PortSpace, sides: Sides) -> None:
        self.ends = ends
        self.ports = ports
        self.sides = sides
        self._crossings = Recent[Row]()

    def row(self, source: int) -> Row:
        """Return what the end at bit ``source`` may reach."""
        out, into = self.sides[Direction.EGRESS], self.sides[Direction.INGRESS]
        return self._crossed(out.by_target.of(source), into.by_peer.of(source))

    def column(self, destination: int) -> Row:
        """Return which ends may reach the one at bit ``destination``."""
        out, into = self.sides[Direction.EGRESS], self.sides[Direction.INGRESS]
        return self._crossed(out.by_peer.of(destination), into.by_target.of(destination))

    def _crossed(self, out: Row, into: Row) -> Row:
        return self._crossings.of((out, into), lambda: met(out, into))


def policies_of(snapshot: Snapshot) -> list[NetworkPolicy]:
    """Return the readable NetworkPolicies of a cluster."""
    return [entry.policy for table in snapshot.policies.values() for entry in table.values() if entry.policy]


def tiered_policies_of(snapshot: Snapshot) -> list[TieredPolicy]:
    """Return the cluster-wide policies of a cluster."""
    return [entry.policy for table in snapshot.tiered.values() for entry in table.values()]


def connect(snapshot: Snapshot, made: PolicyBlocks, known: Sides) -> Reach:
    """Return the connections of a cluster under its NetworkPolicies and its cluster-wide policies.

    ``known`` are the sides of which it is known that they are as before.
    """
    missing = [direction for direction in Direction if direction not in known]
    if not missing:
        return Reach(made.ends, made.ports, known)
    policies, tiered = policies_of(snapshot), tiered_policies_of(snapshot)
    ends, ports = made.ends, made.ports
    hidden = 0
    for namespace in snapshot.pods:
        if hides_policies(snapshot, namespace):
            hidden |= ends.in_namespace(namespace)
    sides = {each: _side(policies, each, made, Tiers(tiered, each, ends, ports, made), hidden) for each in missing}
    return Reach(ends, ports, {**known, **sides})


def hides_policies(snapshot: Snapshot, namespace: str) -> bool:
    """Whether there may be policies in a namespace that are not known: not listed, or not readable."""
    stored = snapshot.policies.get(namespace, {})
    return not snapshot.knows(Kind.NETWORK_POLICY, namespace) or any(each.policy is None for each in stored.values())


def _side(
    policies: Sequence[NetworkPolicy], direction: Direction, made: PolicyBlocks, tiers: Tiers, hidden: int
) -> Side:
    """Return what a direction allows; ``hidden`` are the pods that policies not known may select."""
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
    unrestricted = ends.all & ~isolated & ~tiers.subjects
    found.append(Block(unrestricted, ends.all, every_port))
    return Side([block for block in found if block.targets], unrestricted, ends)


_FEW = 16
"""So many ends are answered block by block; for more, an index pays."""
_WIDE = 64
"""A block with more members than this, and than an eighth of all, is asked for each end; others list their members."""

Sided = tuple[int, int, Block]
"""A block as (members, the ends on its other side, the block)."""


class _ByMember:
    """For each end: the parts of all blocks that hold it on one side."""

    def __init__(self, blocks: Sequence[Sided], size: int) -> None:
        self._blocks = blocks
        self._size = size
        self._few: dict[int, Row] = {}

    def of(self, end: int) -> Row:
        found = self._few.get(end)
        if found is not None:
            return found
        if len(self._few) >= _FEW:
            return self._index.of(end)
        bit = 1 << end
        parts = _parts((others, block) for members, others, block in self._blocks if members & bit)
        found = self._few[end] = Row(split(parts))
        return found

    @cached_property
    def _index(self) -> "_Index":
        return _Index(self._blocks, self._size)


def _parts(sides: Iterable[tuple[int, Block]]) -> Parts:
    return overlaid({(block.ports if block.certain else 0, block.ports): others} for others, block in sides)


class _Index:
    """Blocks by their members; ``size`` is that of all ends."""

    def __init__(self, blocks: Iterable[Sided], size: int) -> None:
        grouped: dict[int, list[tuple[int, Block]]] = defaultdict(list)
        for members, others, block in blocks:
            grouped[members].append((others, block))
        self._shared: list[tuple[bytes, Parts]] = []
        self._listed: dict[int, list[Parts]] = defaultdict(list)
        for members, sides in grouped.items():
            parts = _parts(sides)
            if members.bit_count() > max(_WIDE, size // 8):
                self._shared.append((members.to_bytes(size // 8 + 1, "little"), parts))
            else:
                for end in positions_of(members):
                    self._listed[end].append(parts)
        self._bases = Recent[Row]()
        self._rows = Recent[Row]()

    def of(self, end: int) -> Row:
        # Many ends have all that is shared in common, and differ in what is listed.
        octet, bit = end >> 3, 1 << (end & 7)
        shared = [parts for members, parts in self._shared if members[octet] & bit]
        base = self._bases.of(shared, lambda: Row(split(overlaid(shared))))
        listed = self._listed.get(end)
        return self._rows.of([base, *listed], lambda: Row(split(overlaid(listed), base.parts))) if listed else base
