"""A folder of manifests as a cluster: the same kinds, the same verbs, the same refusals.

A write changes one document of one file; comments, order and line ends of all else stay. A policy's version is a digest
of its text: what others change elsewhere in its file is no conflict, and stays.
"""

import os
import threading
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.cluster import folder_edit, folder_files
from desktop.cluster.folder_feed import Feed
from desktop.cluster.folder_files import Content
from desktop.cluster.folder_objects import document_of, policies_of
from desktop.cluster.folder_picture import Key, Problems
from desktop.cluster.folder_writes import accepted, check_guard, checked_origin, conflict, not_found
from desktop.cluster.gateway import (
    Deletion,
    Gone,
    Listing,
    OnPage,
    PolicyDocument,
    Put,
    ServerVersion,
    Warned,
    WatchEvent,
    Write,
)
from desktop.cluster.resources import RESOURCES
from desktop.errors import FileError
from desktop.manifest.checking import Entry
from desktop.manifest.reader import read
from desktop.reach.objects import Kind, StoredPolicy


@dataclass(frozen=True, slots=True)
class _Standing:
    """A policy where it stands now."""

    origin: str
    content: Content
    entry: Entry


class FolderGateway:
    """A folder of manifests; nothing is read before the first call."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)
        self._feed = Feed(self._folder)
        self._writing = threading.Lock()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of a live cluster."""
        return tuple(RESOURCES)

    @property
    def problems(self) -> Problems:
        """What is wrong with which file, as of the last look."""
        return self._feed.problems

    def version(self, token: CancelToken) -> ServerVersion:
        """Return version 0.0: there is no server."""
        token.check()
        return ServerVersion(0, 0, "")

    def list(self, kind: Kind, namespace: str | None, token: CancelToken, on_page: OnPage) -> Listing:
        """Look at the folder anew, and return what it holds of a kind."""
        things, count = self._feed.now(token)
        found = tuple(thing for key, thing in things.items() if _concerns(key, kind, namespace))
        on_page(len(found), len(found))
        return Listing(found, str(count))

    def knock(self, token: CancelToken) -> None:
        """Do nothing: a folder that is gone says so where it is read."""

    def latest(self, kind: Kind, namespace: str | None, token: CancelToken) -> str:
        """Look at the folder anew, and return how many changes there were."""
        return str(self._feed.now(token)[1])

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Generator[WatchEvent]:
        """Return what happens after ``version``; raises Expired when that is too old, or of another gateway."""
        news = self._feed.after(int(version) if version.isdecimal() else -1, token)
        return (
            Put(thing, str(number)) if thing else Gone(key[0], key[1], key[2], str(number))
            for number, key, thing in news
            if _concerns(key, kind, namespace)
        )

    def read(self, namespace: str, name: str, token: CancelToken) -> PolicyDocument:
        """Read one policy as its file has it now."""
        standing = self._find(namespace, name, token)
        if standing is None:
            raise not_found(namespace, name)
        return document_of(standing.entry, standing.origin)

    def _find(self, namespace: str, name: str, token: CancelToken) -> _Standing | None:
        things, _ = self._feed.now(token)
        stored = things.get((Kind.NETWORK_POLICY, namespace, name))
        if not isinstance(stored, StoredPolicy):
            return None
        content = folder_files.read(self._folder / stored.origin)
        for entry in policies_of(content.reading):
            if (entry.namespace, entry.name) == (namespace, name):
                return _Standing(stored.origin, content, entry)
        return None

    def write(self, write: Write, token: CancelToken, *, dry_run: bool = False) -> Warned:
        """Write one policy to the file it stands in, or else to ``write.origin`` or a file of its own."""
        with self._writing:
            there = self._find(write.namespace, write.name, token)
            new = accepted(write, there.entry if there else None)
            check_guard(write, there.entry if there else None, there.origin if there else "")
            origin, content = (there.origin, there.content) if there else self._home(write)
            text = folder_edit.with_policy(content.reading, there.entry if there else None, new, origin)
            self._replace(origin, content, text, dry_run=dry_run)
        written = next(
            entry for entry in policies_of(read(text)) if (entry.namespace, entry.name) == (new.namespace, new.name)
        )
        return Warned(document_of(written, origin))

    def delete(self, deletion: Deletion, token: CancelToken, *, dry_run: bool = False) -> bool:
        """Take one policy out of its file; a file of which nothing is left, not even a comment, goes too."""
        with self._writing:
            there = self._find(deletion.namespace, deletion.name, token)
            if there is None:
                raise not_found(deletion.namespace, deletion.name)
            document = document_of(there.entry, there.origin)
            if document.uid != deletion.uid or deletion.version not in ("", document.version):
                raise conflict(there.origin)
            text = folder_edit.without_policy(there.content.reading, there.entry, there.origin)
            self._replace(there.origin, there.content, text, dry_run=dry_run)
        return True

    def _home(self, write: Write) -> tuple[str, Content]:
        """Return the file for a new policy."""
        if write.origin:
            origin = checked_origin(write.origin)
            path = self._folder / origin
            content = folder_files.read(path) if path.exists() else folder_files.NOTHING
            if content.reading.findings and not content.reading.documents:  # its text is not known for certain
                raise FileError("folder.not-understood", path=origin)
            return origin, content
        stem = f"{write.namespace}-{write.name}"
        names = (f"{stem}.yaml", *(f"{stem}-{number}.yaml" for number in range(2, 1000)))
        return next(name for name in names if not (self._folder / name).exists()), folder_files.NOTHING

    def _replace(self, origin: str, content: Content, text: str, *, dry_run: bool) -> None:
        path = self._folder / origin
        if text == content.reading.text:
            return
        folder_files.check_writable(path)
        if dry_run:
            return
        if text.strip() or path.is_symlink():
            done = folder_files.replace(path, text, mark=content.mark, expected=content.stamp)
        else:
            done = folder_files.remove(path, expected=content.stamp)
        if not done:
            raise conflict(origin)
        with suppress(FileError):  # the write is done; what is wrong with the folder now, the next look tells
            self._feed.now(CancelToken())

    def may(self, verb: str, namespace: str, token: CancelToken) -> bool:
        """Whether the user may read or write in the folder; namespaces make no difference."""
        token.check()
        return os.access(self._folder, os.X_OK | (os.R_OK if verb == "list" else os.W_OK))

    def close(self) -> None:
        """End the watches."""
        self._feed.close()


def _concerns(key: Key, kind: Kind, namespace: str | None) -> bool:
    return key[0] is kind and (namespace is None or key[1] in ("", namespace))
