"""Who looks after an object: kubectl, Helm, Argo CD, Flux or another, read from its metadata."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from operator import itemgetter


class Tool(Enum):
    """A tool that is known to write objects back."""

    BULKHEAD = "Bulkhead"
    KUBECTL = "kubectl"
    HELM = "Helm"
    ARGO_CD = "Argo CD"
    FLUX = "Flux"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Owner:
    """The tool, and what it calls the owner (a Helm release, an Argo CD application, a field manager)."""

    tool: Tool
    name: str = ""


LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation by which ``kubectl apply`` remembers what it was given."""

_OURS = "bulkhead"  # the field manager of cluster.gateway, which this layer may not import


def owner_of(metadata: Mapping[str, object]) -> Owner | None:
    """Read the owner from an object's metadata, however broken; None where nothing tells.

    A tool that writes the object back by itself comes before one that a person has to start, and the marks a tool
    sets for itself before the list of who wrote last. Flux comes before Helm, whose releases it may install, and so
    does Argo CD, which uses Helm's charts without Helm.
    """
    labels, annotations = _texts(metadata.get("labels")), _texts(metadata.get("annotations"))
    writers = [name for _, name in sorted(_writers(metadata.get("managedFields")), key=itemgetter(0))]
    return (
        _flux(labels)
        or _argo_cd(labels, annotations, writers)
        or _helm(labels, annotations)
        or _last_writer(writers, applied=LAST_APPLIED in annotations)
    )


def _texts(value: object) -> dict[str, str]:
    pairs = value.items() if isinstance(value, Mapping) else ()
    return {key: each for key, each in pairs if isinstance(key, str) and isinstance(each, str)}


def _writers(entries: object) -> Iterator[tuple[str, str]]:
    """Yield when each manager last wrote, and its name; what wrote only a subresource does not count."""
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and not entry.get("subresource"):
            name, time = entry.get("manager"), entry.get("time")
            if isinstance(name, str) and name:
                yield time if isinstance(time, str) else "", name


def _flux(labels: Mapping[str, str]) -> Owner | None:
    for label in ("kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"):
        if label in labels:
            return Owner(Tool.FLUX, labels[label])
    return None


def _argo_cd(labels: Mapping[str, str], annotations: Mapping[str, str], writers: list[str]) -> Owner | None:
    tracked = annotations.get("argocd.argoproj.io/tracking-id")  # application:group/kind:namespace/name
    if tracked is not None:
        return Owner(Tool.ARGO_CD, tracked.partition(":")[0])
    instance = labels.get("app.kubernetes.io/instance")  # many tools set it, so it needs Argo CD as a writer
    if instance is not None and any(writer.startswith("argocd") for writer in writers):
        return Owner(Tool.ARGO_CD, instance)
    return None


def _helm(labels: Mapping[str, str], annotations: Mapping[str, str]) -> Owner | None:
    release = annotations.get("meta.helm.sh/release-name")
    if release is not None or labels.get("app.kubernetes.io/managed-by") == "Helm":
        return Owner(Tool.HELM, release or "")
    return None


def _last_writer(writers: list[str], *, applied: bool) -> Owner | None:
    last = writers[-1] if writers else ""
    if applied or last.startswith("kubectl"):
        # Whoever wrote last: the next "kubectl apply" goes back to what the annotation remembers.
        return Owner(Tool.KUBECTL, last if last.startswith("kubectl") else "")
    if not last:
        return None
    return Owner(Tool.BULKHEAD if last == _OURS else Tool.OTHER, last)
