"""All that a folder holds, as a cluster would list it, kept up to date file by file.

Finding code of its own: ``folder.duplicate`` (``kind``, ``namespace``, ``name``; ``first``: the file that counts).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.cluster import folder_files
from desktop.cluster.folder_files import Stamp
from desktop.cluster.folder_objects import Manifest, ManifestFile, manifests_of
from desktop.cluster.folder_pods import pods_of
from desktop.errors import FileError
from desktop.policy.findings import Finding, Severity
from desktop.reach.objects import Kind, Namespace, Pod, Thing, Workload

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that a server (since 1.21) gives every namespace: its name."""

Key = tuple[Kind, str, str]
Problems = tuple[tuple[str, tuple[Finding, ...]], ...]
"""Per file (its origin) what is wrong with it."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    stamp: Stamp
    content: ManifestFile


class Picture:
    """What a folder holds; ``refresh`` looks again. For one thread at a time.

    ``things`` are by kind, namespace (empty for what stands in none) and name; ``problems`` by file.
    """

    def __init__(self, folder: Path) -> None:
        self.things: dict[Key, Thing] = {}
        self.problems: Problems = ()
        self._folder = folder
        self._files: dict[str, _Loaded] = {}
        self._unseen: dict[str, FileError] = {}

    def refresh(self, token: CancelToken) -> list[tuple[Key, Thing | None]]:
        """Look again; return what changed since, with None for what is no more. Raises FileError and Cancelled."""
        found = folder_files.find(self._folder)
        files = {origin: self._load(origin, stamp, token) for origin, stamp in found.files.items()}
        if files == self._files and found.problems.keys() == self._unseen.keys():
            return []
        things, duplicates = _assembled(files)
        before, self.things = self.things, things
        self._files, self._unseen = files, found.problems
        self.problems = tuple(_problems(files, found.problems, duplicates))
        gone: list[tuple[Key, Thing | None]] = [(key, None) for key in before if key not in things]
        return gone + [(key, thing) for key, thing in things.items() if _differ(before.get(key), thing)]

    def _load(self, origin: str, stamp: Stamp, token: CancelToken) -> _Loaded:
        known = self._files.get(origin)
        if known is not None and known.stamp == stamp:
            return known
        token.check()
        try:
            content = folder_files.read(self._folder / origin)
        except FileError as error:
            # What the system keeps us from reading is tried again: its reason may go and leave the stamp as it is.
            lasts = stamp if error.code != "file.not-read" else ()
            return _Loaded(lasts, ManifestFile((), (_as_finding(error),)))
        return _Loaded(content.stamp or stamp, manifests_of(content.reading, origin))


def _differ(old: Thing | None, new: Thing) -> bool:
    return old is not new and old != new


def _assembled(files: Mapping[str, _Loaded]) -> tuple[dict[Key, Thing], dict[str, list[Finding]]]:
    """Return what all files hold together, and the objects that stand in a second place (the first counts)."""
    things: dict[Key, Thing] = {}
    origins: dict[Key, str] = {}
    duplicates: dict[str, list[Finding]] = {}
    for origin, loaded in files.items():
        for manifest in loaded.content.manifests:
            key = _key(manifest)
            if key in things:
                facts = {"kind": key[0], "namespace": key[1], "name": key[2], "first": origins[key]}
                finding = Finding("folder.duplicate", Severity.ERROR, ("metadata", "name"), facts, manifest.place)
                duplicates.setdefault(origin, []).append(finding)
            else:
                things[key] = manifest.thing
                origins[key] = origin
    _add_namespaces(things)
    _add_pods(things)
    return things, duplicates


def _key(manifest: Manifest) -> Key:
    thing = manifest.thing
    namespace = "" if isinstance(thing, Namespace) else thing.namespace
    return manifest.kind, namespace, thing.name


def _add_namespaces(things: dict[Key, Thing]) -> None:
    """Add the namespaces that only objects name, and give each the label that a server would."""
    names = dict.fromkeys(name if kind is Kind.NAMESPACE else namespace for kind, namespace, name in things)
    for name in names:
        key = (Kind.NAMESPACE, "", name)
        declared = things.get(key)
        labels = declared.labels if isinstance(declared, Namespace) else {}
        if name:
            things[key] = Namespace(name, {**labels, NAME_LABEL: name})


def _add_pods(things: dict[Key, Thing]) -> None:
    workloads = [thing for thing in things.values() if isinstance(thing, Workload)]
    declared = [thing for thing in things.values() if isinstance(thing, Pod)]
    things.update(((Kind.POD, pod.namespace, pod.name), pod) for pod in pods_of(workloads, declared))


def _problems(
    files: Mapping[str, _Loaded], unseen: Mapping[str, FileError], duplicates: Mapping[str, list[Finding]]
) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    for origin in sorted({*files, *unseen}):
        content = files[origin].content.problems if origin in files else (_as_finding(unseen[origin]),)
        if found := (*content, *duplicates.get(origin, ())):
            yield origin, found


def _as_finding(error: FileError) -> Finding:
    return Finding(error.code, Severity.ERROR, facts=error.facts)
