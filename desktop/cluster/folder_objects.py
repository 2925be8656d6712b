"""What a file of manifests holds: objects as a cluster would list them, and what is wrong with the file.

Finding codes of its own: ``folder.template`` (a warning: the file is a template, as Helm has them, and only what is
YAML all the same is read), ``folder.nameless`` (``kind``), ``folder.unreadable`` (``kind``, ``name``: an object whose
fields are of the wrong types). What is no Kubernetes object is passed over: other YAML may stand in a folder too.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from desktop.cluster.gateway import PolicyDocument, Put
from desktop.cluster.resources import RESOURCES
from desktop.cluster.wire import Decoder
from desktop.errors import TransportError
from desktop.manifest.checking import Entry, is_policy, place, survey, verdicts
from desktop.manifest.reader import Reading
from desktop.policy.findings import Finding, Place, Severity
from desktop.reach.objects import CLUSTER_WIDE, Kind, StoredPolicy, Thing, TieredObject, Workload

_NAME = ("metadata", "name")
_KINDS: Mapping[tuple[str, str], Kind] = {
    (at.group, kind.value.partition(".")[0]): kind
    for kind, resource in RESOURCES.items()
    for at in (resource, resource.instead)
    if at
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """An object of a file, and where its name stands there."""

    kind: Kind
    thing: Thing
    place: Place


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """What a file holds, and the problems in it."""

    manifests: tuple[Manifest, ...]
    problems: tuple[Finding, ...]


def manifests_of(reading: Reading, origin: str) -> ManifestFile:
    """Return what a file holds; ``origin`` is what to call the file."""
    found = _Objects(origin)
    manifests = [manifest for entry in survey(reading).entries for manifest in found.of(entry)]
    if reading.findings and "{{" in reading.text:
        problem = Finding("folder.template", Severity.WARNING, place=reading.findings[0].place)
        return ManifestFile(tuple(manifests), (problem,))
    return ManifestFile(tuple(manifests), (*reading.findings, *found.problems))


def policies_of(reading: Reading) -> tuple[Entry, ...]:
    """Return the policies of a file."""
    return tuple(entry for entry in survey(reading).entries if is_policy(entry.value))


def document_of(entry: Entry, origin: str) -> PolicyDocument:
    """Return a policy as it stands in a file."""
    return PolicyDocument(
        entry.namespace,
        entry.name,
        entry.value,
        entry.text,
        version_of(entry.text),
        _uid(entry, origin),
        origin,
        entry.document.line,
    )


def version_of(text: str) -> str:
    """Return a digest of a document's text, which stands for its version."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _uid(entry: Entry, origin: str) -> str:
    return f"{origin}#{entry.namespace}/{entry.name}"


class _Objects:
    """Makes things of the entries of one file."""

    def __init__(self, origin: str) -> None:
        self.problems: list[Finding] = []
        self._origin = origin
        self._decoders: dict[Kind, Decoder] = {}

    def of(self, entry: Entry) -> Iterator[Manifest]:
        """Yield the object of an entry, if it is of a kind that a cluster is read for."""
        kind = _kind(entry.value)
        if kind is None:
            return
        thing = self._thing(kind, entry) if entry.name else None
        if thing is not None:
            yield Manifest(kind, thing, entry.place(_NAME))
        elif entry.name:
            self._report("folder.unreadable", entry, kind=entry.kind, name=entry.name)
        else:
            self._report("folder.nameless", entry, kind=entry.kind)

    def _report(self, code: str, entry: Entry, **facts: object) -> None:
        self.problems.append(Finding(code, Severity.ERROR, _NAME, facts, entry.place(_NAME)))

    def _thing(self, kind: Kind, entry: Entry) -> Thing | None:
        """Read an object as a watch would tell of it; None where its fields are of the wrong types."""
        decoder = self._decoders.setdefault(kind, Decoder(kind, keeps_finished=True))  # a file is there to be meant
        value = _in_its_namespace(entry, None if kind in CLUSTER_WIDE else entry.namespace)
        try:
            event = decoder.event(json.dumps({"type": "ADDED", "object": value}).encode())
        except TransportError:
            return None
        thing = event.thing if isinstance(event, Put) else None
        if isinstance(thing, StoredPolicy):
            return self._policy(thing, entry)
        if isinstance(thing, TieredObject):
            return replace(thing, origin=self._origin)
        if kind is Kind.DAEMON_SET and isinstance(thing, Workload):
            return replace(thing, replicas=max(1, thing.replicas))  # how many nodes there are, no file says
        return thing

    def _policy(self, policy: StoredPolicy, entry: Entry) -> StoredPolicy:
        own = (place(finding, entry.document) for finding in verdicts(entry))
        return replace(
            policy,
            uid=_uid(entry, self._origin),
            version=version_of(entry.text),
            findings=(*entry.findings, *own),
            origin=self._origin,
        )


def _kind(value: Mapping[str, object]) -> Kind | None:
    version = value.get("apiVersion")
    if is_policy(value):
        return Kind.NETWORK_POLICY
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    return _KINDS.get((group, str(value.get("kind"))))


def _in_its_namespace(entry: Entry, namespace: str | None) -> Mapping[str, object]:
    found = entry.value.get("metadata")
    metadata = {key: item for key, item in found.items() if key != "namespace"} if isinstance(found, Mapping) else {}
    return {**entry.value, "metadata": metadata if namespace is None else {**metadata, "namespace": namespace}}
