"""However the cluster, the search and the order change, the table shows exactly what is there."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.session.state import PolicyRow
from desktop.ui.policies.table_model import Column, PolicyTable
from tests.helpers.fake_sessions import NOON, row

_rows = st.builds(
    lambda name, namespace, pods: row(name, namespace, pods=pods),
    st.sampled_from("abcdefg"),
    st.sampled_from("xy"),
    st.one_of(st.none(), st.integers(0, 3)),
)
_keys = st.tuples(st.sampled_from("xy"), st.sampled_from("abcdefg"))
_steps = st.one_of(
    st.tuples(
        st.just("update"), st.lists(_rows, max_size=5, unique_by=lambda each: each.key), st.lists(_keys, max_size=4)
    ),
    st.tuples(st.just("filter"), st.sampled_from(["", "x", "y"]), st.sampled_from(["", "a", "b x", "/c"])),
    st.tuples(
        st.just("sort"), st.sampled_from([Column.NAME, Column.NAMESPACE, Column.PODS]), st.sampled_from(Qt.SortOrder)
    ),
)


def _expected(
    rows: dict[Any, PolicyRow], namespace: str, search: str, column: Column, order: Qt.SortOrder
) -> list[Any]:
    left = [
        each
        for each in rows.values()
        if (not namespace or each.namespace == namespace)
        and all(word in f"{each.namespace}/{each.name}" for word in search.split())
    ]
    keys = {
        Column.NAME: lambda each: (each.name, each.namespace),
        Column.NAMESPACE: lambda each: each.key,
        Column.PODS: lambda each: (-1 if each.pods is None else each.pods, each.key),
    }
    left.sort(key=keys[column], reverse=order is Qt.SortOrder.DescendingOrder)
    return [(each.key, each.pods) for each in left]


@pytest.mark.usefixtures("qapp")
@settings(max_examples=150, deadline=None)
@given(st.lists(_steps, max_size=12))
def test_the_table_equals_the_rows_filtered_and_sorted_afresh(steps: list[Any]) -> None:
    table = PolicyTable(lambda: NOON)
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows: dict[Any, PolicyRow] = {}
    shown: tuple[Any, ...] = ("", "", Column.NAME, Qt.SortOrder.AscendingOrder)
    for what, first, second in steps:
        if what == "update":
            removed = [key for key in second if key not in {each.key for each in first}]
            table.update(first, removed)
            rows = {key: each for key, each in rows.items() if key not in removed} | {each.key: each for each in first}
        elif what == "filter":
            table.set_filter(first, second)
            shown = (first, second, *shown[2:])
        else:
            table.sort(first, second)
            shown = (*shown[:2], first, second)
        cells = [table.row_at(table.index(at, 0)) for at in range(table.rowCount())]
        assert [(each.key, each.pods) for each in cells] == _expected(rows, *shown)
    tester.deleteLater()
