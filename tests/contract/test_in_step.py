"""A session stays in step with what changes about the server itself: rights, kinds, certificates; nobody has to click.

The pauses are shortened; the unit tests of the reflector hold the real ones.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.cluster import reflector, transport
from desktop.errors import Forbidden
from desktop.reach.objects import Coverage, Kind
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.session import Session
from desktop.session.state import Connection
from tests.contract.api_servers import live_gateway
from tests.helpers.api_server import ApiServer, Fault, certificates
from tests.helpers.api_server import Kind as FaultKind
from tests.helpers.api_server.access import READ, Grant
from tests.helpers.policies import Json, policy
from tests.helpers.waiting import eventually

PODS = Grant("pods", "viewers", READ, "", ("pods",))
NAMESPACES = Grant("namespaces", "viewers", READ, "", ("namespaces",))
POLICIES = Grant("policies", "viewers", READ, "networking.k8s.io", ("networkpolicies",))
TIERS = "policy.networking.k8s.io"

Open = Callable[..., Session]


@pytest.fixture
def opened(api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a session of a user, who may name namespaces; its certificate authority stands in a file."""
    monkeypatch.setattr(reflector, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(reflector, "LONGEST_DELAY", 0.2)
    monkeypatch.setattr(reflector, "SELDOM", 0.2)
    monkeypatch.setattr(reflector, "SHORT_WATCH", 0.1)
    sessions: list[Session] = []
    (tmp_path / "ca").write_text(api_server.ca_pem, encoding="utf-8")

    def open_(user: str = "viewer", *namespaces: str) -> Session:
        path = tmp_path / f"kubeconfig-{user}"
        cluster = {"server": api_server.url, "certificate-authority": "ca"}
        path.write_text(api_server.kubeconfig(user, cluster=cluster), encoding="utf-8")
        entry = ClusterEntry(
            f"context:{user}-{len(sessions)}", Source.CONTEXT, user, server=api_server.url, namespaces=namespaces
        )
        sessions.append(Session(entry, lambda _entry: live_gateway(path)))
        sessions[-1].open()
        return sessions[-1]

    yield open_
    for session in sessions:
        session.stop()
    assert all(session.close(10) for session in sessions)
    assert not [thread.name for thread in threading.enumerate() if "context:" in thread.name]


def pod(name: str, namespace: str = "shop") -> Json:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}, "spec": {}}


def pods_of(session: Session) -> set[str]:
    return {thing.name for thing in session.snapshot.things(Kind.POD) if hasattr(thing, "name")}


def is_live(session: Session) -> bool:
    return session.state.connection is Connection.LIVE


def test_a_right_that_is_taken_away_makes_the_picture_stale_and_given_back_makes_it_right(
    api_server: ApiServer, opened: Open
) -> None:
    api_server.access.grants = [PODS, NAMESPACES, POLICIES]
    api_server.add(policy("p"), pod("a"))
    session = opened()
    eventually(lambda: is_live(session) and pods_of(session) == {"a"})
    api_server.access.grants = [NAMESPACES, POLICIES]
    api_server.hang_up()
    eventually(lambda: session.state.connection is Connection.STALE and isinstance(session.state.error, Forbidden))
    assert session.state.since is not None
    assert session.state.next_try is not None
    api_server.remove("pods", "shop", "a")
    api_server.add(pod("b"), policy("q"))
    eventually(lambda: ("shop", "q") in session.rows)  # what may be seen is followed on
    assert pods_of(session) == {"a"}
    api_server.access.grants = [PODS, NAMESPACES, POLICIES]
    eventually(lambda: is_live(session) and pods_of(session) == {"b"})


def test_a_right_that_was_missing_is_used_once_it_is_there(api_server: ApiServer, opened: Open) -> None:
    api_server.access.grants = []
    api_server.add(policy("p"), pod("a"))
    session = opened()
    eventually(lambda: session.state.connection is Connection.FORBIDDEN)
    assert session.state.next_try is not None
    api_server.access.grants = [NAMESPACES, POLICIES]
    eventually(lambda: is_live(session) and set(session.rows) == {("shop", "p")})
    assert session.state.coverage[Kind.POD] is Coverage.FORBIDDEN
    api_server.access.grants = [PODS, NAMESPACES, POLICIES]
    eventually(lambda: is_live(session) and session.state.coverage[Kind.POD] is Coverage.COMPLETE)
    assert pods_of(session) == {"a"}


def test_named_namespaces_are_followed_on_while_nobody_may_list_namespaces_any_more(
    api_server: ApiServer, opened: Open
) -> None:
    api_server.access.grants = [PODS, NAMESPACES, POLICIES]
    session = opened("viewer", "shop", "other")
    eventually(lambda: is_live(session) and session.state.last_sync is not None)
    api_server.access.grants = [PODS, POLICIES]
    api_server.hang_up()
    eventually(lambda: session.state.connection is Connection.STALE and isinstance(session.state.error, Forbidden))
    api_server.add(policy("p"), policy("q", "other"), pod("a"))
    eventually(lambda: set(session.rows) == {("shop", "p"), ("other", "q")} and pods_of(session) == {"a"})
    api_server.access.grants = [PODS, NAMESPACES, POLICIES]
    eventually(lambda: is_live(session))


def test_cluster_wide_policies_count_once_they_are_installed_and_no_more_when_they_are_not(
    api_server: ApiServer, opened: Open
) -> None:
    session = opened("admin")
    eventually(lambda: is_live(session) and session.state.last_sync is not None)
    for name in ("first", "again"):
        api_server.service.installed = {f"adminnetworkpolicies.{TIERS}"}
        metadata = {"name": name}
        spec = {"priority": 7, "subject": {"namespaces": {}}}
        api_server.add(
            {"apiVersion": f"{TIERS}/v1alpha1", "kind": "AdminNetworkPolicy", "metadata": metadata, "spec": spec}
        )
        eventually(lambda: session.snapshot.count(Kind.ADMIN_NETWORK_POLICY) == 1 and is_live(session))
        api_server.remove("adminnetworkpolicies", "", name)
        api_server.service.installed = set()
        api_server.hang_up()
        eventually(lambda: session.snapshot.count(Kind.ADMIN_NETWORK_POLICY) == 0 and is_live(session))


def test_certificates_that_are_rotated_while_histories_are_forgotten_need_nobody(
    api_server: ApiServer, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(transport, "_RENEW_AT_MOST_EVERY", 0.0)
    session = opened("admin")
    eventually(lambda: is_live(session))
    api_server.faults.add(Fault(FaultKind.EXPIRE, times=20))
    api_server._context = certificates.server_context(certificates.Certificate.OTHER_CA)
    api_server.compact()
    api_server.add(policy("p"))
    api_server.hang_up()
    eventually(lambda: session.state.connection is Connection.STALE and session.state.error is not None)
    (tmp_path / "ca").write_text(certificates.ca_pem("other"), encoding="utf-8")
    eventually(lambda: is_live(session) and set(session.rows) == {("shop", "p")})


@pytest.mark.parametrize("seed", range(2))
def test_sessions_that_are_cancelled_and_begun_anew_amid_faults_are_all_right_in_the_end(
    api_server: ApiServer, opened: Open, seed: int
) -> None:
    chance = random.Random(seed)
    api_server.add(policy("p"), pod("a"))
    sessions = [opened("admin") for _ in range(6)]
    faults: list[Callable[[], object]] = [
        api_server.refuse,
        lambda: api_server.listen() if api_server._listener is None else api_server.hang_up(),
        lambda: api_server.faults.add(Fault(FaultKind.EXPIRE, times=5)),
        lambda: api_server.faults.add(Fault(FaultKind.CUT, after=20, times=5)),
        lambda: api_server.faults.add(Fault(FaultKind.ANSWER, code=503, times=5)),
        api_server.compact,
        lambda: api_server.add(policy(f"p{chance.randrange(100)}")),
    ]
    for _ in range(60):
        chance.choice(faults)()
        session = chance.choice(sessions)
        chance.choice([session.cancel, session.synchronize, session.drain])()
        time.sleep(chance.choice([0.0, 0.02]))
    if api_server._listener is None:
        api_server.listen()
    api_server.faults.clear()
    for session in sessions:  # whose synchronization was cancelled follows nothing, until somebody asks
        session.synchronize()
    there = {("shop", path.removeprefix("shop/")) for path in api_server.names("networkpolicies")}
    eventually(lambda: all(is_live(each) and set(each.rows) == there and pods_of(each) == {"a"} for each in sessions))
