"""What advice looks at in a picture, and a record of where it looked: only changes there can change what it said.

Pods are looked at by their shapes: pods with the same labels and ports are one. A pod that is replaced by one like it
so changes nothing. The templates of workloads are shapes, too: those pods may be there soon (one scaled to zero, a
CronJob between its runs).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from desktop import pauses, turns
from desktop.policy import selectors
from desktop.policy.containment import Admission, Wants, wants
from desktop.policy.netset import Spans, parse_address
from desktop.policy.objects import Direction, LabelSelector, NetworkPolicy, Peer
from desktop.reach.advice.dns_servers import Servers, namespace_of_dns, servers
from desktop.reach.bits import positions_of
from desktop.reach.labels import LabelIndex, keys_of
from desktop.reach.objects import ContainerPort, Kind, Pod, Service, StoredPolicy, Workload
from desktop.reach.snapshot import Snapshot, touched

_NOTHING: Mapping[Any, Any] = {}
"""The same for every namespace that is not there: tables are told apart by identity."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Pods alike. ``there``: they are there now, and not only in the template of a workload."""

    labels: frozenset[tuple[str, str]]
    ports: tuple[ContainerPort, ...]
    host_network: bool
    there: bool


class Shapes:
    """The shapes of one namespace."""

    def __init__(self, snapshot: Snapshot, namespace: str) -> None:
        pods, workloads = self.source = _tables(snapshot, namespace)
        found = {(frozenset(pod.labels.items()), pod.ports, pod.host_network): True for pod in pods.values()}
        for workload in workloads.values():
            key = (frozenset(workload.template_labels.items()), workload.ports, workload.host_network)
            found.setdefault(key, False)
        self.all = tuple(Shape(*key, there) for key, there in found.items())
        self.labels: Sequence[Mapping[str, str]] = [dict(shape.labels) for shape in self.all]
        """The labels of each shape."""

    def are_of(self, snapshot: Snapshot, namespace: str) -> bool:
        """Whether these are the shapes of a namespace of another picture, too."""
        return all(one is two for one, two in zip(self.source, _tables(snapshot, namespace), strict=True))

    @cached_property
    def _keys(self) -> set[str]:
        return {key for labels in self.labels for key in labels}

    @cached_property
    def _index(self) -> LabelIndex:
        return LabelIndex(self.labels, self._keys)

    def bits(self, selector: LabelSelector) -> int:
        """Return the set of shapes that a selector matches."""
        turns.give_way()
        unknown = keys_of((selector,)) - self._keys
        if unknown:
            self._keys.update(unknown)
            self.__dict__.pop("_index", None)
        return self._index.select(selector)

    def of(self, bits: int) -> list[Shape]:
        """Return the shapes of a set."""
        return [self.all[position] for position in positions_of(bits)]

    @cached_property
    def on_host_network(self) -> int:
        """The set of the shapes on the host network."""
        return sum(1 << position for position, shape in enumerate(self.all) if shape.host_network)


@dataclass(eq=False, slots=True)
class Compared:
    """A policy in the form in which policies are compared. ``dns``: on which protocols it admits to which servers."""

    policy: NetworkPolicy
    selects: Wants
    rules: Mapping[Direction, tuple[Admission, ...]]
    dns: tuple[Servers, frozenset[str]] | None = None

    @classmethod
    def of(cls, policy: NetworkPolicy) -> "Compared":
        """Return the form of a policy."""
        rules = {
            each: tuple(Admission.of(rule, policy.namespace) for rule in policy.rules(each) or ())
            for each in policy.directions
        }
        return cls(policy, wants(policy.pod_selector), rules)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different of what was looked at: the namespaces that came or went, or where pods, Services or policies
    are others, the selectors that pick other namespaces, and the addresses that are no more and those that are new.
    """

    namespaces: set[str]
    selectors: set[LabelSelector]
    gone: set[int]
    come: set[int]


class Sight:
    """A picture as advice sees it.

    What was looked at collects in ``looked`` (namespaces), ``chosen`` (selectors of namespaces) and ``watched`` (sets
    of addresses, each with the one that was found there).
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.looked: set[str] = set()
        self.chosen: set[LabelSelector] = set()
        self.watched: list[tuple[Spans, int | None]] = []
        self.remembered: dict[object, object] = {}
        """What advice made of this picture and may need again."""
        self._shapes: dict[str, Shapes] = {}
        self._addresses: dict[str, Mapping[int, Pod | Service]] = {}
        self._knows_addresses = False  # nobody asked for them yet
        self._namespaces: dict[LabelSelector, tuple[str, ...]] = {}
        self._folder: tuple[object, bool] | None = None
        self._servers: tuple[tuple[object, ...], Servers] | None = None
        self._compared: dict[str, tuple[Mapping[str, StoredPolicy], dict[str, tuple[StoredPolicy, Compared]]]] = {}

    def of(self, snapshot: Snapshot) -> "Sight":
        """Return the sight of another picture, in which nothing was looked at; what is the same there is kept."""
        other = Sight(snapshot)
        other._shapes = {name: each for name, each in self._shapes.items() if each.are_of(snapshot, name)}
        moved = touched(self.snapshot, snapshot, Kind.POD, Kind.SERVICE)
        other._addresses = {name: each for name, each in self._addresses.items() if name not in moved}
        other._compared = self._compared
        if self.snapshot.namespaces is snapshot.namespaces:
            other._namespaces = self._namespaces
        return other

    def knows_pods(self, namespace: str) -> bool:
        """Whether all pods of a namespace are known. A folder without any may just hold the policies."""
        self.looked.add(namespace)
        return self.snapshot.knows(Kind.POD, namespace) and (not self.is_folder or bool(self.shapes(namespace).all))

    def knows_namespaces(self) -> bool:
        """Whether all namespaces are known."""
        return self.snapshot.knows(Kind.NAMESPACE, "")

    def has_namespace(self, name: str) -> bool:
        """Whether a namespace is there."""
        self.looked.add(name)
        return name in self.snapshot.namespaces

    @property
    def is_folder(self) -> bool:
        """Whether this is a folder of manifests: what it does not hold may well be in the cluster it is meant for."""
        policies = self.snapshot.policies
        if self._folder is None or self._folder[0] is not policies:
            self._folder = policies, any(each.origin for table in policies.values() for each in table.values())
        return self._folder[1]

    def shapes(self, namespace: str) -> Shapes:
        """Return the shapes of a namespace."""
        self.looked.add(namespace)
        turns.give_way()
        if namespace not in self._shapes:
            with pauses.many_objects():
                self._shapes[namespace] = Shapes(self.snapshot, namespace)
        return self._shapes[namespace]

    def services(self, namespace: str) -> Iterable[Service]:
        """Return the Services of a namespace, as far as they are known."""
        self.looked.add(namespace)
        return self.snapshot.services.get(namespace, {}).values()

    def namespaces(self, selector: LabelSelector) -> tuple[str, ...]:
        """Return the namespaces that a selector picks."""
        self.chosen.add(selector)
        if selector not in self._namespaces:
            picks = selectors.compile(selector)
            found = (name for name, each in self.snapshot.namespaces.items() if picks(each.labels))
            self._namespaces[selector] = tuple(found)
        return self._namespaces[selector]

    def namespaces_of(self, peer: Peer, own: str) -> tuple[str, ...] | None:
        """Return where a peer looks for pods, seen from a policy in ``own``; None where that is not known."""
        if peer.namespace_selector is None:
            return (own,)
        return self.namespaces(peer.namespace_selector) if self.knows_namespaces() else None

    def compared(self, namespace: str) -> Mapping[str, Compared]:
        """Return the policies of a namespace that can be read, by name, in the form to compare."""
        self.looked.add(namespace)
        table = self.snapshot.policies.get(namespace, {})
        known, made = self._compared.get(namespace, ({}, {}))
        if known is not table:
            made = {
                name: made[name] if name in made and made[name][0] is entry else (entry, Compared.of(entry.policy))
                for name, entry in table.items()
                if entry.policy is not None
            }
            self._compared[namespace] = table, made
        return {name: each for name, (_, each) in made.items()}

    def servers(self) -> Servers:
        """Return the cluster's DNS; as long as nothing of it changes, the very same."""
        namespace = namespace_of_dns(self.snapshot)
        self.looked.add(namespace)
        tables = (self.snapshot.namespaces, self.snapshot.pods, self.snapshot.services)
        sources = tuple(table.get(namespace) for table in tables)
        if self._servers is None or any(one is not two for one, two in zip(self._servers[0], sources, strict=True)):
            found, known = servers(self.snapshot, namespace), self._servers[1] if self._servers else None
            self._servers = sources, known if known == found else found
        return self._servers[1]

    def owner_within(self, spans: Spans) -> Pod | Service | None:
        """Return a pod or Service with an address within ``spans``, and watch whether that stays so."""
        self._knows_addresses = True
        for name in self.snapshot.pods.keys() | self.snapshot.services.keys():
            for number, owner in self._addresses_in(name).items():
                if number in spans:
                    self.watched.append((spans, number))
                    return owner
        self.watched.append((spans, None))
        return None

    def _addresses_in(self, namespace: str) -> Mapping[int, Pod | Service]:
        if namespace not in self._addresses:
            self._addresses[namespace] = _addresses(self.snapshot, namespace)
        return self._addresses[namespace]

    def follow(self, snapshot: Snapshot) -> Changes:
        """Look at another picture; return what is different of what was looked at before."""
        old, self.snapshot, self.remembered = self.snapshot, snapshot, {}
        different = {
            name
            for name in self._compared.keys() | self._shapes.keys()
            if old.policies.get(name) is not snapshot.policies.get(name)
            or old.services.get(name) is not snapshot.services.get(name)
        }
        for name, known in tuple(self._shapes.items()):
            if not known.are_of(snapshot, name):
                self._shapes[name] = Shapes(snapshot, name)
                if set(self._shapes[name].all) != set(known.all):
                    different.add(name)
        different |= old.namespaces.keys() ^ snapshot.namespaces.keys()
        gone, come = self._moved(old)
        return Changes(different, self._chosen_anew(old), gone, come)

    def _chosen_anew(self, old: Snapshot) -> set[LabelSelector]:
        if old.namespaces is self.snapshot.namespaces:
            return set()
        before, self._namespaces = self._namespaces, {}
        return {selector for selector, names in before.items() if not names or self.namespaces(selector) != names}

    def _moved(self, old: Snapshot) -> tuple[set[int], set[int]]:
        """Return the addresses of pods and Services that are no more, and those that are new."""
        gone, come = set[int](), set[int]()
        if self._knows_addresses:
            for name in touched(old, self.snapshot, Kind.POD, Kind.SERVICE):
                before, after = self._addresses.get(name, {}), _addresses(self.snapshot, name)
                self._addresses[name] = after
                gone |= before.keys() - after.keys()
                come |= after.keys() - before.keys()
        return gone, come


def _tables(snapshot: Snapshot, namespace: str) -> tuple[Mapping[str, Pod], Mapping[Any, Workload]]:
    return snapshot.pods.get(namespace, _NOTHING), snapshot.workloads.get(namespace, _NOTHING)


def _addresses(snapshot: Snapshot, namespace: str) -> Mapping[int, Pod | Service]:
    found: dict[int, Pod | Service] = {}
    for pod in snapshot.pods.get(namespace, {}).values():
        found.update((number, pod) for text in pod.ips if (number := parse_address(text)) is not None)
    for service in snapshot.services.get(namespace, {}).values():
        found.update((number, service) for text in service.cluster_ips if (number := parse_address(text)) is not None)
    return found
