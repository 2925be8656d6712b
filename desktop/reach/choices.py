"""What a cluster offers to choose from while a policy is written, and what a choice matches now."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from desktop import turns
from desktop.policy import selectors
from desktop.policy.containment import addresses_of
from desktop.policy.netset import Spans, parse_address
from desktop.policy.objects import LabelSelector, Peer
from desktop.reach.objects import Coverage, Kind, Pod, Service, Workload
from desktop.reach.selection import workload_of
from desktop.reach.snapshot import Snapshot

GENERATED = frozenset(
    {
        "pod-template-hash",
        "controller-revision-hash",
        "pod-template-generation",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "controller-uid",
        "job-name",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-name",
        "batch.kubernetes.io/job-completion-index",
    }
)
"""Labels that controllers put on pods; they differ from pod to pod or from one rollout to the next."""

_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_MOST_VALUES = 200
_WORKLOADS_TOLD = 50

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Match:
    """What a selector matches: so many pods ``of`` those it could, by workload, the most first.

    A pod without a workload counts under its own name. ``known`` is False where pods may not be listed.
    """

    pods: int = 0
    of: int = 0
    workloads: tuple[tuple[str, int], ...] = ()
    more: int = 0
    on_host_network: int = 0
    known: bool = True


def pod_labels(snapshot: Snapshot, namespaces: Iterable[str] | None) -> Mapping[str, tuple[str, ...]]:
    """Return the labels that pods of these namespaces (None: of all) really have, or will: each key with its values."""
    names = snapshot.pods.keys() | snapshot.workloads.keys() if namespaces is None else set(namespaces)
    found: dict[str, set[str]] = {}
    for name in names:
        for pod in snapshot.pods.get(name, {}).values():
            _add(found, pod.labels)
        for workload in snapshot.workloads.get(name, {}).values():
            _add(found, workload.template_labels)
    return _sorted(found)


def namespace_labels(snapshot: Snapshot) -> Mapping[str, tuple[str, ...]]:
    """Return the labels of the namespaces, each key with its values."""
    found: dict[str, set[str]] = {}
    for namespace in snapshot.namespaces.values():
        _add(found, namespace.labels)
    return _sorted(found)


def pod_ports(snapshot: Snapshot, namespaces: Iterable[str] | None) -> Mapping[str, tuple[str, ...]]:
    """Return the ports that containers of these namespaces (None: of all) name: by protocol, names then numbers."""
    names = snapshot.pods.keys() | snapshot.workloads.keys() if namespaces is None else set(namespaces)
    found: dict[str, set[tuple[bool, int, str]]] = {}
    for name in names:
        turns.give_way()
        of_pods = (pod.ports for pod in snapshot.pods.get(name, {}).values())
        of_workloads = (workload.ports for workload in snapshot.workloads.get(name, {}).values())
        for port in chain.from_iterable((*of_pods, *of_workloads)):
            texts = found.setdefault(port.protocol, set())
            texts.add((True, port.port, str(port.port)))
            if port.name:
                texts.add((False, port.port, port.name))
    return {
        protocol: tuple(dict.fromkeys(text for _, _, text in sorted(texts)))[:_MOST_VALUES]
        for protocol, texts in sorted(found.items())
    }


def lasting(labels: Labels) -> Labels:
    """Return the labels of a workload's pods that its controllers did not generate."""
    return {key: value for key, value in sorted(labels.items()) if key not in GENERATED}


def workloads(snapshot: Snapshot, namespace: str) -> Sequence[Workload]:
    """Return the workloads of a namespace that no other known workload owns, by name."""
    table = snapshot.workloads.get(namespace, {})
    names = {(workload.kind.value, workload.name) for workload in table.values()}
    tops = [each for each in table.values() if each.owner is None or (each.owner.kind, each.owner.name) not in names]
    return sorted(tops, key=lambda each: (each.name, each.kind.value))


def services(snapshot: Snapshot, namespaces: Iterable[str] | None) -> Sequence[Service]:
    """Return the Services with pods behind them, of these namespaces (None: of all)."""
    names = sorted(snapshot.services) if namespaces is None else namespaces
    return [
        service
        for name in names
        for _, service in sorted(snapshot.services.get(name, {}).items())
        if service.selector and service.ports
    ]


def matched(snapshot: Snapshot, namespace: str, selector: LabelSelector) -> Match:
    """Return which pods of a namespace a policy with this selector applies to."""
    pods, picks = snapshot.pods.get(namespace, {}), selectors.compile(selector)
    return _match(snapshot, [pods], lambda pod: picks(pod.labels), snapshot.knows(Kind.POD, namespace))


def matched_by_peer(
    snapshot: Snapshot, namespace: str, peer: Peer, check: Callable[[], object] = lambda: None
) -> Match:
    """Return the pods a peer means, seen from a policy in ``namespace``; ``check`` is called now and then.

    Of a block these are the pods whose addresses it holds; whether they are meant differs from plug-in to plug-in. It
    is not known where no pod has an address, as in a folder.
    """

    def tables(names: Iterable[str]) -> Iterator[Mapping[str, Pod]]:
        for name in names:
            check()
            yield snapshot.pods.get(name, {})

    if peer.ip_block is not None:
        block = addresses_of(peer.ip_block)
        with_address = any(pod.ips for table in snapshot.pods.values() for pod in table.values())
        known = with_address and snapshot.coverage_of(Kind.POD) is Coverage.COMPLETE
        return _match(snapshot, tables(snapshot.pods), lambda pod: _is_within(pod, block), known)
    picks = selectors.compile(peer.pod_selector or LabelSelector())
    names, known = _namespaces(snapshot, namespace, peer)
    known = known and all(snapshot.knows(Kind.POD, name) for name in names)
    return _match(snapshot, tables(names), lambda pod: picks(pod.labels), known)


def unnamed(snapshot: Snapshot, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the namespaces that are there and lack the label with their name (servers before 1.21)."""
    there = snapshot.namespaces
    return tuple(name for name in names if name in there and there[name].labels.get(_NAMESPACE_NAME) != name)


def _namespaces(snapshot: Snapshot, namespace: str, peer: Peer) -> tuple[Sequence[str], bool]:
    """The namespaces a peer looks in, and whether their labels are known."""
    if peer.namespace_selector is None:
        return [namespace], True
    picks = selectors.compile(peer.namespace_selector)
    names = [name for name, each in snapshot.namespaces.items() if picks(each.labels)]
    return names, snapshot.knows(Kind.NAMESPACE, "")


def _is_within(pod: Pod, block: Spans) -> bool:
    return any((number := parse_address(text)) is not None and number in block for text in pod.ips)


def _match(snapshot: Snapshot, tables: Iterable[Mapping[str, Pod]], picks: Callable[[Pod], bool], known: bool) -> Match:
    of = pods = on_host = 0
    found: Counter[str] = Counter()
    for table in tables:
        for pod in table.values():
            turns.give_way()
            if pod.host_network:
                on_host += picks(pod)
                continue
            of += 1
            if picks(pod):
                pods += 1
                workload = workload_of(snapshot, pod)
                found[workload.name if workload else pod.name] += 1
    told = tuple(sorted(found.items(), key=lambda each: (-each[1], each[0]))[:_WORKLOADS_TOLD])
    return Match(pods, of, told, len(found) - len(told), on_host, known)


def _add(found: dict[str, set[str]], labels: Labels) -> None:
    turns.give_way()
    for key, value in labels.items():
        if key not in GENERATED:
            found.setdefault(key, set()).add(value)


def _sorted(found: Mapping[str, set[str]]) -> Mapping[str, tuple[str, ...]]:
    return {key: tuple(sorted(found[key])[:_MOST_VALUES]) for key in sorted(found)}
