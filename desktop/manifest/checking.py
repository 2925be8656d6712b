"""A text checked: its policies, and everything that is wrong or worth knowing about them, at its place.

Findings are those of ``reader`` (the text), ``policy.rules`` (what the server would refuse), ``policy.profile`` (what
the cluster cannot do), and of the documents as such. Errors: ``document.not-an-object``; ``document.no-kind``;
``document.no-api-version``; ``document.no-policy`` (``kind``, ``name``: another kind of object, in a text without any
policy); ``document.duplicate`` (``namespace``, ``name``, ``first_line``: a policy that stands in the text already). For
information: ``document.skipped`` (``kind``, ``name``: another kind of object, beside policies).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from desktop import turns
from desktop.manifest.items import objects
from desktop.manifest.reader import MAX_DOCUMENTS, Document, Reading, read
from desktop.policy import rules
from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.findings import Finding, Path, Place, Severity
from desktop.policy.objects import NetworkPolicy
from desktop.policy.profile import Profile, limits
from desktop.policy.schema import API_VERSION, KIND

_GROUPS = frozenset({API_VERSION.partition("/")[0], "extensions"})
"""The API groups that have, or had, a NetworkPolicy of this meaning; Calico's is another."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of a text: a document, or an item of a List.

    ``namespace`` is the one it will go to. ``policy`` is None for other kinds, and where the policy cannot be read;
    ``value`` is the object as written. Places of ``findings`` are in the whole text.
    """

    document: Document
    kind: str
    namespace: str
    name: str
    policy: NetworkPolicy | None
    value: Mapping[str, object] = field(hash=False)
    text: str
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong with it."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def place(self, path: Path) -> Place:
        """Return the place of the value at ``path`` in the whole text."""
        return self.document.place(path)


@dataclass(frozen=True, slots=True)
class Checked:
    """A text's objects, and all that was found, in order of place."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]


def check(
    text: str, *, profile: Profile, namespace: str = "default", old: Mapping[str, object] | None = None
) -> Checked:
    """Check a text; ``namespace`` is for objects that name none.

    ``old`` is the policy as stored that the text is to replace: the text's only policy, or the one of its name.
    """
    surveyed = survey(read(text), namespace)
    policies = [entry for entry in surveyed.entries if is_policy(entry.value)]
    findings = list(surveyed.findings)
    entries: list[Entry] = []
    first: dict[tuple[str, str], Entry] = {}
    for entry in surveyed.entries:
        turns.give_way()
        own: list[Finding] = []
        if is_policy(entry.value):
            replaced = old if len(policies) == 1 or _names(entry, old) else None
            own += _repetition(entry, first.setdefault((entry.namespace, entry.name), entry))
            own += verdicts(entry, replaced)
            own += limits(entry.policy, profile) if entry.policy else ()
        elif entry.kind:
            own.append(_other_kind(entry, alone=not policies))
        placed = [place(finding, entry.document) for finding in own]
        entries.append(replace(entry, findings=in_order((*entry.findings, *placed))))
        findings += placed
    return Checked(tuple(entries), in_order(findings))


def survey(reading: Reading, namespace: str = "default") -> Checked:
    """Find the objects of a text, whatever they are, without a look at what the policies say.

    Items of Lists count as documents: a text of too many has no entries (``yaml.too-many-documents``).
    """
    findings = list(reading.findings)
    entries = []
    for number, document in enumerate(objects(reading)):
        if number == MAX_DOCUMENTS:
            beyond = Finding("yaml.too-many-documents", Severity.ERROR, (), {"limit": MAX_DOCUMENTS})
            return Checked((), (place(beyond, document),))
        faults = tuple(place(fault, document) for fault in _faults(document))
        if isinstance(document.value, dict):
            entries.append(_entry(document, document.value, namespace, faults))
        findings += faults
    return Checked(tuple(entries), in_order(findings))


def verdicts(entry: Entry, old: Mapping[str, object] | None = None) -> Iterator[Finding]:
    """Yield what the server would refuse about a policy, not placed yet."""
    stored = None if old is None else _in_namespace(old, entry.namespace)
    yield from rules.check(_in_namespace(entry.value, entry.namespace), old=stored)


def is_policy(value: object) -> bool:
    """Whether an object is, by its kind and API group, a NetworkPolicy."""
    if not isinstance(value, Mapping) or value.get("kind") != KIND:
        return False
    version = value.get("apiVersion")
    return not isinstance(version, str) or version.partition("/")[0] in _GROUPS


def place(finding: Finding, document: Document) -> Finding:
    """Return the finding at its place: the key of a field that should not be there, else the value."""
    at = document.place_of_key if finding.code == "field.unknown" else document.place
    return finding.at(at(finding.spot))


def _faults(document: Document) -> Iterator[Finding]:
    """Yield what keeps a document that can be read from being an object."""
    value = document.value
    if document.findings:
        return
    if isinstance(value, dict):
        for name, code in (("kind", "document.no-kind"), ("apiVersion", "document.no-api-version")):
            if not _text(value.get(name)):
                yield Finding(code, Severity.ERROR, (name,))
    else:
        yield Finding("document.not-an-object", Severity.ERROR)


def _entry(document: Document, value: Mapping[str, object], namespace: str, faults: Sequence[Finding]) -> Entry:
    found = value.get("metadata")
    metadata = found if isinstance(found, Mapping) else {}
    namespace = _text(metadata.get("namespace")) or namespace
    policy = _policy(value, namespace) if is_policy(value) else None
    findings = (*document.findings, *faults)
    kind, name = _text(value.get("kind")), _text(metadata.get("name"))
    return Entry(document, kind, namespace, name, policy, value, document.text, findings)


def _policy(value: Mapping[str, object], namespace: str) -> NetworkPolicy | None:
    try:
        return replace(parse_policy(value), namespace=namespace)
    except PolicyUnreadable:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _in_namespace(value: Mapping[str, object], namespace: str) -> Mapping[str, object]:
    """Return the object as the server sees it, which knows the namespace from the request."""
    metadata = value.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("namespace"):
        return value
    return {**value, "metadata": {**metadata, "namespace": namespace}}


def _names(entry: Entry, old: Mapping[str, object] | None) -> bool:
    metadata = old.get("metadata") if old else None
    return isinstance(metadata, Mapping) and metadata.get("name") == entry.name


def _repetition(entry: Entry, first: Entry) -> Iterator[Finding]:
    if entry.name and first is not entry:
        facts = {"namespace": entry.namespace, "name": entry.name, "first_line": first.document.line}
        yield Finding("document.duplicate", Severity.ERROR, ("metadata", "name"), facts)


def _other_kind(entry: Entry, *, alone: bool) -> Finding:
    facts = {"kind": entry.kind, "name": entry.name}
    if alone:
        return Finding("document.no-policy", Severity.ERROR, ("kind",), facts)
    return Finding("document.skipped", Severity.INFO, ("kind",), facts)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by place, those without one first."""
    return tuple(sorted(findings, key=lambda found: (found.place.line, found.place.column) if found.place else (0, 0)))
