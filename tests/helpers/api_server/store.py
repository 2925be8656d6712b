"""The cluster's objects and their history. Objects are kept as the JSON that goes out, without kind and apiVersion."""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from tests.helpers.api_server.resources import CUSTOM, RESOURCES, Json, Resource

_FIRST_VERSION = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """One object: where it is kept, by which lists are ordered (``namespace/name`` or ``name``), and its JSON."""

    path: str
    raw: bytes

    @property
    def namespace(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def value(self) -> Json:
        """Decode the object; the caller may change what it gets."""
        return msgspec.json.decode(self.raw, type=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One change: ADDED, MODIFIED or DELETED (then with the object's last state)."""

    version: int
    type: str
    item: Item


def path_of(namespace: str, name: str) -> str:
    """Return where an object is kept."""
    return f"{namespace}/{name}" if namespace else name


def within(items: tuple[Item, ...], namespace: str) -> tuple[Item, ...]:
    """Return the part of a listing that lies in a namespace (empty: all of it)."""
    return items[from_path(items, f"{namespace}/") : from_path(items, f"{namespace}0")] if namespace else items


def from_path(items: tuple[Item, ...], path: str) -> int:
    """Return the index of the first item at or after ``path``."""
    return bisect_left(items, path, key=_path)


def typed(resource: Resource, raw: bytes) -> bytes:
    """Write kind and apiVersion in front of an object's JSON."""
    return b'{"kind":"%b","apiVersion":"%b",%b' % (resource.kind.encode(), resource.api_version.encode(), raw[1:])


class Store:
    """Objects of every resource under one sequence of versions. ``changed`` guards all of it and tells of changes."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.version = _FIRST_VERSION
        self.oldest = 0
        self.closed = False
        self._items: dict[Resource, dict[str, Item]] = {resource: {} for resource in (*RESOURCES, *CUSTOM)}
        self._events: dict[Resource, list[Event]] = {resource: [] for resource in (*RESOURCES, *CUSTOM)}
        self._sorted: dict[Resource, tuple[Item, ...]] = {}
        self._snapshots: dict[tuple[Resource, int], tuple[Item, ...]] = {}

    def get(self, resource: Resource, path: str) -> Item | None:
        """Return the object as it is now."""
        with self.changed:
            return self._items[resource].get(path)

    def put(self, resource: Resource, obj: Json) -> Item:
        """Store an object under the next version, whether it is new or not."""
        with self.changed:
            self.version += 1
            obj["metadata"]["resourceVersion"] = str(self.version)
            item = _item(obj)
            self._record("MODIFIED" if item.path in self._items[resource] else "ADDED", resource, item)
            self._items[resource][item.path] = item
            return item

    def remove(self, resource: Resource, path: str) -> Item:
        """Take an object out; its last state goes out to watchers with the version of its end."""
        with self.changed:
            self.version += 1
            obj = self._items[resource].pop(path).value()
            obj["metadata"]["resourceVersion"] = str(self.version)
            item = _item(obj)
            self._record("DELETED", resource, item)
            return item

    def load(self, resource: Resource, objects: Iterable[Json]) -> None:
        """Put many objects in at once, without history: watches that begin before it are too old."""
        with self.changed:
            for obj in objects:
                self.version += 1
                obj["metadata"]["resourceVersion"] = str(self.version)
                item = _item(obj)
                self._items[resource][item.path] = item
            self._sorted.pop(resource, None)
            self.compact()

    def compact(self) -> None:
        """Forget the past: older watches and continue tokens have expired from now on."""
        with self.changed:
            self.oldest = self.version
            self._snapshots.clear()
            for events in self._events.values():
                events.clear()

    def backup(self) -> "Backup":
        """Return all there is, to be restored later."""
        with self.changed:
            return Backup(self.version, {resource: dict(items) for resource, items in self._items.items()})

    def restore(self, backup: "Backup") -> None:
        """Put back a backup as etcd does: the version goes back too, and what happened since never happened."""
        with self.changed:
            self._items = {resource: dict(items) for resource, items in backup.items.items()}
            self._sorted.clear()
            self.version = backup.version
            self.compact()

    def jump(self, by: int) -> None:
        """Let the version grow, as by changes of resources that nobody here sees."""
        with self.changed:
            self.version += by

    def close(self) -> None:
        """Wake every watcher for the last time."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def items(self, resource: Resource) -> tuple[Item, ...]:
        """Return the objects as they are now, in the order of their paths."""
        with self.changed:
            if resource not in self._sorted:
                items = self._items[resource]
                self._sorted[resource] = tuple(items[path] for path in sorted(items))
            return self._sorted[resource]

    def snapshot(self, resource: Resource) -> tuple[int, tuple[Item, ...]]:
        """Return the version and the objects as they are now, and keep them for the next pages of a list."""
        with self.changed:
            items = self._snapshots[resource, self.version] = self.items(resource)
            return self.version, items

    def kept_snapshot(self, resource: Resource, version: int) -> tuple[Item, ...] | None:
        """Return the objects as they were at ``version``, None if that has expired."""
        with self.changed:
            return self._snapshots.get((resource, version))

    def events_after(self, resource: Resource, version: int) -> list[Event]:
        """Return what happened to a resource after ``version``."""
        with self.changed:
            events = self._events[resource]
            return events[bisect_right(events, version, key=_version) :]

    def _record(self, type_: str, resource: Resource, item: Item) -> None:
        self._events[resource].append(Event(self.version, type_, item))
        self._sorted.pop(resource, None)
        self.changed.notify_all()


@dataclass(frozen=True, slots=True)
class Backup:
    """All objects of every resource, as of a version."""

    version: int
    items: dict[Resource, dict[str, Item]]


def _item(obj: Json) -> Item:
    metadata = obj["metadata"]
    raw = msgspec.json.encode({key: value for key, value in obj.items() if key not in ("kind", "apiVersion")})
    return Item(path_of(metadata.get("namespace", ""), metadata["name"]), raw)


def _path(item: Item) -> str:
    return item.path


def _version(event: Event) -> int:
    return event.version
