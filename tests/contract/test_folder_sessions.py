"""A folder is a cluster too: the sample and a folder of one's own, through the same sessions and changes."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Verb
from desktop.errors import Conflict
from desktop.manifest import checking
from desktop.policy.findings import Severity
from desktop.policy.profile import DEFAULT
from desktop.reach.objects import Coverage, Kind
from desktop.session import carrying_out, planning
from desktop.session.carrying_out import Outcome, Result
from desktop.session.catalog import SAMPLE_ID, Catalog
from desktop.session.planning import DeletionPlan, Draft, Plan
from desktop.session.session import Session
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.state import Connection
from tests.helpers.waiting import eventually

POLICY = """\
# Who may reach the database.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: db  # the database
  policyTypes: [Ingress]
"""


@pytest.fixture
def sessions() -> Iterator[Sessions]:
    sessions = Sessions()
    yield sessions
    assert sessions.close_all()
    names = [thread.name for thread in threading.enumerate() if not thread.name.startswith("pytest_timeout")]
    assert not [name for name in names if "folder:" in name or "sample" in name]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "db.yaml").write_text(POLICY, encoding="utf-8")
    return folder


@pytest.fixture
def session(sessions: Sessions, folder: Path, tmp_path: Path) -> Session:
    return opened(sessions, Catalog(Settings(tmp_path / "settings.json")), folder)


def opened(sessions: Sessions, catalog: Catalog, folder: Path | None = None) -> Session:
    entry = catalog.add_folder(folder) if folder else catalog.get(SAMPLE_ID)
    assert entry is not None
    session = sessions.get(entry)
    session.open()
    eventually(lambda: session.state.connection is Connection.LIVE)
    return session


def draft(session: Session, text: str, *, edit: bool = True) -> Draft:
    (entry,) = checking.check(text, profile=DEFAULT).entries
    base = planning.read(session, entry.namespace, entry.name, CancelToken()) if edit else None
    return Draft(entry, base)


def plan(session: Session, *drafts: Draft) -> Plan:
    return planning.plan(session, drafts, CancelToken(), lambda _progress: None)


def carry_out(session: Session, planned: Plan | DeletionPlan) -> Result:
    (result,) = carrying_out.carry_out(session, planned, CancelToken(), lambda _progress: None)
    return result


def test_the_sample_is_a_whole_cluster_without_errors(sessions: Sessions, tmp_path: Path) -> None:
    session = opened(sessions, Catalog(Settings(tmp_path / "settings.json")))
    state = session.state
    assert state.counts[Kind.NETWORK_POLICY] == len(session.rows) >= 12
    assert state.counts[Kind.POD] >= 25
    assert state.coverage[Kind.NETWORK_POLICY] is Coverage.COMPLETE
    errors = [
        (row.name, finding.code)
        for row in session.rows.values()
        for finding in row.findings
        if finding.severity is Severity.ERROR
    ]
    assert errors == []
    assert all(row.readable for row in session.rows.values())


def test_an_edit_keeps_the_comments_and_the_table_follows(session: Session, folder: Path) -> None:
    edited = POLICY.replace("[Ingress]", "[Ingress, Egress]")
    planned = plan(session, draft(session, edited))
    (item,) = planned.items
    assert item.verb is Verb.UPDATE
    assert item.error is None
    assert carry_out(session, planned).outcome is Outcome.APPLIED
    assert (folder / "db.yaml").read_text(encoding="utf-8") == edited
    eventually(lambda: session.rows["shop", "db"].egress == 0)


def test_a_changed_comment_is_saved_and_nothing_changed_is_not(session: Session, folder: Path) -> None:
    assert plan(session, draft(session, POLICY)).items[0].verb is None
    edited = POLICY.replace("# the database", "# our database")
    assert carry_out(session, plan(session, draft(session, edited))).outcome is Outcome.APPLIED
    assert (folder / "db.yaml").read_text(encoding="utf-8") == edited


def test_a_file_that_changed_on_disk_is_a_conflict_that_shows_theirs(session: Session, folder: Path) -> None:
    mine = draft(session, POLICY.replace("app: db", "app: mine"))
    early = plan(session, mine)
    theirs = POLICY.replace("app: db", "app: theirs")
    (folder / "db.yaml").write_text(theirs, encoding="utf-8")
    late = plan(session, mine)
    assert isinstance(late.items[0].error, Conflict)
    result = carry_out(session, early)
    assert result.outcome is Outcome.CONFLICT
    for document in (late.items[0].theirs, result.theirs):
        assert document is not None
        assert "app: theirs" in document.text
    assert (folder / "db.yaml").read_text(encoding="utf-8") == theirs
    assert carry_out(session, plan(session, Draft(mine.entry, result.theirs))).outcome is Outcome.APPLIED
    assert "app: mine" in (folder / "db.yaml").read_text(encoding="utf-8")


def test_a_new_policy_gets_a_file_and_a_deleted_one_goes(session: Session, folder: Path) -> None:
    new = POLICY.replace("name: db", "name: new")
    assert carry_out(session, plan(session, draft(session, new, edit=False))).outcome is Outcome.CREATED
    eventually(lambda: ("shop", "new") in session.rows)
    rows = [session.rows["shop", "new"]]
    deletion = planning.plan_delete(session, rows, CancelToken(), lambda _progress: None)
    assert carry_out(session, deletion).outcome is Outcome.DELETED
    eventually(lambda: ("shop", "new") not in session.rows)
    assert (folder / "db.yaml").read_text(encoding="utf-8") == POLICY


def test_an_import_over_an_existing_policy_is_laid_over_it(session: Session, folder: Path) -> None:
    planned = plan(session, draft(session, POLICY.replace("app: db", "app: imported"), edit=False))
    assert planned.items[0].verb is Verb.APPLY
    assert carry_out(session, planned).outcome is Outcome.APPLIED
    assert "app: imported" in (folder / "db.yaml").read_text(encoding="utf-8")


def test_a_policy_edited_on_disk_after_it_was_listed_is_not_deleted(session: Session, folder: Path) -> None:
    row = session.rows["shop", "db"]
    (folder / "db.yaml").write_text(POLICY.replace("app: db", "app: theirs"), encoding="utf-8")
    deletion = planning.plan_delete(session, [row], CancelToken(), lambda _progress: None)
    assert carry_out(session, deletion).outcome is Outcome.CONFLICT
    assert (folder / "db.yaml").exists()


def test_a_folder_that_is_not_there_is_an_error(sessions: Sessions, tmp_path: Path) -> None:
    entry = Catalog(Settings(tmp_path / "settings.json")).add_folder(tmp_path / "nowhere")
    session = sessions.get(entry)
    session.open()
    eventually(lambda: session.state.connection is Connection.ERROR)
    assert session.state.error is not None


def test_a_file_that_cannot_be_read_as_manifests_is_told_and_then_not_any_more(session: Session, folder: Path) -> None:
    assert not session.state.problems
    (folder / "broken.yaml").write_text("kind: [", encoding="utf-8")
    eventually(lambda: [origin for origin, _ in session.state.problems] == ["broken.yaml"])
    assert all(findings for _, findings in session.state.problems)
    assert set(session.rows) == {("shop", "db")}
    (folder / "broken.yaml").unlink()
    eventually(lambda: not session.state.problems)
