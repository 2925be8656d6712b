"""Sessions of clusters in memory, and what stands in these."""

import msgspec

from desktop.policy.codec import parse_policy
from desktop.reach.objects import Namespace, Pod, StoredPolicy
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.session import Session
from desktop.session.state import Connection, SessionUpdate
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


class Opener:
    """Makes sessions of a gateway."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []

    def __call__(self, gateway: FakeGateway, entry: ClusterEntry = ENTRY) -> Session:
        session = Session(entry, lambda _entry: gateway)
        self.sessions.append(session)
        return session

    def live(self, gateway: FakeGateway, entry: ClusterEntry = ENTRY) -> Session:
        session = self(gateway, entry)
        session.open()
        eventually(lambda: session.state.connection is Connection.LIVE)
        return session


def drained(session: Session) -> SessionUpdate:
    update = session.drain()
    assert update is not None
    return update
