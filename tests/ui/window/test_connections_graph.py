"""The graph of the connections: found, walked through and explained, with the mouse or with the keyboard alone."""

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from desktop.policy.objects import NetworkPolicy, Peer, Port, Rule
from desktop.reach.snapshot import Put
from desktop.reach.workloads import WorkloadRef
from desktop.ui.connections.graph_items import EdgeItem, SpotItem
from desktop.ui.connections.panel import ConnectionsPanel
from tests.helpers.clusters import stored
from tests.helpers.many_workloads import app, many_workloads
from tests.ui.window.conftest import Desk
from tests.ui.window.test_connections import answer

CTRL = Qt.KeyboardModifier.ControlModifier
WEB, API = (WorkloadRef("team-01", name, "Deployment") for name in ("web", "api"))


@pytest.fixture
def panel(desk: Desk) -> ConnectionsPanel:
    """Show the graph of twenty workloads in two namespaces."""
    desk.choose("prod")
    desk.says("prod", many_workloads(20))
    desk.window.views.setCurrentIndex(1)
    panel = desk.window.views.connections
    desk.bot.waitUntil(lambda: panel.shown is not None)
    QTest.mouseClick(panel.tools.graph, Qt.MouseButton.LeftButton)
    desk.bot.waitUntil(lambda: panel.graph.isVisible() and panel.graph.drawing is not None)
    return panel


def items(panel: ConnectionsPanel, kind: type) -> list:  # type: ignore[type-arg]
    return [item for item in panel.graph.scene().items() if isinstance(item, kind)]


def click(panel: ConnectionsPanel, at: QPoint) -> None:
    QTest.mouseClick(panel.graph.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def test_typing_finds_a_workload_and_tells_all_about_it(desk: Desk, panel: ConnectionsPanel) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(panel.tools.search, "team-01/api")
    assert panel.graph.current == API
    links = answer(desk, panel, "Restricted inbound by", "No policy restricts it outbound")
    assert links[:3] == ["api", "default-deny", "metrics"]
    assert "◐ team-01/db (Deployment)" in links


def test_a_click_on_a_spot_makes_it_current_and_fades_the_rest(desk: Desk, panel: ConnectionsPanel) -> None:
    spot = next(item for item in items(panel, SpotItem) if item.spot.place == API)
    click(panel, panel.graph.mapFromScene(spot.area.center()))
    answer(desk, panel, "team-01/api (Deployment)")
    faint = {item.spot.place for item in items(panel, SpotItem) if item.opacity() < 1}
    assert WorkloadRef("team-01", "mail", "Deployment") in faint
    assert WEB not in faint
    QTest.keyClick(panel.graph, Qt.Key.Key_Escape)
    assert panel.graph.current is None
    assert all(item.opacity() == 1 for item in items(panel, SpotItem))


def test_a_click_on_a_line_of_two_workloads_tells_why(desk: Desk, panel: ConnectionsPanel) -> None:
    line = next(item for item in items(panel, EdgeItem) if (item.edge.source, item.edge.target) == (WEB, API))
    points = [panel.graph.mapFromScene(line.way.pointAtPercent(share / 20)) for share in range(1, 20)]
    click(panel, next(point for point in points if panel.graph.itemAt(point) is line))
    answer(desk, panel, "TCP 8080: allowed")
    assert panel.why.source.text() == "team-01/web (Deployment)"


def test_arrows_walk_from_spot_to_spot_and_enter_goes_to_what_is_told(desk: Desk, panel: ConnectionsPanel) -> None:
    panel.graph.setFocus()
    panel.graph.go_to(API)
    QTest.keyClick(panel.graph, Qt.Key.Key_Down)
    assert panel.graph.current == WorkloadRef("team-01", "cache", "Deployment")
    QTest.keyClick(panel.graph, Qt.Key.Key_Up)
    answer(desk, panel, "team-01/api (Deployment)")
    QTest.keyClick(panel.graph, Qt.Key.Key_Return)
    link = QApplication.focusWidget()
    assert link is not None
    assert link.property("text") == "api"


def test_a_link_of_what_is_told_leads_to_why(desk: Desk, panel: ConnectionsPanel) -> None:
    panel.graph.go_to(API)
    answer(desk, panel, "May be reached by")
    assert panel.why.page is not None
    link = next(each for each in panel.why.page.links if each.text() == "◐ team-01/web (Deployment)")
    link.setFocus()
    QTest.keyClick(link, Qt.Key.Key_Space)
    answer(desk, panel, "TCP 8080: allowed")


def test_plus_and_minus_fold_a_namespace_and_ctrl_zooms(desk: Desk, panel: ConnectionsPanel) -> None:
    panel.graph.setFocus()
    panel.graph.go_to(API)
    QTest.keyClick(panel.graph, Qt.Key.Key_Minus)
    desk.bot.waitUntil(lambda: panel.graph.current == "team-01")
    QTest.keyClick(panel.graph, Qt.Key.Key_Plus)
    desk.bot.waitUntil(lambda: panel.graph.current == API)
    before = panel.graph.transform().m11()
    QTest.keyClick(panel.graph, Qt.Key.Key_Plus, CTRL)
    assert panel.graph.transform().m11() > before
    QTest.keyClick(panel.graph, Qt.Key.Key_0, CTRL)
    whole = panel.graph.mapFromScene(panel.graph.sceneRect()).boundingRect()
    assert panel.graph.viewport().rect().adjusted(-2, -2, 2, 2).contains(whole)


def test_what_no_policy_restricts_is_drawn_on_demand(desk: Desk, panel: ConnectionsPanel) -> None:
    desk.says("prod", many_workloads(30))
    desk.bot.waitUntil(lambda: panel.graph.drawing is not None and len(panel.graph.drawing.graph.boxes) == 3)
    assert panel.graph.drawing is not None
    before = len(panel.graph.drawing.graph.edges)
    panel.graph_tools.free.click()
    desk.bot.waitUntil(lambda: panel.graph.drawing is not None and len(panel.graph.drawing.graph.edges) > before)


def test_a_change_that_changes_no_line_leaves_the_drawing_and_says_the_new_ports(
    desk: Desk, panel: ConnectionsPanel
) -> None:
    before = items(panel, EdgeItem)
    snapshot = desk.session("prod").snapshot
    other = NetworkPolicy("team-01", "api", app("api"), ingress=(Rule((Peer(app("web")),), (Port("TCP", 8081),)),))
    desk.says("prod", snapshot.apply([Put(stored(other))]))
    desk.bot.waitUntil(lambda: any("TCP 8081" in item.toolTip() for item in items(panel, EdgeItem)))
    assert items(panel, EdgeItem) == before


def test_two_hundred_workloads_are_drawn_one_by_one_and_more_start_folded(desk: Desk, panel: ConnectionsPanel) -> None:
    desk.says("prod", many_workloads(200))
    desk.bot.waitUntil(lambda: panel.shown is not None and len(panel.shown.grid.groups) == 21)
    desk.choose("stage")
    desk.choose("prod")
    desk.bot.waitUntil(lambda: len([each for each in items(panel, SpotItem) if not each.spot.is_folded]) == 200)
    desk.says("prod", many_workloads(210))
    desk.choose("stage")
    desk.choose("prod")
    desk.bot.waitUntil(lambda: [each.spot.is_folded for each in items(panel, SpotItem)] == [True] * 22)


def test_what_is_found_is_seen_and_what_half_its_name_found_folds_again(desk: Desk, panel: ConnectionsPanel) -> None:
    desk.says("prod", many_workloads(300))
    desk.choose("stage")
    desk.choose("prod")
    desk.bot.waitUntil(lambda: len(items(panel, SpotItem)) == 31)
    panel.tools.search.setFocus()
    QTest.keyClicks(panel.tools.search, "team-17/db")
    desk.bot.waitUntil(lambda: str(panel.graph.current) == "team-17/db (Deployment)")
    answer(desk, panel, "team-17/db (Deployment)")
    opened = {each.spot.group for each in items(panel, SpotItem) if not each.spot.is_folded}
    assert opened == {"team-17"}
    panel.graph.resize(panel.graph.width() - 100, panel.graph.height() - 40)
    (found,) = (each for each in items(panel, SpotItem) if str(each.spot.place) == "team-17/db (Deployment)")
    at = panel.graph.mapFromScene(found.sceneBoundingRect().center())
    assert panel.graph.viewport().rect().contains(at)


def test_too_much_to_draw_is_said(desk: Desk, panel: ConnectionsPanel) -> None:
    desk.says("prod", many_workloads(510, 1))
    desk.bot.waitUntil(lambda: panel.shown is not None and len(panel.shown.grid.groups) == 52)
    panel._fold_all(frozenset())
    desk.bot.waitUntil(lambda: not panel.graph.isVisible())
    assert not panel.view.isVisible()


@pytest.mark.parametrize("graph", [True, False], ids=["graph", "matrix"])
def test_what_is_shown_is_saved_as_a_picture_and_as_a_drawing(
    desk: Desk, panel: ConnectionsPanel, tmp_path: Path, graph: bool
) -> None:
    (panel.tools.graph if graph else panel.tools.matrix).click()
    desk.bot.waitUntil(lambda: panel.graph.isVisible() is graph)
    save(desk, panel, tmp_path / "connections.png")
    picture = QImage(str(tmp_path / "connections.png"))
    assert picture.width() > 800
    assert len({picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}) > 3
    save(desk, panel, tmp_path / "connections.svg")
    text = (tmp_path / "connections.svg").read_bytes()
    assert QSvgRenderer(QByteArray(text)).isValid()
    assert b">api<" in text or b"api" in text


def test_what_is_shown_is_saved_as_a_table_with_a_line_for_every_cell(
    desk: Desk, panel: ConnectionsPanel, tmp_path: Path
) -> None:
    save(desk, panel, tmp_path / "connections.csv")
    heading, *rows = list(csv.reader((tmp_path / "connections.csv").read_text().splitlines()))
    assert heading == ["source", "destination", "verdict", "open", "open for some pods only", "undecidable"]
    assert ["team-01/web (Deployment)", "team-01/api (Deployment)", "partly", "TCP 8080", "", ""] in rows
    assert ["team-01/mail (Deployment)", "team-01/api (Deployment)", "closed", "", "", ""] in rows
    lines = {row[0] for row in rows}
    assert {(row[0], row[1]) for row in rows} >= {(one, two) for one in lines for two in lines if "/" in one != two}


def test_a_picture_that_cannot_be_made_is_told(
    desk: Desk, panel: ConnectionsPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QImage, "save", lambda *_: False)
    for button in (panel.tools.graph, panel.tools.matrix):
        button.click()
        desk.bot.waitUntil(lambda: panel.graph.isVisible() is panel.tools.graph.isChecked())
        save(desk, panel, tmp_path / "connections.png")
        assert ["cannot be made" in message.sentence for message in desk.said] == [True]
    assert not list(tmp_path.glob("*connections*"))


def test_a_matrix_too_large_for_a_picture_says_what_to_do(desk: Desk, panel: ConnectionsPanel, tmp_path: Path) -> None:
    panel.tools.matrix.click()
    desk.says("prod", many_workloads(410, 1))
    panel._fold_all(frozenset())
    desk.bot.waitUntil(lambda: panel.shown is not None and len(panel.shown.grid.lines) > 410)
    save(desk, panel, tmp_path / "connections.svg")
    assert "(at most 400): fold namespaces, or save a table." in desk.said[0].sentence


def test_a_file_that_cannot_be_written_is_told(desk: Desk, panel: ConnectionsPanel, tmp_path: Path) -> None:
    save(desk, panel, tmp_path / "nowhere" / "connections.csv")
    assert [message.sentence for message in desk.said] == [
        f"{tmp_path / 'nowhere' / 'connections.csv'} cannot be written: No such file or directory."
    ]


def save(desk: Desk, panel: ConnectionsPanel, path: Path) -> None:
    """Save what is shown, and wait until that is told."""
    desk.said.clear()
    panel.tools.export.click()
    dialog = panel.findChildren(QFileDialog)[-1]
    assert dialog.selectedFiles()[0].endswith("prod-connections.png")
    dialog.fileSelected.emit(str(path))
    dialog.close()
    desk.bot.waitUntil(lambda: bool(desk.said))
