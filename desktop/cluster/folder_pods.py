"""The pods that the workloads of a folder would have: no file says more of them than their template."""

from collections.abc import Iterable, Iterator

from desktop.reach.objects import Kind, OwnerReference, Pod, Workload

MOST_REPLICAS = 100
"""Of a workload with more replicas than this, no more pods are shown: they are all alike."""

_Key = tuple[str, str, str]
_ONE_POD = frozenset({Kind.DAEMON_SET, Kind.JOB, Kind.CRON_JOB})


def pods_of(workloads: Iterable[Workload], declared: Iterable[Pod]) -> Iterator[Pod]:
    """Yield the pods of workloads, called ``<workload>-0`` and so on; ``declared`` are the pods that have a file.

    An export of a cluster may hold the pods too, or the ReplicaSets and Jobs between. So no pods are made for who owns
    a declared one, nor for who has an owner in the folder.
    """
    known = {(each.namespace, each.kind.value, each.name): each for each in workloads}
    taken: set[tuple[str, str]] = set()
    with_pods: set[_Key] = set()
    for pod in declared:
        taken.add((pod.namespace, pod.name))
        owner = _owner(pod)
        while owner is not None and owner not in with_pods:
            with_pods.add(owner)
            owner = _owner(known[owner]) if owner in known else None
    for key, workload in known.items():
        if key not in with_pods and _owner(workload) not in known:
            yield from _replicas(workload, taken)


def _owner(thing: Pod | Workload) -> _Key | None:
    return (thing.namespace, thing.owner.kind, thing.owner.name) if thing.owner else None


def _replicas(workload: Workload, taken: set[tuple[str, str]]) -> Iterator[Pod]:
    owner = OwnerReference(workload.kind.value, workload.name)
    for number in range(1 if workload.kind in _ONE_POD else min(workload.replicas, MOST_REPLICAS)):
        name = f"{workload.name}-{number}"
        if (workload.namespace, name) in taken:  # as when a Deployment and a StatefulSet share a name
            name = f"{workload.name}-{workload.kind.value.lower()}-{number}"
        if (workload.namespace, name) not in taken:
            taken.add((workload.namespace, name))
            yield Pod(
                workload.namespace,
                name,
                workload.template_labels,
                ports=workload.ports,
                host_network=workload.host_network,
                owner=owner,
            )
