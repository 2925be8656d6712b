"""The whole way from a kubeconfig to a written policy, against the test server: session, plan, write, watch."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster import reflector
from desktop.cluster.gateway import Verb
from desktop.errors import Conflict, FieldConflict, Forbidden
from desktop.manifest import checking
from desktop.policy.profile import DEFAULT
from desktop.reach.objects import Coverage, Kind
from desktop.session import carrying_out, planning
from desktop.session.carrying_out import Outcome
from desktop.session.catalog import Catalog
from desktop.session.planning import Draft, PlannedWrite
from desktop.session.session import Session
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.state import Connection
from tests.helpers.api_server import ApiServer, Fault
from tests.helpers.api_server import Kind as FaultKind
from tests.helpers.api_server.access import READ, Grant
from tests.helpers.policies import Json, policy
from tests.helpers.raw_client import RawClient
from tests.helpers.waiting import eventually


class Desk:
    """A user's catalog and sessions on one server, and what clicks do."""

    def __init__(self, server: ApiServer, folder: Path) -> None:
        self.server = server
        self.settings = Settings(folder / "settings.json")
        self.sessions = Sessions()
        self._folder = folder

    def open(self, user: str = "admin", *namespaces: str) -> Session:
        path = self._folder / f"kubeconfig-{user}"
        path.write_text(self.server.kubeconfig(user), encoding="utf-8")
        catalog = Catalog(self.settings)
        catalog.add_kubeconfig(path)
        (entry,) = (entry for entry in catalog.entries() if entry.file == str(path) and entry.context == user)
        catalog.set_namespaces(entry.id, namespaces)
        session = self.sessions.get(catalog.get(entry.id) or entry)
        session.open()
        return session

    def live(self, user: str = "admin", *namespaces: str) -> Session:
        session = self.open(user, *namespaces)
        eventually(lambda: session.state.connection is Connection.LIVE)
        return session


@pytest.fixture
def desk(api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(reflector, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(reflector, "LONGEST_DELAY", 0.2)
    monkeypatch.setattr(carrying_out, "READ_BACK_PAUSES", (0.0, 0.1, 0.2))
    desk = Desk(api_server, tmp_path)
    yield desk
    assert desk.sessions.close_all()
    assert not [thread.name for thread in threading.enumerate() if "context:" in thread.name]


def draft(session: Session, document: Json, *, edit: bool = False) -> Draft:
    (entry,) = checking.check(json.dumps(document), profile=DEFAULT).entries
    base = planning.read(session, entry.namespace, entry.name, CancelToken()) if edit else None
    return Draft(entry, base)


def planned(session: Session, *drafts: Draft) -> tuple[planning.Plan, list[PlannedWrite]]:
    plan = planning.plan(session, drafts, CancelToken(), lambda _progress: None)
    return plan, list(plan.items)


def carried_out(session: Session, plan: planning.Plan | planning.DeletionPlan) -> list[carrying_out.Result]:
    return list(carrying_out.carry_out(session, plan, CancelToken(), lambda _progress: None))


def outcome(session: Session, *drafts: Draft) -> list[Outcome]:
    return [result.outcome for result in carried_out(session, planned(session, *drafts)[0])]


def test_a_policy_is_created_edited_and_deleted_and_the_table_follows(desk: Desk) -> None:
    session = desk.live()
    assert outcome(session, draft(session, policy("p"))) == [Outcome.CREATED]
    eventually(lambda: ("shop", "p") in session.rows)
    changed = policy("p")
    changed["spec"]["policyTypes"] = ["Ingress", "Egress"]
    plan, (item,) = planned(session, draft(session, changed, edit=True))
    assert item.verb is Verb.UPDATE
    assert [result.outcome for result in carried_out(session, plan)] == [Outcome.APPLIED]
    eventually(lambda: session.rows["shop", "p"].egress == 0)
    rows = [session.rows["shop", "p"]]
    deletion = planning.plan_delete(session, rows, CancelToken(), lambda _progress: None)
    assert [result.outcome for result in carried_out(session, deletion)] == [Outcome.DELETED]
    eventually(lambda: ("shop", "p") not in session.rows)


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    session = desk.live()
    _, (item,) = planned(session, draft(session, policy("p")))
    assert item.verb is Verb.CREATE
    assert "name: p" in item.after
    assert desk.server.get("networkpolicies", "shop", "p") is None


def test_requirement_9_every_write_is_tried_strictly_before_and_none_is_forced(desk: Desk) -> None:
    session = desk.live()
    outcome(session, draft(session, policy("p")))
    changed = policy("p")
    changed["spec"]["policyTypes"] = ["Ingress", "Egress"]
    outcome(session, draft(session, changed, edit=True))
    outcome(session, draft(session, policy("p")))
    writes = [seen.request for verb in ("create", "update", "patch") for seen in desk.server.requests(verb)]
    writes = [request for request in writes if "networkpolicies" in request.path]
    tried = [request.method for request in writes if request.query.get("dryRun") == "All"]
    assert sorted(tried) == sorted(request.method for request in writes if "dryRun" not in request.query)
    assert set(tried) == {"POST", "PUT", "PATCH"}
    for request in writes:
        assert request.query["fieldValidation"] == "Strict"
        assert request.query["fieldManager"] == "bulkhead"
        assert "force" not in request.query


def test_what_is_there_already_is_not_sent_again(desk: Desk) -> None:
    desk.server.add(policy("p"))
    session = desk.live()
    before = desk.server.get("networkpolicies", "shop", "p")
    assert outcome(session, draft(session, policy("p"), edit=True)) == [Outcome.UNCHANGED]
    assert outcome(session, draft(session, policy("p"))) == [Outcome.UNCHANGED]
    assert desk.server.get("networkpolicies", "shop", "p") == before


def test_a_change_meanwhile_is_a_conflict_and_keep_mine_then_wins(desk: Desk) -> None:
    desk.server.add(policy("p"))
    session = desk.live()
    mine = policy("p")
    mine["spec"]["podSelector"] = {"matchLabels": {"app": "mine"}}
    started = draft(session, mine, edit=True)
    desk.server.change("networkpolicies", "shop", "p", lambda it: it["metadata"].update(labels={"theirs": "yes"}))
    plan, (item,) = planned(session, started)
    assert isinstance(item.error, Conflict)
    assert item.theirs is not None
    assert "theirs" in item.theirs.text
    assert [result.outcome for result in carried_out(session, plan)] == [Outcome.CONFLICT]
    assert outcome(session, Draft(started.entry, item.theirs)) == [Outcome.APPLIED]
    stored = desk.server.get("networkpolicies", "shop", "p")
    assert stored is not None
    assert stored["spec"]["podSelector"] == {"matchLabels": {"app": "mine"}}


def test_a_field_of_another_manager_is_a_conflict_that_shows_theirs(desk: Desk) -> None:
    desk.server.add(policy("p"), manager="gitops")
    session = desk.live()
    other = policy("p")
    other["spec"]["podSelector"] = {"matchLabels": {"app": "mine"}}
    _, (item,) = planned(session, draft(session, other))
    assert isinstance(item.error, FieldConflict)
    assert item.theirs is not None
    assert "note.other-manager" in [note.code for note in item.notes]


def test_who_may_only_look_is_told_by_the_dry_run(desk: Desk) -> None:
    session = desk.live("viewer")
    assert session.state.coverage[Kind.SERVICE] is Coverage.FORBIDDEN
    assert session.state.coverage[Kind.POD] is Coverage.COMPLETE
    plan, (item,) = planned(session, draft(session, policy("p")))
    assert isinstance(item.error, Forbidden)
    assert [result.outcome for result in carried_out(session, plan)] == [Outcome.REFUSED]


def test_a_namespace_that_is_being_deleted_is_told_from_a_right_that_is_missing(desk: Desk, raw: RawClient) -> None:
    session = desk.live()
    raw.ask("DELETE", "/api/v1/namespaces/shop")
    plan, (item,) = planned(session, draft(session, policy("p")))
    assert item.error is not None
    assert item.error.code == "api.namespace-terminating"
    assert [result.outcome for result in carried_out(session, plan)] == [Outcome.REFUSED]


def test_a_policy_that_a_finalizer_holds_is_said_to_stay_before_and_after(desk: Desk) -> None:
    held = policy("p")
    held["metadata"]["finalizers"] = ["example.com/hold"]
    desk.server.add(held)
    session = desk.live()
    plan = planning.plan_delete(session, [session.rows["shop", "p"]], CancelToken(), lambda _progress: None)
    assert [note.code for note in plan.items[0].notes if note.code == "note.held"]
    assert [result.outcome for result in carried_out(session, plan)] == [Outcome.HELD]
    assert ("shop", "p") in session.rows


def test_who_may_see_one_namespace_names_it(desk: Desk) -> None:
    desk.server.add(policy("p"))
    access = desk.server.service.access
    access.add("guest", "guests")
    access.grants.append(Grant("guest", "guests", READ, "networking.k8s.io", ("networkpolicies",), "shop"))
    blind = desk.open("guest")
    eventually(lambda: blind.state.connection is Connection.FORBIDDEN)
    desk.sessions.close(blind.id)
    session = desk.live("guest", "shop")
    assert set(session.rows) == {("shop", "p")}
    assert session.rows["shop", "p"].pods is None
    assert session.state.coverage[Kind.NETWORK_POLICY] is Coverage.PARTIAL


def test_a_lost_answer_is_read_back(desk: Desk) -> None:
    session = desk.live()
    plan, _ = planned(session, draft(session, policy("p")))
    desk.server.faults.add(Fault(FaultKind.LOSE, method="POST", path="networkpolicies", times=1))
    (created,) = carried_out(session, plan)
    assert (created.outcome, created.error) == (Outcome.CREATED, None)
    eventually(lambda: ("shop", "p") in session.rows)
    deletion = planning.plan_delete(session, [session.rows["shop", "p"]], CancelToken(), lambda _progress: None)
    desk.server.faults.add(Fault(FaultKind.LOSE, method="DELETE", times=1))
    assert [result.outcome for result in carried_out(session, deletion)] == [Outcome.DELETED]


def test_a_broken_server_whose_write_did_not_take_effect_is_told_so(desk: Desk) -> None:
    session = desk.live()
    plan, _ = planned(session, draft(session, policy("p")))
    desk.server.faults.add(Fault(FaultKind.ANSWER, method="POST", path="networkpolicies", code=500))
    (result,) = carried_out(session, plan)
    assert result.outcome is Outcome.REFUSED
    assert desk.server.get("networkpolicies", "shop", "p") is None


def test_a_server_that_goes_away_leaves_a_stale_picture_and_comes_back(desk: Desk) -> None:
    desk.server.add(policy("p"))
    session = desk.live()
    desk.server.refuse()
    eventually(lambda: session.state.connection is Connection.STALE)
    assert set(session.rows) == {("shop", "p")}
    assert session.state.since is not None
    desk.server.listen()
    eventually(lambda: session.state.connection is Connection.LIVE)


def test_a_server_that_was_restored_from_a_backup_ends_in_its_picture_without_a_click(desk: Desk) -> None:
    desk.server.add(policy("kept"))
    backup = desk.server.store.backup()
    desk.server.add(policy("made-since"))
    desk.server.remove("networkpolicies", "shop", "kept")
    session = desk.live()
    assert set(session.rows) == {("shop", "made-since")}
    desk.server.store.restore(backup)
    desk.server.hang_up()
    eventually(lambda: set(session.rows) == {("shop", "kept")})
    eventually(lambda: session.state.connection is Connection.LIVE)
    desk.server.add(policy("after"))
    eventually(lambda: set(session.rows) == {("shop", "kept"), ("shop", "after")})


def test_a_server_that_restarts_and_forgets_its_history_ends_in_its_picture_without_a_click(desk: Desk) -> None:
    desk.server.add(policy("a"))
    session = desk.live()
    desk.server.refuse()
    desk.server.remove("networkpolicies", "shop", "a")
    desk.server.add(policy("b"))
    desk.server.compact()
    eventually(lambda: session.state.connection is Connection.STALE)
    assert session.state.next_try is not None
    desk.server.listen()
    eventually(lambda: session.state.connection is Connection.LIVE and set(session.rows) == {("shop", "b")})
