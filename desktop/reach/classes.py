"""Pods in classes that no rule tells apart: what is true of one pod of a class is true of all.

A cluster has far fewer classes than pods. Each namespace has its own, so that what happens in one leaves the classes of
the others as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from desktop.policy.objects import IPBlock
from desktop.reach.objects import ContainerPort, Pod
from desktop.reach.renumbering import Renumbering
from desktop.reach.settings import Settings
from desktop.reach.stretches import Stretches


@dataclass(frozen=True, slots=True)
class Distinctions:
    """What rules ask of an end: of pods the label keys, and the labels by their values; of namespaces the label keys;
    names of ports; blocks of addresses.
    """

    pod_keys: frozenset[str] = frozenset()
    pod_labels: frozenset[tuple[str, str]] = frozenset()
    namespace_keys: frozenset[str] = frozenset()
    port_names: frozenset[str] = frozenset()
    blocks: frozenset[IPBlock] = frozenset()

    def __or__(self, other: "Distinctions") -> "Distinctions":
        if other <= self:
            return self
        return Distinctions(
            self.pod_keys | other.pod_keys,
            self.pod_labels | other.pod_labels,
            self.namespace_keys | other.namespace_keys,
            self.port_names | other.port_names,
            self.blocks | other.blocks,
        )

    def __le__(self, other: "Distinctions") -> bool:
        return (
            self.pod_keys <= other.pod_keys
            and self.pod_labels <= other.pod_labels
            and self.namespace_keys <= other.namespace_keys
            and self.port_names <= other.port_names
            and self.blocks <= other.blocks
        )

    def __len__(self) -> int:
        return len(self.pod_labels) + len(self.namespace_keys) + len(self.port_names) + len(self.blocks)


class Key(NamedTuple):
    """All that rules can tell of a pod."""

    namespace: str
    host_network: bool
    within: int
    named: tuple[ContainerPort, ...]
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PodClass:
    """Pods of one namespace that no rule tells apart; the first stands for all.

    ``named`` holds, for each port name that a rule asks for, the pods' ports of that name as (protocol, number);
    ``within`` are the stretches of addresses that the pods' own lie in.
    """

    namespace: str
    labels: Mapping[str, str] = field(hash=False, compare=False)
    named: Mapping[str, tuple[tuple[str, int], ...]] = field(hash=False, compare=False)
    host_network: bool
    within: int
    pods: tuple[Pod, ...]


_OTHER = object()
"""Every value of a label that no rule asks for."""

Values = list[tuple[str, dict[str | None, str | None]]]


def _values(distinctions: Distinctions, keys: Iterable[str]) -> Values:
    """Return for each key the values that rules tell apart, and that of a pod without the key."""
    found: dict[str, dict[str | None, str | None]] = {key: {None: None} for key in sorted(keys)}
    for key, value in distinctions.pod_labels:
        if key in found:
            found[key][value] = value
    return list(found.items())


class Classifier:
    """Puts pods in classes under given distinctions."""

    def __init__(self, distinctions: Distinctions, stretches: Stretches, settings: Settings) -> None:
        self.distinctions = distinctions
        self._values = _values(distinctions, distinctions.pod_keys)
        self._names = sorted(distinctions.port_names)
        # Where blocks do not match pods, their addresses are of no account.
        self.stretches = stretches if distinctions.blocks and settings.blocks_match_pods is not False else None

    def classes(self, pods: Iterable[Pod], order: Sequence[PodClass] = ()) -> tuple[PodClass, ...]:
        """Return the classes of the pods of one namespace; those that were in ``order`` come first, in that order."""
        groups: dict[Key, list[Pod]] = {self.key(each.pods[0]): [] for each in order}
        for pod in pods:
            groups.setdefault(self.key(pod), []).append(pod)
        return tuple(self.made(key, group) for key, group in groups.items() if group)

    def alike(self, classes: Sequence[PodClass], others: Sequence[PodClass]) -> bool:
        """Whether two runs of classes are the same but for their pods."""
        return len(classes) == len(others) and all(
            one is other or self.key(one.pods[0]) == self.key(other.pods[0])
            for one, other in zip(classes, others, strict=True)
        )

    def refining(self, known: "Classifier") -> "Refinement":
        """Return what takes the classes of another classifier, with fewer distinctions, apart as far as this does."""
        return Refinement(self, known)

    def key(self, pod: Pod) -> Key:
        """Return all that rules can tell of a pod."""
        values = tuple([values.get(pod.labels.get(key), _OTHER) for key, values in self._values])
        return Key(pod.namespace, pod.host_network, self.within(pod), self.named(pod), values)

    def within(self, pod: Pod) -> int:
        """Return the stretches that a pod's addresses lie in, as far as they are of account."""
        return self.stretches.holding(pod.ips) if self.stretches is not None else 0

    def named(self, pod: Pod) -> tuple[ContainerPort, ...]:
        """Return the ports of a pod whose names rules ask for."""
        return tuple(port for port in pod.ports if port.name in self._names) if self._names else ()

    def made(self, key: Key, group: Sequence[Pod]) -> PodClass:
        """Return the class of some pods with the same key."""
        named = dict[str, tuple[tuple[str, int], ...]]()
        for port in key.named:
            named[port.name] = (*named.get(port.name, ()), (port.protocol, port.port))
        return PodClass(key.namespace, group[0].labels, named, key.host_network, key.within, tuple(group))


class Refinement:
    """Takes classes apart by what one classifier tells and another did not."""

    def __init__(self, finer: Classifier, known: Classifier) -> None:
        asked, before = finer.distinctions, known.distinctions
        more = {key for key, _ in asked.pod_labels - before.pod_labels} | (asked.pod_keys - before.pod_keys)
        self._finer = finer
        self._values = _values(asked, more)
        self._by_name = not asked.port_names <= before.port_names
        self._cut = 0
        self._carried = Renumbering(())
        if finer.stretches is not None:
            if known.stretches is None:
                self._cut = -1
            else:
                parts = known.stretches.parts_in(finer.stretches)
                self._cut = sum(1 << index for index, count in enumerate(parts) if count > 1)
                self._carried = Renumbering(parts)

    def of(self, classes: Iterable[PodClass]) -> tuple[PodClass, ...]:
        """Return classes taken apart; they keep their order, and those that stay whole stay the same."""
        finer, found = self._finer, list[PodClass]()
        for each in classes:
            by_address = bool(each.within & self._cut) or self._cut == -1
            groups: dict[tuple[object, ...], list[Pod]] = {}
            for pod in each.pods if len(each.pods) > 1 else ():
                key = (
                    finer.within(pod) if by_address else 0,
                    finer.named(pod) if self._by_name else (),
                    *[values.get(pod.labels.get(key), _OTHER) for key, values in self._values],
                )
                groups.setdefault(key, []).append(pod)
            if len(groups) > 1 or by_address or self._by_name:
                found += [finer.made(finer.key(group[0]), group) for group in groups.values() or (each.pods,)]
            else:
                within = self._carried.of(each.within)
                found.append(each if within == each.within else replace(each, within=within))
        return tuple(found)
