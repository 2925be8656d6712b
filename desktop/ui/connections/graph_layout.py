"""Where the boxes, spots and edges of a graph lie: pure arithmetic, the same each time.

Namespaces are put in the order in which traffic flows, as far as there is one, and fill columns from left to right,
the outside first. Lengths are in pixels at a zoom of one.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from desktop.ui.connections.graph import Edge, Graph, Spot, graph_of, group_of_place
from desktop.ui.connections.grid import OUTSIDE, Grid, Place, unchecked

SPOT_WIDTH, SPOT_HEIGHT = 148.0, 24.0
_FOLDED_WIDTH, _FOLDED_HEIGHT = 200.0, 32.0
TITLE_HEIGHT = 24.0
_GAP, _PADDING = 8.0, 10.0
_BETWEEN_COLUMNS, _BETWEEN_BOXES = 110.0, 26.0
_ROWS = 10
"""A box has so many spots in a column of its own, and then begins another."""
MOST_SPOTS = 500
"""More workloads than this are not drawn one by one."""
_ASPECT = 1.4
"""The drawing is about so many times as wide as high, as its part of a window is."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def moved(self, x: float, y: float) -> "Rect":
        """Return it moved."""
        return Rect(self.x + x, self.y + y, self.width, self.height)


Curve = tuple[Point, Point, Point, Point]
"""A cubic Bézier curve: start, two handles, end."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies: ``boxes`` by group, ``spots`` by place, a curve for each edge of the graph."""

    boxes: Mapping[str, Rect]
    spots: Mapping[Place, Rect]
    curves: tuple[Curve, ...]

    def place(self, place: Place) -> Rect:
        """Return where an edge ends."""
        if isinstance(place, str) and place in self.boxes:
            return self.boxes[place]
        return self.spots[place]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A grid as a graph, and where everything of it lies."""

    grid: Grid
    graph: Graph
    layout: Layout


def drawing(grid: Grid, *, free_too: bool, check: Callable[[], None] = unchecked) -> Drawing | None:
    """Return the drawing of a grid; None where it has too many workloads to be drawn, until some are folded."""
    if sum(1 for line in grid.lines if line.column is not None) > MOST_SPOTS:
        return None
    guide = graph_of(grid, check=check)
    graph = graph_of(grid, free_too=True, check=check) if free_too else guide
    check()
    return Drawing(grid, graph, layout(graph, guide))


def layout(graph: Graph, guide: Graph) -> Layout:
    """Lay out a graph; the edges of its ``guide``, with the same spots, put it in order."""
    sizes = _sizes(graph)
    order = _order(guide, list(sizes))
    boxes: dict[str, Rect] = {}
    spots: dict[Place, Rect] = {}
    inside = {box.group: box.spots for box in graph.boxes}
    for group, corner in _columns(order, sizes).items():
        width, height = sizes[group]
        if group in inside:
            boxes[group] = Rect(*corner, width, height)
            spots.update(_spots_in(inside[group], corner))
        else:
            spots[group] = Rect(*corner, width, height)
    laid = Layout(boxes, spots, ())
    return Layout(boxes, spots, tuple(curve(laid, edge) for edge in graph.edges))


def curve(laid: Layout, edge: Edge) -> Curve:
    """Return the way of an edge: from side to side, the shortest there is without crossing its own ends."""
    source, target = laid.place(edge.source), laid.place(edge.target)
    if edge.source == edge.target:
        return _loop(source)
    (_, from_y), (_, to_y) = _port(source), _port(target)
    if target.x >= source.right:
        start, end = (source.right, from_y), (target.x, to_y)
        bend = max(24.0, (target.x - source.right) / 2)
        return start, (start[0] + bend, from_y), (end[0] - bend, to_y), end
    if source.x >= target.right:
        start, end = (source.x, from_y), (target.right, to_y)
        bend = max(24.0, (source.x - target.right) / 2)
        return start, (start[0] - bend, from_y), (end[0] + bend, to_y), end
    bend = 26.0 + min(60.0, abs(to_y - from_y) / 6)
    start, end = (source.right, from_y), (target.right, to_y)
    return start, (start[0] + bend, from_y), (end[0] + bend, to_y), end


def _port(rect: Rect) -> Point:
    """Where edges meet a spot or a box: a box at its title, so that they do not hide behind its spots."""
    height = min(rect.height, TITLE_HEIGHT)
    return rect.middle[0], rect.y + height / 2


def _loop(rect: Rect) -> Curve:
    x, y = rect.right, rect.y
    return (x, y + 6), (x + 34, y), (x + 34, y + TITLE_HEIGHT + 10), (x, y + TITLE_HEIGHT - 2)


def _sizes(graph: Graph) -> dict[str, tuple[float, float]]:
    sizes: dict[str, tuple[float, float]] = {}
    for box in graph.boxes:
        across = math.ceil(len(box.spots) / _ROWS)
        rows = math.ceil(len(box.spots) / across)
        sizes[box.group] = (
            across * SPOT_WIDTH + (across - 1) * _GAP + 2 * _PADDING,
            TITLE_HEIGHT + rows * SPOT_HEIGHT + (rows - 1) * _GAP + 2 * _PADDING,
        )
    for spot in graph.folded:
        sizes[spot.group] = (_FOLDED_WIDTH, _FOLDED_HEIGHT)
    return sizes


def _spots_in(spots: Sequence[Spot], corner: Point) -> Iterable[tuple[Place, Rect]]:
    across = math.ceil(len(spots) / _ROWS)
    rows = math.ceil(len(spots) / across)
    for number, spot in enumerate(spots):
        column, row = divmod(number, rows)
        x = corner[0] + _PADDING + column * (SPOT_WIDTH + _GAP)
        y = corner[1] + TITLE_HEIGHT + _PADDING + row * (SPOT_HEIGHT + _GAP)
        yield spot.place, Rect(x, y, SPOT_WIDTH, SPOT_HEIGHT)


# -- the order of the groups ----------------------------------------------------------------------------


def _order(graph: Graph, groups: list[str]) -> list[list[str]]:
    """Return the groups in layers, each behind those that connect to it, as far as there is no circle."""
    flow = _flow(graph)
    sequence = _sequence(groups, flow)
    rank = {group: number for number, group in enumerate(sequence)}
    layer: dict[str, int] = {}
    for group in sequence:
        before = [layer[other] for other in flow.sources(group) if rank[other] < rank[group]]
        layer[group] = max(before, default=-1) + 1
    layers: dict[int, list[str]] = defaultdict(list)
    for group in sequence:
        layers[layer[group]].append(group)
    ordered = [layers[number] for number in sorted(layers)]
    for _ in range(2):
        _straighten(ordered, flow)
    if OUTSIDE in layer:
        ordered[layer[OUTSIDE]].remove(OUTSIDE)
        ordered.insert(0, [OUTSIDE])
    return [members for members in ordered if members]


class _Flow:
    """How many edges lead from group to group."""

    def __init__(self) -> None:
        self.out: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.into: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, source: str, target: str) -> None:
        self.out[source][target] += 1
        self.into[target][source] += 1

    def sources(self, group: str) -> Iterable[str]:
        return self.into[group]

    def surplus(self, group: str, among: set[str]) -> int:
        """How many more edges leave a group than reach it, among some groups."""
        out = sum(count for other, count in self.out[group].items() if other in among)
        return out - sum(count for other, count in self.into[group].items() if other in among)


def _flow(graph: Graph) -> _Flow:
    flow = _Flow()
    for edge in graph.edges:
        source, target = group_of_place(graph, edge.source), group_of_place(graph, edge.target)
        if source != target and OUTSIDE not in (source, target):
            flow.add(source, target)
            if edge.both:
                flow.add(target, source)
    return flow


def _sequence(groups: list[str], flow: _Flow) -> list[str]:
    """Return the groups so that few edges lead backwards: always the one next from which most more leave than reach."""
    left, found = set(groups), list[str]()
    while left:
        following = max(sorted(left), key=lambda group: flow.surplus(group, left))
        found.append(following)
        left.remove(following)
    return found


def _straighten(layers: list[list[str]], flow: _Flow) -> None:
    """Put each layer's groups in the order of those that connect to them, so that edges cross less."""
    for above, members in pairwise(layers):
        position = {group: number for number, group in enumerate(above)}

        def mean(group: str, position: Mapping[str, int] = position) -> float:
            near = [(position[other], count) for other, count in flow.into[group].items() if other in position]
            weight = sum(count for _, count in near)
            return sum(at * count for at, count in near) / weight if weight else len(position) / 2

        members.sort(key=lambda group: (mean(group), group))


# -- columns --------------------------------------------------------------------------------------------


def _columns(layers: Sequence[Sequence[str]], sizes: Mapping[str, tuple[float, float]]) -> dict[str, Point]:
    """Return the upper left corner of each group: layers follow each other down a column, then down the next."""
    sequence = [group for layer in layers for group in layer]
    if not sequence:
        return {}
    area = sum(
        (width + _BETWEEN_COLUMNS) * (height + _BETWEEN_BOXES) for width, height in (sizes[each] for each in sequence)
    )
    tallest = max(*(sizes[each][1] for each in sequence), math.sqrt(area / _ASPECT))
    columns: list[list[str]] = [[]]
    filled = 0.0
    for group in sequence:
        height = sizes[group][1]
        if columns[-1] and filled + height > tallest:
            columns.append([])
            filled = 0.0
        columns[-1].append(group)
        filled += height + _BETWEEN_BOXES
    return dict(_corners(columns, sizes))


def _corners(columns: Sequence[Sequence[str]], sizes: Mapping[str, tuple[float, float]]) -> Iterable[tuple[str, Point]]:
    heights = [sum(sizes[each][1] for each in column) + _BETWEEN_BOXES * (len(column) - 1) for column in columns]
    x = 0.0
    for column, height in zip(columns, heights, strict=True):
        y = (max(heights) - height) / 2
        width = max(sizes[each][0] for each in column)
        for group in column:
            yield group, (x + (width - sizes[group][0]) / 2, y)
            y += sizes[group][1] + _BETWEEN_BOXES
        x += width + _BETWEEN_COLUMNS
