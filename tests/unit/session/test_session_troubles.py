"""A session whose cluster or context is not what it was, cannot be reached or cannot be used."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.cluster.gateway import Gateway
from desktop.errors import BulkheadError, ConfigError, FileError, Forbidden, ServerError, Unauthorized, Unreachable
from desktop.reach.objects import Kind, Pod
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.rows import PolicyTable
from desktop.session.session import Session, connect
from desktop.session.state import Connection
from tests.helpers.fake_gateway import FakeGateway
from tests.helpers.waiting import eventually
from tests.unit.session.in_memory import ENTRY, SHOP, Opener, stored


def test_stanzas_that_were_rewritten_make_a_new_gateway_and_the_picture_stays_meanwhile(make: Opener) -> None:
    old, new = FakeGateway(*SHOP), FakeGateway(*SHOP, Pod("shop", "db-1", {"app": "db"}))
    new.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    gateways = [old, new]
    session = Session(replace(ENTRY, stanzas="1"), lambda _entry: gateways.pop(0))
    make.sessions.append(session)
    session.open()
    eventually(lambda: session.state.connection is Connection.LIVE)
    session.change(replace(ENTRY, stanzas="2"))
    eventually(lambda: session.state.connection is Connection.STALE and session.state.error is not None)
    assert session.state.since is not None
    assert session.rows["shop", "db"].pods == 1
    assert old.closed
    new.failures = {}
    eventually(lambda: session.state.connection is Connection.LIVE and session.rows["shop", "db"].pods == 2)


def test_another_server_under_the_same_name_shows_nothing_of_the_one_before(make: Opener) -> None:
    new = FakeGateway(stored("shop", "web"))
    new.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    gateways = [FakeGateway(*SHOP), new]
    session = Session(ENTRY, lambda _entry: gateways.pop(0))
    make.sessions.append(session)
    session.open()
    eventually(lambda: session.state.connection is Connection.LIVE)
    session.change(replace(ENTRY, server="https://elsewhere"))
    eventually(lambda: session.state.connection is Connection.OFFLINE)
    assert (session.rows, session.state.counts, session.state.last_sync) == ({}, {}, None)
    new.failures = {}
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert set(session.rows) == {("shop", "web")}


def test_a_context_that_was_mended_is_used(make: Opener) -> None:
    def refuse_or_open(entry: ClusterEntry) -> Gateway:
        if entry.error is not None:
            raise entry.error
        return FakeGateway(*SHOP)

    session = Session(replace(ENTRY, error=ConfigError("kubeconfig.no-server")), refuse_or_open)
    make.sessions.append(session)
    session.open()
    eventually(lambda: session.state.connection is Connection.ERROR)
    session.change(ENTRY)
    eventually(lambda: session.state.connection is Connection.LIVE)


def test_a_version_that_is_not_told_at_first_is_asked_again_later(
    make: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.session.session.VERSION_SECONDS", 0.01)
    gateway = FakeGateway(*SHOP)
    gateway.version_failures = [Unreachable("unreachable"), ServerError("api.server-error", status=500)]
    session = make.live(gateway)
    eventually(lambda: session.state.version == gateway.server)


def test_an_unreachable_cluster_is_offline_and_asked_for_little_until_it_answers(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    gateway.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    session = make(gateway)
    session.open()
    eventually(lambda: session.state.connection is Connection.OFFLINE)
    assert session.state.error is not None
    assert session.state.error.code == "unreachable"
    assert session.state.progress is None
    assert {kind for kind, _ in gateway.listed} == {Kind.NAMESPACE, Kind.NETWORK_POLICY}
    gateway.failures = {}
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert session.rows["shop", "db"].pods == 1


def test_it_is_known_since_when_a_cluster_is_in_trouble_and_to_try_again_is_no_end_of_it(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    gateway.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    session = make(gateway)
    before = datetime.now(UTC)
    session.open()
    eventually(lambda: session.state.connection is Connection.OFFLINE)
    since = session.state.troubled_since
    assert since is not None
    assert before <= since <= datetime.now(UTC)
    asked = len(gateway.listed)
    session.synchronize()
    eventually(lambda: len(gateway.listed) > asked and session.state.connection is Connection.OFFLINE)
    assert session.state.troubled_since == since
    gateway.failures = {}
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert session.state.troubled_since is None


def test_a_lost_cluster_is_stale_since_then_keeps_its_rows_and_comes_back(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    before = datetime.now(UTC)
    gateway.break_off(Unreachable("unreachable"))
    eventually(lambda: session.state.connection is Connection.STALE)
    state = session.state
    assert state.since is not None
    assert before <= state.since <= datetime.now(UTC)
    assert session.snapshot.as_of is not None
    assert session.snapshot.as_of <= state.since
    assert ("shop", "db") in session.rows
    gateway.failures = {}
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert session.state.since is None


def test_a_cluster_that_cannot_be_used_says_why_and_can_be_tried_again(make: Opener) -> None:
    errors: list[BulkheadError] = [ConfigError("kubeconfig.no-cluster")]

    def connect(_entry: ClusterEntry) -> Gateway:
        if errors:
            raise errors.pop()
        return FakeGateway(*SHOP)

    session = Session(ENTRY, connect)
    make.sessions.append(session)
    session.open()
    eventually(lambda: session.state.connection is Connection.ERROR)
    assert session.state.error is not None
    assert session.state.error.code == "kubeconfig.no-cluster"
    session.synchronize()
    eventually(lambda: session.state.connection is Connection.LIVE)


def test_a_cluster_that_refused_us_is_connected_anew_on_the_next_try(make: Opener) -> None:
    refusing, gateways = FakeGateway(), [FakeGateway(*SHOP)]
    refusing.failures = dict.fromkeys(Kind, Unauthorized("api.unauthorized", status=401))
    gateways.append(refusing)
    session = Session(ENTRY, lambda _entry: gateways.pop())
    make.sessions.append(session)
    session.open()
    eventually(lambda: session.state.connection is Connection.ERROR)
    session.synchronize()
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert refusing.closed


def test_an_entry_with_an_error_cannot_be_used() -> None:
    entry = ClusterEntry("context:bad", Source.CONTEXT, "bad", error=ConfigError("kubeconfig.no-cluster"))
    session = Session(entry)
    with pytest.raises(ConfigError):
        _ = session.gateway
    session.open()
    eventually(lambda: session.state.connection is Connection.ERROR)
    assert session.close()


def test_a_fault_in_a_feed_is_told_as_a_failure(make: Opener, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(FakeGateway):
        def list(self, *args: object) -> object:  # type: ignore[override]
            raise ZeroDivisionError

    session = make(Faulty())
    session.open()
    eventually(lambda: session.state.error is not None)
    assert session.state.error is not None
    assert session.state.error.code == "unexpected"
    session.close()
    caplog.clear()


def test_a_version_that_may_not_be_asked_is_not_asked_again(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    gateway.version_failures = [Forbidden("api.forbidden", status=403)]
    session = make.live(gateway)
    time.sleep(0.1)
    assert session.state.version is None


def test_a_fault_of_ours_in_the_keeper_is_an_error_and_the_next_synchronization_recovers(
    make: Opener, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make.live(FakeGateway(*SHOP))
    with monkeypatch.context() as patched:
        patched.setattr(PolicyTable, "show", lambda _self, _snapshot: 1 / 0)
        session.synchronize()
        eventually(lambda: "keeping the picture failed" in caplog.text)
    eventually(lambda: session.state.error is not None)
    assert session.state.connection is Connection.ERROR
    session.synchronize()
    eventually(lambda: session.state.connection is Connection.LIVE)
    caplog.clear()


def test_a_context_that_is_no_more_is_an_error() -> None:
    with pytest.raises(FileError):
        connect(ENTRY)
    kubeconfig = Path.home() / ".kube" / "config"
    kubeconfig.parent.mkdir()
    kubeconfig.write_text("{}")
    with pytest.raises(ConfigError):
        connect(replace(ENTRY, file=str(kubeconfig)))
