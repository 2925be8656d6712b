"""Requirement 4: how fresh and how complete a picture is goes with everything made of it. Not known is never none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from desktop.cluster import reflector
from desktop.errors import ConnectionLost, Unreachable
from desktop.policy.codec import parse_policy
from desktop.reach.explain import Verdict, explain
from desktop.reach.objects import Coverage, Kind, Namespace, Pod, Service, StoredPolicy
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.session import Session
from desktop.session.state import Connection
from desktop.ui.policies.standing import no_policies
from desktop.wording.states import as_of_words, connection_words, kind_words
from tests.helpers.fake_gateway import FakeGateway
from tests.helpers.waiting import eventually

ENTRY = ClusterEntry("context:prod", Source.CONTEXT, "prod", context="prod", server="https://prod", file="/k/config")
WEB, DB = Pod("shop", "web", {"app": "web"}, ("10.0.0.1",)), Pod("shop", "db", {"app": "db"}, ("10.0.0.2",))


def stored(name: str, **spec: object) -> StoredPolicy:
    value = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"], **spec},
    }
    return StoredPolicy("shop", name, parse_policy(value), msgspec.json.encode(value), uid=name, version="1")


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CLOSED = stored("closed")
OPEN = stored("open", ingress=[{}])
THINGS = (Namespace("shop", {}), CLOSED, WEB, DB)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Session]]:
    monkeypatch.setattr(reflector, "FIRST_DELAY", 0.02)
    monkeypatch.setattr(reflector, "LONGEST_DELAY", 0.05)
    sessions: list[Session] = []
    yield sessions
    for session in sessions:
        assert session.close()


def start(opened: list[Session], gateway: FakeGateway, entry: ClusterEntry = ENTRY) -> Session:
    session = Session(entry, lambda _entry: gateway)
    opened.append(session)
    session.open()
    return session


def verdict(snapshot: Snapshot) -> Verdict:
    return explain(snapshot, WEB, DB, "TCP", 80, Settings()).verdict


def words_of(session: Session, kind: Kind) -> str:
    return kind_words(kind, session.state)


def test_requirement_4_what_may_not_be_listed_is_told_so_and_never_counted_as_none(opened: list[Session]) -> None:
    gateway = FakeGateway(*THINGS)
    gateway.denied = {(Kind.POD, None), (Kind.SERVICE, None)}
    session = start(opened, gateway)
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert words_of(session, Kind.POD) == "Pods: not permitted to list"
    assert words_of(session, Kind.SERVICE) == "Services: not permitted to list"
    assert words_of(session, Kind.JOB) == "0 jobs"
    assert session.rows["shop", "closed"].pods is None
    assert not session.snapshot.knows(Kind.POD, "shop")


def test_requirement_4_without_the_right_to_list_policies_allowed_and_denied_become_unknown(
    opened: list[Session],
) -> None:
    gateway = FakeGateway(*THINGS)
    complete = start(opened, gateway)
    eventually(lambda: complete.state.connection is Connection.LIVE)
    assert verdict(complete.snapshot) is Verdict.NOT_ALLOWED
    blind = FakeGateway(*THINGS)
    blind.denied = {(Kind.NETWORK_POLICY, None)}
    session = start(opened, blind)
    eventually(lambda: session.state.connection is Connection.FORBIDDEN and bool(session.snapshot.pods))
    assert verdict(session.snapshot) is Verdict.UNDECIDABLE
    empty = no_policies(ENTRY, "", session.state, session.snapshot.knows(Kind.NETWORK_POLICY, "shop"))
    assert empty.heading == "Not permitted to list policies"
    assert "no polic" not in empty.heading.lower()


def test_requirement_4_of_named_namespaces_only_those_are_decided(opened: list[Session]) -> None:
    gateway = FakeGateway(*THINGS, Pod("pay", "till"))
    gateway.denied = {(Kind.NETWORK_POLICY, "pay"), (Kind.NAMESPACE, None)}
    session = start(opened, gateway, replace(ENTRY, namespaces=("shop", "pay")))
    eventually(lambda: session.state.connection is Connection.LIVE and "pay" in session.snapshot.pods)
    assert session.state.coverage[Kind.NETWORK_POLICY] is Coverage.PARTIAL
    assert words_of(session, Kind.NETWORK_POLICY) == "Network policies: 1 in the named namespaces"
    assert words_of(session, Kind.NAMESPACE) == "Namespaces: not permitted to list"
    assert verdict(session.snapshot) is Verdict.NOT_ALLOWED
    till = session.snapshot.pods["pay"]["till"]
    assert explain(session.snapshot, WEB, till, "TCP", 80, Settings()).verdict is Verdict.UNDECIDABLE


def test_requirement_4_a_lost_cluster_says_of_when_everything_is(opened: list[Session]) -> None:
    gateway = FakeGateway(*THINGS)
    session = start(opened, gateway)
    eventually(lambda: session.state.connection is Connection.LIVE)
    now = session.state.last_sync
    assert now is not None
    assert as_of_words(session.state, now) == f"As of {now:%H:%M:%S}"
    gateway.break_off(Unreachable("unreachable.refused", host="prod", port=1))
    eventually(lambda: session.state.connection is Connection.STALE)
    since = session.state.since
    assert since is not None
    assert session.snapshot.as_of == since
    assert as_of_words(session.state, since) == f"As of {since:%H:%M:%S}, not connected"
    assert connection_words(session.state, since + timedelta(minutes=1)) == f"Stale since {since:%H:%M}"
    assert set(session.rows) == {("shop", "closed")}


def test_requirement_4_before_all_is_listed_nothing_counts_as_known(opened: list[Session]) -> None:
    gateway = FakeGateway(*THINGS, OPEN, Service("shop", "db", {"app": "db"}, ()))
    gateway.failures = {Kind.NETWORK_POLICY: ConnectionLost("connection.lost")}  # each list breaks off on its way
    session = start(opened, gateway)
    eventually(lambda: session.state.error is not None)
    assert session.state.connection is not Connection.LIVE
    assert words_of(session, Kind.NETWORK_POLICY) == "Network policies: not listed yet"
    assert verdict(session.snapshot) is Verdict.UNDECIDABLE
    empty = no_policies(ENTRY, "", session.state, session.snapshot.knows(Kind.NETWORK_POLICY, "shop"))
    assert empty.heading == "The policies are not known"
    assert as_of_words(session.state, NOON).startswith(("Not everything", "As of"))
    gateway.failures = {}
    eventually(lambda: session.state.connection is Connection.LIVE)
    assert verdict(session.snapshot) is Verdict.ALLOWED
