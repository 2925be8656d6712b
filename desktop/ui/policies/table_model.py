"""The policies of a cluster as a Qt table that is sorted and filtered here, and follows the cluster row by row.

Qt's own sort and filter proxy asks Python about every row at every keystroke and removes scattered rows one by one;
both take far longer than a keystroke may.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal, Slot

from desktop import pauses
from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.session.state import PolicyRow
from desktop.ui.headed_table import NO_INDEX, HeadedTable, Index, Role
from desktop.ui.icons import severity_icon
from desktop.ui.item_views import RolesAsked, answer
from desktop.ui.plain import tooltip
from desktop.wording import findings, policies, times
from desktop.wording.kinds import owner_words
from desktop.wording.plain import plain

Key = tuple[str, str]
ROW_ROLE = Qt.ItemDataRole.UserRole
_SEVEREST = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_TIP_FINDINGS = 10


class Column(IntEnum):
    """The columns, from the left."""

    NAME = 0
    NAMESPACE = 1
    APPLIES_TO = 2
    INBOUND = 3
    OUTBOUND = 4
    PODS = 5
    FINDINGS = 6
    OWNER = 7
    AGE = 8
    OPERATION = 9


class _Line:
    """A policy's place in the table: its row as it is now, and the text it is searched by."""

    __slots__ = ("_text", "key", "row", "shown")

    def __init__(self, row: PolicyRow) -> None:
        self.key = row.key
        self.shown = False
        self.row = row
        self._text = ""

    @property
    def text(self) -> str:
        """The text; it is made when it is first searched, as a big cluster comes all at once."""
        self._text = self._text or _search_text(self.row)
        return self._text

    def change(self, row: PolicyRow) -> None:
        """Take the policy as it is now."""
        if row.selector != self.row.selector or row.owner != self.row.owner:
            self._text = ""
        self.row = row


class PolicyTable(HeadedTable):
    """Shows the policies of one cluster that a namespace and a search leave over."""

    counts_changed = Signal()
    """How many are shown, or how many there are, may have changed."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(_headings(), parent)
        self._now = now
        self._all: dict[Key, _Line] = {}
        self._shown: list[_Line] = []
        self._namespace = ""
        self._words: tuple[str, ...] = ()
        self._column, self._descending = Column.NAME, False

    # What is shown

    @property
    def total(self) -> int:
        """How many policies there are in the namespace shown, whatever the search."""
        return sum(self._in_namespace(line) for line in self._all.values())

    def replace(self, rows: Iterable[PolicyRow]) -> None:
        """Show another cluster's policies."""
        self.beginResetModel()
        with pauses.many_objects():
            self._all = {row.key: _Line(row) for row in rows}
            self._refill()
        self.endResetModel()
        self.counts_changed.emit()

    def set_filter(self, namespace: str, search: str) -> None:
        """Show the policies of a namespace ("": of all) that hold every word of ``search``."""
        words = tuple(search.casefold().split())
        if (namespace, words) == (self._namespace, self._words):
            return
        self.beginResetModel()
        self._namespace, self._words = namespace, words
        self._refill()
        self.endResetModel()
        self.counts_changed.emit()

    def update(self, changed: Iterable[PolicyRow], removed: Iterable[Key]) -> None:
        """Follow the cluster: these policies are new or changed, those are no more."""
        gone = [line for key in removed if (line := self._all.pop(key, None))]
        lines, moved = [], False
        for row in changed:
            line = self._all.get(row.key)
            if line is None:
                line = self._all[row.key] = _Line(row)
            else:
                before = self._order(line)
                line.change(row)
                moved = moved or before != self._order(line)
            lines.append(line)
        accepted = self._accepted(lines)
        kept = set(map(id, accepted))
        self._remove([line for line in (*gone, *lines) if line.shown and id(line) not in kept])
        self._redraw([line for line in accepted if line.shown], moved)
        self._insert([line for line in accepted if not line.shown])
        self.counts_changed.emit()

    def row_at(self, index: Index) -> PolicyRow:
        """Return the policy of a row."""
        return self._shown[index.row()].row

    def rows_of(self, keys: Collection[Key]) -> list[int]:
        """Return where the policies of these keys are shown, from the top."""
        return [at for at, line in enumerate(self._shown) if line.key in keys]

    @Slot()
    def refresh_times(self) -> None:
        """Tell the ages anew."""
        self._changed(0, len(self._shown) - 1)

    # Qt's side

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._shown)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        """Return a column's heading, which stands as its cells do."""
        if role == Role.TextAlignmentRole and orientation is Qt.Orientation.Horizontal:
            return _alignment(section)
        return super().headerData(section, orientation, role)

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """Return what a cell shows."""
        return self._cell(index.row(), index.column(), role) if index.isValid() else None

    def multiData(self, index: Index, span: RolesAsked) -> None:
        """Fill in all that is asked about a cell."""
        row, column = index.row(), index.column()
        answer(span, lambda role: self._cell(row, column, role))

    def _cell(self, at: int, column: int, role: int) -> object:
        row = self._shown[at].row
        if role == Role.DisplayRole:
            return cell_text(row, column, self._now)
        if role == ROW_ROLE:
            return row
        if role == Role.DecorationRole and column == Column.FINDINGS and counted(row):
            return severity_icon(severest(row))
        if role == Role.ToolTipRole:
            return tooltip(*_tip(row, column, self._now))
        if role == Role.TextAlignmentRole:
            return _alignment(column)
        if role == Role.AccessibleTextRole and column == Column.OPERATION:
            return tr("Operations on {name}", name=plain(row.name))
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; what is selected stays selected."""
        if not 0 <= column < Column.OPERATION:
            return
        self._column, self._descending = Column(column), order is Qt.SortOrder.DescendingOrder
        self._reorder()

    # The rows

    def _in_namespace(self, line: _Line) -> bool:
        return not self._namespace or line.row.namespace == self._namespace

    def _accepted(self, lines: Iterable[_Line]) -> list[_Line]:
        left = [line for line in lines if self._in_namespace(line)] if self._namespace else list(lines)
        for word in self._words:
            left = [line for line in left if word in line.text]
        return left

    def _order(self, line: _Line) -> tuple[object, ...]:
        return _SORT_KEYS[self._column](line)

    def _sorted(self, lines: list[_Line]) -> list[_Line]:
        return sorted(lines, key=_SORT_KEYS[self._column], reverse=self._descending)

    def _refill(self) -> None:
        for line in self._shown:
            line.shown = False
        self._shown = self._sorted(self._accepted(self._all.values()))
        for line in self._shown:
            line.shown = True

    def _where(self, lines: Iterable[_Line]) -> list[int]:
        """Return where lines are shown, from the top."""
        wanted = set(map(id, lines))
        return [at for at, line in enumerate(self._shown) if id(line) in wanted] if wanted else []

    def _remove(self, lines: Iterable[_Line]) -> None:
        for first, last in reversed(list(_runs(self._where(lines)))):
            self.beginRemoveRows(QModelIndex(), first, last)
            for line in self._shown[first : last + 1]:
                line.shown = False
            del self._shown[first : last + 1]
            self.endRemoveRows()

    def _redraw(self, lines: Iterable[_Line], moved: bool) -> None:
        """Show what changed in lines that are in the table already, at a new place where they ``moved``."""
        at = self._where(lines)
        if at:
            self._changed(at[0], at[-1])
        if at and moved:
            self._reorder()

    def _insert(self, lines: list[_Line]) -> None:
        """Insert lines where they belong, those that come to stand together at once."""
        placed = [(self._place(line), line) for line in self._sorted(lines)]
        done = 0
        for place, group in itertools.groupby(placed, key=lambda pair: pair[0]):
            new = [line for _, line in group]
            first = place + done
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            for line in new:
                line.shown = True
            self._shown[first:first] = new
            self.endInsertRows()
            done += len(new)

    def _place(self, line: _Line) -> int:
        """Return before which row a line belongs (bisection; the keys are all different)."""
        low, high, key = 0, len(self._shown), self._order(line)
        while low < high:
            middle = (low + high) // 2
            before = self._order(self._shown[middle]) < key
            if before is not self._descending:
                low = middle + 1
            else:
                high = middle
        return low

    def _reorder(self) -> None:
        self.layoutAboutToBeChanged.emit()
        kept = [(index, self._shown[index.row()]) for index in self.persistentIndexList()]
        self._shown = self._sorted(self._shown)
        where = {id(line): row for row, line in enumerate(self._shown)} if kept else {}
        for index, line in kept:
            self.changePersistentIndex(index, self.index(where[id(line)], index.column()))
        self.layoutChanged.emit()

    def _changed(self, first: int, last: int) -> None:
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))


def _search_text(row: PolicyRow) -> str:
    # Made for every policy of a cluster at once: words are asked for only where labels alone do not tell.
    labels = " ".join(map("=".join, row.selector.labels))
    words = policies.selector_words(row.selector) if row.selector.expressions else ""
    return f"{row.namespace}/{row.name} {labels} {words} {_owner_words(row.owner)}".casefold()


_owner_words = lru_cache(maxsize=1024)(owner_words)


def severest(row: PolicyRow) -> Severity:
    """Return the highest severity among a policy's findings, which must not be empty."""
    return min((finding.severity for finding in row.findings), key=_SEVEREST.index)


def counted(row: PolicyRow) -> int:
    """Return how many findings call for something: errors and warnings, not notes."""
    return sum(finding.severity is not Severity.INFO for finding in row.findings)


def cell_text(row: PolicyRow, column: int, now: Callable[[], datetime]) -> str:
    """Return what a cell says."""
    match column:
        case Column.NAME:
            return plain(row.name)
        case Column.NAMESPACE:
            return plain(row.namespace)
        case Column.APPLIES_TO:
            return _applies_to(row)
        case Column.INBOUND:
            return policies.direction_words(row.ingress) if row.readable else ""
        case Column.OUTBOUND:
            return policies.direction_words(row.egress) if row.readable else ""
        case Column.PODS:
            return "?" if row.pods is None else str(row.pods)
        case Column.FINDINGS:
            return str(counted(row) or "")
        case Column.OWNER:
            return owner_words(row.owner)
        case Column.AGE:
            return times.age(row.created, now()) if row.created else ""
        case _:
            return ""


def _applies_to(row: PolicyRow) -> str:
    return policies.selector_words(row.selector) if row.readable else tr("cannot be read")


def _headings() -> Sequence[str]:
    return (
        tr("Name"),
        tr("Namespace"),
        tr("Applies to"),
        tr("Inbound"),
        tr("Outbound"),
        tr("Pods"),
        tr("Findings"),
        tr("Owner"),
        tr("Age"),
        tr("Operation"),
    )


def _tip(row: PolicyRow, column: int, now: Callable[[], datetime]) -> Iterable[str]:
    if column == Column.PODS and row.pods is None:
        yield tr("not permitted to list pods") if row.readable else tr("not known: the policy cannot be read")
    elif column == Column.FINDINGS:
        told = sorted(row.findings, key=lambda finding: _SEVEREST.index(finding.severity))
        yield from (findings.sentence(finding) for finding in told[:_TIP_FINDINGS])
        if len(row.findings) > _TIP_FINDINGS:
            yield "…"
    elif column == Column.AGE and row.created:
        yield times.clock_to_the_second(row.created, now())
    elif column == Column.NAME:
        yield row.name
        yield row.origin
    else:
        yield cell_text(row, column, now)


def _alignment(column: int) -> Qt.AlignmentFlag:
    right = column in {Column.PODS, Column.AGE}
    return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)


def _runs(numbers: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Yield the first and last of each run of consecutive numbers."""
    for _, run in itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]


def _rules(count: int | None) -> tuple[bool, int]:
    return count is None, count or 0


def _findings_order(row: PolicyRow) -> tuple[int, ...]:
    return tuple(-sum(finding.severity is severity for finding in row.findings) for severity in _SEVEREST)


# Each ends with the key, so that no two lines are equal and the order is always the same.
_SORT_KEYS: dict[Column, Callable[[_Line], tuple[object, ...]]] = {
    Column.NAME: lambda line: (line.row.name, line.key),
    Column.NAMESPACE: lambda line: line.key,
    Column.APPLIES_TO: lambda line: (_applies_to(line.row), line.key),
    Column.INBOUND: lambda line: (_rules(line.row.ingress), line.key),
    Column.OUTBOUND: lambda line: (_rules(line.row.egress), line.key),
    Column.PODS: lambda line: (-1 if line.row.pods is None else line.row.pods, line.key),
    Column.FINDINGS: lambda line: (_findings_order(line.row), line.key),
    Column.OWNER: lambda line: (_owner_words(line.row.owner), line.key),
    Column.AGE: lambda line: (-line.row.created.timestamp() if line.row.created else 0.0, line.key),
}
