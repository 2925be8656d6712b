"""Who can talk to whom in the cluster shown is known before anybody asks what a change means."""

import pytest
from pytestqt.qtbot import QtBot

from desktop.reach.objects import Pod
from desktop.reach.snapshot import Snapshot
from desktop.ui.impact import ahead
from tests.helpers.fake_sessions import policy, snapshot_of
from tests.ui.window.conftest import Desk


@pytest.fixture(autouse=True)
def _without_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_LOOK_MS", 5)
    monkeypatch.setattr(ahead, "_REST", 0)


def pictures() -> tuple[Snapshot, Snapshot]:
    pods = [Pod("default", "web", {"app": "web"}), Pod("default", "db", {"app": "db"})]
    return snapshot_of([policy("a")], pods), snapshot_of([policy("a"), policy("b")], pods)


def is_computed(desk: Desk, title: str) -> bool:
    """Whether the connections of a cluster are known, as it is now."""
    session = desk.session(title)
    last = session._standing._last
    return (
        last is not None and last.snapshot is session.snapshot and {"reach", "columns", "matrix"} <= vars(last).keys()
    )


def test_the_connections_of_the_cluster_shown_are_computed_once_it_is_live_and_when_it_changes(
    desk: Desk, qtbot: QtBot
) -> None:
    one, other = pictures()
    desk.choose("prod")
    desk.says("prod", one)
    qtbot.waitUntil(lambda: is_computed(desk, "prod"))
    desk.says("prod", other)
    qtbot.waitUntil(lambda: is_computed(desk, "prod"))


def test_those_of_other_clusters_are_not(desk: Desk, qtbot: QtBot) -> None:
    one, _ = pictures()
    desk.says("stage", one)
    desk.choose("prod")
    desk.says("prod", one)
    qtbot.waitUntil(lambda: is_computed(desk, "prod"))
    assert not is_computed(desk, "stage")
    desk.choose("stage")
    qtbot.waitUntil(lambda: is_computed(desk, "stage"))


def test_where_pods_may_not_be_listed_nothing_is_computed(desk: Desk, qtbot: QtBot) -> None:
    desk.choose("prod")
    desk.says("prod", Snapshot())
    qtbot.wait(100)
    assert desk.session("prod")._standing._last is None
