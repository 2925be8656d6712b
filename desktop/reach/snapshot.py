"""An immutable picture of a cluster, and what changes it.

Each kind is a table of tables, namespace -> name -> object. Applying changes copies only the tables of the namespaces
they touch; everything else is shared with the picture before, so that a change costs the same in a big cluster as in
a small one, and ``old.pods[ns] is new.pods[ns]`` tells that nothing happened there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar, assert_never, cast

from desktop.reach.objects import (
    FOREIGN_KINDS,
    TIERED_KINDS,
    WORKLOAD_KINDS,
    Coverage,
    ForeignPolicy,
    Kind,
    Namespace,
    Pod,
    Service,
    StoredPolicy,
    Thing,
    TieredObject,
    Workload,
)

T = TypeVar("T")
Table = Mapping[str, Mapping[str, T]]
"""Namespace -> name -> object; a namespace without any object of the kind is absent."""
KindTable = Mapping[str, Mapping[tuple[Kind, str], T]]
"""As ``Table``, for several kinds in one; what is cluster-wide stands under the namespace ""."""


@dataclass(frozen=True, slots=True)
class Put:
    """An object is there, new or changed."""

    thing: Thing


@dataclass(frozen=True, slots=True)
class Gone:
    """An object is no more (``namespace`` is empty for what is cluster-wide)."""

    kind: Kind
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """These are all objects of a kind in ``namespace`` (None: in the cluster)."""

    kind: Kind
    namespace: str | None
    things: tuple[Thing, ...]


Change = Put | Gone | Replaced


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a cluster.

    ``partial`` names, for each kind whose coverage is PARTIAL, the namespaces that were listed. ``as_of`` is when the
    picture was last known to be true (None: nothing was ever seen).
    """

    namespaces: Mapping[str, Namespace] = field(default_factory=dict, hash=False)
    pods: Table[Pod] = field(default_factory=dict, hash=False)
    workloads: KindTable[Workload] = field(default_factory=dict, hash=False)
    services: Table[Service] = field(default_factory=dict, hash=False)
    policies: Table[StoredPolicy] = field(default_factory=dict, hash=False)
    tiered: KindTable[TieredObject] = field(default_factory=dict, hash=False)
    foreign: KindTable[ForeignPolicy] = field(default_factory=dict, hash=False)
    coverage: Mapping[Kind, Coverage] = field(default_factory=dict, hash=False)
    partial: Mapping[Kind, frozenset[str]] = field(default_factory=dict, hash=False)
    as_of: datetime | None = None

    def apply(self, changes: Iterable[Change]) -> "Snapshot":
        """Return the picture after ``changes``, in their order; what they do not touch is shared."""
        editor = _Editor(self)
        for change in changes:
            editor.apply(change)
        return editor.result()

    def covering(self, kind: Kind, coverage: Coverage, namespaces: frozenset[str] = frozenset()) -> "Snapshot":
        """Return the same picture with a kind's coverage set (``namespaces``: those listed, where it is PARTIAL)."""
        if self.coverage_of(kind) is coverage and self.partial.get(kind, frozenset()) == namespaces:
            return self
        coverages, partial = {**self.coverage, kind: coverage}, {**self.partial, kind: namespaces}
        return replace(self, coverage=coverages, partial={key: names for key, names in partial.items() if names})

    def coverage_of(self, kind: Kind) -> Coverage:
        """Return how much of a kind is known."""
        return self.coverage.get(kind, Coverage.UNKNOWN)

    @property
    def others(self) -> frozenset[Kind]:
        """The kinds of network plug-ins' policies that are there."""
        return frozenset(kind for table in self.foreign.values() for kind, _ in table)

    def knows(self, kind: Kind, namespace: str) -> bool:
        """Whether all objects of a kind in ``namespace`` are known: only then does their absence mean anything."""
        return self.coverage_of(kind) is Coverage.COMPLETE or namespace in self.partial.get(kind, ())

    def things(self, kind: Kind) -> Iterator[Thing]:
        """Yield all objects of a kind."""
        if kind is Kind.NAMESPACE:
            yield from self.namespaces.values()
            return
        for table in _table(self, kind).values():
            for thing in table.values():
                if kind not in _SHARING or kind_of(thing) is kind:
                    yield thing

    def namespaces_with(self, kind: Kind) -> tuple[str, ...]:
        """Return the namespaces that hold objects of a namespaced kind (of workloads: of any kind of workload)."""
        return tuple(_table(self, kind))

    def count(self, kind: Kind) -> int:
        """Return how many objects of a kind there are."""
        if kind in _SHARING:
            return sum(cast(_KindKey, key)[0] is kind for table in _table(self, kind).values() for key in table)
        return len(self.namespaces) if kind is Kind.NAMESPACE else sum(map(len, _table(self, kind).values()))


def changed(old: Snapshot, new: Snapshot, kind: Kind) -> bool:
    """Whether objects of ``kind`` may differ between two pictures, one made from the other."""
    if kind is Kind.NAMESPACE:
        return old.namespaces is not new.namespaces
    return _table(old, kind) is not _table(new, kind)


def touched(old: Snapshot, new: Snapshot, *kinds: Kind) -> set[str]:
    """Return the namespaces where objects of ``kinds`` may differ between two pictures, one made from the other."""
    names: set[str] = set()
    for kind in kinds:
        before, after = _table(old, kind), _table(new, kind)
        if before is not after:
            names.update(name for name in before.keys() | after.keys() if before.get(name) is not after.get(name))
    return names


_ATTRIBUTES: dict[Kind, str] = {
    Kind.POD: "pods",
    Kind.SERVICE: "services",
    Kind.NETWORK_POLICY: "policies",
    **dict.fromkeys(WORKLOAD_KINDS, "workloads"),
    **dict.fromkeys(TIERED_KINDS, "tiered"),
    **dict.fromkeys(FOREIGN_KINDS, "foreign"),
}
_SHARING = WORKLOAD_KINDS | TIERED_KINDS | FOREIGN_KINDS
"""The kinds that share a table with others."""
_KindKey = tuple[Kind, str]


def _table(snapshot: Snapshot, kind: Kind) -> Mapping[str, Mapping[object, Thing]]:
    return cast("Mapping[str, Mapping[object, Thing]]", getattr(snapshot, _ATTRIBUTES[kind]))


def kind_of(thing: Thing) -> Kind:
    """Return the kind of an object."""
    match thing:
        case Pod():
            return Kind.POD
        case StoredPolicy():
            return Kind.NETWORK_POLICY
        case Workload() | TieredObject() | ForeignPolicy():
            return thing.kind
        case Service():
            return Kind.SERVICE
        case Namespace():
            return Kind.NAMESPACE
    assert_never(thing)


def _key(kind: Kind, name: str) -> object:
    return (kind, name) if kind in _SHARING else name


class _Editor:
    """The tables that a run of changes has copied so far."""

    def __init__(self, base: Snapshot) -> None:
        self._base = base
        self._namespaces: dict[str, Namespace] | None = None
        self._outer: dict[str, dict[str, Mapping[object, Thing]]] = {}  # attribute -> copied outer table
        self._inner: dict[tuple[str, str], dict[object, Thing]] = {}  # attribute, namespace -> copied inner table

    def apply(self, change: Change) -> None:
        match change:
            case Put(thing):
                if isinstance(thing, Namespace):
                    self._own_namespaces()[thing.name] = thing
                else:
                    kind = kind_of(thing)
                    self._own(kind, thing.namespace)[_key(kind, thing.name)] = thing
            case Gone(kind, namespace, name):
                if kind is Kind.NAMESPACE:
                    self._own_namespaces().pop(name, None)
                elif _key(kind, name) in self._seen(kind, namespace):
                    self._own(kind, namespace).pop(_key(kind, name))
            case Replaced():
                self._replace(change)
            case _:
                assert_never(change)

    def result(self) -> Snapshot:
        for (attribute, namespace), table in self._inner.items():
            if not table:
                self._outer[attribute].pop(namespace, None)
        tables: dict[str, object] = dict(self._outer)
        if self._namespaces is not None:
            tables["namespaces"] = self._namespaces
        return replace(self._base, **tables) if tables else self._base  # type: ignore[arg-type]

    def _replace(self, change: Replaced) -> None:
        """Put a listing in place; a namespace whose objects came back the same keeps its table."""
        if change.kind is Kind.NAMESPACE:
            self._namespaces = {thing.name: thing for thing in change.things if isinstance(thing, Namespace)}
            return
        listed: dict[str, dict[object, Thing]] = {} if change.namespace is None else {change.namespace: {}}
        for thing in (each for each in change.things if not isinstance(each, Namespace)):
            listed.setdefault(thing.namespace, {})[_key(change.kind, thing.name)] = thing
        gone = self._names(change.kind) - listed.keys() if change.namespace is None else set()
        for namespace in gone:
            listed[namespace] = {}
        for namespace, things in listed.items():
            seen = self._seen(change.kind, namespace)
            if change.kind in _SHARING:  # the table holds the other kinds too
                things |= {key: thing for key, thing in seen.items() if cast(_KindKey, key)[0] is not change.kind}
            if things != seen:
                table = self._own(change.kind, namespace)
                table.clear()
                table.update(things)

    def _names(self, kind: Kind) -> set[str]:
        attribute = _ATTRIBUTES[kind]
        return set(self._outer.get(attribute, _table(self._base, kind)))

    def _seen(self, kind: Kind, namespace: str) -> Mapping[object, Thing]:
        attribute = _ATTRIBUTES[kind]
        copied = self._inner.get((attribute, namespace))
        return copied if copied is not None else _table(self._base, kind).get(namespace, {})

    def _own(self, kind: Kind, namespace: str) -> dict[object, Thing]:
        attribute = _ATTRIBUTES[kind]
        table = self._inner.get((attribute, namespace))
        if table is None:
            outer = self._outer.get(attribute)
            if outer is None:
                outer = self._outer[attribute] = dict(_table(self._base, kind))
            table = self._inner[attribute, namespace] = dict(outer.get(namespace, {}))
            outer[namespace] = table
        return table

    def _own_namespaces(self) -> dict[str, Namespace]:
        if self._namespaces is None:
            self._namespaces = dict(self._base.namespaces)
        return self._namespaces
