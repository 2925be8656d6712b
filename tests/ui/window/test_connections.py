"""The connections of a cluster: seen, searched and explained, with the mouse or with the keyboard alone."""

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.cluster.gateway import PolicyDocument
from desktop.policy.tiers import parse_tiered
from desktop.reach.objects import Coverage, Kind, TieredObject
from desktop.reach.snapshot import Gone, Put
from desktop.ui.connections.panel import ConnectionsPanel
from desktop.ui.connections.rule_window import RuleWindow
from desktop.ui.editor.policy_window import PolicyWindow
from tests.helpers.fake_sessions import snapshot_of
from tests.helpers.many_workloads import many_workloads
from tests.ui.window.conftest import Desk

WEB, API = "team-01/web (Deployment)", "team-01/api (Deployment)"
TEXT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: api
  namespace: team-01
spec:
  podSelector:
    matchLabels: {app: api}
  ingress:
    - from:
        - podSelector:
            matchLabels: {app: web}
"""


@pytest.fixture
def panel(desk: Desk) -> ConnectionsPanel:
    """Show the connections of twenty workloads in two namespaces."""
    desk.choose("prod")
    desk.says("prod", many_workloads(20))
    desk.window.views.setCurrentIndex(1)
    panel = desk.window.views.connections
    desk.bot.waitUntil(lambda: panel.shown is not None)
    return panel


def names(panel: ConnectionsPanel) -> list[str]:
    return [
        str(panel.model.headerData(line, Qt.Orientation.Vertical)).strip() for line in range(panel.model.rowCount())
    ]


def go(panel: ConnectionsPanel, row: str, column: str) -> None:
    """Move to a cell by the names of its lines, the namespace first."""
    grid = panel.model.grid
    assert grid is not None
    lines = {str(grid.end(line) or grid.lines[line].group): line for line in range(len(grid.lines))}
    panel.view.setCurrentIndex(panel.model.index(lines[row], lines[column]))


def answer(desk: Desk, panel: ConnectionsPanel, *words: str) -> list[str]:
    """Wait until the answer holds some words, and return its links."""

    def says_so() -> bool:
        texts = [str(child.property("text")) for child in panel.why.findChildren(QWidget) if child.property("text")]
        return all(any(word in text for text in texts) for word in words)

    desk.bot.waitUntil(says_so)
    return [link.text() for link in panel.why.page.links] if panel.why.page else []


def test_a_cell_tells_why_and_its_rule_opens_the_policy_at_its_line(desk: Desk, panel: ConnectionsPanel) -> None:
    document = PolicyDocument("team-01", "api", {}, TEXT, "7", "uid")
    desk.session("prod").gateway.documents = {("team-01", "api"): document}
    go(panel, WEB, API)
    links = answer(desk, panel, "TCP 8080: allowed")
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    link = QApplication.focusWidget()
    assert link is not None
    assert link.property("text") == links[0] == "api, inbound rule 1, admits it."
    QTest.keyClick(link, Qt.Key.Key_Return)
    dialogs = desk.window.findChildren
    desk.bot.waitUntil(lambda: any(d.page.pane.edit.place()[0] == 10 for d in dialogs(PolicyWindow)))
    dialogs(PolicyWindow)[0].close()


@pytest.mark.parametrize("still_there", [True, False])
def test_a_cluster_wide_rule_opens_its_policy_at_its_line_to_read(
    desk: Desk, panel: ConnectionsPanel, still_there: bool
) -> None:
    rules: list[dict[str, object]] = [{"action": action, "from": [{"namespaces": {}}]} for action in ("Pass", "Deny")]
    spec = {"priority": 5, "subject": {"namespaces": {}}, "ingress": rules}
    value = {"apiVersion": "policy.networking.k8s.io/v1alpha1", "metadata": {"name": "guard", "uid": "u"}, "spec": spec}
    value["kind"] = "AdminNetworkPolicy"
    guard = TieredObject(
        Kind.ADMIN_NETWORK_POLICY, parse_tiered("AdminNetworkPolicy", value), json.dumps(value).encode()
    )
    desk.says("prod", desk.session("prod").snapshot.apply([Put(guard)]))
    go(panel, WEB, API)
    links = answer(desk, panel, "leaves it to what comes after")
    assert links[0] == "AdminNetworkPolicy guard, inbound rule 1, leaves it to what comes after."
    assert panel.why.page is not None
    link = panel.why.page.links[0]
    if not still_there:
        desk.session("prod").snapshot = many_workloads(20)
    link.setFocus()
    QTest.keyClick(link, Qt.Key.Key_Return)
    (window,) = desk.window.findChildren(RuleWindow)
    if still_there:
        desk.bot.waitUntil(lambda: window.edit.place()[0] > 1)
        assert window.edit.line(window.edit.place()[0]) == "  - from:"
        assert "uid" not in window.edit.text()
        assert window.edit.isReadOnly()
        window.close()
    else:
        desk.bot.waitUntil(lambda: bool(desk.said))
        assert "AdminNetworkPolicy guard" in desk.said[0].sentence
        desk.said.clear()


def test_find_unfolds_a_namespace_and_goes_to_the_workload(desk: Desk, panel: ConnectionsPanel) -> None:
    go(panel, "team-01", "team-00")
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_Minus)
    desk.bot.waitUntil(lambda: "▸ team-01" in names(panel))
    QTest.keyClick(desk.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert panel.tools.search.hasFocus()
    QTest.keyClicks(panel.tools.search, "team-01/db")
    desk.bot.waitUntil(lambda: "▾ team-01" in names(panel))
    desk.bot.waitUntil(lambda: names(panel)[panel.view.currentIndex().row()] == "db")
    assert panel.view.currentIndex().row() > names(panel).index("▾ team-01")


def test_plus_and_minus_fold_the_namespace_of_the_row_then_of_the_column(desk: Desk, panel: ConnectionsPanel) -> None:
    go(panel, WEB, "team-00/db (Deployment)")
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_Minus)
    desk.bot.waitUntil(lambda: "▸ team-01" in names(panel))
    assert names(panel)[panel.view.currentIndex().row()] == "▸ team-01"
    assert names(panel)[panel.view.currentIndex().column()] == "db"
    QTest.keyClick(panel.view, Qt.Key.Key_Minus)
    desk.bot.waitUntil(lambda: "▸ team-00" in names(panel))
    QTest.keyClick(panel.view, Qt.Key.Key_Plus)
    desk.bot.waitUntil(lambda: "▾ team-01" in names(panel))


def test_a_port_looked_at_is_the_one_explained(desk: Desk, panel: ConnectionsPanel) -> None:
    go(panel, WEB, API)
    QTest.keyClicks(panel.tools.ports.port, "9")
    answer(desk, panel, "TCP 9, UDP 9, SCTP 9: not allowed")
    QTest.keyClicks(panel.tools.ports.port, "x")
    assert panel.tools.ports.port.text() == "9"


@pytest.mark.parametrize(
    ("coverage", "namespaces", "said"),
    [
        (Coverage.PARTIAL, {"team-00"}, "Only pods in team-00 are known: those of other namespaces are missing here."),
        (Coverage.FORBIDDEN, set(), "You are not permitted to list pods: nothing is known of their connections."),
        (Coverage.UNKNOWN, set(), "The pods of this cluster are not listed yet: synchronize it."),
    ],
)
def test_pods_that_may_not_be_listed_are_said_to_be_missing(
    desk: Desk, panel: ConnectionsPanel, coverage: Coverage, namespaces: set[str], said: str
) -> None:
    snapshot = desk.session("prod").snapshot
    desk.says("prod", snapshot.covering(Kind.POD, coverage, frozenset(namespaces)))
    desk.bot.waitUntil(lambda: said in panel.caveats.sentence)


def test_a_cluster_without_pods_says_so(desk: Desk, panel: ConnectionsPanel) -> None:
    desk.says("prod", snapshot_of(namespaces=["team-00"]))
    desk.bot.waitUntil(lambda: not panel.view.isVisible())


def test_two_ends_and_a_port_can_be_typed_an_address_too(desk: Desk, panel: ConnectionsPanel) -> None:
    for field, text in ((panel.why.source, "192.0.2.1"), (panel.why.destination, "team-01/db-0")):
        field.setFocus()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
    answer(desk, panel, "192.0.2.1", "None of the inbound rules of db, default-deny, jobs and metrics admits it.")
    QTest.mouseClick(panel.why.swap, Qt.MouseButton.LeftButton)
    answer(desk, panel, "every port: allowed")


def test_what_is_no_end_is_said(desk: Desk, panel: ConnectionsPanel) -> None:
    panel.why.ask("team-01/nobody", "team-01/db-0")
    answer(desk, panel, "There is no workload, pod or address called “team-01/nobody”.")
    assert not desk.said


def test_where_nothing_admits_the_policies_can_be_opened_and_escape_goes_back(
    desk: Desk, panel: ConnectionsPanel
) -> None:
    go(panel, "team-01/mail (Deployment)", API)
    assert answer(desk, panel, "every port: not allowed") == ["Open api", "Open default-deny", "Open metrics"]
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert not panel.view.hasFocus()
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    assert panel.view.hasFocus()


def test_one_end_tells_the_policies_that_select_it(desk: Desk, panel: ConnectionsPanel) -> None:
    panel.why.source.setFocus()
    QTest.keyClicks(panel.why.source, "team-01/worker-0")
    QTest.keyClick(panel.why.source, Qt.Key.Key_Return)
    links = answer(desk, panel, "Restricted inbound by", "Restricted outbound by")
    assert links == ["default-deny", "metrics", "outbound"]


def test_names_are_offered_for_the_ends(desk: Desk, panel: ConnectionsPanel) -> None:
    panel.why.source.setFocus()
    QTest.keyClicks(panel.why.source, "team-01/d")
    completer = panel.why.source.completer()
    desk.bot.waitUntil(lambda: completer.completionCount() == 3)
    offered = [completer.completionModel().index(row, 0).data() for row in range(3)]
    assert offered == ["team-01/db (Deployment)", "team-01/db-0", "team-01/db-1"]
    panel.why.source.clear()


def test_the_menu_of_a_cell_narrows_the_view_to_its_workloads(desk: Desk, panel: ConnectionsPanel) -> None:
    go(panel, WEB, API)
    panel.view.menu_asked.emit(panel.view.currentIndex().row(), panel.view.currentIndex().column(), QPoint())
    menu = QApplication.activePopupWidget()
    assert menu is not None
    next(action for action in menu.actions() if action.text() == "&Only These Workloads").trigger()
    menu.close()
    desk.bot.waitUntil(lambda: names(panel) == ["▸ team-00", "▾ team-01", "api", "web", "▸ Outside the cluster"])
    assert "team-01/web (Deployment)" in panel.narrowed.sentence


def test_a_click_on_a_name_tells_all_of_a_workload_and_on_a_namespace_folds_it(
    desk: Desk, panel: ConnectionsPanel
) -> None:
    header = panel.view.verticalHeader()

    def click(name: str) -> None:
        at = header.sectionViewportPosition(names(panel).index(name)) + 5
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, at))

    click("api")
    assert answer(desk, panel, "team-00/api (Deployment)", "May connect to")[:3] == ["api", "default-deny", "metrics"]
    click("▾ team-00")
    desk.bot.waitUntil(lambda: "▸ team-00" in names(panel))


def test_a_changed_cluster_changes_cells_and_leaves_the_place(desk: Desk, panel: ConnectionsPanel) -> None:
    go(panel, WEB, API)
    answer(desk, panel, "TCP 8080: allowed")
    before = panel.view.currentIndex()
    desk.says("prod", desk.session("prod").snapshot.apply([Gone(Kind.NETWORK_POLICY, "team-01", "api")]))
    answer(desk, panel, "None of the inbound rules of default-deny and metrics admits it.")
    assert panel.view.currentIndex() == before
    assert panel.model.data(before) == "·"
