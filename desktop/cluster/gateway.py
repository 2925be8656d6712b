"""The protocol by which everything above reads and writes a cluster, be it an API server or a folder of manifests."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, runtime_checkable

from desktop.cancellation import CancelToken
from desktop.policy.findings import Finding
from desktop.reach.objects import Kind, Thing

FIELD_MANAGER = "bulkhead"
"""The one name under which Bulkhead owns fields; stable for ever."""

WATCH_SECONDS = (300, 600)
"""A watch asks the server to end it after a random time between these, so that not all end at once."""


@dataclass(frozen=True, slots=True)
class ServerVersion:
    """A server's version; ``text`` as it names itself. A folder has (0, 0) and an empty text."""

    major: int
    minor: int
    text: str

    @property
    def release(self) -> str:
        """The version in its own words, or in numbers where those name no release (a build of one's own)."""
        return f"v{self.major}.{self.minor}" if self.major and self.text.startswith("v0.") else self.text


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects of a kind, and the resource version a watch starts from.

    Not ``served``: the cluster does not have the kind at all (nobody installed it), so there is nothing to watch.
    """

    things: tuple[Thing, ...]
    version: str
    served: bool = True


@dataclass(frozen=True, slots=True)
class Put:
    """Watch event: an object is there, new or changed."""

    thing: Thing
    version: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Watch event: an object is no more (``namespace`` is empty for a Namespace)."""

    kind: Kind
    namespace: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Watch event: everything up to ``version`` has been told."""

    version: str


WatchEvent = Put | Gone | Bookmark


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy as stored, to be shown and edited.

    ``value`` is the whole object; ``text`` is the YAML a person edits: for a live cluster without managedFields,
    status and what the server fills in; for a folder the document's own text, comments and all. ``version`` and
    ``uid`` are the guards of a later write. ``origin`` is the file (empty for a live cluster), ``line`` the document's
    first line in it.
    """

    namespace: str
    name: str
    value: Mapping[str, object] = field(hash=False)
    text: str
    version: str
    uid: str
    origin: str = ""
    line: int = 1


class Verb(Enum):
    """How a policy is written."""

    CREATE = "create"  # POST: refused when the name is taken
    UPDATE = "update"  # PUT guarded by the base's resource version
    APPLY = "apply"  # server-side apply without force: laid over what may be there


@dataclass(frozen=True, slots=True)
class Write:
    """One write. ``value`` is what is meant (a live cluster sends it), ``text`` how it is written (a folder keeps it).

    ``base`` is the document an UPDATE started from, or an APPLY was laid over (then guarded by it, too; None: whatever
    is there); for CREATE in a folder, ``origin`` may name the file to add to.
    """

    verb: Verb
    namespace: str
    name: str
    value: Mapping[str, object] = field(hash=False)
    text: str
    base: PolicyDocument | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Deletion:
    """One deletion, guarded: the object goes only if it is still the one with this uid (folder: and this version)."""

    namespace: str
    name: str
    uid: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """A written document and the server's warnings (``Warning: 299`` headers), each once."""

    document: PolicyDocument
    warnings: tuple[str, ...] = ()


OnPage = Callable[[int, int | None], None]
"""Called after each page with how many objects came so far and how many are to come (None: not said)."""


FileProblems = tuple[tuple[str, tuple[Finding, ...]], ...]
"""What is wrong with which file, by its name (the ``origin`` of what stands in it)."""


@runtime_checkable
class ReadsFiles(Protocol):
    """What a gateway to files can say beyond what every gateway can."""

    @property
    def problems(self) -> FileProblems:
        """What is wrong with the files, as of the last look."""
        ...


class Gateway(Protocol):
    """A cluster. Every call may block, runs off the UI thread, and raises ``desktop.errors`` errors only.

    ``namespace`` None means across all namespaces. Calls may come from several threads at once.
    """

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that can be listed here, namespaces first."""
        ...

    def version(self, token: CancelToken) -> ServerVersion:
        """Ask for the server's version."""
        ...

    def list(self, kind: Kind, namespace: str | None, token: CancelToken, on_page: OnPage) -> Listing:
        """List a kind in pages."""
        ...

    def latest(self, kind: Kind, namespace: str | None, token: CancelToken) -> str:
        """Return the version that a listing would have now, without making one."""
        ...

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Generator[WatchEvent]:
        """Return what happens after ``version`` as it happens, once the cluster agreed to tell.

        Ends when the server ends it; raises Expired, at once or amid the events, when the version is too old.
        """
        ...

    def read(self, namespace: str, name: str, token: CancelToken) -> PolicyDocument:
        """Read one policy as it is now."""
        ...

    def write(self, write: Write, token: CancelToken, *, dry_run: bool = False) -> Warned:
        """Write one policy; with ``dry_run`` only say what would come of it."""
        ...

    def delete(self, deletion: Deletion, token: CancelToken, *, dry_run: bool = False) -> bool:
        """Delete one policy; raises Conflict when it is no longer the same object, NotFound when it is gone.

        Returns whether it is gone: False where a finalizer holds it, in force as before, until somebody lets it go.
        """
        ...

    def may(self, verb: str, namespace: str, token: CancelToken) -> bool:
        """Whether the user may ``verb`` (create, update, patch, delete, list) policies in ``namespace``."""
        ...

    def knock(self, token: CancelToken) -> None:
        """Ask whether the cluster is there, for as little as can be; raises TransportError or ServerError if not."""
        ...

    def close(self) -> None:
        """Release connections and threads."""
        ...
