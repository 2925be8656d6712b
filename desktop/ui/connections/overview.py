"""All that is known of one place, or of the connections between two: what is listed beside the matrix and the graph."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.policy.objects import Direction
from desktop.reach import selection
from desktop.reach.engine import hides_policies
from desktop.reach.objects import Pod
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import WorkloadRef, top_owner
from desktop.ui.connections.grid import Grid, Line, Place, State, state_between


@dataclass(frozen=True, slots=True)
class Pair:
    """Two places between which something is open, or perhaps."""

    source: Place
    target: Place
    state: State


@dataclass(frozen=True, slots=True)
class Isolation:
    """The policies (namespace and name) that isolate any of some pods, by direction; ``even``: all of them alike.

    Where ``known`` is False, there may be others. Pods of which all are ``on_host_network`` no policy can isolate.
    """

    policies: Mapping[Direction, tuple[tuple[str, str], ...]]
    even: bool
    known: bool
    on_host_network: bool


def isolation(snapshot: Snapshot, pods: Sequence[Pod]) -> Isolation:
    """Return which policies isolate pods."""
    policies: dict[Direction, tuple[tuple[str, str], ...]] = {}
    even = len({pod.host_network for pod in pods}) <= 1
    each_pod = [[each.policy for each in selection.policies_of(snapshot, pod) if each.policy] for pod in pods]
    for direction in Direction:
        named = [frozenset((p.namespace, p.name) for p in found if direction in p.directions) for found in each_pod]
        policies[direction] = tuple(sorted(frozenset[tuple[str, str]]().union(*named)))
        even = even and len(set(named)) <= 1
    known = not any(hides_policies(snapshot, namespace) for namespace in {pod.namespace for pod in pods})
    return Isolation(policies, even, known, bool(pods) and all(pod.host_network for pod in pods))


@dataclass(frozen=True, slots=True)
class Overview:
    """A place with the policies that isolate it (None: it is no workload), and all it talks with."""

    place: Place
    isolation: Isolation | None
    out: tuple[Pair, ...]
    into: tuple[Pair, ...]


def overview(snapshot: Snapshot, grid: Grid, place: Place) -> Overview:
    """Return what is known of a place."""
    here = grid.line_for(place)
    isolated = None
    if isinstance(place, WorkloadRef):
        pods = snapshot.pods.get(place.namespace, {}).values()
        isolated = isolation(snapshot, [pod for pod in pods if top_owner(snapshot, pod) == place])
    out = tuple(Pair(place, other, state) for other, state in _others(grid, here, outwards=True))
    into = tuple(Pair(other, place, state) for other, state in _others(grid, here, outwards=False))
    return Overview(place, isolated, out, into)


def pairs(grid: Grid, source: Place, target: Place) -> tuple[Pair, ...]:
    """Return the connections between the members of two places, one by one."""
    return tuple(
        Pair(one, other, state)
        for one, line in _members(grid, source)
        for other, into in _members(grid, target)
        if (state := state_between(line, into)) not in (State.CLOSED, State.ITSELF)
    )


def _others(grid: Grid, here: Line, *, outwards: bool) -> Iterator[tuple[Place, State]]:
    """Yield the groups that stand alike to a place, and of the other groups the members."""
    for group in grid.groups:
        whole = grid.line_for(group)
        state = _state(here, whole, outwards=outwards)
        if state is State.OPEN and whole.group != here.group:
            yield group, state
        elif state is not State.CLOSED:
            for line in grid.members(group):
                state = _state(here, line, outwards=outwards)
                if state not in (State.CLOSED, State.ITSELF) and line.column is not None:
                    yield grid.matrix.columns.all[line.column], state


def _state(here: Line, other: Line, *, outwards: bool) -> State:
    return state_between(here, other) if outwards else state_between(other, here)


def _members(grid: Grid, place: Place) -> Iterator[tuple[Place, Line]]:
    if not isinstance(place, str):
        yield place, grid.line_for(place)
        return
    for line in grid.members(place):
        if line.column is not None:
            yield grid.matrix.columns.all[line.column], line
