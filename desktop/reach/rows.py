"""The ends that one end has connections with, grouped by the ports of these connections."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desktop.reach.bits import bits_of, positions_of

Ports = tuple[int, int]
"""The ports open for certain, and these with the ports that may be open or not, for want of a fact."""
Parts = Mapping[Ports, int]
"""Ports, and the ends (or columns) they are open to. Parts may overlap: then all their ports are open."""

_WIDE = 16
"""A part with more members than this is taken together as a set; a narrower one member by member."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one end may reach, or who may reach it: no end is in two of the parts."""

    parts: Parts

    def at(self, end: int) -> Ports:
        """Return the ports between this end and another."""
        for ports, ends in self.parts.items():
            if ends >> end & 1:
                return ports
        return 0, 0


def overlaid(found: Iterable[Parts]) -> Parts:
    """Return parts that mean the same as all of these together; they may overlap."""
    joined: dict[Ports, int] = defaultdict(int)
    for parts in found:
        for ports, members in parts.items():
            joined[ports] |= members
    return joined


def met(out: Row, into: Row) -> Row:
    """Return where both sides allow: the ends in both, on the ports in both."""
    found: dict[Ports, int] = defaultdict(int)
    for (leaving, may_leave), peers in out.parts.items():
        for (entering, may_enter), targets in into.parts.items():
            if (most := may_leave & may_enter) and (both := peers & targets):
                found[leaving & entering, most] |= both
    return Row(found)


def split(parts: Parts, base: Parts = {}) -> Parts:  # noqa: B006  never changed
    """Return the same, no member in two parts; ``base`` are parts of which that is true, and which count, too."""
    wide: list[tuple[Ports, int]] = []
    added: dict[int, Ports] = {}  # what narrow parts add to a member
    everything = 0
    for ports, members in parts.items():
        everything |= members
        if members.bit_count() > _WIDE:
            wide.append((ports, members))
        else:
            for member in positions_of(members):
                known = added.get(member)
                added[member] = ports if known is None else _both(known, ports)
    groups, covered = dict(base), 0
    for members in base.values():
        covered |= members
    groups[0, 0] = everything & ~covered
    for ports, members in wide:
        _widen(groups, ports, members)
    if added:
        _add(groups, added)
    del groups[0, 0]
    return groups


def _both(one: Ports, other: Ports) -> Ports:
    return one[0] | other[0], one[1] | other[1]


def _widen(groups: dict[Ports, int], ports: Ports, members: int) -> None:
    """Give ``members``, who are all in the groups, more ports."""
    moved: list[tuple[Ports, int]] = []
    left = iter(groups.items())
    while members:
        known, ends = next(left)
        if inside := ends & members:
            moved.append((known, inside))
            members ^= inside
    for known, inside in moved:
        groups[known] ^= inside
    for known, inside in moved:
        wider = _both(known, ports)
        groups[wider] = groups.get(wider, 0) | inside
        if known != (0, 0) and not groups[known]:
            del groups[known]


def _add(groups: dict[Ports, int], added: Mapping[int, Ports]) -> None:
    """Give single members, who are all in the groups, more ports."""
    narrow = bits_of(added, max(added) + 1)
    single: dict[Ports, list[int]] = defaultdict(list)
    for known, ends in list(groups.items()):
        if inside := ends & narrow:
            groups[known] = ends ^ inside
            for member in positions_of(inside):
                single[_both(known, added[member])].append(member)
            if not groups[known] and known != (0, 0):
                del groups[known]
    for ports, members in single.items():
        groups[ports] = groups.get(ports, 0) | bits_of(members, max(members) + 1)
