"""Fifty clusters, of which twenty-five never answer: how soon the window can be used, and whether it ever stalls."""

import time
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from desktop.session.catalog import SAMPLE_ID, Catalog
from desktop.session.sessions import CLOSE_SECONDS, Sessions
from desktop.session.settings import Settings
from desktop.session.state import Connection
from desktop.session.tasks import TaskPool
from desktop.ui.actions import Command
from desktop.ui.bridge import TaskRunner, UiContext
from desktop.ui.clusters.tree_model import Level, NodeKey
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import Messages
from tests.benchmarks.test_window import Heartbeat, tell
from tests.helpers.cluster_of import ClusterOf
from tests.helpers.many_contexts import black_hole, many_contexts
from tests.helpers.server_process import running_server

GOOD = LOST = 25
USABLE = 3.0
STALL = 0.100
CANCELLED = 1.0

pytestmark = [pytest.mark.benchmark(group="many clusters"), pytest.mark.timeout(300)]


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Iterator[Path]:
    """Give fifty contexts, half of them of a small cluster."""
    with running_server(tmp_path, ClusterOf(namespaces=5, pods=100, policies=25)) as server, black_hole() as port:
        path = tmp_path / "many"
        many_contexts(path, Path(server.kubeconfig).read_text(), good=GOOD, lost=LOST, port=port)
        yield path


@dataclass(frozen=True)
class Round:
    """What one start with all of them took, in seconds."""

    usable: float
    live: float
    stall: float
    cancelled: float
    closing: float


def first_use(
    qtbot: QtBot, kubeconfig: str, contexts: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[float, MainWindow]:
    """Return the seconds until a window shows its clusters and one of them can be chosen."""
    monkeypatch.setenv("KUBECONFIG", kubeconfig)
    started = time.perf_counter()
    settings, pool = Settings(), TaskPool("bench")
    catalog = Catalog(settings)
    tasks, engine = TaskRunner(pool), TaskRunner(TaskPool("engine", workers=1))
    window = MainWindow(UiContext(tasks, Messages(), settings, catalog, Sessions(), engine))
    qtbot.addWidget(window)
    window.destroyed.connect(lambda _: pool.cancel_all())
    window.show()
    qtbot.waitUntil(lambda: len(catalog.entries()) == contexts + 1, timeout=20_000)
    chosen = catalog.entries()[0].id
    qtbot.waitUntil(lambda: window.clusters.select(NodeKey(Level.CLUSTER, chosen)), timeout=20_000)
    return time.perf_counter() - started, window


def one_round(qtbot: QtBot, kubeconfig: str, monkeypatch: pytest.MonkeyPatch) -> Round:
    usable, window = first_use(qtbot, kubeconfig, GOOD + LOST, monkeypatch)
    sessions = window.context.sessions
    ids = {entry.context: entry.id for entry in window.context.catalog.entries()}
    heartbeat = Heartbeat()
    heartbeat.start()
    started = time.perf_counter()
    window.actions_[Command.SYNCHRONIZE_ALL].trigger()

    def states() -> list[Connection]:
        return [session.state.connection for session in sessions.all() if session.id != SAMPLE_ID]

    qtbot.waitUntil(lambda: states().count(Connection.LIVE) == GOOD, timeout=120_000)
    live = time.perf_counter() - started
    for name in ("lost-03", "good-07", "lost-11", "good-12"):
        assert window.clusters.select(NodeKey(Level.CLUSTER, ids[name]))
        qtbot.wait(100)
    lost = next(session for session in sessions.all() if session.id == ids["lost-03"])
    asked = time.perf_counter()
    lost.cancel()
    qtbot.waitUntil(lambda: lost.state.connection is Connection.IDLE, timeout=5_000)
    cancelled = time.perf_counter() - asked
    heartbeat.stop()
    asked = time.perf_counter()
    window.close()
    assert sessions.close_all()
    return Round(usable, live, max(heartbeat.gaps), cancelled, time.perf_counter() - asked)


@pytest.mark.usefixtures("as_in_the_application")
def test_requirement_5_fifty_clusters_of_which_half_never_answer(
    benchmark: BenchmarkFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    kubeconfig: Path,
    qtbot: QtBot,
) -> None:
    empty, window = first_use(qtbot, "/nowhere", 0, monkeypatch)
    heartbeat = Heartbeat()
    heartbeat.start()
    qtbot.wait(2000)
    heartbeat.stop()
    idle = max(heartbeat.gaps)
    window.close()
    rounds: list[Round] = []
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: rounds.append(one_round(qtbot, str(kubeconfig), monkeypatch)), rounds=3
    )
    # What else the machine does makes all of this longer, never shorter.
    best = Round(*(min(values) for values in zip(*(astuple(each) for each in rounds), strict=True)))
    benchmark.extra_info |= {**asdict(best), "empty": empty, "ratio": best.usable / empty}
    tell(
        capsys,
        f"{GOOD + LOST} contexts, {LOST} black holes: usable after {best.usable:.2f} s (without any {empty:.2f} s, "
        f"ratio {best.usable / empty:.1f}); the {GOOD} others live after {best.live:.1f} s; longest stall "
        f"{best.stall * 1000:.0f} ms (of an idle window {idle * 1000:.0f} ms); cancelled after "
        f"{best.cancelled * 1000:.0f} ms; closed after {best.closing * 1000:.0f} ms",
    )
    assert best.usable <= USABLE
    assert best.stall <= STALL
    assert best.cancelled <= CANCELLED
    assert best.closing <= CLOSE_SECONDS
