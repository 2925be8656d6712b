"""Spots and edges of a graph in words."""

from desktop.language import tr
from desktop.policy.objects import Direction
from desktop.ui.connections.graph import Edge, Spot
from desktop.ui.connections.grid import OUTSIDE, Grid, Place
from desktop.ui.connections.grid_model import cell_words, words_of
from desktop.wording.connections import end_words
from desktop.wording.plain import plain


def place_words(place: Place) -> str:
    """Return what an edge ends at."""
    if not isinstance(place, str):
        return end_words(place)
    if place == OUTSIDE:
        return tr("outside the cluster")
    return tr("namespace {namespace}", namespace=plain(place))


def spot_words(spot: Spot) -> tuple[str, ...]:
    """Return what a spot is, and which of its sides nothing restricts."""
    words = [place_words(spot.place)]
    if spot.group != OUTSIDE:
        if Direction.INGRESS in spot.free:
            words.append(tr("No policy restricts it inbound"))
        if Direction.EGRESS in spot.free:
            words.append(tr("No policy restricts it outbound"))
    return tuple(words)


def edge_words(grid: Grid, edge: Edge) -> str:
    """Return what an edge says; between two workloads, the ports too."""
    lines = [grid.line_of(place) for place in (edge.source, edge.target)]
    if not edge.both and None not in lines and not any(isinstance(each, str) for each in (edge.source, edge.target)):
        source, target = lines
        return cell_words(grid, source or 0, target or 0)
    names = {"source": place_words(edge.source), "destination": place_words(edge.target), "state": words_of(edge.state)}
    if edge.source == edge.target:
        return tr("among all of {source}: {state}", source=names["source"], state=names["state"])
    if edge.both:
        return tr("{source} to {destination} and back: {state}", **names)
    return tr("{source} to {destination}: {state}", **names)
