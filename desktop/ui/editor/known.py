"""The names a cluster uses, gathered for the editor's suggestions."""

from desktop.reach.choices import namespace_labels, pod_labels
from desktop.reach.snapshot import Snapshot
from desktop.ui.editor.suggestions import Known


def known_of(snapshot: Snapshot) -> Known:
    """Gather namespaces and labels; takes time in a big cluster, so a task does it."""
    return Known(tuple(sorted(snapshot.namespaces)), pod_labels(snapshot, None), namespace_labels(snapshot))
