"""The workloads of a cluster as the ends people think in: the top owner of a pod, or the pod itself."""

from dataclasses import dataclass

from desktop.reach.objects import OwnerReference, Pod, Workload
from desktop.reach.selection import workload_of
from desktop.reach.snapshot import Put, Snapshot


@dataclass(frozen=True, slots=True, order=True)
class WorkloadRef:
    """A workload by its name, ``shop/web (Deployment)``. ``kind`` is ``Pod`` for a pod that nothing owns."""

    namespace: str
    name: str
    kind: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name} ({self.kind})"


def top_owner(snapshot: Snapshot, pod: Pod) -> WorkloadRef:
    """Return the workload a pod belongs to: its highest known owner, or the pod itself (as for a node's own pods)."""
    workload = workload_of(snapshot, pod)
    if workload is not None:
        return WorkloadRef(workload.namespace, workload.name, workload.kind.value)
    if pod.owner is not None and pod.owner.kind != "Node":
        return WorkloadRef(pod.namespace, pod.owner.name, pod.owner.kind or "Pod")
    return WorkloadRef(pod.namespace, pod.name, "Pod")


def template_pod(workload: Workload) -> Pod:
    """Return a pod as the template of a workload makes it."""
    return Pod(
        workload.namespace,
        workload.name,
        workload.template_labels,
        ports=workload.ports,
        host_network=workload.host_network,
        owner=OwnerReference(workload.kind.value, workload.name),
    )


def with_a_pod_each(snapshot: Snapshot) -> Snapshot:
    """Return the picture with a pod for each workload that has none, such as one scaled to zero."""
    with_pods = {top_owner(snapshot, pod) for pods in snapshot.pods.values() for pod in pods.values()}
    idle = [
        workload
        for table in snapshot.workloads.values()
        for workload in table.values()
        if workload.owner is None
        and workload.name not in snapshot.pods.get(workload.namespace, {})
        and WorkloadRef(workload.namespace, workload.name, workload.kind.value) not in with_pods
    ]
    return snapshot.apply(Put(template_pod(workload)) for workload in idle)
