"""Requirement 3: a link of which one end is gone is noticed within 180 seconds, mended by itself, and leaks nothing."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes.utils.keepalive import tcp_keepalive_socket_options

from desktop.cluster import live, reflector
from desktop.cluster.reflector import Failing, Live, Report
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.session import Session
from desktop.session.state import Connection
from tests.contract.api_servers import live_gateway
from tests.helpers import simulation
from tests.helpers.api_server import ApiServer, Fault, Kind
from tests.helpers.policies import policy
from tests.helpers.simulation import KEEPALIVE, World
from tests.helpers.waiting import eventually

NOTICED = 180.0


class HalfOpen(World):
    """From its hundredth second on nothing comes through, for ten minutes, and no connection says so."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, ("none",), duration=800)
        self.cut_at = self.seconds + 100
        self.noticed: float | None = None
        self.back: float | None = None

    def _happen(self, seconds: float) -> None:
        if self.seconds >= self.cut_at and not self._deaf_until:
            self._deaf_until = self.cut_at + 600
            self.silence_links(self._deaf_until)
        super()._happen(seconds)

    def _hear(self, report: Report) -> None:
        super()._hear(report)
        if isinstance(report, Failing) and self.seconds > self.cut_at:
            self.noticed = self.noticed or self.seconds - self.cut_at
        if isinstance(report, Live) and self.noticed:
            self.back = self.back or self.seconds - self.cut_at - 600


class BehindProxy(World):
    """From its hundredth second on a watch is dead, all else is well, and a proxy answers for whoever is gone."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, ("none",), duration=800)
        self.cut_at = self.seconds + 100
        self.cut: object | None = None
        self.back: float | None = None

    def _happen(self, seconds: float) -> None:
        if self.seconds >= self.cut_at and self.cut is None:
            self.silence_links()
            self.cut = self.links[0]
            self.links[0].fate = "dead"
        super()._happen(seconds)
        if self.cut is not None and self.back is None and self.links[0] is not self.cut:
            self.back = self.seconds - self.cut_at


@pytest.mark.parametrize("seed", range(10))
def test_requirement_3_a_watch_that_died_behind_a_proxy_is_begun_anew_within_180_seconds(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "KEEPALIVE", 1e9)
    world = BehindProxy(seed)
    course = world.run()
    assert world.back is not None
    assert world.back <= NOTICED
    assert course.right


@pytest.mark.parametrize("seed", range(10))
def test_requirement_3_a_half_open_link_is_stale_within_180_seconds_and_reconnects_by_itself(seed: int) -> None:
    world = HalfOpen(seed)
    course = world.run()
    assert world.noticed is not None
    assert world.noticed <= NOTICED
    assert world.back is not None
    assert world.back <= 75  # the longest pause, and the last try that was under way
    assert course.right


def test_requirement_3_the_system_asks_after_silent_connections_every_30_and_then_15_seconds() -> None:
    """That every connection has these options is a test of the transport's."""
    values = [value for _, _, value in tcp_keepalive_socket_options()]
    assert {30, 15, 9} <= set(values)
    assert KEEPALIVE == 30 + 9 * 15
    assert KEEPALIVE <= NOTICED


@pytest.fixture
def hushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ApiServer, Session]]:
    """Give a live session whose patience is short: watches of a second, half a second beyond."""
    monkeypatch.setattr(live, "WATCH_SECONDS", (1, 1))
    monkeypatch.setattr(live, "WATCH_SILENCE", 0.5)
    monkeypatch.setattr(reflector, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(reflector, "LONGEST_DELAY", 0.2)
    with ApiServer() as server:
        server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}, policy("p"))
        path = tmp_path / "config"
        path.write_text(server.kubeconfig(), encoding="utf-8")
        entry = ClusterEntry("context:admin", Source.CONTEXT, "admin", server=server.url)
        session = Session(entry, lambda _entry: live_gateway(path))
        session.open()
        yield server, session
        assert session.close()


def test_requirement_3_a_server_that_falls_silent_is_connected_to_anew_and_no_thread_is_left(
    hushed: tuple[ApiServer, Session],
) -> None:
    server, session = hushed
    eventually(lambda: session.state.connection is Connection.LIVE)

    def followers() -> list[str]:
        return sorted(thread.name for thread in threading.enumerate() if session.id in thread.name)

    before = followers()
    for name in ("q", "r"):
        watches = server.count("watch")
        server.faults.add(Fault(Kind.BLACK_HOLE, watch=True))
        server.hang_up()
        eventually(lambda: session.state.connection is Connection.STALE, 20)
        server.faults.clear()
        server.hang_up()
        server.add(policy(name))
        eventually(lambda name=name: ("shop", name) in session.rows, 20)  # type: ignore[misc]
        eventually(lambda: session.state.connection is Connection.LIVE, 20)
        assert server.count("watch") > watches
    eventually(lambda: set(followers()) <= set(before) and len(followers()) == len(set(followers())))
