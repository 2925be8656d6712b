"""What the API server enforces about an object's metadata (``meta/v1 ObjectMeta``, as far as a person may type it).

Source: ``apimachinery/pkg/api/validation/objectmeta.go`` and ``pkg/apis/core/validation``. What the server overwrites
or ignores on a write (uid, timestamps, generation, managedFields) is not looked at.
"""

from collections.abc import Iterator, Mapping

from desktop.policy import names
from desktop.policy.findings import Finding, Path
from desktop.policy.refusals import refusal
from desktop.policy.schema import WRONG, fields, items

_PATH: Path = ("metadata",)
_ANNOTATIONS_SIZE = 256 * 1024
_STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_GENERATED_BASE = 58  # bytes of generateName that are kept; the server adds five letters or digits


def check_metadata(metadata: Mapping[str, object], old: Mapping[str, object] | None) -> Iterator[Finding]:
    """Yield what the server has against decoded metadata; ``old`` is the stored object's, on an update."""
    yield from _names(metadata)
    yield from check_labels(metadata.get("labels"), (*_PATH, "labels"))
    yield from _annotations(metadata.get("annotations"))
    yield from _owner_references(metadata.get("ownerReferences"))
    yield from _finalizers(metadata.get("finalizers"))
    if old is not None:
        yield from _changes(metadata, old)


def check_labels(labels: object, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with decoded labels. The server names the map, ``exact`` the label in it."""
    for key, value in fields(labels).items():
        yield from check_label_key(key, path, (*path, key))
        yield from check_label_value(value, path, (*path, key), key=key)


def check_label_key(key: object, path: Path, exact: Path = ()) -> Iterator[Finding]:
    """Yield what is wrong with a decoded label key."""
    for fault in names.key_faults(key) if isinstance(key, str) else ():
        yield refusal(f"label-key.{fault}", path, exact, value=key, maximum=_maximum(fault))


def check_label_value(value: object, path: Path, exact: Path = (), **facts: object) -> Iterator[Finding]:
    """Yield what is wrong with a decoded label value."""
    for fault in names.value_faults(value) if isinstance(value, str) else ():
        yield refusal(f"label-value.{fault}", path, exact, value=value, maximum=names.LABEL_LENGTH, **facts)


def _maximum(key_fault: str) -> int:
    return names.SUBDOMAIN_LENGTH if key_fault.startswith("prefix") else names.LABEL_LENGTH


def _names(metadata: Mapping[str, object]) -> Iterator[Finding]:
    name, base = metadata.get("name", ""), metadata.get("generateName", "")
    namespace = metadata.get("namespace", "")
    if isinstance(base, str) and base:
        # The server puts a letter for the last two characters when the last is a hyphen, then checks.
        masked = base[:-2] + "a" if base.endswith("-") and len(base) > 1 else base
        for fault in names.subdomain_faults(masked):
            yield refusal(
                f"generate-name.{fault}", (*_PATH, "generateName"), value=base, maximum=names.SUBDOMAIN_LENGTH
            )
        if not name:
            name = base.encode("utf-8", "surrogatepass")[:_GENERATED_BASE].decode("utf-8", "replace") + "xxxxx"
    if name == "":
        if isinstance(base, str):
            yield refusal("name.required", (*_PATH, "name"))
    elif isinstance(name, str):
        for fault in names.subdomain_faults(name):
            yield refusal(f"name.{fault}", (*_PATH, "name"), value=name, maximum=names.SUBDOMAIN_LENGTH)
    for fault in names.dns_label_faults(namespace) if isinstance(namespace, str) and namespace else ():
        yield refusal(f"namespace.{fault}", (*_PATH, "namespace"), value=namespace, maximum=names.LABEL_LENGTH)


def _annotations(annotations: object) -> Iterator[Finding]:
    path = (*_PATH, "annotations")
    total = 0
    for key, value in fields(annotations).items():
        # Any case is allowed in annotation keys. The first character of each: Go lowers one by one.
        lowered = "".join(character.lower()[0] for character in key)
        for fault in names.key_faults(lowered):
            yield refusal(f"annotation-key.{fault}", path, (*path, key), value=key, maximum=_maximum(fault))
        total += names.size(key) + (names.size(value) if isinstance(value, str) else 0)
    if total > _ANNOTATIONS_SIZE:
        yield refusal("annotations.too-large", path, size=total, maximum=_ANNOTATIONS_SIZE)


_OWNER_FIELDS = {"apiVersion": "api-version", "kind": "kind", "name": "name", "uid": "uid"}


def _owner_references(references: object) -> Iterator[Finding]:
    path = (*_PATH, "ownerReferences")
    controller = None
    for index, each in enumerate(items(references)):
        reference = fields(each)
        group, version = _group_version(reference.get("apiVersion", ""))
        given = {**{name: reference.get(name, "") for name in _OWNER_FIELDS}, "apiVersion": version}
        for name, value in given.items():
            if value == "" and each is not WRONG:
                yield refusal(f"owner-reference.no-{_OWNER_FIELDS[name]}", (*path, name), (*path, index, name))
        if (group, version, given["kind"]) == ("", "v1", "Event"):
            yield refusal("owner-reference.event", path, (*path, index))
        if reference.get("controller") is True:
            if controller is not None:
                yield refusal("owner-reference.second-controller", path, (*path, index), first=controller)
            else:
                controller = index


def _group_version(api_version: object) -> tuple[str, object]:
    """Split an apiVersion; the version is empty where the server reads none."""
    if not isinstance(api_version, str):
        return "", WRONG
    group, slash, version = api_version.rpartition("/")
    return ("", "") if slash and (not version or "/" in group) else (group, version)


def _finalizers(finalizers: object) -> Iterator[Finding]:
    path = (*_PATH, "finalizers")
    for index, finalizer in enumerate(items(finalizers)):
        if isinstance(finalizer, str):
            for fault in names.key_faults(finalizer):
                yield refusal(f"finalizer.{fault}", path, (*path, index), value=finalizer, maximum=_maximum(fault))
            if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
                yield refusal("finalizer.unknown", (*path, index), value=finalizer)
    if {"orphan", "foregroundDeletion"} <= set(items(finalizers)):
        yield refusal("finalizer.contradictory", path)


def _changes(metadata: Mapping[str, object], old: Mapping[str, object]) -> Iterator[Finding]:
    """Yield what an update may not change."""
    for name in ("name", "namespace"):
        before, after = old.get(name, ""), metadata.get(name, "")
        if isinstance(after, str) and before and after and after != before:
            yield refusal(f"{name}.changed", (*_PATH, name), value=after, old=before)
    if old.get("deletionTimestamp") is not None:
        added = set(items(metadata.get("finalizers"))) - set(items(old.get("finalizers"))) - {WRONG}
        if added:
            yield refusal("finalizer.added-late", (*_PATH, "finalizers"), value=sorted(map(str, added)))
