"""The sessions of all clusters."""

from desktop.cluster.gateway import Gateway
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.sessions import Sessions
from desktop.session.state import Connection
from tests.helpers.fake_gateway import FakeGateway
from tests.helpers.waiting import eventually
from tests.unit.session.in_memory import ENTRY, SHOP


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
