"""The graph says what the matrix says, with as few edges as that takes, and lays it out so that nothing overlaps."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.policy.objects import Direction, NetworkPolicy
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing
from desktop.ui.connections.graph import Edge, Graph, fan, graph_of, is_free, state_of
from desktop.ui.connections.graph_layout import MOST_SPOTS, Drawing, Rect, drawing
from desktop.ui.connections.graph_words import edge_words
from desktop.ui.connections.grid import OUTSIDE, Grid, Place, State
from desktop.ui.connections.scope import Asked, Scope, picture
from desktop.ui.connections.why import PortAsked
from tests.helpers.clusters import snapshots
from tests.helpers.many_workloads import many_workloads
from tests.models.test_connections_grid import FROM_WEB, cluster, grid_of

Said = dict[tuple[Place, Place], State]


def spelt(graph: Graph, edges: tuple[Edge, ...]) -> Said:
    """Return what edges say of each pair of spots."""
    inside = {box.group: [spot.place for spot in box.spots] for box in graph.boxes}

    def ends(place: Place) -> list[Place]:
        return inside.get(place, [place]) if isinstance(place, str) else [place]

    said: Said = {}
    for edge in edges:
        ways = [(edge.source, edge.target), (edge.target, edge.source)] if edge.both else [(edge.source, edge.target)]
        for source, target in ways:
            pairs = [(one, other) for one in ends(source) for other in ends(target) if one != other]
            assert not said.keys() & set(pairs), "said twice"
            said.update(dict.fromkeys(pairs, edge.state))
    return said


def meant(grid: Grid, graph: Graph, *, free_too: bool) -> Said:
    """Return what the matrix says of each pair of spots."""
    return {
        (source.place, target.place): state
        for source in graph.places.values()
        for target in graph.places.values()
        if (state := state_of(grid, source, target)) not in (State.CLOSED, State.ITSELF)
        and (free_too or not is_free(source, target))
    }


@given(snapshots(), st.booleans(), st.sets(st.sampled_from(("x", "y", "z"))))
@settings(max_examples=60)
def test_the_edges_say_what_the_matrix_says_and_nothing_twice(
    snapshot: Snapshot, free_too: bool, folded: set[str]
) -> None:
    grid = grid_of(snapshot, frozenset({*folded, OUTSIDE}))
    graph = graph_of(grid, free_too=free_too)
    assert spelt(graph, graph.edges) == meant(grid, graph, free_too=free_too)


@given(snapshots())
@settings(max_examples=30)
def test_a_spot_s_own_edges_say_all_that_the_matrix_says_of_it(snapshot: Snapshot) -> None:
    grid = grid_of(snapshot)
    graph = graph_of(grid)
    everything = meant(grid, graph, free_too=True)
    for place in graph.places:
        mine = {pair: state for pair, state in everything.items() if place in pair}
        assert spelt(graph, fan(grid, graph, place)) == mine


@given(snapshots())
@settings(max_examples=30)
def test_what_no_policy_has_a_part_in_is_open(snapshot: Snapshot) -> None:
    grid = grid_of(snapshot)
    spots = graph_of(grid).places.values()
    for source in spots:
        for target in spots:
            if is_free(source, target):
                assert state_of(grid, source, target) in (State.OPEN, State.ITSELF)


def test_one_edge_stands_for_a_whole_namespace_both_ways() -> None:
    grid = grid_of(cluster(), frozenset({"tools", OUTSIDE}))
    edges = graph_of(grid, free_too=True).edges
    found = {(edge.source, edge.target, edge.both) for edge in edges}
    assert found >= {("shop", "tools", True), ("shop", OUTSIDE, True)}


def test_without_a_policy_nothing_is_drawn_and_the_rings_say_so() -> None:
    graph = graph_of(grid_of(cluster()))
    assert graph.edges == ()
    assert all(spot.free == frozenset(Direction) for spot in graph.places.values())


def test_a_restricted_side_has_no_ring() -> None:
    graph = graph_of(grid_of(cluster(FROM_WEB)))
    rings = {str(spot.place): spot.free for spot in graph.places.values()}
    assert rings["shop/db (StatefulSet)"] == {Direction.EGRESS}


def test_an_edge_of_two_workloads_names_its_ports() -> None:
    grid = grid_of(cluster(FROM_WEB))
    (edge,) = graph_of(grid).edges
    assert edge_words(grid, edge) == "shop/web (StatefulSet) to shop/db (StatefulSet): TCP 5432 open"
    assert edge.state is State.PARTLY


# -- layout ------------------------------------------------------------------------------------------


def drawn(count: int, folded: frozenset[str] | None = frozenset({OUTSIDE})) -> Drawing:
    standing, asked = Standing.of(many_workloads(count), Settings()), Asked(Scope(), PortAsked(), folded)
    made = drawing(picture(standing, asked, None, lambda: None).grid, free_too=False)
    assert made is not None
    return made


def _meet(one: Rect, other: Rect) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("count", [1, 7, 40, 200])
def test_no_boxes_and_no_spots_overlap_and_spots_lie_in_their_boxes(count: int) -> None:
    made = drawn(count)
    laid = made.layout
    outside_boxes = [rect for place, rect in laid.spots.items() if made.graph.places[place].group not in laid.boxes]
    assert not any(_meet(one, other) for one, other in combinations([*laid.boxes.values(), *outside_boxes], 2))
    assert not any(_meet(one, other) for one, other in combinations(laid.spots.values(), 2))
    for box in made.graph.boxes:
        frame = laid.boxes[box.group]
        for spot in box.spots:
            rect = laid.spots[spot.place]
            assert frame.x < rect.x
            assert rect.right < frame.right
            assert frame.y < rect.y
            assert rect.bottom < frame.bottom


def test_the_same_cluster_is_laid_out_the_same() -> None:
    one, other = drawn(60), drawn(60)
    assert (one.graph, one.layout) == (other.graph, other.layout)


def test_nothing_moves_when_all_connections_are_drawn() -> None:
    one = drawn(40)
    other = drawing(one.grid, free_too=True)
    assert other is not None
    assert other.layout.spots == one.layout.spots
    assert len(other.graph.edges) > len(one.graph.edges)


def test_two_hundred_workloads_fill_a_window_s_shape() -> None:
    rects = [*drawn(200).layout.boxes.values()]
    width = max(rect.right for rect in rects)
    height = max(rect.bottom for rect in rects)
    assert 1 < width / height < 3.5


def test_edges_begin_and_end_at_the_sides_of_what_they_join() -> None:
    made = drawn(40)
    for edge, (start, _, _, end) in zip(made.graph.edges, made.layout.curves, strict=True):
        source, target = made.layout.place(edge.source), made.layout.place(edge.target)
        assert start[0] in (source.x, source.right)
        assert end[0] in (target.x, target.right)
        assert source.y <= start[1] <= source.bottom + 1
        assert target.y <= end[1] <= target.bottom + 1


def test_traffic_flows_from_left_to_right_where_it_has_a_direction() -> None:
    made = drawn(20)
    boxes = made.layout.boxes
    assert boxes["team-00"].x < boxes["team-01"].x  # the first watches over the other
    assert made.layout.spots[OUTSIDE].x < boxes["team-00"].right


def test_too_many_workloads_are_not_drawn_one_by_one() -> None:
    asked = Asked(Scope(), PortAsked(), frozenset())
    grid = picture(Standing.of(many_workloads(MOST_SPOTS + 1, 1), Settings()), asked, None, lambda: None).grid
    assert drawing(grid, free_too=False) is None


def test_more_lines_than_anybody_can_tell_apart_are_counted_and_a_spot_still_has_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desktop.ui.connections.graph.MOST_EDGES", 10)
    made = drawn(40)
    assert made.graph.edges == ()
    assert made.layout.curves == ()
    assert made.graph.undrawn > 10
    place = next(each for each in made.graph.places if str(each) == "team-01/api (Deployment)")
    assert fan(made.grid, made.graph, place)


def test_many_workloads_start_as_namespaces() -> None:
    made = drawn(300, None)
    assert made.graph.boxes == ()
    assert len(made.graph.folded) == 31


def test_a_policy_that_isolates_makes_no_edge() -> None:
    deny = NetworkPolicy("tools", "none", FROM_WEB.pod_selector, ingress=())
    assert graph_of(grid_of(cluster(deny))).edges == ()
