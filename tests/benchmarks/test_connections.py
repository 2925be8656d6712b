"""How quick the matrix and the graph are in a big cluster: computed beside the engine, painted without a stutter."""

import statistics
import time
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing
from desktop.ui.connections.graph_layout import drawing
from desktop.ui.connections.graph_view import GraphView
from desktop.ui.connections.grid_model import GridModel
from desktop.ui.connections.grid_view import GridView
from desktop.ui.connections.scope import Asked, Picture, Scope, picture
from desktop.ui.connections.why import PortAsked
from tests.benchmarks.test_window import tell
from tests.helpers.many_workloads import many_workloads

MOST_OF_A_PAINTING = 0.030
MOST_OF_THE_ENGINE = 4.0

pytestmark = [pytest.mark.benchmark(group="connections"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def big() -> Snapshot:
    """5,000 workloads with 20,000 pods in 500 namespaces."""
    return many_workloads(5000, 4)


def looked_at(snapshot: Snapshot, folded: frozenset[str] | None) -> Picture:
    return picture(Standing.of(snapshot, Settings()), Asked(Scope(), PortAsked(), folded), None, lambda: None)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def test_a_matrix_takes_little_more_than_the_engine(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], big: Snapshot
) -> None:
    pairs: list[tuple[float, float]] = []

    def both() -> None:
        matrix = seconds(lambda: Standing.of(big, Settings()).matrix)
        pairs.append((matrix, seconds(lambda: looked_at(big, None))))

    benchmark.pedantic(both, rounds=5)  # type: ignore[no-untyped-call]
    engine, ours = (min(each) for each in zip(*pairs, strict=True))
    tell(capsys, f"a matrix of 20,000 pods: {ours:.2f} s; the engine alone {engine:.2f} s; ratio {ours / engine:.1f}")
    assert ours / engine <= MOST_OF_THE_ENGINE


def test_a_screenful_of_a_big_matrix_or_graph_is_painted_at_once(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], qtbot: QtBot, big: Snapshot
) -> None:
    matrix, graph = GridView(GridModel()), GraphView()
    matrix.show_grid(looked_at(big, frozenset()).grid)
    graph.show_drawing(drawing(looked_at(many_workloads(190), None).grid, free_too=False))
    times: dict[str, list[float]] = {"matrix": [], "graph": []}
    views: dict[str, QWidget] = {"matrix": matrix.viewport(), "graph": graph.viewport()}
    for view in (matrix, graph):
        qtbot.addWidget(view)
        view.resize(1280, 720)
        with qtbot.waitExposed(view):
            view.show()

    def paint() -> None:
        for name, view in views.items():
            times[name].append(seconds(view.repaint))

    benchmark.pedantic(paint, rounds=15)  # type: ignore[no-untyped-call]
    middle = {name: statistics.median(each) for name, each in times.items()}
    tell(capsys, ", ".join(f"painting a {name}: {each * 1000:.1f} ms" for name, each in middle.items()))
    assert max(middle.values()) <= MOST_OF_A_PAINTING
