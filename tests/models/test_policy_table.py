"""The policy table shows what is there, sorts and filters it, and follows the cluster row by row."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop.policy.findings import Finding, Severity
from desktop.policy.objects import LabelSelector
from desktop.policy.owner import Owner, Tool
from desktop.ui.policies.table_model import Column, PolicyTable
from tests.helpers.fake_sessions import NOON, row
from tests.helpers.models import recorded, table_text

ALL_BUT_OPERATION = int(Column.OPERATION)


@pytest.fixture
def table(qtbot: QtBot) -> Iterator[PolicyTable]:
    model = PolicyTable(lambda: NOON)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield model
    tester.deleteLater()


def names(table: PolicyTable) -> list[str]:
    return table_text(table, 1)


def test_each_column_says_its_part(table: PolicyTable) -> None:
    finding = Finding("advice.selects-nothing", Severity.WARNING, (), {"namespace": "shop"})
    table.replace(
        [
            row(
                "access-demo1",
                "shop",
                selector=LabelSelector((("role", "db"),)),
                pods=3,
                owner=Owner(Tool.ARGO_CD, "shop"),
                findings=(finding, finding),
            ),
            row("deny-all", "shop", ingress=0, egress=0, pods=None, created=None),
            row("odd", "web", readable=False, ingress=None, pods=None),
        ]
    )
    assert table_text(table, ALL_BUT_OPERATION) == [
        "access-demo1 | shop | role=db | 1 rule | not restricted | 3 | 2 | Argo CD: shop | 3d",
        "deny-all | shop | every pod | nothing | nothing | ? |  |  | ",
        "odd | web | cannot be read |  |  | ? |  |  | 3d",
    ]


def test_a_question_mark_is_explained_where_pods_may_not_be_listed(table: PolicyTable) -> None:
    table.replace([row("a", pods=None)])
    assert "not permitted to list pods" in table.index(0, Column.PODS).data(Qt.ItemDataRole.ToolTipRole)


def test_findings_are_told_in_the_tooltip_and_signed_by_the_worst(table: PolicyTable) -> None:
    info = Finding("advice.selects-nothing", Severity.INFO, (), {"namespace": "default"})
    error = Finding("advice.selects-host-network", Severity.ERROR)
    table.replace([row("a", findings=(info, error)), row("b", findings=(info,)), row("c")])
    cells = [table.index(at, Column.FINDINGS) for at in range(3)]
    tips = [cell.data(Qt.ItemDataRole.ToolTipRole) for cell in cells]
    icons = [cell.data(Qt.ItemDataRole.DecorationRole) for cell in cells]
    assert "host network" in tips[0]
    assert [cell.data() for cell in cells] == ["1", "", ""]  # notes do not count
    assert "No pod in default" in tips[0]
    assert icons[0] is not None
    assert icons[1] is None
    assert icons[2] is None


def test_the_search_takes_every_word_in_any_case_from_name_namespace_selector_and_owner(table: PolicyTable) -> None:
    table.replace(
        [
            row("allow-web", "shop", selector=LabelSelector((("app", "web"),))),
            row("allow-db", "shop", owner=Owner(Tool.HELM, "Redis")),
            row("other", "web"),
        ]
    )
    for search, expected in {
        "": ["allow-db", "allow-web", "other"],
        "ALLOW shop": ["allow-db", "allow-web"],
        "app=web": ["allow-web"],
        "web": ["allow-web", "other"],
        "helm redis": ["allow-db"],
        "shop/allow": ["allow-db", "allow-web"],
        "nothing": [],
    }.items():
        table.set_filter("", search)
        assert names(table) == expected, search


def test_a_namespace_leaves_only_its_policies_whatever_the_search(table: PolicyTable) -> None:
    table.replace([row("a", "x"), row("b", "y"), row("c", "y")])
    table.set_filter("y", "b")
    assert names(table) == ["b"]
    assert table.total == 2


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column.NAME, "a b c"),
        (Column.NAMESPACE, "c a b"),
        (Column.APPLIES_TO, "b a c"),
        (Column.INBOUND, "c b a"),
        (Column.PODS, "b c a"),
        (Column.FINDINGS, "c a b"),
        (Column.AGE, "b a c"),
    ],
)
def test_each_column_sorts_by_what_it_means(table: PolicyTable, column: Column, expected: str) -> None:
    warning, error = (Finding("advice.selects-nothing", each) for each in (Severity.WARNING, Severity.ERROR))
    table.replace(
        [
            row("a", "m", selector=LabelSelector((("b", "1"),)), ingress=None, pods=10, findings=(warning,) * 9),
            row("b", "n", selector=LabelSelector((("a", "1"),)), ingress=10, pods=None, created=NOON),
            row("c", "l", ingress=2, pods=9, findings=(error,), created=NOON - timedelta(days=400)),
        ]
    )
    table.sort(column)
    assert " ".join(names(table)) == expected
    table.sort(column, Qt.SortOrder.DescendingOrder)
    assert " ".join(names(table)) == expected[::-1]


def test_sorting_keeps_track_of_the_rows_that_a_view_holds_on_to(table: PolicyTable) -> None:
    table.replace([row("a", pods=1), row("b", pods=0)])
    held = QPersistentModelIndex(table.index(0, 0))
    with recorded(table) as told:
        table.sort(Column.PODS)
    assert (held.row(), held.data(), told) == (1, "a", ["layout"])


def test_a_changed_policy_changes_its_row_alone(table: PolicyTable) -> None:
    table.replace([row("a"), row("b"), row("c")])
    with recorded(table) as told:
        table.update([row("b", ingress=2)], [])
    assert told == ["change 1-1"]
    assert table.index(1, Column.INBOUND).data() == "2 rules"


def test_new_policies_are_inserted_where_they_belong(table: PolicyTable) -> None:
    table.replace([row("b"), row("e")])
    with recorded(table) as told:
        table.update([row("d"), row("a"), row("c"), row("f")], [])
    assert names(table) == list("abcdef")
    assert told == ["insert 0-0", "insert 2-3", "insert 5-5"]


def test_new_policies_are_inserted_where_they_belong_in_a_falling_order(table: PolicyTable) -> None:
    table.sort(Column.NAME, Qt.SortOrder.DescendingOrder)
    table.replace([row("b"), row("e")])
    with recorded(table) as told:
        table.update([row("d"), row("a"), row("c"), row("f")], [])
    assert names(table) == list("fedcba")
    assert told == ["insert 0-0", "insert 2-3", "insert 5-5"]


def test_policies_that_are_gone_are_removed_run_by_run(table: PolicyTable) -> None:
    table.replace([row(name) for name in "abcdef"])
    with recorded(table) as told:
        table.update([], [("default", name) for name in "abe"] + [("default", "never-there")])
    assert names(table) == ["c", "d", "f"]
    assert told == ["remove 4-4", "remove 0-1"]


def test_a_change_of_what_the_table_is_sorted_by_moves_the_row(table: PolicyTable) -> None:
    table.replace([row("a", pods=1), row("b", pods=2), row("c", pods=3)])
    table.sort(Column.PODS)
    held = QPersistentModelIndex(table.index(0, 0))
    with recorded(table) as told:
        table.update([row("a", pods=9)], [])
    assert names(table) == ["b", "c", "a"]
    assert held.row() == 2
    assert "reset" not in told


def test_a_change_that_meets_or_leaves_the_search_brings_or_takes_the_row(table: PolicyTable) -> None:
    web, db = LabelSelector((("app", "web"),)), LabelSelector((("app", "db"),))
    table.replace([row("a", selector=web), row("b", selector=db), row("c", selector=web)])
    table.set_filter("", "app=web")
    with recorded(table) as told:
        table.update([row("a", selector=db), row("b", selector=web), row("d", selector=db)], [])
    assert names(table) == ["b", "c"]
    assert told == ["remove 0-0", "insert 0-0"]
    table.set_filter("", "")
    assert names(table) == ["a", "b", "c", "d"]


def test_rows_are_found_by_their_keys(table: PolicyTable) -> None:
    table.replace([row("a"), row("b"), row("c")])
    assert table.rows_of({("default", "c"), ("default", "a"), ("default", "x")}) == [0, 2]
    assert table.row_at(table.index(1, 0)).name == "b"
    assert table.rowCount(table.index(0, 0)) == 0
    assert table.data(QModelIndex()) is None


def test_names_from_outside_are_shown_as_text_with_unseen_characters_written_out(table: PolicyTable) -> None:
    table.replace([row("<img src='file:///x'>\u202egpj")])
    cell = table.index(0, Column.NAME)
    assert cell.data() == "<img src='file:///x'>\\u202egpj"
    assert "&lt;img" in cell.data(Qt.ItemDataRole.ToolTipRole)
