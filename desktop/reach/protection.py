"""Which pods a policy isolates, in which direction, and which none does.

Policies that may not be listed may isolate more: nothing is claimed of their namespaces. Cluster-wide policies and
those of network plug-ins do not count here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desktop.policy.objects import Direction
from desktop.reach import selection
from desktop.reach.engine import hides_policies
from desktop.reach.labels import LabelIndex, keys_of
from desktop.reach.objects import Kind, Pod
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import WorkloadRef, top_owner


@dataclass(frozen=True, slots=True)
class Protection:
    """How many pods of a namespace some policy isolates, by direction.

    ``pods`` are those that policies can select; those on the host network are ``on_host_network``. Where ``known`` is
    False, pods or policies are not all known, and the numbers are those of what is.
    """

    namespace: str
    pods: int
    on_host_network: int
    isolated: Mapping[Direction, int]
    known: bool


@dataclass(frozen=True, slots=True)
class Protected:
    """Pods of a workload that the same policies isolate; ``policies`` by name, for each direction."""

    workload: WorkloadRef
    pods: tuple[Pod, ...]
    policies: Mapping[Direction, tuple[str, ...]]
    on_host_network: bool


def protection(snapshot: Snapshot) -> tuple[Protection, ...]:
    """Return the protection of every namespace, by name."""
    names = snapshot.namespaces.keys() | snapshot.pods.keys() | snapshot.policies.keys()
    return tuple(_of_namespace(snapshot, name) for name in sorted(names))


def _of_namespace(snapshot: Snapshot, namespace: str) -> Protection:
    pods = [pod for pod in snapshot.pods.get(namespace, {}).values() if not pod.host_network]
    policies = selection.readable(snapshot, namespace).values()
    index = LabelIndex([pod.labels for pod in pods], keys_of(policy.pod_selector for policy in policies))
    isolated = dict.fromkeys(Direction, 0)
    for policy in policies:
        selected = index.select(policy.pod_selector)
        for direction in policy.directions:
            isolated[direction] |= selected
    return Protection(
        namespace,
        len(pods),
        len(snapshot.pods.get(namespace, {})) - len(pods),
        {direction: selected.bit_count() for direction, selected in isolated.items()},
        _known(snapshot, namespace),
    )


def protected(snapshot: Snapshot, namespaces: Iterable[str]) -> tuple[Protected, ...]:
    """Return the pods of some namespaces with the policies that isolate them, by workload."""
    found: dict[tuple[WorkloadRef, bool, tuple[tuple[str, ...], ...]], list[Pod]] = {}
    for namespace in namespaces:
        for _, pod in sorted(snapshot.pods.get(namespace, {}).items()):
            policies = [each.policy for each in selection.policies_of(snapshot, pod) if each.policy is not None]
            names = tuple(tuple(each.name for each in policies if way in each.directions) for way in Direction)
            found.setdefault((top_owner(snapshot, pod), pod.host_network, names), []).append(pod)
    return tuple(
        Protected(workload, tuple(pods), dict(zip(Direction, names, strict=True)), host_network)
        for (workload, host_network, names), pods in sorted(found.items(), key=lambda each: each[0])
    )


def _known(snapshot: Snapshot, namespace: str) -> bool:
    return snapshot.knows(Kind.POD, namespace) and not hides_policies(snapshot, namespace)
