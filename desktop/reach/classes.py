"""Pods in classes that no rule tells apart: what is true of one pod of a class is true of all.

A cluster has far fewer classes than pods. Each namespace has its own, so that what happens in one leaves the classes of
the others as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.policy.objects import IPBlock
from desktop.reach.objects import ContainerPort, Pod
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


@dataclass(frozen=True, slots=True)
class PodClass:
    """Pods of one namespace that no rule tells apart; the first stands for all.

    ``named`` holds, for each port name that a rule asks for, the pods' ports of that name as (protocol, number);
    ``within`` are the stretches of addresses that the pods' own lie in. ``key`` is all that rules can tell of them.
    """

    namespace: str
    labels: Mapping[str, str] = field(hash=False, compare=False)
    named: Mapping[str, tuple[tuple[str, int], ...]] = field(hash=False, compare=False)
    host_network: bool
    within: int
    key: tuple[object, ...]
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
        groups: dict[tuple[object, ...], list[Pod]] = {each.key: [] for each in order}
        for pod in pods:
            groups.setdefault(self.key(pod), []).append(pod)
        return tuple(self.made(key, group) for key, group in groups.items() if group)

    def refining(self, known: "Classifier") -> "Refinement":
        """Return what takes the classes of another classifier, with fewer distinctions, apart as far as this does."""
        return Refinement(self, known)

    def key(self, pod: Pod) -> tuple[object, ...]:
        """Return all that rules can tell of a pod."""
        return (
            pod.namespace,
            pod.host_network,
            self.within(pod),
            self.named(pod),
            *[values.get(pod.labels.get(key), _OTHER) for key, values in self._values],
        )

    def within(self, pod: Pod) -> int:
        """Return the stretches that a pod's addresses lie in, as far as they are of account."""
        return self.stretches.holding(pod.ips) if self.stretches is not None else 0

    def named(self, pod: Pod) -> tuple[ContainerPort, ...]:
        """Return the ports of a pod whose names rules ask for."""
        return tuple(port for port in pod.ports if port.name in self._names) if self._names else ()

    def made(self, key: tuple[object, ...], group: Sequence[Pod]) -> PodClass:
        """Return the class of some pods with the same key."""
        first, named = group[0], dict[str, tuple[tuple[str, int], ...]]()
        for port in self.named(first):
            named[port.name] = (*named.get(port.name, ()), (port.protocol, port.port))
        return PodClass(first.namespace, first.labels, named, first.host_network, self.within(first), key, tuple(group))


class Refinement:
    """Takes classes apart by what one classifier tells and another did not."""

    def __init__(self, finer: Classifier, known: Classifier) -> None:
        asked, before = finer.distinctions, known.distinctions
        more = {key for key, _ in asked.pod_labels - before.pod_labels} | (asked.pod_keys - before.pod_keys)
        self._finer = finer
        self._values = _values(asked, more)
        self._by_name = not asked.port_names <= before.port_names
        self._cut = 0
        if finer.stretches is not None:
            self._cut = known.stretches.cut_by(finer.stretches) if known.stretches is not None else -1

    def of(self, classes: Iterable[PodClass]) -> tuple[PodClass, ...]:
        """Return classes taken apart; they keep their order."""
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
            found += [finer.made(finer.key(group[0]), group) for group in groups.values() or (each.pods,)]
        return tuple(found)
