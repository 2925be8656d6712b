"""The matrix as a graph: boxes for namespaces, spots for workloads in them, and as few edges as say the same.

Where all spots of a box stand alike to another spot, one edge of the box says so. What no policy has a part in, from a
spot whose outbound side nothing restricts to one whose inbound side nothing restricts, is drawn on demand only.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.policy.objects import Direction
from desktop.reach.bits import positions_of
from desktop.ui.connections.grid import Grid, Line, Place, State, state_between, unchecked

MOST_EDGES = 2000
"""More edges than this nobody could tell apart: then only those of the spot that is looked at are drawn."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A workload, a range, or a folded namespace. ``free`` are the directions in which no policy restricts it."""

    place: Place
    group: str
    line: int
    free: frozenset[Direction]

    @property
    def is_folded(self) -> bool:
        """Whether it stands for a whole namespace."""
        return isinstance(self.place, str)


@dataclass(frozen=True, slots=True)
class Box:
    """An unfolded namespace: the lines of its spots, and how many workloads it has in all."""

    group: str
    spots: tuple[Spot, ...]
    of: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Connections of one state; ``both``: the other way round, too."""

    source: Place
    target: Place
    state: State
    both: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """What is drawn. ``boxes`` and folded ``spots`` are in the order of the grid."""

    boxes: tuple[Box, ...]
    folded: tuple[Spot, ...]
    edges: tuple[Edge, ...]
    undrawn: int = 0
    """How many edges there are where they are too many to draw: ``edges`` is empty then."""
    places: Mapping[Place, Spot] = field(default_factory=dict, hash=False, compare=False)


def graph_of(grid: Grid, *, free_too: bool = False, check: Callable[[], None] = unchecked) -> Graph:
    """Return the graph of a grid; with ``free_too`` it also draws what no policy has a part in.

    ``check`` is called now and then, and may raise to stop.
    """
    spots = list(_spots(grid))
    boxes = _boxes(grid, spots)
    states: dict[tuple[Place, Place], State] = {}
    for source in spots:
        check()
        for target in spots:
            state = state_of(grid, source, target)
            if state in (State.CLOSED, State.ITSELF):
                continue
            if free_too or not is_free(source, target):
                states[source.place, target.place] = state
    edges = _merged(_aggregated(states, boxes))
    folded = tuple(spot for spot in spots if spot.is_folded)
    places = {spot.place: spot for spot in spots}
    if len(edges) > MOST_EDGES:
        return Graph(boxes, folded, (), len(edges), places)
    return Graph(boxes, folded, edges, 0, places)


def fan(grid: Grid, graph: Graph, place: Place) -> tuple[Edge, ...]:
    """Return all edges of one spot, those that no policy has a part in among them."""
    spot = graph.places[place]
    states: dict[tuple[Place, Place], State] = {}
    for other in graph.places.values():
        for source, target in ((spot, other), (other, spot)):
            state = state_of(grid, source, target)
            if state not in (State.CLOSED, State.ITSELF):
                states[source.place, target.place] = state
    return _merged(_aggregated(states, graph.boxes, keep=place))


def state_of(grid: Grid, source: Spot, target: Spot) -> State:
    """Return what the cell of two spots says; of a spot with itself nothing."""
    if source.place == target.place:
        return State.ITSELF
    return state_between(grid.lines[source.line], grid.lines[target.line])


def is_free(source: Spot, target: Spot) -> bool:
    """Whether no policy has a part in what one spot may send to the other."""
    return Direction.EGRESS in source.free and Direction.INGRESS in target.free


def _spots(grid: Grid) -> Iterable[Spot]:
    for number, line in enumerate(grid.lines):
        end = grid.end(number)
        if end is not None or line.group in grid.look.folded:
            place: Place = line.group if end is None else end
            yield Spot(place, line.group, number, _free(grid, line))


def _free(grid: Grid, line: Line) -> frozenset[Direction]:
    columns, sides = grid.matrix.columns, grid.matrix.reach.sides
    ends = 0
    for column in positions_of(line.members):
        for end in columns.members(column):
            ends |= 1 << end
    return frozenset(direction for direction, side in sides.items() if not ends & ~side.open)


def _boxes(grid: Grid, spots: Sequence[Spot]) -> tuple[Box, ...]:
    held: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        if not spot.is_folded:
            held[spot.group].append(spot)
    return tuple(Box(group, tuple(inside), len(grid.members(group))) for group, inside in held.items())


States = Mapping[tuple[Place, Place], State]


def _aggregated(states: States, boxes: Sequence[Box], keep: Place | None = None) -> dict[tuple[Place, Place], State]:
    """Put one edge of a box in the place of those of all of its spots, where they are alike; ``keep`` stays itself."""
    found = dict(states)
    for box in boxes:
        _join(found, box, keep, at_source=True)
    for box in boxes:
        _join(found, box, keep, at_source=False)
    return found


def _join(found: dict[tuple[Place, Place], State], box: Box, keep: Place | None, *, at_source: bool) -> None:
    mine = {spot.place for spot in box.spots}
    if len(mine) < 2 or keep in mine:
        return
    by_other: dict[Place, dict[Place, State]] = defaultdict(dict)
    for (source, target), state in found.items():
        near, far = (source, target) if at_source else (target, source)
        if near in mine:
            by_other[far][near] = state
    for other, alike in by_other.items():
        if len(alike) > 1 and len(set(alike.values())) == 1 and alike.keys() >= mine - {other}:
            (state,) = set(alike.values())
            for near in alike:
                del found[(near, other) if at_source else (other, near)]
            found[(box.group, other) if at_source else (other, box.group)] = state


def _merged(states: States) -> tuple[Edge, ...]:
    """Make one edge of two that say the same both ways."""
    edges: list[Edge] = []
    done: set[tuple[Place, Place]] = set()
    for (source, target), state in states.items():
        if (source, target) in done:
            continue
        both = source != target and states.get((target, source)) is state
        if both:
            done.add((target, source))
        edges.append(Edge(source, target, state, both))
    return tuple(edges)


def group_of_place(graph: Graph, place: Place) -> str:
    """Return the group that a place is in, or is."""
    return place if isinstance(place, str) else graph.places[place].group
