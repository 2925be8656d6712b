"""The ends a connection can have: classes of pods that nothing tells apart, then ranges of outside addresses.

A set of ends is a whole number: first one bit a class, then one bit a range.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from desktop.policy.objects import IPBlock, LabelSelector
from desktop.reach.bits import bits_of, positions_of
from desktop.reach.classes import Distinctions, PodClass
from desktop.reach.labels import LabelIndex, keys_of
from desktop.reach.objects import Namespace
from desktop.reach.ports import Cut
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.stretches import Stretches

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that servers from 1.21 on put on every namespace: its name."""


class Ends:
    """All ends of a cluster under one set of distinctions."""

    def __init__(
        self,
        snapshot: Snapshot,
        classes: Iterable[PodClass],
        stretches: Stretches,
        distinctions: Distinctions,
        settings: Settings,
    ) -> None:
        self.settings = settings
        self.classes = tuple(classes)
        self.count = len(self.classes)
        self.ranges = stretches.ranges
        """The stretches of the address lines (IPv6, then IPv4; see netset) that no block tells apart."""
        self.pods = (1 << self.count) - 1
        """Every class of pods."""
        self.outside = ((1 << len(self.ranges)) - 1) << self.count
        """Every range of outside addresses."""
        self.all = self.pods | self.outside
        self.stretches = stretches
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

    def with_pods(self, classes: Iterable[PodClass]) -> "Ends":
        """Return the same ends with other pods in the same classes."""
        ends = copy.copy(self)
        ends.classes = tuple(classes)
        ends.__dict__.pop("position", None)
        return ends

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

    def named_ports(self) -> frozenset[Cut]:
        """Return the ports that pods give the names that rules ask for."""
        return frozenset(
            (protocol, number, number)
            for each in self.classes
            for ports in each.named.values()
            for protocol, number in ports
        )

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
        covered = self.stretches.covered(block)
        outside = covered << self.count
        touched = 0
        for stretch in positions_of(covered & self._inhabited):
            touched |= self._within_stretch[stretch]
        if self.settings.blocks_match_pods is None:
            return outside, touched
        return (outside | touched, 0) if self.settings.blocks_match_pods else (outside, 0)


def _unseen(snapshot: Snapshot) -> Iterable[Namespace]:
    """The namespaces that pods name but that could not be listed: of their labels only the name is known."""
    for name in sorted(snapshot.pods.keys() - snapshot.namespaces.keys()):
        yield Namespace(name, {NAMESPACE_NAME: name})


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
