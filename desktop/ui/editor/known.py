"""The names a cluster uses, gathered for the editor's suggestions."""

from collections.abc import Iterable, Mapping

from desktop.reach.snapshot import Snapshot
from desktop.ui.editor.suggestions import Known

_MOST_VALUES = 200
"""Values kept of one label: one that differs from pod to pod, such as a hash, is no choice."""

_MADE_BY_CONTROLLERS = frozenset(
    {
        "pod-template-hash",
        "controller-revision-hash",
        "pod-template-generation",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "controller-uid",
        "batch.kubernetes.io/controller-uid",
    }
)


def known_of(snapshot: Snapshot) -> Known:
    """Gather namespaces and labels; takes time in a big cluster, so a task does it."""
    pods = (pod.labels for table in snapshot.pods.values() for pod in table.values())
    templates = (workload.template_labels for table in snapshot.workloads.values() for workload in table.values())
    return Known(
        namespaces=tuple(sorted(snapshot.namespaces)),
        pod_labels=_values_by_key((*pods, *templates)),
        namespace_labels=_values_by_key(namespace.labels for namespace in snapshot.namespaces.values()),
    )


def _values_by_key(labels: Iterable[Mapping[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for carried in labels:
        for key, value in carried.items():
            if key not in _MADE_BY_CONTROLLERS:
                found.setdefault(key, set()).add(value)
    return {key: tuple(sorted(found[key])[:_MOST_VALUES]) for key in sorted(found)}
