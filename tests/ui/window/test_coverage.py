"""How far policies protect a cluster is seen at a glance, and leads to the policies and to why."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.reach.objects import Kind
from desktop.reach.snapshot import Gone
from desktop.ui.actions import Command
from desktop.ui.connections.why_window import WhyWindow
from desktop.ui.coverage.panel import CoveragePanel
from desktop.ui.policies.details import Tab
from tests.helpers.many_workloads import many_workloads
from tests.helpers.models import table_text
from tests.ui.window.conftest import Desk


@pytest.fixture
def panel(desk: Desk) -> CoveragePanel:
    """Show the coverage of thirty workloads in three namespaces, of which the third has no policies."""
    desk.choose("prod")
    desk.says("prod", many_workloads(30))
    desk.window.views.setCurrentIndex(2)
    panel = desk.window.views.coverage
    desk.bot.waitUntil(lambda: panel.workloads.rowCount() > 0)
    return panel


def windows(desk: Desk) -> list[WhyWindow]:
    return desk.window.findChildren(WhyWindow)


def test_pods_that_no_policy_protects_are_listed(panel: CoveragePanel) -> None:
    assert table_text(panel.table, 4) == [
        "team-00 | 20 | 20 of 20 | 0 of 20",
        "team-01 | 20 | 20 of 20 | 2 of 20",
        "team-02 | 20 | 0 of 20 | 0 of 20",
    ]
    assert {line.split(" | ")[0] for line in table_text(panel.workloads, 2)} == {"team-02"}


def test_a_namespace_chosen_lists_its_workloads_only(desk: Desk, panel: CoveragePanel) -> None:
    panel.filter.setCurrentIndex(panel.filter.count() - 1)
    panel.view.setFocus()
    panel.view.setCurrentIndex(panel.sorted.index(0, 0))
    QTest.keyClick(panel.view, Qt.Key.Key_Down)
    desk.bot.waitUntil(lambda: {text[:7] for text in table_text(panel.workloads, 1)} == {"team-01"})
    assert "team-01 | worker (Deployment) | 2 | default-deny, metrics | outbound" in table_text(panel.workloads, 5)


def test_the_choice_of_a_namespace_narrows_it_to_that(desk: Desk, panel: CoveragePanel) -> None:
    desk.choose("prod", "team-01")
    desk.bot.waitUntil(lambda: table_text(panel.table, 1) == ["team-01"])


def test_a_changed_cluster_keeps_what_is_selected(desk: Desk, panel: CoveragePanel) -> None:
    panel.view.selectRow(1)
    gone = [Gone(Kind.NETWORK_POLICY, "team-01", name) for name in desk.session("prod").snapshot.policies["team-01"]]
    desk.says("prod", desk.session("prod").snapshot.apply(gone))
    desk.bot.waitUntil(lambda: table_text(panel.table, 3)[1] == "team-01 | 20 | 0 of 20")
    desk.bot.waitUntil(lambda: {text[:7] for text in table_text(panel.workloads, 1)} == {"team-01"})


def test_another_cluster_shows_nothing_of_the_one_before(desk: Desk, panel: CoveragePanel) -> None:
    desk.choose("stage")
    assert panel.table.rowCount() == panel.workloads.rowCount() == 0
    desk.window.views.setCurrentIndex(1)
    connections = desk.window.views.connections
    assert connections.shown is None
    desk.choose("prod")
    desk.bot.waitUntil(lambda: connections.shown is not None)
    desk.choose("stage")
    assert connections.shown is None
    assert connections.model.rowCount() == 0


def test_enter_on_a_workload_asks_why(desk: Desk, panel: CoveragePanel) -> None:
    panel.list.setFocus()
    panel.list.selectRow(0)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    desk.bot.waitUntil(lambda: bool(windows(desk)) and windows(desk)[0].panel.destination.text() != "")
    assert windows(desk)[0].panel.destination.text() == "team-02/api (Deployment)"
    windows(desk)[0].close()


def test_the_menu_of_a_workload_opens_its_policies(desk: Desk, panel: CoveragePanel) -> None:
    opened: list[tuple[str, str]] = []
    panel.policy_chosen.connect(lambda namespace, name: opened.append((namespace, name)))
    panel.filter.setCurrentIndex(panel.filter.count() - 1)
    desk.bot.waitUntil(lambda: panel.workloads.rowCount() == 30)
    panel.list.customContextMenuRequested.emit(panel.list.visualRect(panel.workloads.index(0, 1)).center())
    menu = QApplication.activePopupWidget()
    assert menu is not None
    actions = {action.text(): action for action in menu.actions()}
    actions["Open default-deny"].trigger()
    menu.close()
    desk.bot.waitUntil(lambda: bool(desk.said))  # this test's cluster holds no text of it
    desk.said.clear()
    assert opened == [("team-00", "default-deny")]


def test_why_is_asked_of_a_policy_and_of_a_pod_it_selects(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", many_workloads(20))
    policies = desk.window.policies
    policies.view.select({("team-01", "api")})
    desk.window.actions_[Command.WHY].trigger()
    desk.bot.waitUntil(lambda: bool(windows(desk)) and windows(desk)[0].panel.destination.text() != "")
    assert windows(desk)[0].panel.destination.text() == "team-01/api (Deployment)"
    windows(desk)[0].close()
    desk.bot.waitUntil(lambda: not windows(desk))
    policies.details.setCurrentIndex(Tab.PODS)
    pods = policies.details.pods.content
    desk.bot.waitUntil(pods.isVisible)
    desk.window.activateWindow()
    pods.setFocus()
    desk.bot.waitUntil(pods.hasFocus)
    pods.selectRow(1)
    QTest.keyClick(pods, Qt.Key.Key_Return)
    desk.bot.waitUntil(lambda: bool(windows(desk)) and windows(desk)[0].panel.destination.text() != "")
    assert windows(desk)[0].panel.destination.text() == "team-01/api-1"
    windows(desk)[0].close()


def test_connections_of_a_policy_shows_the_workloads_it_selects(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", many_workloads(20))
    desk.window.policies.view.select({("team-01", "api")})
    desk.window.actions_[Command.CONNECTIONS].trigger()
    panel = desk.window.views.connections
    desk.bot.waitUntil(lambda: panel.model.rowCount() == 4)
    assert panel.narrowed.sentence == "Only the workloads that team-01/api selects are shown one by one."
