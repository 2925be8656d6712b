"""A session from opening to closing, on a cluster in memory."""

import threading
import time
from dataclasses import replace

import msgspec
import pytest

from desktop.cluster.gateway import Gateway, ServerVersion
from desktop.policy.codec import parse_policy
from desktop.reach.objects import Coverage, Kind, Pod, StoredPolicy
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.session import Session
from desktop.session.state import Connection, PolicyRow
from tests.helpers.fake_gateway import FakeGateway
from tests.helpers.waiting import eventually
from tests.unit.session.in_memory import ENTRY, SHOP, Opener, drained, stored


def test_nothing_is_contacted_before_it_is_opened(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make(gateway)
    assert session.state.connection is Connection.IDLE
    assert session.drain() is None
    assert gateway.listed == []


def test_an_opened_cluster_becomes_live_and_complete(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    eventually(lambda: session.state.version is not None)
    state = session.state
    assert state.version == ServerVersion(1, 31, "v1.31.0")
    assert state.last_sync is not None
    assert state.progress is None
    assert set(state.coverage.values()) == {Coverage.COMPLETE}
    assert (state.counts[Kind.POD], state.counts[Kind.NETWORK_POLICY], state.counts[Kind.JOB]) == (1, 1, 0)
    assert session.snapshot.as_of is not None
    row = session.rows["shop", "db"]
    assert row.pods == 1
    assert set(gateway.listed[:2]) == {(Kind.NAMESPACE, None), (Kind.NETWORK_POLICY, None)}
    assert sorted(kind.value for kind, _ in gateway.listed) == sorted(kind.value for kind in Kind)


def test_the_news_are_told_once_first_all_of_them_and_then_what_changes(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    eventually(lambda: session.state.version is not None)
    first = drained(session)
    assert first.reset
    assert [row.key for row in first.changed] == [("shop", "db")]
    assert session.drain() is None
    gateway.put(Pod("shop", "db-1", {"app": "db"}))
    eventually(lambda: session.rows["shop", "db"].pods == 2)
    update = drained(session)
    assert [(row.key, row.pods) for row in update.changed] == [(("shop", "db"), 2)]
    assert not update.reset
    assert update.snapshot.pods["shop"].keys() == {"db-0", "db-1"}


def test_an_event_is_told_within_150_milliseconds(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    times: list[float] = []
    for name in ("a", "b", "c"):  # the machine may be busy with something else for a moment
        time.sleep(0.06)
        started = time.monotonic()
        gateway.put(stored("shop", name))
        eventually(lambda name=name: ("shop", name) in session.rows)  # type: ignore[misc]
        times.append(time.monotonic() - started)
    assert min(times) < 0.15


def test_a_policy_that_comes_and_goes_between_two_looks_leaves_no_trace(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    drained(session)
    gateway.put(extra := stored("shop", "extra"))
    eventually(lambda: ("shop", "extra") in session.rows)
    gateway.remove(extra)
    eventually(lambda: ("shop", "extra") not in session.rows)
    update = drained(session)
    assert update.changed == ()
    assert update.removed == (("shop", "extra"),)


def test_what_may_not_be_listed_is_marked_and_pods_are_not_counted(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    gateway.denied = {(Kind.POD, None), (Kind.JOB, None)}
    session = make.live(gateway)
    assert session.state.coverage[Kind.POD] is Coverage.FORBIDDEN
    assert session.state.coverage[Kind.JOB] is Coverage.FORBIDDEN
    assert session.state.coverage[Kind.SERVICE] is Coverage.COMPLETE
    assert Kind.POD not in session.state.counts
    assert session.rows["shop", "db"].pods is None


def test_policies_that_may_not_be_listed_make_it_forbidden(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    gateway.denied = {(Kind.NETWORK_POLICY, None)}
    session = make(gateway)
    session.open()
    eventually(lambda: session.state.connection is Connection.FORBIDDEN)
    assert session.state.error is not None
    assert session.state.error.code == "api.forbidden"


def test_named_namespaces_are_listed_one_by_one(make: Opener) -> None:
    gateway = FakeGateway(*SHOP, stored("hidden", "x"), stored("web", "y"))
    gateway.denied = {(kind, None) for kind in Kind} | {(Kind.POD, "web")}
    entry = ClusterEntry("context:prod", Source.CONTEXT, "prod", namespaces=("shop", "web"))
    session = make.live(gateway, entry)
    assert set(session.rows) == {("shop", "db"), ("web", "y")}
    assert session.state.coverage[Kind.NAMESPACE] is Coverage.FORBIDDEN
    assert session.state.coverage[Kind.NETWORK_POLICY] is Coverage.PARTIAL
    assert session.rows["shop", "db"].pods == 1
    assert session.rows["web", "y"].pods is None


def test_naming_namespaces_of_an_open_cluster_lists_them(make: Opener) -> None:
    gateway = FakeGateway(*SHOP, stored("web", "y"))
    gateway.denied = {(kind, None) for kind in Kind}
    session = make(gateway)
    session.open()
    eventually(lambda: session.state.connection is Connection.FORBIDDEN)
    session.change(replace(ENTRY, namespaces=("web",)))
    eventually(lambda: set(session.rows) == {("web", "y")})
    eventually(lambda: session.state.connection is Connection.LIVE)


def test_choosing_a_profile_changes_the_findings(make: Opener) -> None:
    egress = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"protocol": "SCTP"}]}]}
    value = {"metadata": {"namespace": "shop", "name": "e"}, "spec": egress}
    policy = StoredPolicy("shop", "e", parse_policy(value), msgspec.json.encode(value))
    session = make.live(FakeGateway(policy))
    session.change(replace(ENTRY, profile="cce-tunnel"))
    eventually(lambda: "limit.sctp" in {finding.code for finding in session.rows["shop", "e"].findings})


@pytest.mark.parametrize("text", ["v1.22.3", "v0.0.0-master+8e16b12fda5b"], ids=["a release", "a build of one's own"])
def test_the_version_of_the_server_decides_what_it_can_do(make: Opener, text: str) -> None:
    gateway = FakeGateway(stored("shop", "x"), version=ServerVersion(1, 22, text))
    value = {"metadata": {"namespace": "shop", "name": "e"}, "spec": {"podSelector": {}, "egress": [{}]}}
    gateway.things.append(StoredPolicy("shop", "e", parse_policy(value), msgspec.json.encode(value)))
    session = make.live(gateway)
    eventually(lambda: "limit.outbound" in {finding.code for finding in session.rows["shop", "e"].findings})


def test_synchronizing_again_lists_anew_while_the_old_picture_stays(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    first = session.state.last_sync
    gateway.things.append(stored("shop", "unheard"))
    hold = gateway.held[Kind.POD] = threading.Event()
    session.synchronize()
    eventually(lambda: ("shop", "unheard") in session.rows)
    assert session.state.connection is Connection.SYNCHRONIZING
    assert session.state.progress is not None
    assert session.rows["shop", "db"].pods == 1
    gateway.put(Pod("shop", "db-1", {"app": "db"}))
    eventually(lambda: session.rows["shop", "db"].pods == 2)
    hold.set()
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert first is not None
    assert session.state.last_sync is not None
    assert session.state.last_sync > first


def test_cancelling_keeps_what_was_live(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    gateway.held[Kind.POD] = threading.Event()
    session.synchronize()
    eventually(lambda: session.state.progress is not None and session.state.progress.done > 0)
    session.cancel()
    eventually(lambda: session.state.connection is Connection.LIVE)
    gateway.put(Pod("shop", "db-1", {"app": "db"}))
    eventually(lambda: session.rows["shop", "db"].pods == 2)


def test_cancelling_the_first_synchronization_stops_it(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    gateway.held[Kind.NAMESPACE] = gateway.held[Kind.NETWORK_POLICY] = threading.Event()
    session = make(gateway)
    session.open()
    eventually(lambda: session.state.connection is Connection.SYNCHRONIZING)
    session.cancel()
    eventually(lambda: session.state.connection is Connection.IDLE)
    assert session.state.progress is None


def test_closing_ends_every_thread_even_while_listing(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    gateway.held[Kind.POD] = threading.Event()
    session = make(gateway)
    before = threading.active_count()
    session.open()
    eventually(lambda: session.state.progress is not None and session.state.progress.done > 0)
    started = time.monotonic()
    assert session.close()
    assert time.monotonic() - started < 2
    assert threading.active_count() <= before
    assert gateway.closed
    session.synchronize()
    assert threading.active_count() <= before


def test_closing_does_not_wait_longer_than_asked_for_a_cluster_that_hangs(make: Opener) -> None:
    hangs, release = threading.Event(), threading.Event()

    def connect(_entry: ClusterEntry) -> Gateway:
        hangs.set()
        release.wait(30)
        return FakeGateway()

    session = Session(ENTRY, connect)
    session.open()
    assert hangs.wait(20)
    started = time.monotonic()
    assert not session.close(timeout=0.1)
    assert time.monotonic() - started < 1
    release.set()


def test_opening_twice_lists_once_and_cancelling_before_does_nothing(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make(gateway)
    session.cancel()
    assert session.state.connection is Connection.IDLE
    session.open()
    session.open()
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert len(gateway.listed) == len(gateway.kinds)


def test_many_changes_at_once_are_told_as_a_reset(make: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.session.keeper.RESET_ROWS", 3)
    gateway = FakeGateway(*SHOP)
    session = make.live(gateway)
    drained(session)
    for name in ("a", "b", "c"):
        gateway.put(stored("shop", name))
    eventually(lambda: len(session.rows) == 4)
    update = drained(session)
    assert update.reset
    rows: tuple[PolicyRow, ...] = update.changed
    assert {row.name for row in rows} == {"db", "a", "b", "c"}
