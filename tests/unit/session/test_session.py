"""A session from opening to closing, on a cluster in memory."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from desktop.cluster import reflector
from desktop.cluster.gateway import Gateway, ServerVersion
from desktop.errors import BulkheadError, ConfigError, FileError, Forbidden, ServerError, Unauthorized, Unreachable
from desktop.paths import cache_dir
from desktop.policy.codec import parse_policy
from desktop.reach.objects import Coverage, Kind, Namespace, Pod, StoredPolicy
from desktop.session import pictures
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.keeper import Keeper
from desktop.session.rows import PolicyTable
from desktop.session.session import Session, connect
from desktop.session.sessions import Sessions
from desktop.session.state import Connection, PolicyRow, SessionUpdate
from tests.helpers.fake_gateway import FakeGateway
from tests.helpers.waiting import eventually

ENTRY = ClusterEntry("context:prod", Source.CONTEXT, "prod", context="prod", server="https://prod", file="/k/config")


def stored(namespace: str, name: str, **labels: str) -> StoredPolicy:
    value = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress"]},
    }
    return StoredPolicy(namespace, name, parse_policy(value), msgspec.json.encode(value), uid="u", version="1")


SHOP = (Namespace("shop", {"team": "a"}), stored("shop", "db", app="db"), Pod("shop", "db-0", {"app": "db"}))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reflector, "FIRST_DELAY", 0.02)
    monkeypatch.setattr(reflector, "LONGEST_DELAY", 0.05)


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    opened: list[Session] = []
    yield opened
    for session in opened:
        session.close()


class Opener:
    """Makes sessions of a gateway, closed at the end of the test."""

    def __init__(self, sessions: list[Session]) -> None:
        self.sessions = sessions

    def __call__(self, gateway: FakeGateway, entry: ClusterEntry = ENTRY) -> Session:
        session = Session(entry, lambda _entry: gateway)
        self.sessions.append(session)
        return session

    def live(self, gateway: FakeGateway, entry: ClusterEntry = ENTRY) -> Session:
        session = self(gateway, entry)
        session.open()
        eventually(lambda: session.state.connection is Connection.LIVE)
        return session


@pytest.fixture
def make(sessions: list[Session]) -> Opener:
    return Opener(sessions)


def drained(session: Session) -> SessionUpdate:
    update = session.drain()
    assert update is not None
    return update


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


def test_sessions_are_made_once_told_of_changes_and_closed_together() -> None:
    gateways: list[FakeGateway] = []

    def connect(_entry: ClusterEntry) -> Gateway:
        gateways.append(FakeGateway(*SHOP))
        return gateways[-1]

    sessions = Sessions(connect)
    one = sessions.get(ENTRY)
    two = sessions.get(ClusterEntry("context:two", Source.CONTEXT, "two"))
    assert sessions.get(ENTRY) is one
    assert sessions.all() == (one, two)
    assert gateways == []
    sessions.update(ClusterEntry("context:prod", Source.CONTEXT, "renamed"))
    assert one.entry.title == "renamed"
    sessions.update(ClusterEntry("context:never-opened", Source.CONTEXT, "x"))
    one.open()
    two.open()
    eventually(lambda: all(session.state.connection is Connection.LIVE for session in sessions.all()))
    assert sessions.close_all()
    assert all(gateway.closed for gateway in gateways)


def test_a_session_that_is_closed_is_forgotten_and_made_anew() -> None:
    sessions = Sessions(lambda _entry: FakeGateway(*SHOP))
    one = sessions.get(ENTRY)
    one.open()
    sessions.close(ENTRY.id)
    sessions.close("never-opened")
    assert one.close()
    two = sessions.get(ENTRY)
    assert two is not one
    assert sessions.close_all()


def test_opening_twice_lists_once_and_cancelling_before_does_nothing(make: Opener) -> None:
    gateway = FakeGateway(*SHOP)
    session = make(gateway)
    session.cancel()
    assert session.state.connection is Connection.IDLE
    session.open()
    session.open()
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert len(gateway.listed) == len(gateway.kinds)


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


def test_a_context_that_is_no_more_is_an_error() -> None:
    with pytest.raises(FileError):
        connect(ENTRY)
    kubeconfig = Path.home() / ".kube" / "config"
    kubeconfig.parent.mkdir()
    kubeconfig.write_text("{}")
    with pytest.raises(ConfigError):
        connect(replace(ENTRY, file=str(kubeconfig)))


def test_synchronizing_right_after_opening_still_shows_the_last_picture(make: Opener) -> None:
    assert make.live(FakeGateway(*SHOP)).close()
    gateway = FakeGateway()
    gateway.failures = dict.fromkeys(Kind, Unreachable("unreachable"))
    session = make(gateway)
    session.open()
    session.synchronize()
    eventually(lambda: session.state.error is not None)
    assert ("shop", "db") in session.rows


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
