"""Planning and carrying out changes: nothing is overwritten blindly, and each item ends as what it is."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Deletion, PolicyDocument, Verb, Write
from desktop.errors import (
    AlreadyExists,
    BulkheadError,
    Cancelled,
    Conflict,
    ConnectionLost,
    FieldConflict,
    Forbidden,
    Invalid,
    NotFound,
    ServerError,
    Unreachable,
)
from desktop.manifest import checking
from desktop.policy.objects import LabelSelector
from desktop.policy.profile import DEFAULT
from desktop.reach.objects import Kind
from desktop.session import carrying_out, planning
from desktop.session.carrying_out import Outcome, Result
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.planning import DeletionPlan, Draft, Intent, Plan, PlannedWrite
from desktop.session.session import Session
from desktop.session.state import PolicyRow, Progress
from tests.helpers.fake_gateway import FakeGateway

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def policy(name: str = "p", app: str = "db", **metadata: Any) -> dict[str, object]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop", **metadata},
        "spec": {"podSelector": {"matchLabels": {"app": app}}, "policyTypes": ["Ingress"]},
    }


def draft(value: Mapping[str, object], base: PolicyDocument | None = None, comment: str = "") -> Draft:
    (entry,) = checking.check(json.dumps(value) + comment, profile=DEFAULT).entries
    return Draft(entry, base)


def row(name: str, uid: str, version: str = "") -> PolicyRow:
    return PolicyRow("shop", name, True, LabelSelector(), None, None, None, (), None, None, uid, version)


class Desk:
    """A session on a cluster in memory, and the calls a person's clicks make."""

    def __init__(self) -> None:
        self.gateway = FakeGateway()
        self.session = Session(ClusterEntry("context:x", Source.CONTEXT, "x"), lambda _entry: self.gateway)
        self.token = CancelToken()
        self.progress: list[Progress] = []

    def plan(self, *drafts: Draft, intent: Intent = Intent.LAY_OVER) -> Plan:
        return planning.plan(self.session, drafts, self.token, self.progress.append, intent)

    def plan_one(self, draft_: Draft, intent: Intent = Intent.LAY_OVER) -> PlannedWrite:
        (item,) = self.plan(draft_, intent=intent).items
        return item

    def delete(self, *rows: PolicyRow) -> DeletionPlan:
        return planning.plan_delete(self.session, rows, self.token, self.progress.append)

    def carry_out(self, plan: Plan | DeletionPlan) -> tuple[Result, ...]:
        return carrying_out.carry_out(self.session, plan, self.token, self.progress.append)

    def outcomes(self, plan: Plan | DeletionPlan) -> list[Outcome]:
        return [result.outcome for result in self.carry_out(plan)]

    def fail_writes(self, error: BulkheadError, *, dry_run: bool = False) -> None:
        def fail(_write: Write | Deletion, dry: bool) -> None:
            if dry == dry_run:
                raise error

        self.gateway.before_write = fail


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(carrying_out, "READ_BACK_PAUSES", (0.0, 0.0))
    desk = Desk()
    yield desk
    desk.session.close()


def test_a_new_policy_is_created(desk: Desk) -> None:
    plan = desk.plan(draft(policy()))
    (item,) = plan.items
    assert (item.verb, item.before, item.error, item.notes) == (Verb.CREATE, "", None, ())
    assert json.loads(item.after) == policy()
    assert desk.gateway.sent == []
    (result,) = desk.carry_out(plan)
    assert (result.outcome, result.namespace, result.name) == (Outcome.CREATED, "shop", "p")
    assert result.document == desk.gateway.documents["shop", "p"]
    assert desk.gateway.sent == [("create", "shop", "p")]


def test_an_edit_is_an_update_of_the_version_it_started_from(desk: Desk) -> None:
    base = desk.gateway.store("shop", "p", policy())
    plan = desk.plan(draft(policy(app="web"), base))
    (item,) = plan.items
    assert item.verb is Verb.UPDATE
    assert item.write is not None
    assert item.write.base is base
    assert (item.before, json.loads(item.after)) == (base.text, policy(app="web"))
    assert desk.outcomes(plan) == [Outcome.APPLIED]


def test_an_imported_policy_is_laid_over_the_one_that_was_looked_at(desk: Desk) -> None:
    there = desk.gateway.store("shop", "p", policy())
    plan = desk.plan(draft(policy(app="web")))
    (item,) = plan.items
    assert item.verb is Verb.APPLY
    assert item.write is not None
    assert item.write.base is there
    assert item.before == there.text
    desk.gateway.store("shop", "p", policy(app="else"))
    (result,) = desk.carry_out(plan)
    assert result.outcome is Outcome.CONFLICT
    assert result.theirs == desk.gateway.documents["shop", "p"]
    assert desk.gateway.sent == []


def test_a_duplicate_under_a_taken_name_is_a_conflict(desk: Desk) -> None:
    there = desk.gateway.store("shop", "p", policy())
    item = desk.plan_one(draft(policy(app="web")), Intent.CREATE)
    assert isinstance(item.error, AlreadyExists)
    assert item.theirs == there
    assert item.verb is None


def test_nothing_to_change_is_nothing_to_send(desk: Desk) -> None:
    noisy = policy(uid="u", resourceVersion="5", generation=3, managedFields=[{"manager": "x"}])
    there = desk.gateway.store("shop", "p", noisy)
    for each in (draft(policy(), there), draft(policy())):
        plan = desk.plan(each)
        assert plan.items[0].verb is None
        assert plan.items[0].error is None
        (result,) = desk.carry_out(plan)
        assert (result.outcome, result.document) == (Outcome.UNCHANGED, there)
    assert desk.gateway.sent == []


def test_in_a_file_a_changed_comment_is_a_change(desk: Desk) -> None:
    text = json.dumps(policy()) + "  # why"
    there = desk.gateway.store("shop", "p", policy(), text=text, origin="a.yaml")
    same = desk.plan_one(draft(policy(), there, comment="  # why"))
    assert same.verb is None
    other = desk.plan_one(draft(policy(), there, comment="  # because"))
    assert other.verb is Verb.UPDATE


def test_a_change_by_somebody_else_before_the_plan_is_a_conflict_with_both_versions(desk: Desk) -> None:
    base = desk.gateway.store("shop", "p", policy())
    theirs = desk.gateway.store("shop", "p", policy(app="theirs"))
    plan = desk.plan(draft(policy(app="mine"), base))
    (item,) = plan.items
    assert isinstance(item.error, Conflict)
    assert (item.theirs, item.before, item.verb) == (theirs, theirs.text, None)
    (result,) = desk.carry_out(plan)
    assert (result.outcome, result.theirs) == (Outcome.CONFLICT, theirs)
    assert desk.gateway.sent == []


def test_a_change_by_somebody_else_after_the_plan_is_a_conflict_with_both_versions(desk: Desk) -> None:
    base = desk.gateway.store("shop", "p", policy())
    plan = desk.plan(draft(policy(app="mine"), base))
    theirs = desk.gateway.store("shop", "p", policy(app="theirs"))
    (result,) = desk.carry_out(plan)
    assert (result.outcome, result.theirs) == (Outcome.CONFLICT, theirs)
    assert desk.gateway.documents["shop", "p"] == theirs


def test_keep_mine_is_a_new_plan_based_on_theirs(desk: Desk) -> None:
    base = desk.gateway.store("shop", "p", policy())
    desk.gateway.store("shop", "p", policy(app="theirs"))
    mine = draft(policy(app="mine"), base)
    theirs = desk.plan_one(mine).theirs
    assert desk.outcomes(desk.plan(Draft(mine.entry, theirs))) == [Outcome.APPLIED]
    assert desk.gateway.documents["shop", "p"].value == policy(app="mine")


def test_a_field_of_another_manager_is_a_conflict(desk: Desk) -> None:
    there = desk.gateway.store("shop", "p", policy())
    desk.fail_writes(FieldConflict("api.field-conflict", status=409), dry_run=True)
    item = desk.plan_one(draft(policy(app="mine")))
    assert isinstance(item.error, FieldConflict)
    assert item.theirs == there


def test_a_policy_deleted_meanwhile_is_not_brought_back_by_an_update(desk: Desk) -> None:
    base = desk.gateway.store("shop", "p", policy())
    plan = desk.plan(draft(policy(app="mine"), base))
    del desk.gateway.documents["shop", "p"]
    (result,) = desk.carry_out(plan)
    assert (result.outcome, result.theirs) == (Outcome.CONFLICT, None)
    assert desk.gateway.documents == {}


def test_a_name_taken_after_the_plan_is_a_conflict(desk: Desk) -> None:
    plan = desk.plan(draft(policy()))
    theirs = desk.gateway.store("shop", "p", policy(app="theirs"))
    (result,) = desk.carry_out(plan)
    assert (result.outcome, result.theirs) == (Outcome.CONFLICT, theirs)


def test_what_the_server_refuses_is_told_item_by_item(desk: Desk) -> None:
    refusal = Invalid("api.invalid", status=422)

    def picky(write: Write | Deletion, _dry_run: bool) -> None:
        if write.name == "bad":
            raise refusal

    desk.gateway.before_write = picky
    plan = desk.plan(draft(policy("bad")), draft(policy("good")))
    assert [item.error for item in plan.items] == [refusal, None]
    assert [result.error for result in desk.carry_out(plan)] == [refusal, None]
    assert desk.gateway.sent == [("create", "shop", "good")]


def test_a_document_with_errors_is_never_sent(desk: Desk) -> None:
    bad = {**policy(), "spec": {"podSelector": {}, "policyTypes": ["Sideways"]}}
    desk.fail_writes(ServerError("must-not-be-asked", status=500), dry_run=True)
    item = desk.plan_one(draft(bad))
    assert item.error is not None
    assert item.error.code == "change.has-errors"
    assert item.findings


def test_a_text_that_names_a_policy_twice_writes_it_once(desk: Desk) -> None:
    plan = desk.plan(draft(policy()), draft(policy(app="web")))
    assert [item.error.code if item.error else None for item in plan.items] == [None, "change.named-twice"]
    assert desk.outcomes(plan) == [Outcome.CREATED, Outcome.REFUSED]


def test_an_edit_that_changes_the_name_is_no_update(desk: Desk) -> None:
    base = desk.gateway.store("shop", "p", policy())
    item = desk.plan_one(draft(policy("other"), base))
    assert item.error is not None
    assert item.error.code == "change.renamed"


def test_who_may_create_but_not_read_can_create(desk: Desk) -> None:
    desk.gateway.failures[Kind.NETWORK_POLICY] = Forbidden("api.forbidden", status=403)
    plan = desk.plan(draft(policy()))
    assert plan.items[0].verb is Verb.CREATE
    assert desk.outcomes(plan) == [Outcome.CREATED]
    taken = desk.plan_one(draft(policy()))
    assert isinstance(taken.error, AlreadyExists)
    assert taken.theirs is None


def test_the_servers_warnings_come_with_the_plan(desk: Desk) -> None:
    desk.gateway.warnings = ("unknown field",)
    assert desk.plan_one(draft(policy())).warnings == ("unknown field",)


def test_a_plan_fails_whole_when_the_cluster_cannot_be_reached(desk: Desk) -> None:
    desk.fail_writes(Unreachable("unreachable"), dry_run=True)
    with pytest.raises(Unreachable):
        desk.plan(draft(policy()))


def test_planning_and_carrying_out_tell_their_progress(desk: Desk) -> None:
    plan = desk.plan(draft(policy("a")), draft(policy("b")))
    assert desk.progress == [Progress(1, 2), Progress(2, 2)]
    desk.progress.clear()
    desk.carry_out(plan)
    assert desk.progress == [Progress(0, 2), Progress(1, 2), Progress(2, 2)]


def test_cancelling_takes_effect_between_two_items(desk: Desk) -> None:
    plan = desk.plan(draft(policy("a")), draft(policy("b")))
    desk.gateway.after_write = lambda _write: desk.token.cancel()
    assert desk.outcomes(plan) == [Outcome.CREATED, Outcome.CANCELLED]
    assert list(desk.gateway.documents) == [("shop", "a")]


def test_a_cancelled_plan_ends_at_once(desk: Desk) -> None:
    desk.token.cancel()
    with pytest.raises(Cancelled):
        desk.plan(draft(policy()))


def lose_answer(_write: Write | Deletion) -> None:
    raise ConnectionLost("connection.lost")


def test_a_lost_answer_is_read_back_and_told_as_done_where_it_was(desk: Desk) -> None:
    base = desk.gateway.store("shop", "old", policy("old"))
    desk.gateway.after_write = lose_answer
    plan = desk.plan(draft(policy("new")), draft(policy("old", "web"), base))
    results = desk.carry_out(plan)
    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.APPLIED]
    assert [result.error for result in results] == [None, None]
    assert results[0].document == desk.gateway.documents["shop", "new"]


@pytest.mark.parametrize("error", [ConnectionLost("connection.lost"), ServerError("api.server-error", status=504)])
def test_a_lost_request_is_read_back_and_told_as_not_done(desk: Desk, error: BulkheadError) -> None:
    base = desk.gateway.store("shop", "old", policy("old"))
    plan = desk.plan(draft(policy("new")), draft(policy("old", "web"), base))
    desk.fail_writes(error)
    results = desk.carry_out(plan)
    assert [result.outcome for result in results] == [Outcome.REFUSED, Outcome.REFUSED]
    assert all(result.error is not None for result in results)
    codes = {result.error.code for result in results if result.error}
    assert codes == ({"api.server-error"} if isinstance(error, ServerError) else {"change.not-applied"})


def test_a_lost_answer_stays_unknown_where_something_else_is_there(desk: Desk) -> None:
    plan = desk.plan(draft(policy()))

    def interfere(_write: Write | Deletion) -> None:
        desk.gateway.store("shop", "p", policy(app="theirs"))
        raise ConnectionLost("connection.lost")

    desk.gateway.after_write = interfere
    (result,) = desk.carry_out(plan)
    assert result.outcome is Outcome.UNKNOWN
    assert isinstance(result.error, ConnectionLost)
    assert result.document == desk.gateway.documents["shop", "p"]


def test_a_lost_answer_stays_unknown_where_nothing_can_be_read_and_the_rest_is_not_tried(desk: Desk) -> None:
    plan = desk.plan(draft(policy("a")), draft(policy("b")))

    def cut(_write: Write | Deletion) -> None:
        desk.gateway.failures[Kind.NETWORK_POLICY] = Unreachable("unreachable")
        raise ConnectionLost("connection.lost")

    desk.gateway.after_write = cut
    results = desk.carry_out(plan)
    assert [result.outcome for result in results] == [Outcome.UNKNOWN, Outcome.REFUSED]
    assert desk.gateway.sent == [("create", "shop", "a")]


def test_an_unreachable_cluster_refuses_all_that_is_left(desk: Desk) -> None:
    plan = desk.plan(draft(policy("a")), draft(policy("b")))
    tried: list[str] = []

    def cut(write: Write | Deletion, _dry_run: bool) -> None:
        tried.append(write.name)
        raise Unreachable("unreachable")

    desk.gateway.before_write = cut
    assert desk.outcomes(plan) == [Outcome.REFUSED, Outcome.REFUSED]
    assert tried == ["a"]


def test_writes_to_a_cluster_go_one_after_the_other(desk: Desk) -> None:
    plan = desk.plan(draft(policy()))
    desk.session.writing.acquire()
    results: list[tuple[Result, ...]] = []
    thread = threading.Thread(target=lambda: results.append(desk.carry_out(plan)))
    thread.start()
    thread.join(0.2)
    assert desk.gateway.sent == []
    desk.session.writing.release()
    thread.join(5)
    assert results[0][0].outcome is Outcome.CREATED


def test_waiting_for_another_write_can_be_cancelled(desk: Desk) -> None:
    plan = desk.plan(draft(policy()))
    desk.token.cancel()
    with desk.session.writing, pytest.raises(Cancelled):
        desk.carry_out(plan)


@pytest.mark.parametrize(
    ("metadata", "codes"),
    [
        ({}, []),
        ({"annotations": {LAST_APPLIED: "{}"}}, ["note.last-applied"]),
        ({"managedFields": [{"manager": "kubectl-client-side-apply", "time": "1"}]}, ["note.last-applied"]),
        ({"annotations": {"meta.helm.sh/release-name": "shop"}}, ["note.managed-by"]),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}}, ["note.managed-by"]),
        ({"managedFields": [{"manager": "some-operator", "time": "1"}]}, ["note.other-manager"]),
        ({"managedFields": [{"manager": "bulkhead", "time": "1"}]}, []),
        ({"managedFields": "broken", "annotations": "broken"}, []),
    ],
)
def test_notes_say_who_else_will_write_the_object(desk: Desk, metadata: dict[str, Any], codes: list[str]) -> None:
    base = desk.gateway.store("shop", "p", policy(**metadata))
    assert [note.code for note in desk.plan_one(draft(policy(app="web"), base)).notes] == codes
    assert [note.code for note in desk.delete(row("p", base.uid)).items[0].notes] == codes


def test_a_policy_is_deleted_if_it_is_still_the_same(desk: Desk) -> None:
    one, two = desk.gateway.store("shop", "one", policy("one")), desk.gateway.store("shop", "two", policy("two"))
    plan = desk.delete(row("one", one.uid), row("two", "another-uid"))
    assert [(item.namespace, item.name, item.there) for item in plan.items] == [
        ("shop", "one", one),
        ("shop", "two", two),
    ]
    assert [type(item.error) for item in plan.items] == [type(None), Conflict]
    assert desk.gateway.sent == []
    assert desk.outcomes(plan) == [Outcome.DELETED, Outcome.CONFLICT]
    assert list(desk.gateway.documents) == [("shop", "two")]


def test_a_policy_replaced_after_the_plan_is_not_deleted(desk: Desk) -> None:
    plan = desk.delete(row("p", desk.gateway.store("shop", "p", policy()).uid))
    del desk.gateway.documents["shop", "p"]
    theirs = desk.gateway.store("shop", "p", policy(app="new"))
    (result,) = desk.carry_out(plan)
    assert (result.outcome, result.theirs) == (Outcome.CONFLICT, theirs)


def test_a_policy_that_is_gone_already_is_deleted(desk: Desk) -> None:
    plan = desk.delete(row("p", "u"))
    assert plan.items[0].error is None
    assert desk.outcomes(plan) == [Outcome.DELETED]


def test_who_may_not_delete_is_told_before(desk: Desk) -> None:
    there = desk.gateway.store("shop", "p", policy())
    desk.fail_writes(Forbidden("api.forbidden", status=403), dry_run=True)
    plan = desk.delete(row("p", there.uid))
    assert isinstance(plan.items[0].error, Forbidden)
    assert desk.outcomes(plan) == [Outcome.REFUSED]


def test_planning_a_deletion_fails_whole_when_the_cluster_cannot_be_reached(desk: Desk) -> None:
    desk.gateway.failures[Kind.NETWORK_POLICY] = Unreachable("unreachable")
    with pytest.raises(Unreachable):
        desk.delete(row("p", "u"))


def leave_it(desk: Desk, _document: PolicyDocument) -> None:
    desk.fail_writes(ConnectionLost("connection.lost"))


def replace_it(desk: Desk, _document: PolicyDocument) -> None:
    def cut(_write: Write | Deletion) -> None:
        desk.gateway.store("shop", "p", policy(app="new"))
        raise ConnectionLost("connection.lost")

    desk.gateway.after_write = cut


def finish_later(desk: Desk, document: PolicyDocument) -> None:
    def cut(_write: Write | Deletion) -> None:
        desk.gateway.documents["shop", "p"] = PolicyDocument(
            "shop", "p", policy(deletionTimestamp="2026-01-01T00:00:00Z"), "", "9", document.uid
        )
        raise ConnectionLost("connection.lost")

    desk.gateway.after_write = cut


def just_lose(desk: Desk, _document: PolicyDocument) -> None:
    desk.gateway.after_write = lose_answer


@pytest.mark.parametrize(
    ("accident", "outcome"),
    [
        (just_lose, Outcome.DELETED),
        (replace_it, Outcome.DELETED),
        (finish_later, Outcome.HELD),
        (leave_it, Outcome.REFUSED),
    ],
)
def test_a_deletion_whose_answer_is_lost_is_read_back(
    desk: Desk, accident: Callable[[Desk, PolicyDocument], None], outcome: Outcome
) -> None:
    document = desk.gateway.store("shop", "p", policy())
    plan = desk.delete(row("p", document.uid))
    accident(desk, document)
    assert desk.outcomes(plan) == [outcome]


def test_reading_gives_the_document_as_it_is_now(desk: Desk) -> None:
    document = desk.gateway.store("shop", "p", policy())
    assert planning.read(desk.session, "shop", "p", desk.token) == document
    with pytest.raises(NotFound):
        planning.read(desk.session, "shop", "other", desk.token)
