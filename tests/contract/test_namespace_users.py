"""Who may see, or edit, one namespace only: what they may is done, what they may not is said, nothing is made up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Verb
from desktop.errors import Forbidden
from desktop.reach.objects import Coverage, Kind
from desktop.session.catalog import Catalog
from desktop.session.rights import Rights
from desktop.session.rights import Verb as RightsVerb
from desktop.session.session import Session
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.state import Connection
from tests.contract.asking import deletion, demo, edited, every_api_server, open_to_all, writing
from tests.contract.namespace_users import NamespaceUsers
from tests.contract.subjects import Subject
from tests.helpers.waiting import eventually

VERBS = ("list", "create", "update", "patch", "delete")
READABLE = (Kind.NETWORK_POLICY, Kind.POD, Kind.SERVICE, Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.JOB, Kind.CRON_JOB)


@pytest.fixture
def users(subject: Subject, tmp_path: Path) -> Iterator[NamespaceUsers]:
    made = NamespaceUsers(subject, tmp_path / "namespace-users")
    yield made
    made.remove()


class Desk:
    """Sessions of the users, opened with a kubeconfig as theirs would be."""

    def __init__(self, users: NamespaceUsers, folder: Path) -> None:
        self.sessions = Sessions()
        self._catalog = Catalog(Settings(folder / "settings.json"))
        self._catalog.add_kubeconfig(users.kubeconfig)

    def open(self, user: str, *namespaces: str) -> Session:
        (entry,) = (entry for entry in self._catalog.entries() if entry.context == user)
        self._catalog.set_namespaces(entry.id, namespaces)
        session = self.sessions.get(self._catalog.get(entry.id) or entry)
        session.open()
        return session


@pytest.fixture
def desk(users: NamespaceUsers, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(users, tmp_path)
    yield desk
    assert desk.sessions.close_all()


@every_api_server
@pytest.mark.parametrize(("user", "writes"), [("viewer", False), ("editor", True)])
def test_rights_in_one_namespace_are_no_rights_elsewhere(
    subject: Subject, users: NamespaceUsers, user: str, writes: bool
) -> None:
    gateway = users.gateway(user)
    inside = {verb: gateway.may(verb, subject.namespace, CancelToken()) for verb in VERBS}
    assert inside == {verb: writes or verb == "list" for verb in VERBS}
    for elsewhere in ("default", ""):
        assert not any(gateway.may(verb, elsewhere, CancelToken()) for verb in VERBS)


@every_api_server
@pytest.mark.parametrize(("user", "writes"), [("viewer", False), ("editor", True)])
def test_what_their_session_says_that_they_may_do_is_what_they_may(
    subject: Subject, users: NamespaceUsers, user: str, writes: bool
) -> None:
    rights = Rights()
    verbs: tuple[RightsVerb, ...] = ("create", "update", "delete")
    questions = [(verb, (namespace,)) for verb in verbs for namespace in (subject.namespace, "default")]
    rights.ask(users.gateway(user), questions, CancelToken())
    assert {rights.may(verb, [subject.namespace]) for verb in verbs} == {writes}
    assert {rights.may(verb, ["default"]) for verb in verbs} == {False}
    assert {rights.may(verb, ["default", subject.namespace]) for verb in verbs} == {writes}


@every_api_server
@pytest.mark.parametrize("user", ["viewer", "editor"])
def test_their_namespace_is_listed_and_watched_and_the_cluster_is_forbidden(
    subject: Subject, users: NamespaceUsers, user: str
) -> None:
    subject.other.put(demo(subject))
    gateway, token = users.gateway(user), CancelToken()
    for kind in READABLE:
        listing = gateway.list(kind, subject.namespace, token, lambda *_: None)
        if kind is Kind.NETWORK_POLICY:
            assert [thing.name for thing in listing.things] == ["access-demo1"]
            events = gateway.watch(kind, subject.namespace, listing.version, token)
        for namespace in (None, "default"):
            with pytest.raises(Forbidden):
                gateway.list(kind, namespace, token, lambda *_: None)
    with pytest.raises(Forbidden):
        gateway.list(Kind.NAMESPACE, None, token, lambda *_: None)
    subject.other.drop("access-demo1")
    assert next(events).version
    token.cancel()


@every_api_server
def test_a_viewer_of_a_namespace_is_forbidden_to_write(subject: Subject, users: NamespaceUsers) -> None:
    viewer = users.gateway("viewer")
    subject.other.put(demo(subject))
    before = subject.other.stored()
    base = viewer.read(subject.namespace, "access-demo1", CancelToken())
    for dry_run in (True, False):
        with pytest.raises(Forbidden):
            viewer.write(writing(Verb.CREATE, demo(subject, "mine")), CancelToken(), dry_run=dry_run)
        with pytest.raises(Forbidden):
            viewer.write(edited(base, open_to_all), CancelToken(), dry_run=dry_run)
        with pytest.raises(Forbidden):
            viewer.write(writing(Verb.APPLY, demo(subject)), CancelToken(), dry_run=dry_run)
        with pytest.raises(Forbidden):
            viewer.delete(deletion(base), CancelToken(), dry_run=dry_run)
    assert subject.other.stored() == before


@every_api_server
def test_an_editor_of_a_namespace_writes_there_and_nowhere_else(subject: Subject, users: NamespaceUsers) -> None:
    editor = users.gateway("editor")
    made = editor.write(writing(Verb.CREATE, demo(subject)), CancelToken()).document
    changed = editor.write(edited(made, open_to_all), CancelToken()).document
    editor.write(writing(Verb.APPLY, demo(subject, "applied")), CancelToken())
    assert subject.other.stored()["access-demo1"]["spec"]["ingress"] == [{}]
    editor.delete(deletion(changed), CancelToken())
    assert subject.other.stored().keys() == {"applied"}
    elsewhere = demo(subject)
    elsewhere["metadata"]["namespace"] = "default"
    for verb in (Verb.CREATE, Verb.APPLY):
        with pytest.raises(Forbidden):
            editor.write(writing(verb, elsewhere), CancelToken(), dry_run=True)


@every_api_server
@pytest.mark.parametrize("user", ["viewer", "editor"])
def test_named_namespaces_are_synchronized_one_by_one_and_what_is_not_known_is_said(
    subject: Subject, desk: Desk, user: str
) -> None:
    subject.other.put(demo(subject))
    session = desk.open(user, subject.namespace, "default")
    eventually(lambda: session.state.connection is Connection.LIVE and session.state.last_sync is not None, 20)
    assert set(session.rows) == {(subject.namespace, "access-demo1")}
    state, snapshot = session.state, session.snapshot
    for kind in READABLE:
        assert state.coverage[kind] is Coverage.PARTIAL
        assert snapshot.knows(kind, subject.namespace)
        assert not snapshot.knows(kind, "default")
    assert state.coverage[Kind.NAMESPACE] is Coverage.FORBIDDEN
    assert Kind.NAMESPACE not in state.counts
    subject.other.put(demo(subject, "second"))
    eventually(lambda: (subject.namespace, "second") in session.rows)


@every_api_server
def test_who_names_no_namespace_is_told_what_is_not_permitted(subject: Subject, desk: Desk) -> None:
    subject.other.put(demo(subject))
    session = desk.open("viewer")
    eventually(lambda: session.state.connection is Connection.FORBIDDEN, 20)
    assert isinstance(session.state.error, Forbidden)
    assert session.rows == {}
    assert Kind.NETWORK_POLICY not in session.state.counts
