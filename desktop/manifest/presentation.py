"""What of an object a person is shown and edits, and what a write puts back.

Left out are the parts the server keeps (``managedFields``, ``uid`` and the like; ``status``) and the annotation in
which ``kubectl apply`` keeps its own copy of the object. That annotation is the user's all the same: a PUT without it
would take it from the object, so ``restore`` puts it back.
"""

import json
from collections.abc import Mapping

from desktop.manifest.writer import render

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_SERVER_METADATA = frozenset({"managedFields", "uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"})


def present(value: Mapping[str, object]) -> dict[str, object]:
    """Return the object as a person edits it; ``value`` stays as it is."""
    shown = {key: item for key, item in value.items() if key != "status"}
    metadata = value.get("metadata")
    if isinstance(metadata, Mapping):
        shown["metadata"] = _present_metadata(metadata)
    return shown


def as_yaml(raw: bytes) -> str:
    """Return an object, given as JSON, as the text that a person reads."""
    return render(present(json.loads(raw)))


def restore(edited: Mapping[str, object], base: Mapping[str, object]) -> dict[str, object]:
    """Return ``edited`` with the hidden annotation of ``base``, unless it has one of its own; for a PUT."""
    restored = dict(edited)
    kept = _annotations(base).get(LAST_APPLIED)
    metadata = edited.get("metadata")
    if kept is not None and isinstance(metadata, Mapping):
        restored["metadata"] = {**metadata, "annotations": {LAST_APPLIED: kept, **_annotations(edited)}}
    return restored


def _present_metadata(metadata: Mapping[str, object]) -> dict[str, object]:
    shown = {key: item for key, item in metadata.items() if key not in _SERVER_METADATA}
    annotations = metadata.get("annotations")
    if isinstance(annotations, Mapping) and LAST_APPLIED in annotations:
        shown["annotations"] = {key: item for key, item in annotations.items() if key != LAST_APPLIED}
        if not shown["annotations"]:
            del shown["annotations"]
    return shown


def _annotations(value: Mapping[str, object]) -> Mapping[str, object]:
    metadata = value.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return annotations if isinstance(annotations, Mapping) else {}
