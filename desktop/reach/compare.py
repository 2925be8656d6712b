"""What a change of policies, or another cluster, does to the connections: which open, which close, which change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from desktop.policy.netset import Span, Spans
from desktop.reach.columns import Column
from desktop.reach.engine import policies_of, tiered_policies_of
from desktop.reach.matrix import Cell, Matrix
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing
from desktop.reach.workloads import WorkloadRef

Ports = Mapping[str, tuple[Span, ...]]
"""Ports by protocol."""


class Change(Enum):
    """What became of the connections of a pair; the first three are spelt as np-guard's tools do."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNCERTAIN = "uncertain"  # only what is undecidable, or for which of the pods it holds


@dataclass(frozen=True, slots=True)
class Open:
    """The ports between two ends, as in ``matrix.Cell``."""

    certain: Ports
    undecidable: Ports
    partly: Ports

    def __hash__(self) -> int:
        return hash(tuple(frozenset(ports.items()) for ports in (self.certain, self.undecidable, self.partly)))


CLOSED = Open({}, {}, {})


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair whose connections differ: what was open, and what is."""

    source: Column
    destination: Column
    before: Open
    after: Open

    @property
    def change(self) -> Change:
        """What became of the pair."""
        before, after = self.before.certain, self.after.certain
        if before == after:
            return Change.UNCERTAIN
        if not before:
            return Change.ADDED
        return Change.CHANGED if after else Change.REMOVED

    @property
    def opens(self) -> Ports:
        """The ports that are open now, or perhaps, and were less so: not, or perhaps, or for fewer pods."""
        return rising(self.before, self.after)

    @property
    def closes(self) -> Ports:
        """The ports that were open, or perhaps, and are less so: not, or perhaps, or for fewer pods."""
        return rising(self.after, self.before)


def rising(low: Open, high: Open) -> Ports:
    """Return the ports that come higher in ``high``: nothing < undecidable < open for some pods < open for all."""
    found: dict[str, tuple[Span, ...]] = {}
    for protocol in {**high.certain, **high.undecidable}:
        risen = Spans()
        for less, more in zip(_levels(low, protocol), _levels(high, protocol), strict=True):
            risen |= more - less
        if risen:
            found[protocol] = risen.spans
    return found


def _levels(pair: Open, protocol: str) -> tuple[Spans, Spans, Spans]:
    """The ports that are at least undecidable, at least open for some pods, open for all."""
    certain, undecidable, partly = (
        Spans(ports.get(protocol, ())) for ports in (pair.certain, pair.undecidable, pair.partly)
    )
    return certain | undecidable, certain, certain - partly


def matrices(before: Snapshot, after: Snapshot, settings: Settings) -> tuple[Matrix, Matrix]:
    """Return the connections of two clusters, outside addresses cut alike in both."""
    one, other = (
        Standing.of(snapshot, settings, (*policies_of(beside), *tiered_policies_of(beside))).matrix
        for snapshot, beside in ((before, after), (after, before))
    )
    return one, other


def compare(before: Matrix, after: Matrix) -> Iterator[Difference]:
    """Yield the pairs whose connections differ; none of a workload with itself, nor of addresses with addresses.

    The matrices come from ``matrices``: their ranges are the same.
    """
    opened = Opened(before), Opened(after)
    for source in {**before.columns.position, **after.columns.position}:
        lines = []
        for matrix in (before, after):
            row = matrix.columns.position.get(source)
            lines.append({} if row is None else _line(matrix, row))
        yield from differing(source, lines[0], lines[1], opened)


def _line(matrix: Matrix, row: int) -> Mapping[Column, Cell]:
    return {matrix.columns.all[column]: cell for column, cell in matrix.cells(row).items()}


def differing(
    source: Column, old: Mapping[Column, Cell], new: Mapping[Column, Cell], opened: "tuple[Opened, Opened]"
) -> Iterator[Difference]:
    """Yield what differs between two lines of cells by destination."""
    for destination in {**old, **new}:
        if source == destination or not (isinstance(source, WorkloadRef) or isinstance(destination, WorkloadRef)):
            continue
        before = opened[0].of(old.get(destination))
        after = opened[1].of(new.get(destination))
        if before != after:
            yield Difference(source, destination, before, after)


class Opened:
    """Cells of a matrix as ports; few different cells come up, very often."""

    def __init__(self, matrix: Matrix) -> None:
        self._spans = matrix.reach.ports.spans
        self._known: dict[Cell, Open] = {}

    def of(self, cell: Cell | None) -> Open:
        """Return the ports of a cell; None: an empty one."""
        if cell is None:
            return CLOSED
        found = self._known.get(cell)
        if found is None:
            found = self._known[cell] = Open(*map(self._spans, (cell.certain, cell.undecidable, cell.partly)))
        return found
