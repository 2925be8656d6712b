"""What part of a cluster's connections is looked at, and the picture that is made of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.policy.objects import PROTOCOLS
from desktop.reach import selection
from desktop.reach.columns import Column
from desktop.reach.ports import PortSpace
from desktop.reach.settings import Settings, settings_of
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing
from desktop.reach.workloads import WorkloadRef, top_owner
from desktop.ui.connections.graph_layout import Drawing, drawing
from desktop.ui.connections.grid import OUTSIDE, Grid, Look, group_of
from desktop.ui.connections.why import PortAsked

if TYPE_CHECKING:
    from desktop.session.session import Session

MANY_WORKLOADS = 200
"""With more workloads than this a picture starts folded."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A cluster, a ``namespace`` of it, or a selection: the workloads of some ``policies``, and those in ``ends``."""

    namespace: str = ""
    policies: tuple[tuple[str, str], ...] = ()
    ends: frozenset[Column] = field(default_factory=frozenset)

    @property
    def is_selection(self) -> bool:
        """Whether only some workloads are looked at."""
        return bool(self.policies or self.ends)

    def only(self, snapshot: Snapshot) -> frozenset[Column] | None:
        """Return the workloads looked at; None where it is all of them."""
        if not self.is_selection:
            return None
        found = set(self.ends)
        for namespace, name in self.policies:
            stored = snapshot.policies.get(namespace, {}).get(name)
            if stored is not None and stored.policy is not None:
                found.update(top_owner(snapshot, pod) for pod in selection.pods_of(snapshot, stored.policy).pods)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a picture depends on, but for the cluster. ``folded`` None: by size and scope."""

    scope: Scope
    port: PortAsked
    folded: frozenset[str] | None
    graph: bool = False
    """Whether to draw it as a graph, with ``free_too`` also what no policy has a part in."""
    free_too: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """The connections of a cluster as they stand, and as they are looked at."""

    standing: Standing
    grid: Grid
    is_drawn: bool = False
    """Whether it was to be drawn as a graph; ``drawing`` is None then, too, where that is too much to draw."""
    drawing: Drawing | None = None


def reading_of(session: "Session") -> Settings:
    """Return how the network plug-in of a cluster reads what the specification leaves open."""
    return settings_of(session.profile)


def picture(standing: Standing, asked: Asked, last: Picture | None, check: Callable[[], None]) -> Picture:
    """Make a picture (off the UI thread) with the help of the ``last`` one; ``check`` may raise to stop."""
    check()
    matrix = standing.matrix
    check()
    only = asked.scope.only(standing.snapshot)
    folded = _first_folded(matrix.columns.all, asked.scope, only) if asked.folded is None else asked.folded
    look = Look(_mask(matrix.reach.ports, asked.port), folded, only)
    grid = Grid(matrix, look, last.grid if last is not None else None, check)
    check()
    drawn = drawing(grid, free_too=asked.free_too, check=check) if asked.graph else None
    return Picture(standing, grid, asked.graph, drawn)


def _first_folded(columns: tuple[Column, ...], scope: Scope, only: frozenset[Column] | None) -> frozenset[str]:
    """Which groups start folded: all but those looked at, or all of a big cluster, and the outside."""
    groups = {group_of(column) for column in columns}
    if only is not None:
        return frozenset(groups - {group_of(end) for end in only}) | {OUTSIDE}
    if scope.namespace:
        return frozenset(groups - {scope.namespace})
    workloads = sum(isinstance(column, WorkloadRef) for column in columns)
    return frozenset(groups if workloads > MANY_WORKLOADS else {OUTSIDE})


def _mask(space: PortSpace, asked: PortAsked) -> int:
    """The ports to look at; a port without a protocol is looked at in each."""
    found = 0
    for each in (asked.protocol,) if asked.protocol else PROTOCOLS:
        found |= space.mask(each) if asked.number is None else space.mask_of(each, asked.number)
    return found
