"""The coverage tables say how many pods policies protect, and by which policies, in words."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.policy.objects import Direction
from desktop.reach.protection import Protection, protected
from desktop.ui.coverage import namespaces, workloads
from desktop.ui.coverage.namespaces import NamespaceTable
from desktop.ui.coverage.workloads import WorkloadTable
from desktop.wording.coverage import summary
from tests.helpers.models import recorded, table_text
from tests.helpers.scenes import scene
from tests.unit.reach.test_protection import CLUSTER

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def row(namespace: str, inbound: int, pods: int = 4, *, known: bool = True, hosts: int = 0) -> Protection:
    return Protection(namespace, pods, hosts, {Direction.INGRESS: inbound, Direction.EGRESS: 0}, known)


ROWS = (row("a", 1), row("b", 4, hosts=1), row("c", 2, known=False), row("d", 0, pods=0))


def test_namespaces_show_their_figures_and_nothing_of_what_is_not_known() -> None:
    table = NamespaceTable()
    QAbstractItemModelTester(table, FATAL)
    table.show(ROWS)
    assert table_text(table, len(namespaces.Column)) == [
        "a | 4 | 1 of 4 | 0 of 4 | ",
        "b | 5 | 4 of 4 | 0 of 4 | 1",
        "c | 4 | not known | not known | ",
        "d | 0 | no pods | no pods | ",
    ]
    cells = [table.index(line, namespaces.Column.INBOUND) for line in range(4)]
    assert [table.data(cell, namespaces.SHARE_ROLE) for cell in cells] == [0.25, 1.0, None, None]
    assert "may not list" in str(table.data(cells[2], Qt.ItemDataRole.ToolTipRole))


def test_the_least_protected_sort_first_and_the_unknown_before_them() -> None:
    table = NamespaceTable()
    table.show((ROWS[2], ROWS[0], ROWS[1], ROWS[3]))
    keys = [table.data(table.index(line, namespaces.Column.INBOUND), namespaces.SORT_ROLE) for line in range(4)]
    assert keys == [-1.0, 0.25, 1.0, 2.0]


def test_other_figures_change_rows_and_other_namespaces_reset() -> None:
    table = NamespaceTable()
    QAbstractItemModelTester(table, FATAL)
    with recorded(table) as told:
        table.show(ROWS)
        table.show(ROWS)
        table.show((row("a", 2), *ROWS[1:]))
        table.show(ROWS[:2])
    assert told == ["reset", "change 0-3", "reset"]


def test_workloads_name_their_policies_or_say_that_there_is_none() -> None:
    table = WorkloadTable()
    QAbstractItemModelTester(table, FATAL)
    rows = protected(scene(CLUSTER), ["shop", "tools"])
    table.show(rows, frozenset({"tools"}))
    assert table_text(table, len(workloads.Column)) == [
        "shop | agent (Pod) | 1 | host network: no policy applies | host network: no policy applies",
        "shop | db (Deployment) | 1 | also-db, db | not protected",
        "shop | web (Deployment) | 1 | not protected | not protected",
        "shop | web (Deployment) | 1 | not protected | canary",
        "tools | job (Pod) | 1 | not known | not known",
    ]


def test_the_summary_counts_only_what_is_known() -> None:
    assert summary(ROWS) == (
        "Policies restrict inbound traffic of 5 and outbound traffic of 0 of 8 pods. "
        "1 namespace does not count: its pods or policies are not all known."
    )
