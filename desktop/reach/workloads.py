"""The workloads of a cluster as the ends people think in: the top owner of a pod, or the pod itself."""

from dataclasses import dataclass

from desktop.reach.objects import Pod
from desktop.reach.selection import workload_of
from desktop.reach.snapshot import Snapshot


@dataclass(frozen=True, slots=True, order=True)
class WorkloadRef:
    """A workload by its name. ``kind`` is ``Pod`` for a pod that nothing owns."""

    namespace: str
    name: str
    kind: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}[{self.kind}]"


def top_owner(snapshot: Snapshot, pod: Pod) -> WorkloadRef:
    """Return the workload a pod belongs to: its highest known owner, or the pod itself (as for a node's own pods)."""
    workload = workload_of(snapshot, pod)
    if workload is not None:
        return WorkloadRef(workload.namespace, workload.name, workload.kind.value)
    if pod.owner is not None and pod.owner.kind != "Node":
        return WorkloadRef(pod.namespace, pod.owner.name, pod.owner.kind or "Pod")
    return WorkloadRef(pod.namespace, pod.name, "Pod")
