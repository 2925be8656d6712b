"""Which pods a policy selects, and which policies hit a pod.

A policy selects pods of its own namespace by their labels. Host-network pods carry the node's address: policies do not
select them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.policy import selectors
from desktop.policy.objects import NetworkPolicy
from desktop.reach.labels import LabelIndex, keys_of
from desktop.reach.objects import Kind, OwnerReference, Pod, StoredPolicy, Workload
from desktop.reach.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Selected:
    """The pods a policy selects, and those that carry the labels but are on the host network: not selected."""

    pods: tuple[Pod, ...]
    on_host_network: tuple[Pod, ...]


def pods_of(snapshot: Snapshot, policy: NetworkPolicy) -> Selected:
    """Return the pods a policy selects, in the order of their names."""
    pods, picks = snapshot.pods.get(policy.namespace, {}), selectors.compile(policy.pod_selector)
    found = [pods[name] for name in sorted(pods) if picks(pods[name].labels)]
    return Selected(
        tuple(pod for pod in found if not pod.host_network), tuple(pod for pod in found if pod.host_network)
    )


def counts(snapshot: Snapshot, namespace: str) -> dict[str, int]:
    """Return how many pods each readable policy of a namespace selects, by the policy's name.

    The cost grows with the pods plus the policies of the namespace, not with their product.
    """
    policies = readable(snapshot, namespace)
    index = LabelIndex(
        [pod.labels for pod in snapshot.pods.get(namespace, {}).values() if not pod.host_network],
        keys_of(policy.pod_selector for policy in policies.values()),
    )
    return {name: index.select(policy.pod_selector).bit_count() for name, policy in policies.items()}


def readable(snapshot: Snapshot, namespace: str) -> Mapping[str, NetworkPolicy]:
    """Return the policies of a namespace that could be read as such, by name."""
    stored = snapshot.policies.get(namespace, {})
    return {name: entry.policy for name, entry in stored.items() if entry.policy is not None}


def policies_of(snapshot: Snapshot, pod: Pod) -> tuple[StoredPolicy, ...]:
    """Return the policies that select a pod, in the order of their names; none for a host-network pod."""
    if pod.host_network:
        return ()
    stored = snapshot.policies.get(pod.namespace, {})
    return tuple(
        entry
        for _, entry in sorted(stored.items())
        if entry.policy is not None and selectors.matches(entry.policy.pod_selector, pod.labels)
    )


def workload_of(snapshot: Snapshot, pod: Pod) -> Workload | None:
    """Return the workload a pod belongs to: its highest known owner, such as the Deployment of its ReplicaSet."""
    workloads = snapshot.workloads.get(pod.namespace, {})
    found: Workload | None = None
    owner: OwnerReference | None = pod.owner
    seen: set[OwnerReference] = set()  # references come from the cluster: they may run in a circle
    while owner is not None and owner not in seen and (kind := _KINDS.get(owner.kind)) is not None:
        seen.add(owner)
        workload = workloads.get((kind, owner.name))
        if workload is None:
            break
        found, owner = workload, workload.owner
    return found


_KINDS = {kind.value: kind for kind in Kind}
