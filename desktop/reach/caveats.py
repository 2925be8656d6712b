"""What may change any verdict on a cluster, because it is not evaluated, or not known."""

from dataclasses import dataclass

from desktop.reach.objects import FOREIGN_KINDS, TIERED_KINDS, Coverage, Kind
from desktop.reach.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Caveat:
    """Policies of ``kind`` may change a verdict: there are some, or (``hidden``) it is not known whether there are."""

    kind: Kind
    hidden: bool


def caveats(snapshot: Snapshot) -> tuple[Caveat, ...]:
    """Return what every verdict on a cluster must say: policies of network plug-ins, and what may not be listed."""
    there = snapshot.others
    found = []
    for kind in Kind:
        if kind in there:
            found.append(Caveat(kind, hidden=False))
        elif kind in FOREIGN_KINDS | TIERED_KINDS and snapshot.coverage_of(kind) in _UNKNOWN:
            found.append(Caveat(kind, hidden=True))
    return tuple(found)


_UNKNOWN = (Coverage.UNKNOWN, Coverage.FORBIDDEN)
