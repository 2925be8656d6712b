"""Requirement 5: clusters that do not answer hold up nothing: no other cluster, no cancelling, no closing.

How quick the window is beside fifty of them is measured by ``make bench``.
"""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.cluster import transport
from desktop.session.catalog import Catalog, Source
from desktop.session.session import Session
from desktop.session.sessions import CLOSE_SECONDS, Sessions
from desktop.session.settings import Settings
from desktop.session.state import Connection
from tests.helpers.api_server import ApiServer
from tests.helpers.many_contexts import black_hole, many_contexts
from tests.helpers.policies import policy
from tests.helpers.waiting import eventually

GOOD = LOST = 4


class Desk:
    """Sessions by the names of their contexts."""

    def __init__(self, catalog: Catalog) -> None:
        self.sessions = Sessions()
        contexts = [entry for entry in catalog.entries() if entry.source is Source.CONTEXT]
        self.by_name: dict[str, Session] = {entry.context: self.sessions.get(entry) for entry in contexts}

    def all(self, kind: str) -> list[Session]:
        return [session for name, session in self.by_name.items() if name.startswith(kind)]

    def states(self, kind: str) -> set[Connection]:
        return {session.state.connection for session in self.all(kind)}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ApiServer() as server, black_hole() as port:
        server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}, policy("p"))
        path = tmp_path / "config"
        many_contexts(path, server.kubeconfig(), good=GOOD, lost=LOST, port=port)
        catalog = Catalog(Settings(tmp_path / "settings.json"))
        catalog.add_kubeconfig(path)
        desk = Desk(catalog)
        yield desk
        desk.sessions.close_all()


def test_requirement_5_clusters_that_do_not_answer_hold_up_no_other(desk: Desk) -> None:
    assert (len(desk.all("good")), len(desk.all("lost"))) == (GOOD, LOST)
    for session in [*desk.all("lost"), *desk.all("good")]:
        session.open()
    eventually(lambda: desk.states("good") == {Connection.LIVE}, 30)
    assert desk.states("lost") == {Connection.CONNECTING}
    assert all(set(session.rows) == {("shop", "p")} for session in desk.all("good"))


def test_requirement_5_cancelling_takes_no_second_and_closing_waits_for_nobody(desk: Desk) -> None:
    first, *others = desk.all("lost")
    for session in (first, *others):
        session.open()
        eventually(lambda session=session: session.state.connection is Connection.CONNECTING)  # type: ignore[misc]
    started = time.monotonic()
    first.cancel()
    eventually(lambda: first.state.connection is Connection.IDLE)
    assert time.monotonic() - started < 1
    started = time.monotonic()
    assert desk.sessions.close_all()
    assert time.monotonic() - started < CLOSE_SECONDS
    assert not [thread for thread in threading.enumerate() if "lost-" in thread.name]


def test_requirement_5_a_connection_is_given_up_after_fifteen_seconds_and_then_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert transport.CONNECT_LIMIT == 15
    monkeypatch.setattr(transport, "CONNECT_LIMIT", 0.3)
    session = desk.all("lost")[0]
    session.open()
    eventually(lambda: session.state.connection is Connection.OFFLINE)
    assert session.state.error is not None
    assert session.state.error.code == "unreachable.timeout"
    eventually(lambda: session.state.next_try is not None)


def test_requirement_5_nothing_is_contacted_before_somebody_asks(desk: Desk) -> None:
    assert {session.state.connection for session in desk.by_name.values()} == {Connection.IDLE}
    assert not [thread for thread in threading.enumerate() if "context:" in thread.name]
