"""The list of clusters in projects: every kubeconfig context, folders of manifests, and the sample.

What the user says about a cluster (its title, project, colour ...) is kept in the settings; kubeconfig files and
folders are only read, never written. Nothing here contacts a cluster.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.cluster import server_url
from desktop.errors import BulkheadError
from desktop.session import sample
from desktop.session.settings import Settings

if TYPE_CHECKING:
    from desktop.cluster.impersonation import Impersonation
    from desktop.cluster.kubeconfig import Kubeconfig


class Source(Enum):
    """Where a cluster comes from."""

    CONTEXT = "context"
    FOLDER = "folder"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class ClusterEntry:
    """A cluster in the list; ``id`` is stable over restarts.

    ``file`` and ``context`` name the kubeconfig entry, ``namespace`` is the context's own (where kubectl would put what
    names none), ``acting_as`` whom its user acts as, ``stanzas`` a mark that changes with whatever the kubeconfig says
    of it, ``reads`` and ``runs`` the files and the sign-in program that it names, ``path`` the folder; ``profile`` is a
    name from ``policy.profile.PROFILES`` (empty: detected); ``namespaces`` are those a user names who may not list
    them. An entry with an ``error`` is shown but not opened.
    """

    id: str
    source: Source
    title: str
    project: str = ""
    colour: str = ""
    context: str = ""
    file: str = ""
    path: str = ""
    server: str = ""
    profile: str = ""
    namespaces: tuple[str, ...] = ()
    error: BulkheadError | None = None
    insecure: bool = False
    namespace: str = "default"
    acting_as: "Impersonation | None" = None
    stanzas: str = ""
    reads: tuple[str, ...] = ()
    runs: str = ""

    @property
    def unencrypted(self) -> bool:
        """Whether what is sent to it can be read on the way; it is ``insecure`` then, too."""
        return bool(self.server) and server_url.is_plain(self.server)


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """What the user said about a cluster; empty where nothing was said."""

    title: str = ""
    project: str = ""
    colour: str = ""
    profile: str = ""
    namespaces: tuple[str, ...] = ()
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """What the user added to the list: projects by name, kubeconfig files and folders by absolute path."""

    projects: tuple[str, ...] = ()
    kubeconfigs: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


SAMPLE_ID = "sample"
_PLACES = "catalog/places"
_FILE = "file:"  # the id of a kubeconfig file that could not be read, whole or in part


class Catalog:
    """The list. Until ``reload`` has read the kubeconfig files it holds the folders and the sample alone.

    Any thread may call; ``reload`` and whatever reads files blocks and runs off the UI thread.
    """

    def __init__(self, settings: Settings, read: "Callable[[Sequence[Path]], Kubeconfig] | None" = None) -> None:
        self._settings = settings
        self._read = read or _read_kubeconfigs
        self._lock = threading.Lock()
        self._contexts: tuple[ClusterEntry, ...] = ()
        self._read_files: _Stamps | None = None  # the files as they were when they were read last
        self._seen_files: _Stamps | None = None  # the files as they were when somebody looked last
        self._entries: tuple[ClusterEntry, ...] = ()
        self._arrange()

    def entries(self) -> tuple[ClusterEntry, ...]:
        """Return the clusters: contexts in the order of their files, then folders, then the sample."""
        return tuple(entry for entry in self._entries if not self._said(entry.id).removed)

    def removed(self) -> tuple[ClusterEntry, ...]:
        """Return the clusters that were removed from the list and can be restored."""
        return tuple(entry for entry in self._entries if self._said(entry.id).removed)

    def get(self, id_: str) -> ClusterEntry | None:
        """Return the cluster of that id, or None where it is not (or no longer) in the list."""
        return next((entry for entry in self.entries() if entry.id == id_), None)

    def projects(self) -> tuple[str, ...]:
        """Return the names of the projects, sorted: those added and those that clusters are in."""
        return tuple(sorted({*self._places().projects, *(e.project for e in self.entries() if e.project)}))

    def reload(self) -> None:
        """Read the kubeconfig files anew (blocks); a broken file or entry becomes an entry with its error."""
        added = [Path(path) for path in self._places().kubeconfigs]
        self._read_files = self._seen_files = _stamps(added)
        self._contexts = _contexts(self._read(added))
        self._arrange()

    def refresh(self) -> bool:
        """Read the kubeconfig files anew where they are others than they were (blocks); whether that changed the list.

        A file that somebody writes just now is left alone until it is the same twice.
        """
        before, self._seen_files = self._seen_files, _stamps(Path(path) for path in self._places().kubeconfigs)
        if self._seen_files == self._read_files or self._seen_files != before:
            return False
        entries = self._entries
        self.reload()
        return self._entries != entries

    def add_kubeconfig(self, path: Path) -> None:
        """Add a kubeconfig file and read it (blocks); contexts of it that were removed come back."""
        absolute = str(path.expanduser().absolute())
        places = self._places()
        if absolute not in places.kubeconfigs:
            self._settings.set(_PLACES, replace(places, kubeconfigs=(*places.kubeconfigs, absolute)))
        self.reload()
        for entry in self.removed():
            if entry.file == absolute:
                self.restore(entry.id)

    def add_folder(self, path: Path) -> ClusterEntry:
        """Add a folder of manifests (one in the list already stays one)."""
        absolute = str(path.expanduser().absolute())
        places = self._places()
        if absolute not in places.folders:
            self._settings.set(_PLACES, replace(places, folders=(*places.folders, absolute)))
        self.restore(_folder(absolute).id)
        return next(entry for entry in self._entries if entry.path == absolute)

    def remove(self, id_: str) -> None:
        """Take a cluster out of the list; no file is touched.

        A folder, or an added kubeconfig that could not be read, is forgotten; anything else is hidden.
        """
        places = self._places()
        folders = tuple(path for path in places.folders if f"folder:{path}" != id_)
        kubeconfigs = tuple(path for path in places.kubeconfigs if _FILE + path != id_)
        kept = replace(places, folders=folders, kubeconfigs=kubeconfigs)
        if kept == places:
            self._say(id_, removed=True)
            return
        self._settings.remove(f"cluster/{id_}")
        self._settings.set(_PLACES, kept)
        self._contexts = tuple(entry for entry in self._contexts if entry.id != id_)
        self._arrange()

    def restore(self, id_: str) -> None:
        """Put a removed cluster back in the list."""
        self._say(id_, removed=False)

    def rename(self, id_: str, title: str) -> None:
        """Give a cluster a title; an empty one gives back its own name."""
        self._say(id_, title=title.strip())

    def move(self, id_: str, project: str) -> None:
        """Put a cluster in a project; empty: in none."""
        self._say(id_, project=project.strip())

    def colour(self, id_: str, colour: str) -> None:
        """Give a cluster a colour, as ``#rrggbb``; empty: none."""
        self._say(id_, colour=colour)

    def set_profile(self, id_: str, name: str) -> None:
        """Set a cluster's capability profile; empty: detected."""
        self._say(id_, profile=name)

    def set_namespaces(self, id_: str, names: Sequence[str]) -> None:
        """Name the namespaces to read where the user may not read the whole cluster; none: the whole cluster."""
        self._say(id_, namespaces=tuple(dict.fromkeys(name.strip() for name in names if name.strip())))

    def add_project(self, name: str) -> None:
        """Add a project, to move clusters to."""
        places = self._places()
        if (name := name.strip()) and name not in places.projects:
            self._settings.set(_PLACES, replace(places, projects=(*places.projects, name)))

    def remove_project(self, name: str) -> None:
        """Remove a project; its clusters are then in none."""
        places = self._places()
        self._settings.set(_PLACES, replace(places, projects=tuple(p for p in places.projects if p != name)))
        for entry in self._entries:
            if entry.project == name:
                self._say(entry.id, project="")

    def reset_sample(self) -> None:
        """Make the sample as it was shipped (blocks), and put it in the list; raises FileError."""
        sample.reset()
        self.restore(SAMPLE_ID)

    def _places(self) -> Places:
        return self._settings.get(_PLACES, Places, Places())

    def _said(self, id_: str) -> ClusterSettings:
        return self._settings.get(f"cluster/{id_}", ClusterSettings, ClusterSettings())

    def _say(self, id_: str, **said: object) -> None:
        self._settings.set(f"cluster/{id_}", replace(self._said(id_), **said))  # type: ignore[arg-type]
        self._arrange()

    def _arrange(self) -> None:
        """Make the entries anew from what was read and what the user said."""
        own = [_folder(path) for path in self._places().folders]
        shipped = ClusterEntry(SAMPLE_ID, Source.SAMPLE, "sample", path=str(sample.sample_path()))
        with self._lock:
            self._entries = tuple(self._adorned(entry) for entry in (*self._contexts, *own, shipped))

    def _adorned(self, entry: ClusterEntry) -> ClusterEntry:
        said = self._said(entry.id)
        return replace(
            entry,
            title=said.title or entry.title,
            project=said.project,
            colour=said.colour,
            profile=said.profile,
            namespaces=said.namespaces,
        )


_Stamps = tuple[tuple[str, int, int, int] | None, ...]


def _stamps(added: Iterable[Path]) -> _Stamps:
    """Return what tells one state of the kubeconfig files from another; None for a file that is not there."""
    from desktop.cluster.kubeconfig import default_paths  # noqa: PLC0415  see below

    stamps: list[tuple[str, int, int, int] | None] = []
    for path in (*default_paths(), *added):
        try:
            stat = path.stat()
        except OSError:
            stamps.append(None)
        else:
            stamps.append((str(path), stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return tuple(stamps)


def _read_kubeconfigs(extra: Sequence[Path]) -> "Kubeconfig":
    from desktop.cluster.kubeconfig import load  # noqa: PLC0415  YAML is not read before the window shows

    return load(extra=extra)


def _contexts(kubeconfig: "Kubeconfig") -> tuple[ClusterEntry, ...]:
    """Make the entries of a kubeconfig: its contexts, and each file that could not be read.

    Names are unique among the merged files; a file the user added stands alone, so that its name belongs to the id.
    """
    added = {str(path) for path in kubeconfig.extra}
    entries = [
        ClusterEntry(
            f"context:{context.name}" + (f"@{context.file}" if str(context.file) in added else ""),
            Source.CONTEXT,
            context.name,
            context=context.name,
            file=str(context.file),
            server=context.server,
            error=context.error,
            insecure=context.insecure,
            namespace=context.namespace,
            acting_as=context.acting_as,
            stanzas=kubeconfig.mark(context),
            reads=tuple(map(str, context.reads)),
            runs=context.runs,
        )
        for context in kubeconfig.contexts
    ]
    broken: dict[str, ClusterEntry] = {}
    for error in kubeconfig.file_errors:
        path = str(error.facts.get("path") or error.facts.get("file") or "")
        if path not in broken:
            broken[path] = ClusterEntry(_FILE + path, Source.CONTEXT, Path(path).name or path, file=path, error=error)
    return (*entries, *broken.values())


def _folder(path: str) -> ClusterEntry:
    return ClusterEntry(f"folder:{path}", Source.FOLDER, Path(path).name or path, path=path)
