"""What a change of policies, or another cluster, does to the connections: which open, which close, which change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from desktop.policy.netset import Span
from desktop.reach.engine import compute, policies_of, tiered_policies_of
from desktop.reach.matrix import Column, Matrix
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot

Ports = Mapping[str, tuple[Span, ...]]
"""Ports by protocol."""


class Change(Enum):
    """What became of the connections of a pair; spelt as np-guard's tools do."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair whose connections differ: the ports before and after."""

    source: Column
    destination: Column
    before: Ports
    after: Ports

    @property
    def change(self) -> Change:
        """What became of the pair."""
        if not self.before:
            return Change.ADDED
        return Change.CHANGED if self.after else Change.REMOVED


def matrices(before: Snapshot, after: Snapshot, settings: Settings) -> tuple[Matrix, Matrix]:
    """Return the connections of two clusters, outside addresses cut alike in both."""
    one, other = (
        Matrix(snapshot, compute(snapshot, settings, (*policies_of(beside), *tiered_policies_of(beside))))
        for snapshot, beside in ((before, after), (after, before))
    )
    return one, other


def compare(before: Matrix, after: Matrix) -> Iterator[Difference]:
    """Yield the pairs whose certain connections differ; pairs of a workload with itself are left out.

    The matrices come from ``matrices``: their ranges are the same.
    """
    rows_before = {column: row for row, column in enumerate(before.columns)}
    rows_after = {column: row for row, column in enumerate(after.columns)}
    for source in {**rows_before, **rows_after}:
        old, new = _row(before, rows_before.get(source)), _row(after, rows_after.get(source))
        for destination in {**old, **new}:
            was, becomes = old.get(destination, {}), new.get(destination, {})
            if was != becomes and source != destination:
                yield Difference(source, destination, was, becomes)


def _row(matrix: Matrix, row: int | None) -> dict[Column, Ports]:
    if row is None:
        return {}
    spans: dict[int, Ports] = {}
    found: dict[Column, Ports] = {}
    outside = row >= len(matrix.workloads)
    for column, cell in matrix.cells(row).items():
        if cell.certain and not (outside and column >= len(matrix.workloads)):
            if cell.certain not in spans:
                spans[cell.certain] = matrix.reach.ports.spans(cell.certain)
            found[matrix.columns[column]] = spans[cell.certain]
    return found
