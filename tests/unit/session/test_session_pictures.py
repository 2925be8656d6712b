"""A session shows the last picture of its cluster until it knows more, and keeps the next one."""

from dataclasses import replace

import pytest

from desktop.cluster.gateway import ServerVersion
from desktop.errors import Unreachable
from desktop.paths import cache_dir
from desktop.reach.objects import Coverage, Kind, Pod
from desktop.session import pictures
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.keeper import Keeper
from desktop.session.session import Session
from desktop.session.state import Connection
from tests.helpers.fake_gateway import FakeGateway
from tests.helpers.waiting import eventually
from tests.unit.session.in_memory import ENTRY, SHOP, Opener, stored


def test_a_picture_is_kept_for_no_other_server_than_its_own(make: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keeper, "forget", lambda _keeper, _forgotten: None)  # it has not come to it yet
    new = FakeGateway()
    new.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    gateways = [FakeGateway(*SHOP), new]
    session = Session(ENTRY, lambda _entry: gateways.pop(0))
    make.sessions.append(session)
    session.open()
    eventually(lambda: session.state.connection is Connection.LIVE)
    session.change(replace(ENTRY, server="https://elsewhere"))
    assert session.close()
    assert pictures.load(pictures.Whose(ENTRY.id, ENTRY.context, "https://elsewhere")) is None


def test_an_unreachable_cluster_shows_its_last_picture_as_stale(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    eventually(lambda: session.state.version is not None)
    as_of = session.snapshot.as_of
    assert session.close()
    gateway = FakeGateway()
    gateway.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    session = make(gateway)
    session.open()
    eventually(lambda: session.state.error is not None)
    state = session.state
    assert (state.connection, state.since) == (Connection.STALE, as_of)
    assert state.version == ServerVersion(1, 31, "v1.31.0")
    assert session.snapshot.as_of == as_of
    assert session.rows["shop", "db"].pods == 1
    assert state.coverage[Kind.POD] is Coverage.COMPLETE


def test_the_last_picture_gives_way_to_what_is_there_now(make: Opener) -> None:
    assert make.live(FakeGateway(*SHOP)).close()
    session = make.live(FakeGateway(stored("web", "only")))
    assert set(session.rows) == {("web", "only")}
    assert session.snapshot.pods == {}


def test_another_server_under_the_same_name_does_not_show_the_old_picture(make: Opener) -> None:
    assert make.live(FakeGateway(*SHOP)).close()
    gateway = FakeGateway()
    gateway.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    moved = ClusterEntry("context:prod", Source.CONTEXT, "prod", context="prod", server="https://other")
    session = make(gateway, moved)
    session.open()
    eventually(lambda: session.state.error is not None)
    assert session.state.connection is Connection.OFFLINE
    assert session.rows == {}


def test_a_picture_that_cannot_be_saved_is_told_in_the_log(
    make: Opener, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    session = make.live(FakeGateway(*SHOP))
    session.close()
    assert "was not kept" in caplog.text
    caplog.clear()


def test_the_picture_is_renewed_at_most_once_in_its_time(make: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[pictures.Picture] = []
    monkeypatch.setattr(pictures, "save", lambda _whose, picture: saved.append(picture))
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    eventually(lambda: len(saved) == 1)
    gateway.put(Pod("shop", "db-1", {"app": "db"}))
    eventually(lambda: session.rows["shop", "db"].pods == 2)
    assert len(saved) == 1
    monkeypatch.setattr("desktop.session.session.PICTURE_SECONDS", 0.0)
    gateway.put(Pod("shop", "db-2", {"app": "db"}))
    eventually(lambda: len(saved) == 2)
    assert "db-2" in saved[-1].snapshot.pods["shop"]


def test_a_folder_is_read_without_a_picture(make: Opener) -> None:
    entry = ClusterEntry("folder:/x", Source.FOLDER, "x", path="/x")
    assert make.live(FakeGateway(*SHOP), entry).close()
    assert pictures.load(pictures.Whose("folder:/x", "", "")) is None


def test_a_picture_that_cannot_be_read_is_told_in_the_log(make: Opener, caplog: pytest.LogCaptureFixture) -> None:
    assert make.live(FakeGateway(*SHOP)).close()
    (path,) = (cache_dir() / "pictures").iterdir()
    path.unlink()
    path.mkdir()
    session = make.live(FakeGateway(*SHOP))
    eventually(lambda: "cannot be read" in caplog.text)
    path.rmdir()
    assert session.close()
    caplog.clear()


def test_synchronizing_right_after_opening_still_shows_the_last_picture(make: Opener) -> None:
    assert make.live(FakeGateway(*SHOP)).close()
    gateway = FakeGateway()
    gateway.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    session = make(gateway)
    session.open()
    session.synchronize()
    eventually(lambda: session.state.error is not None)
    assert ("shop", "db") in session.rows
