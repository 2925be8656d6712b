"""The tree project > cluster > namespace as a Qt model that changes row by row, never by a reset."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QFont

from desktop.language import tr, tr_n
from desktop.reach.kinds import Coverage, Kind
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.state import Connection, SessionState
from desktop.ui.icons import connection_icon
from desktop.ui.item_views import RolesAsked, answer
from desktop.ui.plain import tooltip
from desktop.wording import states, times
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.reach.snapshot import Snapshot

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NO_INDEX = QModelIndex()
_SHOWN_OF_A_SNAPSHOT = ("namespaces", "policies", "coverage", "partial")


class Column(IntEnum):
    """The columns, from the left."""

    NAME = 0
    STATE = 1
    VERSION = 2
    POLICIES = 3
    LAST_SYNC = 4


class Level(IntEnum):
    """The levels of the tree, from the root."""

    PROJECT = 0
    CLUSTER = 1
    NAMESPACE = 2


@dataclass(frozen=True, slots=True)
class NodeKey:
    """What a node stands for: a project by name ("" for none), a cluster by id, a namespace by its cluster and name."""

    level: Level
    name: str
    cluster: str = ""


@dataclass(frozen=True)
class _Known:
    """What is known of a cluster: its state, and each namespace with its number of policies (None: not known)."""

    state: SessionState = field(default_factory=SessionState)
    snapshot: "Snapshot | None" = None
    namespaces: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(eq=False)
class _Node:
    number: int
    key: NodeKey
    parent: "_Node | None"
    children: list["_Node"] = field(default_factory=list)
    cells: dict[int, dict[int, object]] = field(default_factory=dict)  # what was painted, by column and role


_UNKNOWN = _Known()
_CLUSTER_ROLES = frozenset(map(int, (Role.DisplayRole, Role.DecorationRole, Role.ToolTipRole, Role.AccessibleTextRole)))


class ClusterTree(QAbstractItemModel):
    """Shows the entries of the catalog with what their sessions say."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._numbers = itertools.count(1)
        self._root = _Node(0, NodeKey(Level.PROJECT, ""), None)
        self._nodes: dict[int, _Node] = {}
        self._by_key: dict[NodeKey, _Node] = {}
        self._entries: dict[str, ClusterEntry] = {}
        self._known: dict[str, _Known] = {}

    # What is shown

    def show(self, entries: Sequence[ClusterEntry], projects: Iterable[str], only: str | None = None) -> None:
        """Show ``entries`` under their projects, with ``only`` those of that project ("": those of none)."""
        self._entries = {entry.id: entry for entry in entries}
        used = {entry.project for entry in entries}
        names = sorted({*projects, *used} - {""}, key=str.casefold) + ([""] if "" in used else [])
        shown = [name for name in names if only is None or name == only]
        self._arrange(self._root, [NodeKey(Level.PROJECT, name) for name in shown])
        for node in self._root.children:
            members = [entry for entry in entries if entry.project == node.key.name]
            members.sort(key=lambda entry: (entry.title.casefold(), entry.id))
            self._arrange(node, [NodeKey(Level.CLUSTER, entry.id) for entry in members])
            for child in node.children:
                self._show_namespaces(child)
        self._touch(self._root)
        for node in self._root.children:
            self._touch(node)

    def update(self, cluster: str, state: SessionState, snapshot: "Snapshot") -> None:
        """Show what a session says now."""
        before = self._known.get(cluster, _UNKNOWN)
        same = all(getattr(snapshot, name) is getattr(before.snapshot, name, None) for name in _SHOWN_OF_A_SNAPSHOT)
        namespaces = before.namespaces if same else _policies_by_namespace(snapshot)
        self._known[cluster] = _Known(state, snapshot, namespaces)
        if node := self._by_key.get(NodeKey(Level.CLUSTER, cluster)):
            if _looks_of(state) != _looks_of(before.state):
                self._changed([node])
            if namespaces != before.namespaces:
                self._show_namespaces(node)

    @Slot()
    def refresh_times(self) -> None:
        """Tell anew how long ago things were."""
        for project in self._root.children:
            self._touch(project)

    # What is where

    def index_of(self, key: NodeKey) -> QModelIndex:
        """Return the index of a node, invalid where it is not shown."""
        node = self._by_key.get(key)
        return self._index(node) if node else QModelIndex()

    def key_at(self, index: Index) -> NodeKey | None:
        """Return what a row stands for."""
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        return node.key if node else None

    def entry_at(self, index: Index) -> ClusterEntry | None:
        """Return the cluster that a row stands for or belongs to, None for a project."""
        key = self.key_at(index)
        if key is None or key.level is Level.PROJECT:
            return None
        return self._entries.get(key.cluster or key.name)

    def entry(self, cluster: str) -> ClusterEntry | None:
        """Return the cluster of an id, whether its project is shown or not."""
        return self._entries.get(cluster)

    def clusters(self) -> Iterator[ClusterEntry]:
        """Yield the clusters shown, from the top."""
        for project in self._root.children:
            for node in project.children:
                yield self._entries[node.key.name]

    # Qt's side

    def index(self, row: int, column: int, parent: Index = NO_INDEX) -> QModelIndex:
        """Return the index of a place in the tree."""
        above = self._node(parent)
        if above is None or not (0 <= row < len(above.children) and 0 <= column < len(Column)):
            return QModelIndex()
        return self.createIndex(row, column, above.children[row].number)

    def parent(self, child: Index = NO_INDEX) -> QModelIndex:  # type: ignore[override]  # QObject has one without
        """Return the row above in the tree."""
        node = self._node(child)
        above = node.parent if node else None
        return QModelIndex() if above is None or above is self._root else self._index(above)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Return how many rows are below a row."""
        node = self._node(parent)
        return len(node.children) if node and parent.column() <= 0 else 0

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of columns."""
        return len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        """Return a column's heading."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Role.TextAlignmentRole:
            return _alignment(section)
        if role == Role.DisplayRole:
            return [tr("Cluster"), tr("State"), tr("Version"), tr("Policies"), tr("Synced")][section]
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """Return what a cell shows."""
        node = self._node(index)
        if node is None or not index.isValid():
            return None
        if role == Role.TextAlignmentRole:
            return _alignment(index.column())
        if node.key.level is Level.PROJECT:
            return self._project_data(node, index.column(), role)
        if node.key.level is Level.CLUSTER:
            entry = self._entries.get(node.key.name)  # None: it goes, and others before it
            return self._cluster_data(entry, index.column(), role) if entry else None
        return self._namespace_data(node, index.column(), role)

    def multiData(self, index: Index, span: RolesAsked) -> None:
        """Fill in all that is asked about a cell; what was told before is told again until something changes."""
        node = self._node(index)
        told = node.cells.setdefault(index.column(), {}) if node else {}

        def tell(role: int) -> object:
            if role == Role.DecorationRole:  # follows the colours of the system
                return self.data(index, role)
            if role not in told:
                told[role] = self.data(index, role)
            return told[role]

        answer(span, tell)

    # The cells

    def _project_data(self, node: _Node, column: int, role: int) -> object:
        if role == Role.FontRole:
            bold = QFont()
            bold.setBold(True)
            return bold
        if column == Column.NAME and role in {Role.DisplayRole, Role.AccessibleTextRole}:
            return plain(node.key.name) or tr("No project")
        if column == Column.NAME and role == Role.ToolTipRole:
            return tooltip(tr_n("{count} cluster", "{count} clusters", len(node.children)))
        return None

    def _cluster_data(self, entry: ClusterEntry, column: int, role: int) -> object:
        if role not in _CLUSTER_ROLES:
            return None
        state = state_of(entry, self._known.get(entry.id, _UNKNOWN).state)
        if role == Role.DisplayRole:
            return _cluster_text(entry, state, column, self._now)
        if role == Role.DecorationRole and column == Column.NAME:
            return connection_icon(state.connection)
        if role == Role.ToolTipRole:
            return tooltip(*_cluster_tip(entry, state, self._now()))
        if role == Role.AccessibleTextRole and column == Column.NAME:
            return f"{plain(entry.title)}, {states.connection_words(state, self._now())}"
        return None

    def _namespace_data(self, node: _Node, column: int, role: int) -> object:
        known = self._known.get(node.key.cluster, _UNKNOWN)
        policies = known.namespaces.get(node.key.name)
        if column == Column.NAME and role in {Role.DisplayRole, Role.AccessibleTextRole}:
            return plain(node.key.name)
        if column == Column.POLICIES and role == Role.DisplayRole:
            return "?" if policies is None else str(policies)
        if role == Role.ToolTipRole:
            unknown = tr("The policies of this namespace are not known.") if policies is None else ""
            return tooltip(node.key.name, unknown)
        return None

    # The nodes

    def _show_namespaces(self, node: _Node) -> None:
        cluster = node.key.name
        known = self._known.get(cluster, _UNKNOWN)
        names = sorted({*known.namespaces, *self._entries[cluster].namespaces})
        self._arrange(node, [NodeKey(Level.NAMESPACE, name, cluster) for name in names])
        self._touch(node)

    def _arrange(self, above: _Node, wanted: list[NodeKey]) -> None:
        """Make the children of a node those wanted, in that order, by removing, moving and inserting rows."""
        if [node.key for node in above.children] == wanted:
            return
        parent, keep = self._index(above), set(wanted)
        for row in reversed(range(len(above.children))):
            if above.children[row].key not in keep:
                self.beginRemoveRows(parent, row, row)
                self._forget(above.children.pop(row))
                self.endRemoveRows()
        there = {node.key for node in above.children}
        row = 0
        while row < len(wanted):
            if wanted[row] in there:
                self._bring(above, wanted[row], row)
                row += 1
                continue
            new = list(itertools.takewhile(lambda key: key not in there, wanted[row:]))
            self.beginInsertRows(parent, row, row + len(new) - 1)
            above.children[row:row] = [self._make(key, above) for key in new]
            self.endInsertRows()
            row += len(new)

    def _bring(self, above: _Node, key: NodeKey, row: int) -> None:
        """Move the child of that key up to ``row``."""
        if above.children[row].key != key:
            now = next(at for at, node in enumerate(above.children) if node.key == key)
            parent = self._index(above)
            self.beginMoveRows(parent, now, now, parent, row)
            above.children.insert(row, above.children.pop(now))
            self.endMoveRows()

    def _make(self, key: NodeKey, above: _Node) -> _Node:
        # A cluster that moves to another project may be made there before it goes here: the one made last counts.
        node = _Node(next(self._numbers), key, above)
        self._nodes[node.number] = self._by_key[key] = node
        return node

    def _forget(self, node: _Node) -> None:
        for child in node.children:
            self._forget(child)
        del self._nodes[node.number]
        if self._by_key.get(node.key) is node:
            del self._by_key[node.key]

    def _touch(self, above: _Node) -> None:
        """Tell that every child of a node may show something else."""
        if above.children:
            self._changed(above.children)

    def _changed(self, nodes: Sequence[_Node]) -> None:
        """Tell that nodes, one below the other, may show something else."""
        for node in nodes:
            node.cells.clear()
        self.dataChanged.emit(self._index(nodes[0]), self._index(nodes[-1], Column.LAST_SYNC))

    def _index(self, node: _Node, column: int = 0) -> QModelIndex:
        if node.parent is None:
            return QModelIndex()
        return self.createIndex(node.parent.children.index(node), column, node.number)

    def _node(self, index: Index) -> _Node | None:
        return self._nodes.get(index.internalId()) if index.isValid() else self._root


def _policies_by_namespace(snapshot: "Snapshot") -> dict[str, int | None]:
    """Return the number of policies of each namespace, None where they are not fully known."""
    complete = snapshot.coverage_of(Kind.NETWORK_POLICY) is Coverage.COMPLETE
    listed = snapshot.partial.get(Kind.NETWORK_POLICY, frozenset())
    policies = snapshot.policies
    return {
        name: len(policies.get(name, ())) if complete or name in listed else None
        for name in {*snapshot.namespaces, *policies}
    }


def _alignment(column: int) -> Qt.AlignmentFlag:
    right = column in {Column.POLICIES, Column.LAST_SYNC}
    return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)


def state_of(entry: ClusterEntry, state: SessionState) -> SessionState:
    """Return a cluster's state: an entry that cannot be used says so before anything is tried."""
    if entry.error is not None and state.connection is Connection.IDLE:
        return SessionState(connection=Connection.ERROR, error=entry.error)
    return state


def _looks_of(state: SessionState) -> tuple[object, ...]:
    """Return what a row shows of a state; not how far a synchronization is, which changes all the time."""
    told = state.connection, state.since, state.last_sync, state.version, state.error
    return *told, _policies_text(state)


def _cluster_text(entry: ClusterEntry, state: SessionState, column: int, now: Callable[[], datetime]) -> str:
    match column:
        case Column.NAME:
            return plain(entry.title)
        case Column.STATE:
            return states.connection_words(state, now())
        case Column.VERSION:
            if entry.source is not Source.CONTEXT:
                return tr("folder")
            return f"{state.version.major}.{state.version.minor}" if state.version else ""
        case Column.POLICIES:
            return _policies_text(state)
        case _:
            return times.age(state.last_sync, now()) if state.last_sync else ""


def _policies_text(state: SessionState) -> str:
    coverage = state.coverage.get(Kind.NETWORK_POLICY, Coverage.UNKNOWN)
    if coverage is Coverage.UNKNOWN:
        return ""
    return "?" if coverage is Coverage.FORBIDDEN else str(state.counts.get(Kind.NETWORK_POLICY, 0))


def _cluster_tip(entry: ClusterEntry, state: SessionState, now: datetime) -> Iterator[str]:
    yield entry.title
    if entry.source is Source.CONTEXT:
        yield tr("Context {context} in {file}", context=entry.context, file=entry.file)
        yield entry.server
        yield states.identity_words(entry.acting_as)
        yield tr("Signs in with the program {command}", command=entry.runs) if entry.runs else ""
        yield from (tr("Reads {path}", path=path) for path in entry.reads)
    else:
        yield tr("Folder {path}", path=entry.path)
    yield states.connection_words(state, now)
    if state.error is not None:
        from desktop.wording import errors, reaching  # noqa: PLC0415  not before the window shows

        yield errors.sentence(state.error)
        yield reaching.advice(state.error, state)
    yield states.version_words(state.version)
    if Kind.NETWORK_POLICY in state.coverage:
        yield states.kind_words(Kind.NETWORK_POLICY, state)
    if state.last_sync:
        when, since = times.clock_to_the_second(state.last_sync, now), times.ago(state.last_sync, now)
        yield tr("Synchronized {time} ({ago})", time=when, ago=since)
    if entry.insecure:
        yield states.insecure_words(unencrypted=entry.unencrypted)
