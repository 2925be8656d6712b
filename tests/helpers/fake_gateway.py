"""A cluster in memory that does exactly what a test tells it to: lists, watches, fails, refuses, holds back."""

import queue
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

import msgspec

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import (
    Deletion,
    Gone,
    Listing,
    OnPage,
    PolicyDocument,
    Put,
    ServerVersion,
    Verb,
    Warned,
    WatchEvent,
    Write,
)
from desktop.errors import AlreadyExists, BulkheadError, Conflict, Forbidden, NotFound
from desktop.reach.objects import Kind, Namespace, Thing
from desktop.reach.snapshot import kind_of

Key = tuple[str, str]


@dataclass(eq=False)
class _Watch:
    kind: Kind
    namespace: str | None
    events: "queue.SimpleQueue[WatchEvent | BulkheadError | None]" = field(default_factory=queue.SimpleQueue)


class FakeGateway:
    """See the module. ``failures`` and ``denied`` are looked at in each call, so that a test can change them."""

    def __init__(self, *things: Thing, version: ServerVersion | None = None) -> None:
        self.things = list(things)
        self.server = version or ServerVersion(1, 31, "v1.31.0")
        self.kinds: tuple[Kind, ...] = tuple(Kind)
        self.denied: set[tuple[Kind, str | None]] = set()
        self.failures: dict[Kind, BulkheadError] = {}
        self.version_failures: list[BulkheadError] = []
        self.knock_failures: list[BulkheadError] = []
        self.held: dict[Kind, threading.Event] = {}
        self.listed: list[tuple[Kind, str | None]] = []
        self.documents: dict[Key, PolicyDocument] = {}
        self.before_write: Callable[[Write | Deletion, bool], None] = lambda _write, _dry_run: None
        self.after_write: Callable[[Write | Deletion], None] = lambda _write: None
        self.sent: list[tuple[str, str, str]] = []  # verb, namespace, name of what was really written
        self.warnings: tuple[str, ...] = ()
        self.reviews: list[tuple[str, str]] = []  # verb, namespace
        self.refused: set[tuple[str, str]] | None = None  # what the user may not do, where that is told apart
        self.closed = False
        self._watches: list[_Watch] = []
        self._counter = 100

    def version(self, token: CancelToken) -> ServerVersion:
        token.check()
        if self.version_failures:
            raise self.version_failures.pop(0)
        return self.server

    def list(self, kind: Kind, namespace: str | None, token: CancelToken, on_page: OnPage) -> Listing:
        self.listed.append((kind, namespace))
        if (kind, namespace) in self.denied:
            raise Forbidden("api.forbidden", status=403, reason="Forbidden")
        self._fail(kind)
        things = tuple(
            thing
            for thing in self.things
            if kind_of(thing) is kind and (isinstance(thing, Namespace) or namespace in (None, thing.namespace))
        )
        on_page(0, len(things))
        if (hold := self.held.get(kind)) is not None:
            with token.on_cancel(hold.set):
                hold.wait(30)
            token.check()
        self._fail(kind)
        on_page(len(things), len(things))
        return Listing(things, "1")

    def knock(self, token: CancelToken) -> None:
        token.check()
        if self.knock_failures:
            raise self.knock_failures.pop(0)

    def latest(self, kind: Kind, namespace: str | None, token: CancelToken) -> str:
        self._fail(kind)
        return "2"

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Generator[WatchEvent]:
        self._fail(kind)
        watch = _Watch(kind, namespace)
        self._watches.append(watch)
        return self._events(watch, token)

    def _events(self, watch: _Watch, token: CancelToken) -> Generator[WatchEvent]:
        with token.on_cancel(lambda: watch.events.put(None)):
            while (event := watch.events.get()) is not None:
                if isinstance(event, BulkheadError):
                    raise event
                yield event
        token.check()

    def put(self, thing: Thing) -> None:
        """Let an object appear or change, and tell the watches."""
        kind, namespace = kind_of(thing), "" if isinstance(thing, Namespace) else thing.namespace
        self.things = [t for t in self.things if _place(t) != _place(thing)] + [thing]
        self._tell(kind, namespace, Put(thing, "2"))

    def remove(self, thing: Thing) -> None:
        """Let an object go, and tell the watches."""
        self.things.remove(thing)
        kind, namespace, name = _place(thing)
        self._tell(kind, namespace, Gone(kind, namespace, name, "2"))

    def break_off(self, error: BulkheadError) -> None:
        """End every watch with an error, and every call from now on."""
        self.failures = dict.fromkeys(Kind, error)
        for watch in self._watches:
            watch.events.put(error)
        self._watches = []

    def _tell(self, kind: Kind, namespace: str, event: WatchEvent) -> None:
        for watch in self._watches:
            if watch.kind is kind and watch.namespace in (None, namespace):
                watch.events.put(event)

    def _fail(self, kind: Kind) -> None:
        if kind in self.failures:
            raise self.failures[kind]

    def store(
        self, namespace: str, name: str, value: Mapping[str, object], *, text: str = "", origin: str = ""
    ) -> PolicyDocument:
        """Put a policy there, as if somebody else had written it."""
        self._counter += 1
        old = self.documents.get((namespace, name))
        uid = old.uid if old else f"uid-{self._counter}"
        shown = text or msgspec.json.format(msgspec.json.encode(value)).decode()
        document = PolicyDocument(namespace, name, value, shown, str(self._counter), uid, origin)
        self.documents[namespace, name] = document
        return document

    def read(self, namespace: str, name: str, token: CancelToken) -> PolicyDocument:
        token.check()
        self._fail(Kind.NETWORK_POLICY)
        if (namespace, name) not in self.documents:
            raise NotFound("api.not-found", status=404, reason="NotFound")
        return self.documents[namespace, name]

    def write(self, write: Write, token: CancelToken, *, dry_run: bool = False) -> Warned:
        token.check()
        self.before_write(write, dry_run)
        old = self.documents.get((write.namespace, write.name))
        if write.verb is Verb.CREATE and old is not None:
            raise AlreadyExists("api.already-exists", status=409, reason="AlreadyExists")
        if write.base is not None and (old is None or old.version != write.base.version):
            raise Conflict("api.conflict", status=409, reason="Conflict")
        kept = dict(self.documents)
        unchanged = old is not None and old.value == write.value and (not old.origin or old.text == write.text)
        document = (
            old
            if old and unchanged
            else self.store(
                write.namespace,
                write.name,
                write.value,
                text=write.text,
                origin=write.origin or (old.origin if old else ""),
            )
        )
        if dry_run:
            self.documents = kept
        else:
            self.sent.append((write.verb.value, write.namespace, write.name))
            self.after_write(write)
        return Warned(document, self.warnings)

    def delete(self, deletion: Deletion, token: CancelToken, *, dry_run: bool = False) -> bool:
        token.check()
        self.before_write(deletion, dry_run)
        old = self.read(deletion.namespace, deletion.name, token)
        if old.uid != deletion.uid:
            raise Conflict("api.conflict", status=409, reason="Conflict")
        held = "finalizers" in _metadata(old)
        if not dry_run:
            if not held:
                del self.documents[deletion.namespace, deletion.name]
            self.sent.append(("delete", deletion.namespace, deletion.name))
            self.after_write(deletion)
        return not held

    def may(self, verb: str, namespace: str, token: CancelToken) -> bool:
        token.check()
        self.reviews.append((verb, namespace))
        if self.refused is not None:
            return (verb, namespace) not in self.refused
        return (Kind.NETWORK_POLICY, namespace) not in self.denied

    def close(self) -> None:
        self.closed = True


def _metadata(document: PolicyDocument) -> Mapping[str, object]:
    metadata = document.value.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _place(thing: Thing) -> tuple[Kind, str, str]:
    return kind_of(thing), "" if isinstance(thing, Namespace) else thing.namespace, thing.name
