"""Sessions a test holds in its hand: they note what is asked of them, and say what the test has them say."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from desktop.policy.codec import parse_policy
from desktop.policy.objects import LabelSelector
from desktop.policy.profile import Profile, for_version
from desktop.reach import selection
from desktop.reach.objects import Coverage, Kind, Namespace, Pod, StoredPolicy, Thing
from desktop.reach.settings import settings_of
from desktop.reach.snapshot import Put, Snapshot
from desktop.reach.standing import Standing
from desktop.session.catalog import ClusterEntry
from desktop.session.notices import NoticeBoard
from desktop.session.rights import Rights
from desktop.session.rows import make_row
from desktop.session.sight_keeper import SightKeeper
from desktop.session.standing_keeper import StandingKeeper
from desktop.session.state import Connection, PolicyRow, SessionState, SessionUpdate
from tests.helpers.fake_gateway import FakeGateway

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
"""The time it is in tests of what is shown."""


def snapshot_of(
    policies: Iterable[StoredPolicy] = (), pods: Iterable[Pod] = (), namespaces: Iterable[str] = ()
) -> Snapshot:
    """Return a complete picture of these objects."""
    things: list[Thing] = [*(Namespace(name) for name in namespaces), *pods, *policies]
    snapshot = Snapshot(as_of=NOON).apply(Put(thing) for thing in things)
    for kind in (Kind.NAMESPACE, Kind.POD, Kind.NETWORK_POLICY):
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    return snapshot


def policy(
    name: str, namespace: str = "default", spec: Mapping[str, object] | None = None, **more: object
) -> StoredPolicy:
    """Return a policy as a live cluster holds it; without a spec it selects every pod and admits nothing inbound."""
    metadata = {"name": name, "namespace": namespace}
    value = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": spec or {"podSelector": {}, "policyTypes": ["Ingress"]},
    }
    stored = StoredPolicy(
        namespace, name, parse_policy(value), json.dumps(value).encode(), uid=f"{namespace}/{name}", version="1"
    )
    return replace(stored, **more)  # type: ignore[arg-type]  # the fields of StoredPolicy


def rows_of(snapshot: Snapshot) -> dict[tuple[str, str], PolicyRow]:
    """Return the rows of a picture, as a session makes them but without findings of its own."""
    rows = {}
    for namespace, table in snapshot.policies.items():
        counts = selection.counts(snapshot, namespace) if snapshot.knows(Kind.POD, namespace) else {}
        for name, stored in table.items():
            rows[namespace, name] = make_row(stored, counts.get(name), stored.findings)
    return rows


def row(name: str, namespace: str = "default", **changes: object) -> PolicyRow:
    """Return the row of a policy that selects no pod, with one inbound rule, three days old; or otherwise as said."""
    made = PolicyRow(
        namespace=namespace,
        name=name,
        readable=True,
        selector=LabelSelector(),
        ingress=1,
        egress=None,
        pods=0,
        findings=(),
        owner=None,
        created=NOON - timedelta(days=3),
        uid=f"{namespace}/{name}",
        version="1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields of PolicyRow


def live(snapshot: Snapshot, **changes: object) -> SessionState:
    """Return the state of a cluster that is live with this picture."""
    kinds = (Kind.NAMESPACE, Kind.POD, Kind.NETWORK_POLICY)
    state = SessionState(
        connection=Connection.LIVE,
        last_sync=NOON,
        coverage={kind: snapshot.coverage_of(kind) for kind in kinds},
        counts={kind: snapshot.count(kind) for kind in kinds},
    )
    return replace(state, **changes)  # type: ignore[arg-type]  # the fields of SessionState


@dataclass(eq=False)
class FakeSession:
    """One cluster."""

    entry: ClusterEntry
    state: SessionState = field(default_factory=SessionState)
    snapshot: Snapshot = field(default_factory=Snapshot)
    rows: Mapping[tuple[str, str], PolicyRow] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    gateway: FakeGateway = field(default_factory=FakeGateway)
    profile: Profile = field(default_factory=lambda: for_version("", None))
    _standing: StandingKeeper = field(default_factory=StandingKeeper)
    rights: Rights = field(default_factory=Rights)
    sights: SightKeeper = field(default_factory=SightKeeper)
    _news: list[SessionUpdate] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The cluster's id."""
        return self.entry.id

    def standing(self, snapshot: Snapshot) -> Standing:
        """Return the connections of a picture."""
        return self._standing.at(snapshot, settings_of(self.profile))

    def says(self, state: SessionState, snapshot: Snapshot | None = None) -> None:
        """Have the next drain tell a state and, unless it stays the same, a picture."""
        old, reset = self.rows, not self.rows
        if snapshot is not None:
            self.snapshot, self.rows = snapshot, rows_of(snapshot)
        self.state = state
        changed = tuple(row for key, row in self.rows.items() if old.get(key) != row)
        removed = tuple(key for key in old if key not in self.rows)
        self._news.append(SessionUpdate(state, self.snapshot, changed, removed, reset))

    def drain(self) -> SessionUpdate | None:
        """Return what is new."""
        return self._news.pop(0) if self._news else None

    def open(self) -> None:
        """Note that the cluster was to be opened."""
        self.asked.append("open")

    def synchronize(self) -> None:
        """Note that a synchronization was asked for."""
        self.asked.append("synchronize")

    def cancel(self) -> None:
        """Note that the synchronization was to stop."""
        self.asked.append("cancel")

    def close(self) -> None:
        """Note that the cluster was to be closed."""
        self.asked.append("close")


class FakeSessions:
    """The sessions by their clusters' ids, made when asked for."""

    def __init__(self) -> None:
        self.made: dict[str, FakeSession] = {}
        self.notices = NoticeBoard()

    def get(self, entry: ClusterEntry) -> FakeSession:
        """Return a cluster's session."""
        return self.made.setdefault(entry.id, FakeSession(entry))

    def all(self) -> tuple[FakeSession, ...]:
        """Return the sessions made so far."""
        return tuple(self.made.values())

    def update(self, entry: ClusterEntry) -> None:
        """Have the session of a cluster know it as it is now."""
        if session := self.made.get(entry.id):
            session.entry = entry

    def close(self, id_: str) -> None:
        """Forget a session."""
        del self.made[id_]

    def close_all(self, _timeout: float = 2.0) -> bool:
        """Close nothing, as nothing is open."""
        return True
