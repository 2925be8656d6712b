"""Who can talk to whom: both directions of all policies put together, a row at a time.

Rows are computed by operations on sets and expanded only for display, so that 20,000 pods cost seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from desktop.policy.objects import Direction, NetworkPolicy
from desktop.policy.tiers import TieredPolicy
from desktop.reach.bits import bits_of, positions_of
from desktop.reach.blocks import AnyPolicy, Block, PolicyBlocks, distinctions_of, port_space
from desktop.reach.ends import Ends
from desktop.reach.objects import Kind
from desktop.reach.ports import PortSpace
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.tier_blocks import Tiers

Part = tuple[int, int]
"""Some ends and the ports open to them."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one end may reach. Parts may overlap and mean their union.

    ``possible`` holds what may be allowed or not, for want of a fact; it may repeat what is ``certain``.
    """

    certain: tuple[Part, ...]
    possible: tuple[Part, ...] = ()


class Reach:
    """The connections of a cluster, by classes of ends (see ``desktop.reach.ends``)."""

    def __init__(self, ends: Ends, ports: PortSpace, ingress: Iterable[Block], egress: Iterable[Block]) -> None:
        self.ends = ends
        self.ports = ports
        self._into = _by_member((block.peers, block.targets, block) for block in ingress)
        self._out_of = _by_member((block.targets, block.peers, block) for block in egress)

    def row(self, source: int) -> Row:
        """Return what the end at bit ``source`` may reach."""
        out, into = self._out_of.of(source), self._into.of(source)
        certain = _meet(out.certain, into.certain)
        if not out.possible and not into.possible:
            return Row(certain)
        possible = _meet((*out.certain, *out.possible), (*into.certain, *into.possible))
        return Row(certain, possible)


def policies_of(snapshot: Snapshot) -> list[NetworkPolicy]:
    """Return the readable NetworkPolicies of a cluster."""
    return [entry.policy for table in snapshot.policies.values() for entry in table.values() if entry.policy]


def tiered_policies_of(snapshot: Snapshot) -> list[TieredPolicy]:
    """Return the cluster-wide policies of a cluster."""
    return [entry.policy for table in snapshot.tiered.values() for entry in table.values()]


def compute(snapshot: Snapshot, settings: Settings, beside: Sequence[AnyPolicy] = ()) -> Reach:
    """Return the connections of a cluster under its NetworkPolicies and its cluster-wide policies.

    ``beside`` are policies of another cluster, or of another time, to be compared with: ends and ports are cut where
    they cut them, too.
    """
    policies, tiered = policies_of(snapshot), tiered_policies_of(snapshot)
    ends = Ends(snapshot, distinctions_of([*policies, *tiered, *beside]), settings)
    ports = port_space([*policies, *tiered, *beside], ends)
    blocks = PolicyBlocks(ends, ports)
    hidden = bits_of((i for i, each in enumerate(ends.classes) if hides_policies(snapshot, each.namespace)), ends.count)
    ingress, egress = (
        _direction(policies, direction, blocks, Tiers(tiered, direction, ends, ports, blocks), hidden)
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
        if direction in policy.directions:
            isolated |= made.targets(policy)
            found += made.blocks(policy, direction)
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


def _meet(out: Iterable[Part], into: Iterable[Part]) -> tuple[Part, ...]:
    """Where both sides allow: the ends in both, on the ports in both."""
    met: dict[int, int] = defaultdict(int)
    into = tuple(into)
    for peers, leaving in out:
        for targets, entering in into:
            ports = leaving & entering
            if ports and (both := peers & targets):
                met[ports] |= both
    return tuple((both, ports) for ports, both in met.items())


class _ByMember:
    """For each end: the parts of all blocks that hold it on one side."""

    def __init__(self, shared: Sequence[tuple[int, Row]], own: Mapping[int, Row]) -> None:
        self._shared = shared
        self._own = own

    def of(self, end: int) -> Row:
        own = self._own.get(end)
        rows = [row for members, row in self._shared if members >> end & 1]
        if own is not None:
            rows.append(own)
        if len(rows) == 1:
            return rows[0]
        return Row(_joined(row.certain for row in rows), _joined(row.possible for row in rows))


def _joined(parts: Iterable[Iterable[Part]]) -> tuple[Part, ...]:
    joined: dict[int, int] = defaultdict(int)
    for each in parts:
        for ends, ports in each:
            joined[ports] |= ends
    return tuple((ends, ports) for ports, ends in joined.items())


_WIDE = 64
"""A block with more members than this is asked for each end; a narrower one is listed at each of its members."""


def _by_member(blocks: Iterable[tuple[int, int, Block]]) -> _ByMember:
    """Index blocks, each given as (members, the ends on its other side, the block)."""
    grouped: dict[int, dict[tuple[int, bool], int]] = defaultdict(lambda: defaultdict(int))
    for members, others, block in blocks:
        grouped[members][block.ports, block.certain] |= others
    shared: list[tuple[int, Row]] = []
    listed: dict[int, list[Row]] = defaultdict(list)
    for members, sides in grouped.items():
        row = Row(
            tuple((others, ports) for (ports, certain), others in sides.items() if certain),
            tuple((others, ports) for (ports, certain), others in sides.items() if not certain),
        )
        if members.bit_count() > _WIDE:
            shared.append((members, row))
        else:
            for end in positions_of(members):
                listed[end].append(row)
    own = {
        end: Row(_joined(row.certain for row in rows), _joined(row.possible for row in rows))
        for end, rows in listed.items()
    }
    return _ByMember(shared, own)
