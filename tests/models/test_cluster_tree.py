"""The tree shows projects, clusters and namespaces as they stand, and changes row by row."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from desktop.cluster.gateway import ServerVersion
from desktop.cluster.impersonation import Impersonation
from desktop.errors import ConfigError, Unreachable
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Snapshot
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.state import Connection, Progress, SessionState
from desktop.ui.clusters.tree_model import ClusterTree, Column, Level, NodeKey
from tests.helpers.fake_sessions import NOON, live, policy, snapshot_of
from tests.helpers.models import recorded, tree_text

PROD = ClusterEntry("context:prod", Source.CONTEXT, "prod", "Shop", context="prod", file="/kube", server="https://p")
STAGE = ClusterEntry("context:stage", Source.CONTEXT, "stage", "Shop", context="stage", file="/kube")
LAB = ClusterEntry("context:lab", Source.CONTEXT, "lab", context="lab", file="/kube")
SAMPLE = ClusterEntry("sample", Source.SAMPLE, "sample", path="/data/sample")
ENTRIES = (PROD, STAGE, LAB, SAMPLE)


@pytest.fixture
def tree(qtbot: QtBot) -> Iterator[ClusterTree]:
    model = ClusterTree(lambda: NOON)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield model
    tester.deleteLater()


def cell(
    tree: ClusterTree, entry: ClusterEntry, column: Column, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole
) -> str:
    index = tree.index_of(NodeKey(Level.CLUSTER, entry.id))
    return str(index.siblingAtColumn(column).data(role))


class Painter(QStyledItemDelegate):
    """Asks as a view does that paints."""

    def text(self, tree: ClusterTree, key: NodeKey, column: Column) -> str:
        option = QStyleOptionViewItem()
        self.initStyleOption(option, tree.index_of(key).siblingAtColumn(column))
        return option.text


def test_clusters_stand_under_their_projects_and_those_without_come_last(tree: ClusterTree) -> None:
    tree.show(ENTRIES, ["Empty", "Shop"])
    assert tree_text(tree) == ["Empty", "Shop", "  prod", "  stage", "No project", "  lab", "  sample"]


def test_a_project_leaves_only_its_clusters(tree: ClusterTree) -> None:
    tree.show(ENTRIES, ["Shop"], only="Shop")
    assert tree_text(tree) == ["Shop", "  prod", "  stage"]
    tree.show(ENTRIES, ["Shop"], only="")
    assert tree_text(tree) == ["No project", "  lab", "  sample"]
    assert [entry.id for entry in tree.clusters()] == ["context:lab", "sample"]


def test_before_it_is_opened_a_cluster_says_so_and_nothing_more(tree: ClusterTree) -> None:
    tree.show(ENTRIES, [])
    assert tree_text(tree, len(Column))[1] == "  prod | Not opened"


def test_a_live_cluster_shows_version_policies_last_sync_and_namespaces(tree: ClusterTree) -> None:
    tree.show([PROD], [])
    snapshot = snapshot_of([policy("a"), policy("b"), policy("c", "web")], namespaces=["default", "kube-system", "web"])
    state = live(snapshot, version=ServerVersion(1, 31, "v1.31.4"), last_sync=NOON - timedelta(minutes=5))
    tree.update(PROD.id, state, snapshot)
    assert tree_text(tree, len(Column)) == [
        "Shop",
        "  prod | Live | 1.31 | 3 | 5m",
        "    default |  |  | 2",
        "    kube-system |  |  | 0",
        "    web |  |  | 1",
    ]
    tip = cell(tree, PROD, Column.LAST_SYNC, Qt.ItemDataRole.ToolTipRole)
    assert "Synchronized 11:55:00 (5 minutes ago)" in tip
    assert "v1.31.4" in tip


def test_what_may_not_be_listed_is_never_shown_as_none(tree: ClusterTree) -> None:
    tree.show([replace(PROD, namespaces=("mine", "other"))], [])
    snapshot = (
        Snapshot()
        .covering(Kind.NETWORK_POLICY, Coverage.PARTIAL, frozenset({"mine"}))
        .covering(Kind.POD, Coverage.FORBIDDEN)
    )
    tree.update(PROD.id, live(snapshot), snapshot)
    assert tree_text(tree, len(Column))[2:] == ["    mine |  |  | ?", "    other |  |  | ?"]
    forbidden = SessionState(connection=Connection.FORBIDDEN, coverage={Kind.NETWORK_POLICY: Coverage.FORBIDDEN})
    tree.update(PROD.id, forbidden, Snapshot())
    assert cell(tree, PROD, Column.POLICIES) == "?"


def test_a_namespace_that_was_listed_and_holds_no_policy_shows_none(tree: ClusterTree) -> None:
    tree.show([replace(PROD, namespaces=("mine",))], [])
    snapshot = snapshot_of(namespaces=["mine"])
    tree.update(PROD.id, live(snapshot), snapshot)
    assert tree_text(tree, len(Column))[2] == "    mine |  |  | 0"


def test_a_broken_entry_is_a_row_with_its_error(tree: ClusterTree) -> None:
    error = ConfigError("kubeconfig.no-such-context", name="lab")
    tree.show([replace(LAB, error=error), PROD], [])
    assert cell(tree, LAB, Column.STATE) == "Error"
    assert "lab" in cell(tree, LAB, Column.STATE, Qt.ItemDataRole.ToolTipRole)
    assert cell(tree, PROD, Column.STATE) == "Not opened"


def test_whom_the_user_of_a_cluster_acts_as_is_in_its_tooltip(tree: ClusterTree) -> None:
    tree.show([replace(PROD, acting_as=Impersonation("alice"))], [])
    assert "Acting as alice" in cell(tree, PROD, Column.NAME, Qt.ItemDataRole.ToolTipRole)


def test_the_files_and_the_program_that_a_cluster_names_are_in_its_tooltip(tree: ClusterTree) -> None:
    tree.show([replace(PROD, reads=("/pki/ca.pem",), runs="./<b>login")], [])
    tip = cell(tree, PROD, Column.NAME, Qt.ItemDataRole.ToolTipRole)
    assert "Reads /pki/ca.pem" in tip
    assert "Signs in with the program ./&lt;b&gt;login" in tip


def test_the_error_of_a_cluster_that_cannot_be_reached_is_in_its_tooltip(tree: ClusterTree) -> None:
    tree.show([PROD], [])
    state = SessionState(connection=Connection.OFFLINE, error=Unreachable("connect.refused", host="p", port=443))
    tree.update(PROD.id, state, Snapshot())
    assert cell(tree, PROD, Column.STATE) == "Offline"
    assert "https://p" in cell(tree, PROD, Column.NAME, Qt.ItemDataRole.ToolTipRole)


def test_each_state_has_a_word_and_a_shape_of_its_own(tree: ClusterTree) -> None:
    tree.show([PROD], [])
    words, shapes = set(), set()
    for connection in Connection:
        tree.update(PROD.id, SessionState(connection=connection), Snapshot())
        words.add(cell(tree, PROD, Column.STATE))
        index = tree.index_of(NodeKey(Level.CLUSTER, PROD.id))
        image = index.data(Qt.ItemDataRole.DecorationRole).pixmap(16, 16).toImage()
        shapes.add(bytes(image.convertToFormat(image.Format.Format_Alpha8).constBits()))
    assert len(words) == len(Connection)
    assert len(shapes) == len(Connection) - 1  # connecting and synchronizing share a shape; their words differ


def test_news_of_a_cluster_change_its_rows_alone(tree: ClusterTree) -> None:
    tree.show(ENTRIES, [])
    one, two = snapshot_of(namespaces=["a", "c"]), snapshot_of([policy("p", "b")], namespaces=["b", "c"])
    tree.update(PROD.id, live(one), one)
    held = QPersistentModelIndex(tree.index_of(NodeKey(Level.NAMESPACE, "c", PROD.id)))
    with recorded(tree) as told:
        tree.update(PROD.id, live(two), two)
    assert told == ["change 0-0", "remove 0-0", "insert 0-0", "change 0-1"]
    assert held.data() == "c"


def test_how_far_a_synchronization_is_changes_no_row(tree: ClusterTree) -> None:
    tree.show(ENTRIES, [])
    state = SessionState(connection=Connection.SYNCHRONIZING, progress=Progress(1, 2))
    tree.update(PROD.id, state, Snapshot())
    with recorded(tree) as changes:
        tree.update(PROD.id, replace(state, progress=Progress(2, 2)), Snapshot())
    assert changes == []


def test_a_renamed_cluster_moves_and_keeps_what_is_below_it(tree: ClusterTree) -> None:
    tree.show(ENTRIES, [])
    snapshot = snapshot_of(namespaces=["a"])
    tree.update(PROD.id, live(snapshot), snapshot)
    held = QPersistentModelIndex(tree.index_of(NodeKey(Level.NAMESPACE, "a", PROD.id)))
    with recorded(tree) as told:
        tree.show([replace(PROD, title="zebra"), *ENTRIES[1:]], [])
    assert tree_text(tree)[:4] == ["Shop", "  stage", "  zebra", "    a"]
    assert "reset" not in told
    assert held.isValid()


def test_a_cluster_that_moves_to_another_project_is_found_there(tree: ClusterTree) -> None:
    for here, there in (("A", "B"), ("B", "A")):
        tree.show([replace(PROD, project=here)], ["A", "B"])
        tree.show([replace(PROD, project=there)], ["A", "B"])
        index = tree.index_of(NodeKey(Level.CLUSTER, PROD.id))
        assert index.parent().data() == there
        assert tree.entry_at(index) == replace(PROD, project=there)


def test_a_removed_cluster_takes_its_rows_along(tree: ClusterTree) -> None:
    tree.show(ENTRIES, [])
    snapshot = snapshot_of(namespaces=["a", "b"])
    tree.update(PROD.id, live(snapshot), snapshot)
    tree.show([STAGE], [])
    assert tree_text(tree) == ["Shop", "  stage"]
    assert not tree.index_of(NodeKey(Level.NAMESPACE, "a", PROD.id)).isValid()
    assert tree.key_at(QModelIndex()) is None


def test_titles_from_outside_are_shown_as_text_with_unseen_characters_written_out(tree: ClusterTree) -> None:
    tree.show([replace(PROD, title="<b>\u200bprod", project="\u202eShop")], [])
    assert tree_text(tree) == ["\\u202eShop", "  <b>\\u200bprod"]
    assert "&lt;b&gt;" in cell(tree, PROD, Column.NAME, Qt.ItemDataRole.ToolTipRole)


def test_what_is_painted_follows_what_happens(tree: ClusterTree) -> None:
    painted, prod, namespace = Painter(), NodeKey(Level.CLUSTER, PROD.id), NodeKey(Level.NAMESPACE, "a", PROD.id)
    tree.show(ENTRIES, [])
    assert painted.text(tree, prod, Column.STATE) == "Not opened"
    one = snapshot_of([policy("web", "a")], namespaces=["a"])
    tree.update(PROD.id, live(one), one)
    assert painted.text(tree, prod, Column.STATE) == "Live"
    assert painted.text(tree, namespace, Column.POLICIES) == "1"
    two = snapshot_of([policy("web", "a"), policy("db", "a")], namespaces=["a"])
    tree.update(PROD.id, live(two), two)
    assert [painted.text(tree, key, Column.POLICIES) for key in (prod, namespace)] == ["2", "2"]
    tree.show([replace(PROD, title="shop", project="")], [])
    assert painted.text(tree, prod, Column.NAME) == "shop"
    assert painted.text(tree, NodeKey(Level.PROJECT, ""), Column.NAME) == "No project"


def test_what_is_painted_grows_older(qtbot: QtBot) -> None:
    now = [NOON]
    tree, painted, prod = ClusterTree(lambda: now[0]), Painter(), NodeKey(Level.CLUSTER, PROD.id)
    tree.show(ENTRIES, [])
    tree.update(PROD.id, live(snapshot_of()), snapshot_of())
    young = painted.text(tree, prod, Column.LAST_SYNC)
    now[0] += timedelta(hours=3)
    tree.refresh_times()
    assert painted.text(tree, prod, Column.LAST_SYNC) != young


def test_of_fifty_clusters_painted_again_only_those_are_worked_out_that_have_news(qtbot: QtBot) -> None:
    asked = 0

    def now() -> datetime:
        nonlocal asked
        asked += 1  # by each text that tells a state
        return NOON

    tree, painted = ClusterTree(now), Painter()
    entries = [replace(PROD, id=f"context:{number}", title=f"{number:02}") for number in range(50)]
    tree.show(entries, [])
    for _ in range(3):
        for entry in entries:
            painted.text(tree, NodeKey(Level.CLUSTER, entry.id), Column.STATE)
    assert asked == len(entries)
    tree.update("context:7", SessionState(connection=Connection.CONNECTING), Snapshot())
    for entry in entries:
        painted.text(tree, NodeKey(Level.CLUSTER, entry.id), Column.STATE)
    assert asked == len(entries) + 1
