"""The ends a connection can have: classes of pods that nothing tells apart, then ranges of outside addresses.

A set of ends is a whole number: first one bit a class, then one bit a range.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from desktop.policy.netset import Span, Spans, addresses, parse_address, parse_cidr
from desktop.policy.objects import IPBlock, LabelSelector
from desktop.reach.bits import bits_of, positions_of
from desktop.reach.labels import LabelIndex, keys_of
from desktop.reach.objects import Namespace, Pod
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that servers from 1.21 on put on every namespace: its name."""

_address = lru_cache(maxsize=1 << 18)(parse_address)  # pods keep their addresses from one computation to the next

IPV6_LINE: Span = (0, (1 << 128) - 1)
IPV4_LINE: Span = (1 << 128, (1 << 128) + (1 << 32) - 1)


@dataclass(frozen=True, slots=True)
class Distinctions:
    """What rules ask of an end: label keys of pods and of namespaces, names of ports, blocks of addresses."""

    pod_keys: frozenset[str] = frozenset()
    namespace_keys: frozenset[str] = frozenset()
    port_names: frozenset[str] = frozenset()
    blocks: frozenset[IPBlock] = frozenset()


@dataclass(frozen=True, slots=True)
class PodClass:
    """Pods of one namespace that no rule tells apart; the first stands for all.

    ``named`` holds, for each port name that a rule asks for, the pods' ports of that name as (protocol, number).
    """

    namespace: str
    labels: Mapping[str, str] = field(hash=False)
    named: Mapping[str, tuple[tuple[str, int], ...]] = field(hash=False)
    host_network: bool
    within: int  # which stretches of addresses the pods' own addresses lie in
    pods: tuple[Pod, ...]


class Ends:
    """All ends of a cluster under one set of distinctions."""

    def __init__(self, snapshot: Snapshot, distinctions: Distinctions, settings: Settings) -> None:
        self.settings = settings
        self._spans = {block: _span_of(block) for block in distinctions.blocks}
        self.ranges: tuple[Span, ...] = _cut(self._spans.values())
        """The stretches of the address lines (IPv6, then IPv4; see netset) that no block tells apart."""
        self.classes: tuple[PodClass, ...] = tuple(self._classes(snapshot, distinctions))
        self.count = len(self.classes)
        self.pods = (1 << self.count) - 1
        """Every class of pods."""
        self.outside = ((1 << len(self.ranges)) - 1) << self.count
        """Every range of outside addresses."""
        self.all = self.pods | self.outside
        self._by_namespace = {name: bits_of(members, self.count) for name, members in _positions(self.classes).items()}
        self._pod_labels = LabelIndex([each.labels for each in self.classes], distinctions.pod_keys)
        self._namespaces = [*snapshot.namespaces.values(), *_unseen(snapshot)]
        self._unseen = bits_of(range(len(snapshot.namespaces), len(self._namespaces)), len(self._namespaces))
        self._namespace_labels = LabelIndex([each.labels for each in self._namespaces], distinctions.namespace_keys)
        self._within_stretch: dict[int, int] = {}
        self._inhabited = 0
        for stretch, members in _inhabitants(self.classes).items():
            self._within_stretch[stretch] = bits_of(members, self.count)
            self._inhabited |= 1 << stretch
        self._selected: dict[LabelSelector, int] = {}
        self._selected_namespaces: dict[LabelSelector, tuple[int, int]] = {}

    @cached_property
    def host_network(self) -> int:
        """The classes of host-network pods, where they are not ordinary pods: no policy selects them."""
        if self.settings.host_network_as_pods:
            return 0
        return bits_of((i for i, each in enumerate(self.classes) if each.host_network), self.count)

    @cached_property
    def position(self) -> Mapping[tuple[str, str], int]:
        """The class of each pod, by its namespace and name."""
        return {(pod.namespace, pod.name): i for i, each in enumerate(self.classes) for pod in each.pods}

    def in_namespace(self, namespace: str) -> int:
        """Return all pods of a namespace."""
        return self._by_namespace.get(namespace, 0)

    def select(self, selector: LabelSelector, within: int) -> int:
        """Return the pods among ``within`` that a selector picks."""
        found = self._selected.get(selector)
        if found is None:
            found = self._selected[selector] = self._pod_labels.select(selector)
        return found & within

    def in_namespaces(self, selector: LabelSelector) -> tuple[int, int]:
        """Return all pods of the namespaces that a selector picks, and of those it picks or not, being unseen."""
        found = self._selected_namespaces.get(selector)
        if found is None:
            picked = self._namespace_labels.select(selector)
            doubtful = 0 if keys_of([selector]) <= {NAMESPACE_NAME} else self._unseen
            found = self._pods_of(picked & ~doubtful), self._pods_of(doubtful)
            self._selected_namespaces[selector] = found
        return found

    def _pods_of(self, namespaces: int) -> int:
        found = 0
        for index in positions_of(namespaces):
            found |= self.in_namespace(self._namespaces[index].name)
        return found

    def block(self, block: IPBlock) -> tuple[int, int]:
        """Return the ends an ipBlock holds for certain, and those it holds or not, depending on the plug-in."""
        covered = _covered(self._spans[block], self.ranges)
        outside = covered << self.count
        touched = 0
        for stretch in positions_of(covered & self._inhabited):
            touched |= self._within_stretch[stretch]
        if self.settings.blocks_match_pods is None:
            return outside, touched
        return (outside | touched, 0) if self.settings.blocks_match_pods else (outside, 0)

    def _classes(self, snapshot: Snapshot, distinctions: Distinctions) -> Iterable[PodClass]:
        groups: dict[tuple[object, ...], list[Pod]] = {}
        keys, names = sorted(distinctions.pod_keys), distinctions.port_names
        for pods in snapshot.pods.values():
            for pod in pods.values():
                labels = pod.labels
                named = tuple(port for port in pod.ports if port.name in names) if names else ()
                key: tuple[object, ...] = (
                    pod.namespace,
                    pod.host_network,
                    self._within(pod),
                    named,
                    *map(labels.get, keys),
                )
                groups.setdefault(key, []).append(pod)
        for group in groups.values():
            first = group[0]
            yield PodClass(
                namespace=first.namespace,
                labels=first.labels,
                named={
                    name: tuple((port.protocol, port.port) for port in first.ports if port.name == name)
                    for name in sorted({port.name for port in first.ports} & names)
                },
                host_network=first.host_network,
                within=self._within(first),
                pods=tuple(group),
            )

    def _within(self, pod: Pod) -> int:
        if not self._spans or self.settings.blocks_match_pods is False:
            return 0
        within = 0
        for text in pod.ips:
            address = _address(text)
            if address is not None:
                within |= 1 << _stretch(address, self.ranges)
        return within


def _unseen(snapshot: Snapshot) -> Iterable[Namespace]:
    """The namespaces that pods name but that could not be listed: of their labels only the name is known."""
    for name in sorted(snapshot.pods.keys() - snapshot.namespaces.keys()):
        yield Namespace(name, {NAMESPACE_NAME: name})


def _span_of(block: IPBlock) -> Spans:
    """The addresses of a block; a CIDR that cannot be read (tolerated by the server if old) holds none."""
    cidr = parse_cidr(block.cidr)
    if cidr is None:
        return Spans()
    return addresses(cidr, [each for each in map(parse_cidr, block.excepts) if each is not None])


def _cut(blocks: Iterable[Spans]) -> tuple[Span, ...]:
    starts = {IPV6_LINE[0], IPV4_LINE[0]}
    for block in blocks:
        for first, last in block.spans:
            starts.update((first, last + 1))
    ordered = sorted(start for start in starts if start <= IPV4_LINE[1])
    return tuple(zip(ordered, [*(start - 1 for start in ordered[1:]), IPV4_LINE[1]], strict=True))


def _stretch(address: int, ranges: Sequence[Span]) -> int:
    low, high = 0, len(ranges) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if ranges[middle][0] <= address:
            low = middle
        else:
            high = middle - 1
    return low


def _covered(block: Spans, ranges: Sequence[Span]) -> int:
    covered = 0
    for first, last in block.spans:
        low, high = _stretch(first, ranges), _stretch(last, ranges)
        covered |= ((1 << (high - low + 1)) - 1) << low
    return covered


def _inhabitants(classes: Sequence[PodClass]) -> Mapping[int, list[int]]:
    """The classes with an address in each stretch of addresses."""
    found: dict[int, list[int]] = {}
    for index, each in enumerate(classes):
        for stretch in positions_of(each.within):
            found.setdefault(stretch, []).append(index)
    return found


def _positions(classes: Sequence[PodClass]) -> Mapping[str, list[int]]:
    positions: dict[str, list[int]] = {}
    for index, each in enumerate(classes):
        positions.setdefault(each.namespace, []).append(index)
    return positions
