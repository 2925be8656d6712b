"""Requirement 2, on real connections: a picture is right again soon after a network is, though no connection said so.

The times are shortened; the courses of ``tests/property/test_requirement_2.py`` hold the real ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.cluster import pulse, transport
from desktop.cluster.clock import Clock
from desktop.session import session as session_module
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.session import Session
from desktop.session.state import Connection
from tests.contract.api_servers import live_gateway
from tests.helpers.api_server import ApiServer
from tests.helpers.policies import policy
from tests.helpers.relay import Relay, relay
from tests.helpers.waiting import eventually


@dataclass
class Desk:
    """A live session whose connections all go through a relay, and the clock on its wall."""

    server: ApiServer
    relay: Relay
    session: Session
    slept: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.slept

    def knocks(self) -> int:
        """How often the server was asked whether it is there."""
        return sum(seen.request.path == "/version" for seen in list(self.server.seen))

    def shows(self, name: str) -> bool:
        return ("shop", name) in self.session.rows and self.session.state.connection is Connection.LIVE


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(pulse, "PERIOD", 0.3)
    monkeypatch.setattr(pulse, "GLANCE", 0.1)
    monkeypatch.setattr(pulse, "REST", 0.2)
    monkeypatch.setattr(transport, "CONNECT_LIMIT", 0.5)
    with ApiServer() as server, relay(server.port) as between:
        server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}, policy("p"))
        path = tmp_path / "config"
        path.write_text(server.kubeconfig().replace(f":{server.port}", f":{between.port}"), encoding="utf-8")
        entry = ClusterEntry("context:admin", Source.CONTEXT, "admin", server=server.url)
        made = Desk(server, between, Session(entry, lambda _entry: live_gateway(path)))
        clock = Clock()
        monkeypatch.setattr(session_module, "Clock", lambda: replace(clock, now=made.now))
        made.session.open()
        eventually(lambda: made.shows("p"), 20)
        yield made
        between.dead = False
        assert made.session.close(10)


def test_requirement_2_connections_that_died_unseen_in_an_outage_are_made_anew_when_it_is_over(desk: Desk) -> None:
    desk.relay.dead = True
    desk.server.add(policy("q"))
    desk.server.hang_up()  # nobody hears of it
    desk.relay.forget()
    beaten = _misses(desk)
    eventually(lambda: len(beaten) >= pulse.BELIEVED, 20)
    desk.relay.dead = False
    eventually(lambda: desk.shows("q"), 20)


def test_requirement_2_connections_that_were_forgotten_while_the_machine_slept_are_made_anew(desk: Desk) -> None:
    desk.relay.forget()
    desk.server.add(policy("q"))
    desk.slept += timedelta(hours=8)
    eventually(lambda: desk.shows("q"), 20)


def test_requirement_2_a_cluster_that_answers_is_left_alone(desk: Desk) -> None:
    watches = desk.server.count("watch")
    knocks = desk.knocks()
    eventually(lambda: desk.knocks() > knocks + 5, 20)
    assert desk.server.count("watch") == watches


def _misses(desk: Desk) -> list[float]:
    """Return where each question without an answer is noted from now on."""
    gateway = desk.session.gateway
    knock = gateway.knock
    missed: list[float] = []

    def noting(token: object) -> None:
        try:
            knock(token)  # type: ignore[arg-type]
        except Exception:
            missed.append(1.0)
            raise

    gateway.knock = noting  # type: ignore[method-assign]
    return missed
