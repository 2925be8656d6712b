"""The right side of the window: policies are shown, searched and explained; the unknown is never shown as none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from desktop.cluster.gateway import PolicyDocument
from desktop.errors import ServerError, Unreachable
from desktop.policy.findings import Finding, Fix, Place, Severity
from desktop.policy.profile import DEFAULT, PROFILES
from desktop.reach.advice.advisor import advise
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import Coverage, Kind, Pod
from desktop.reach.snapshot import Snapshot
from desktop.session.state import Connection, SessionState
from desktop.ui.actions import Command
from desktop.ui.clusters.connection_details import ConnectionDetails
from desktop.ui.editor.finding_list import FIX, SENTENCE
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.policies.details import Tab
from desktop.ui.policies.table_model import Column
from tests.helpers.fake_sessions import NOON, live, policy, snapshot_of
from tests.helpers.models import recorded, table_text
from tests.ui.window.conftest import Desk

DEMO = {
    "podSelector": {"matchLabels": {"role": "db"}},
    "ingress": [
        {
            "from": [{"podSelector": {"matchLabels": {"role": "frontend"}}}],
            "ports": [{"protocol": "TCP", "port": 6379}],
        }
    ],
}
DBS = [Pod("default", f"db-{number}", {"role": "db"}, phase="Running") for number in range(3)]


def names(desk: Desk) -> list[str]:
    return table_text(desk.window.policies.table, 1)


@pytest.fixture
def shown(desk: Desk) -> Desk:
    """Show a live cluster with three policies."""
    desk.choose("prod")
    policies = [policy("access-demo1", spec=DEMO), policy("deny-all"), policy("web", "web")]
    desk.says("prod", snapshot_of(policies, DBS, ["default", "web"]))
    return desk


def test_a_live_cluster_is_named_with_its_state_and_counts(shown: Desk) -> None:
    assert names(shown) == ["access-demo1", "deny-all", "web"]
    assert shown.window.policies.headline.accessibleName() == "prod / all namespaces, Live"
    assert shown.window.status.full == "prod: synchronized 12:00:00, Live · 3 policies · 3 pods"
    assert shown.window.windowTitle() == "prod – Bulkhead"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Down])
def test_a_key_leads_from_the_search_to_what_it_found(shown: Desk, key: Qt.Key) -> None:
    panel = shown.window.policies
    name = panel.table.row_at(panel.table.index(panel.table.rowCount() - 1, 0)).name
    panel.search.setFocus()
    QTest.keyClicks(panel.search, name)
    QTest.keyClick(panel.search, key)
    assert panel.view.hasFocus()
    assert [row.name for row in panel.view.selected_rows()][:1] == [name]


def test_the_details_name_their_policy_and_of_how_many_selected_it_is_one(shown: Desk) -> None:
    panel = shown.window.policies
    assert panel.details.title == ""
    panel.view.selectRow(0)
    name = panel.view.selected_rows()[0].name
    assert panel.details.title == name
    panel.view.selectAll()
    count = len(panel.view.selected_rows())
    assert panel.details.title == f"{name} (1 of {count} selected)"


def test_news_of_the_cluster_change_rows_and_leave_selection_and_details_alone(shown: Desk) -> None:
    panel = shown.window.policies
    panel.view.select({("default", "deny-all")})
    policies = [policy("access-demo1", spec=DEMO), policy("b"), policy("deny-all"), policy("web", "web")]
    with recorded(panel.table) as told:
        shown.says("prod", snapshot_of(policies, DBS, ["default", "web"]))
    assert told == ["insert 1-1"]
    assert [row.name for row in panel.view.selected_rows()] == ["deny-all"]
    assert "every pod in default" in panel.details.summary.text


def test_news_of_another_cluster_change_nothing_in_the_table(shown: Desk) -> None:
    with recorded(shown.window.policies.table) as told:
        shown.says("stage", snapshot_of([policy("other")]))
    assert told == []


def test_the_search_filters_while_it_is_typed_and_escape_clears_it(shown: Desk) -> None:
    panel = shown.window.policies
    panel.view.select({("default", "deny-all")})
    QTest.keyClick(shown.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert shown.window.focusWidget() is panel.search
    QTest.keyClicks(panel.search, "role=db")
    assert names(shown) == ["access-demo1"]
    QTest.keyClicks(panel.search, " nothing")
    assert panel.stack.currentWidget() is panel.empty
    assert "No policy matches “role=db nothing”" in panel.empty.text
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert len(names(shown)) == 3


def test_what_was_selected_is_selected_again_after_a_search(shown: Desk) -> None:
    panel = shown.window.policies
    panel.view.select({("default", "deny-all"), ("default", "access-demo1")})
    panel.search.setText("de")
    panel.search.setText("")
    assert [row.name for row in panel.view.selected_rows()] == ["access-demo1", "deny-all"]


def test_a_click_on_a_heading_sorts(shown: Desk) -> None:
    header = shown.window.policies.view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(Column.PODS) + 10, header.height() // 2)
    for _ in range(2):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert names(shown) == ["deny-all", "access-demo1", "web"]


def test_the_summary_says_what_the_policy_means(shown: Desk) -> None:
    shown.window.policies.view.select({("default", "access-demo1")})
    assert shown.window.policies.details.summary.text == (
        "Applies to 3 pods with role=db in default.\n"
        "\n"
        "Inbound: only what is listed.\n"
        "    •  Pods with role=frontend in default may connect to TCP 6379.\n"
        "\n"
        "Outbound: not restricted by this policy."
    )


def test_the_pods_tab_lists_the_pods_selected(shown: Desk) -> None:
    details = shown.window.policies.details
    shown.window.policies.view.select({("default", "access-demo1")})
    assert details.tabText(Tab.PODS).replace("&", "") == "Pods (3)"
    details.setCurrentIndex(Tab.PODS)
    shown.bot.waitUntil(lambda: details.pods.content.pods.rowCount() == 3)
    assert table_text(details.pods.content.pods, 3) == ["db-0 |  | Running", "db-1 |  | Running", "db-2 |  | Running"]
    shown.window.policies.view.select({("web", "web")})
    shown.bot.waitUntil(lambda: details.pods.note == "The policy selects no pod at present.")


def test_the_yaml_tab_shows_what_kubectl_would_show(shown: Desk) -> None:
    details = shown.window.policies.details
    details.setCurrentIndex(Tab.YAML)
    shown.window.policies.view.select({("default", "access-demo1")})
    shown.bot.waitUntil(lambda: "podSelector" in details.yaml.content.text())
    assert details.yaml.content.text().startswith("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n")


def test_the_findings_tab_tells_what_was_found(desk: Desk) -> None:
    finding = Finding("advice.selects-nothing", Severity.WARNING, ("spec",), {"namespace": "default"})
    desk.choose("prod")
    desk.says("prod", snapshot_of([policy("a", findings=(finding,)), policy("b")]))
    details = desk.window.policies.details
    desk.window.policies.view.select({("default", "a")})
    details.setCurrentIndex(Tab.FINDINGS)
    assert details.tabText(Tab.FINDINGS).replace("&", "") == "Findings (1)"
    assert details.findings.note == ""
    desk.window.policies.view.select({("default", "b")})
    assert details.findings.note == "Nothing was found about this policy."


def test_a_policy_that_cannot_be_read_is_a_row_that_says_why(desk: Desk) -> None:
    finding = Finding("codec.wrong-type", Severity.ERROR, ("spec",), {"field": "spec"})
    stored = replace(policy("odd"), policy=None, findings=(finding,))
    desk.choose("prod")
    desk.says("prod", snapshot_of([stored]))
    desk.window.policies.view.select({("default", "odd")})
    assert desk.window.policies.details.summary.text.startswith("This policy cannot be read:")
    desk.window.policies.details.setCurrentIndex(Tab.PODS)
    assert desk.window.policies.details.pods.note == "Not known: the policy cannot be read."


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SessionState(), "prod has not been opened"),
        (SessionState(connection=Connection.CONNECTING), "Synchronizing…"),
        (SessionState(connection=Connection.FORBIDDEN), "Not permitted to list policies"),
        (SessionState(connection=Connection.OFFLINE, error=Unreachable("connect.refused")), "Offline"),
        (SessionState(connection=Connection.ERROR, error=Unreachable("connect.refused")), "The policies are not known"),
        (SessionState(connection=Connection.LIVE), "The policies are not known"),
    ],
)
def test_what_is_not_known_is_never_shown_as_none(desk: Desk, state: SessionState, words: str) -> None:
    desk.choose("prod")
    desk.says("prod", state, Snapshot())
    assert desk.window.policies.stack.currentWidget() is desk.window.policies.empty
    assert words in desk.window.policies.empty.text
    assert "No policies here yet" not in desk.window.policies.empty.text


def test_a_cluster_in_trouble_leads_to_what_is_known_of_its_connection(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", SessionState(connection=Connection.OFFLINE, error=Unreachable("connect.refused")), Snapshot())
    desk.window.policies.empty.details.click()
    desk.bot.waitUntil(lambda: len(desk.window.findChildren(ConnectionDetails)) == 1)
    desk.window.findChildren(ConnectionDetails)[0].close()
    desk.says("prod", snapshot_of(namespaces=["default"]))
    assert not desk.window.policies.empty.details.isVisible()


def test_what_is_not_tried_again_is_not_told_to_be(desk: Desk) -> None:
    desk.choose("prod")
    failed = ServerError("api.server-error", status=503, message="")
    tried = SessionState(connection=Connection.OFFLINE, error=failed, next_try=NOON)
    for state, words in ((tried, "tried again by itself"), (replace(tried, next_try=None), "Try again in a while")):
        desk.says("prod", state, Snapshot())
        assert words in desk.window.policies.empty.text
        assert words in desk.window.policies.headline._state.toolTip()


def test_an_empty_cluster_says_what_that_means_and_offers_to_create_one(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", snapshot_of(namespaces=["default"]))
    assert desk.window.policies.empty.text == "No policies here yet\nPods accept all traffic."


def test_a_namespace_that_was_not_named_is_not_known_rather_than_empty(desk: Desk) -> None:
    partial = Snapshot().covering(Kind.NETWORK_POLICY, Coverage.PARTIAL, frozenset({"mine"}))
    partial = replace(partial, namespaces=snapshot_of(namespaces=["mine", "other"]).namespaces)
    desk.choose("prod")
    desk.says("prod", partial)
    desk.choose("prod", "other")
    assert "The policies of other are not known" in desk.window.policies.empty.text
    desk.choose("prod", "mine")
    assert "No policies here yet" in desk.window.policies.empty.text


def test_a_picture_that_was_never_complete_says_so_and_why(shown: Desk) -> None:
    snapshot = shown.session("prod").snapshot
    lost = live(
        snapshot, connection=Connection.STALE, last_sync=None, error=Unreachable("unreachable.timeout", host="h")
    )
    shown.says("prod", lost)
    assert shown.window.policies.notices.sentence.startswith("Only a part of this cluster could be read")


def test_an_old_picture_says_of_when_it_is_and_why(shown: Desk) -> None:
    snapshot = shown.session("prod").snapshot
    before = NOON - timedelta(hours=1)
    stale = live(
        snapshot, connection=Connection.STALE, since=before, last_sync=before, error=Unreachable("connect.refused")
    )
    shown.says("prod", stale)
    assert shown.window.policies.notices.sentence == "Shown as of 11:00:00: the cluster is not connected."
    assert len(names(shown)) == 3
    shown.says("prod", live(snapshot))
    assert shown.window.policies.notices.sentence == ""


def test_files_that_cannot_be_read_are_named_above_the_table(shown: Desk) -> None:
    snapshot = shown.session("prod").snapshot
    broken = Finding("yaml.duplicate-key", Severity.ERROR, (), {"key": "a", "first_line": 2}, Place(4, 1, 4, 2))
    files = tuple((f"team/{number}.yaml", (broken,)) for number in range(5))
    shown.says("prod", live(snapshot, problems=files))
    notices = shown.window.policies.notices
    assert notices.sentence.startswith("5 files of the folder cannot be read as they stand")
    assert "team/0.yaml, line 4: " in notices.accessibleName()
    assert "And 2 more files." in notices.accessibleName()


def test_pods_that_may_not_be_listed_are_told_above_the_table(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", snapshot_of([policy("a")]).covering(Kind.POD, Coverage.FORBIDDEN))
    assert "not permitted to list pods" in desk.window.policies.notices.sentence
    assert table_text(desk.window.policies.table, Column.PODS + 1)[0].endswith("| ?")


def test_a_cluster_whose_certificate_is_not_verified_warns_as_long_as_it_is_shown(desk: Desk) -> None:
    desk.choose("stage")
    assert "not verified" in desk.window.policies.insecure.sentence
    desk.says("stage", snapshot_of([policy("a")]))
    assert "not verified" in desk.window.policies.insecure.sentence
    desk.choose("prod")
    assert desk.window.policies.insecure.sentence == ""


def test_commands_on_rows_say_why_they_are_off(shown: Desk) -> None:
    action = shown.window.actions_[Command.EDIT_YAML]
    assert "Select a policy first." in action.toolTip()
    shown.window.policies.view.selectAll()
    assert "Select one policy only." in action.toolTip()
    assert shown.window.actions_[Command.DELETE].isEnabled()
    shown.window.policies.view.select({("web", "web")})
    assert action.isEnabled()
    shown.choose("broken")
    assert "This cluster cannot be used." in shown.window.actions_[Command.CREATE].toolTip()


def test_the_names_of_the_selected_policies_are_copied(shown: Desk) -> None:
    shown.window.policies.view.select({("web", "web"), ("default", "deny-all")})
    shown.window.policies.view.setFocus()
    QTest.keyClick(shown.window.policies.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "deny-all\nweb"


def test_the_dots_of_a_row_open_its_menu(shown: Desk) -> None:
    view = shown.window.policies.view
    place = view.visualRect(shown.window.policies.table.index(1, Column.OPERATION)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    menu = shown.window.policy_commands.row_menu
    assert menu.isVisible()
    texts = [action.text().replace("&", "") for action in menu.actions() if not action.isSeparator()]
    assert texts == ["Edit YAML", "Update", "Duplicate", "Export…", "Why?…", "Connections", "Copy Name", "Delete"]
    assert [row.name for row in view.selected_rows()] == ["deny-all"]
    menu.close()


def test_the_ages_go_on_while_nothing_else_happens(shown: Desk) -> None:
    with recorded(shown.window.policies.table) as told:
        shown.window.policies.refresh_times()
    assert told == ["change 0-2"]


def test_the_details_can_be_hidden_and_come_back(shown: Desk) -> None:
    panel = shown.window.policies
    panel.show_details(False)
    assert not panel.details.isVisible()
    panel.show_details(True)
    assert panel.details.isVisible()


BACKUP = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: backup
  namespace: default
spec:
  podSelector: {}   # all of them
  policyTypes: [Egress]
"""


def test_a_fix_opens_the_editor_with_the_change_made_and_nothing_applied(desk: Desk) -> None:
    desk.choose("prod")
    spec = {"podSelector": {}, "policyTypes": ["Egress"]}
    stored = policy("backup", spec=spec)
    assert stored.policy is not None
    snapshot = snapshot_of([stored], DBS, ["default"])
    (dns,) = advise(stored.policy, DEFAULT, Sight(snapshot))
    stored = replace(stored, findings=(dns,))
    desk.says("prod", snapshot_of([stored], DBS, ["default"]))
    gateway = desk.session("prod").gateway
    gateway.documents = {("default", "backup"): PolicyDocument("default", "backup", {}, BACKUP, "7", "uid")}
    details = desk.window.policies.details
    desk.window.policies.view.select({("default", "backup")})
    details.setCurrentIndex(Tab.FINDINGS)
    findings = details.findings.content
    assert findings.findings.index(0, FIX).data() == "Allow DNS…"
    assert "RFC 1035" in findings.findings.index(0, SENTENCE).data()
    findings.setFocus()
    findings.setCurrentIndex(findings.findings.index(0, FIX))
    QTest.keyClick(findings, Qt.Key.Key_Return)
    windows = desk.window.findChildren
    desk.bot.waitUntil(lambda: any("port: 53" in each.page.pane.edit.text() for each in windows(PolicyWindow)))
    (dialog,) = windows(PolicyWindow)
    assert "# all of them" in dialog.page.pane.edit.text()
    assert dialog.page.banner.sentence == "Allow DNS: changed in the text below. Nothing is applied yet."
    assert gateway.sent == []
    dialog.keeper.remove()
    dialog.done(0)


def test_a_fix_of_what_is_no_longer_found_is_told(desk: Desk) -> None:
    desk.choose("prod")
    gone = Finding("advice.dns-cut-off", Severity.WARNING, ("spec", "egress"), fix=Fix("fix.allow-dns", ()))
    stored = replace(policy("backup"), findings=(gone,))
    desk.says("prod", snapshot_of([stored], DBS, ["default"]))
    text = BACKUP.replace("Egress", "Ingress")
    document = PolicyDocument("default", "backup", {}, text, "7", "uid")
    desk.session("prod").gateway.documents = {("default", "backup"): document}
    desk.window.policies.view.select({("default", "backup")})
    desk.window.policies.fix_wanted.emit(gone)
    windows = desk.window.findChildren
    desk.bot.waitUntil(lambda: any("no longer found" in each.page.banner.sentence for each in windows(PolicyWindow)))
    assert windows(PolicyWindow)[0].page.pane.edit.text() == text
    windows(PolicyWindow)[0].done(0)


def test_notes_do_not_count_among_the_findings_of_a_policy(desk: Desk) -> None:
    desk.choose("prod")
    note = Finding("advice.namespace-empty", Severity.INFO, (), {"namespace": "default"})
    desk.says("prod", snapshot_of([replace(policy("p"), findings=(note,))], (), ["default"]))
    desk.window.policies.view.select({("default", "p")})
    details = desk.window.policies.details
    assert desk.window.policies.table.index(0, Column.FINDINGS).data() == ""
    assert "(" not in details.tabText(Tab.FINDINGS)
    details.setCurrentIndex(Tab.FINDINGS)
    assert details.findings.content.findings.rowCount() == 1


def test_what_is_true_of_a_whole_cluster_is_told_once_when_it_is_asked_for(shown: Desk) -> None:
    panel = shown.window.policies
    assert panel.headline.notes.text() == "1 note"
    assert panel.notes.sentence == ""
    panel.headline.notes.click()
    assert "cluster IP" in panel.notes.sentence
    panel.headline.notes.click()
    assert panel.notes.sentence == ""


def test_that_a_plug_in_may_not_enforce_policies_is_told_unasked(shown: Desk) -> None:
    panel = shown.window.policies
    shown.session("prod").profile = PROFILES["flannel"]
    panel.show_choice(panel.choice, panel.session)
    assert "does not enforce" in panel.notices.sentence
