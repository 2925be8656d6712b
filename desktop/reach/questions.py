"""Who is meant by a name a person types, and the answer for every port between two ends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desktop.errors import BulkheadError
from desktop.policy.netset import parse_address
from desktop.reach.blocks import distinctions_of, port_cuts
from desktop.reach.classes import Classifier
from desktop.reach.compare import Ports
from desktop.reach.engine import policies_of, tiered_policies_of
from desktop.reach.explain import End, Explanation, explain
from desktop.reach.objects import Pod
from desktop.reach.ports import Cut, PortSpace
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.stretches import Stretches
from desktop.reach.workloads import WorkloadRef, template_pod, top_owner

_NAME = re.compile(r"(?:([^/\[\]() ]+)/)?([^/\[\]() ]+)(?:\[(\w+)\]| ?\((\w+)\))?")


class NoSuchEnd(BulkheadError):
    """What was typed names no end of a connection, or more than one."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a name means: a workload, a pod or an address, and its ends (the pods of a workload, or the one)."""

    end: WorkloadRef | str
    ends: tuple[End, ...]

    @property
    def title(self) -> str:
        """The name as it is to be shown."""
        return str(self.end)


def named(snapshot: Snapshot, text: str) -> Named:
    """Return what ``namespace/name``, ``namespace/name (Kind)``, ``namespace/name[Kind]`` or an IP address means.

    The namespace may be left out where no other has something of that name. A pod comes before a workload of the same
    name. A workload without pods stands for the pods its template makes. The address of a pod is that pod. Raises
    NoSuchEnd: ``end.unknown``, ``end.ambiguous``, ``end.service``.
    """
    if parse_address(text) is not None:
        return _address(snapshot, text)
    match = _NAME.fullmatch(text)
    if match is None:
        raise NoSuchEnd("end.unknown", name=text)
    namespace, name, *kinds = match.groups()
    kind = next(filter(None, kinds), None)
    namespaces = [namespace] if namespace else sorted(snapshot.pods.keys() | snapshot.workloads.keys())
    found = [each for place in namespaces for each in _called(snapshot, place, name, kind)]
    if not found:
        raise NoSuchEnd("end.unknown", name=text)
    if len(found) > 1:
        raise NoSuchEnd("end.ambiguous", name=text, candidates=tuple(each.title for each in found))
    return found[0]


def _called(snapshot: Snapshot, namespace: str, name: str, kind: str | None) -> Iterator[Named]:
    """Yield what of a namespace has this name: a pod, or else workloads."""
    pod = snapshot.pods.get(namespace, {}).get(name)
    if pod is not None and kind in (None, "Pod"):
        yield Named(WorkloadRef(namespace, name, "Pod"), (pod,))
        return
    owned: dict[WorkloadRef, list[Pod]] = {}
    for each in snapshot.pods.get(namespace, {}).values():
        owned.setdefault(top_owner(snapshot, each), []).append(each)
    for workload in snapshot.workloads.get(namespace, {}).values():
        if workload.owner is None:
            owned.setdefault(WorkloadRef(namespace, workload.name, workload.kind.value), [template_pod(workload)])
    for ref in sorted(owned):
        if ref.name == name and kind in (None, ref.kind):
            yield Named(ref, tuple(owned[ref]))


def _address(snapshot: Snapshot, text: str) -> Named:
    number = parse_address(text)
    for pods in snapshot.pods.values():
        for pod in pods.values():
            if not pod.host_network and number in map(parse_address, pod.ips):
                return Named(WorkloadRef(pod.namespace, pod.name, "Pod"), (pod,))
    for services in snapshot.services.values():
        for service in services.values():
            if number in map(parse_address, service.cluster_ips):
                raise NoSuchEnd("end.service", address=text, namespace=service.namespace, name=service.name)
    return Named(text, (text,))


def alike(
    snapshot: Snapshot, ends: tuple[End, ...], others: tuple[End, ...], settings: Settings
) -> list[tuple[End, ...]]:
    """Return the ends in groups that no rule about them, or about the ``others`` they talk with, tells apart."""
    namespaces = {end.namespace for end in (*ends, *others) if isinstance(end, Pod)}
    policies = [policy for policy in policies_of(snapshot) if policy.namespace in namespaces]
    asked = distinctions_of([*policies, *tiered_policies_of(snapshot)])
    classifier = Classifier(asked, Stretches(asked.blocks), settings)
    groups: dict[object, list[End]] = {}
    for end in ends:
        groups.setdefault(classifier.key(end) if isinstance(end, Pod) else end, []).append(end)
    return [tuple(group) for group in groups.values()]


@dataclass(frozen=True, slots=True)
class Answer:
    """The same explanation for some ports."""

    ports: Ports
    explanation: Explanation


def answers(snapshot: Snapshot, source: End, destination: End, settings: Settings) -> tuple[Answer, ...]:
    """Return what can be said of every port between two ends, ports of the same explanation together."""
    pods = [end for end in (source, destination) if isinstance(end, Pod)]
    names = {pod.namespace for pod in pods}
    policies = [policy for policy in policies_of(snapshot) if policy.namespace in names]
    ports = PortSpace(port_cuts([*policies, *tiered_policies_of(snapshot)]) | _served(destination))
    found: dict[Explanation, int] = {}
    for mask, protocol, (first, _) in ports.stretches():
        told = explain(snapshot, source, destination, protocol, first, settings)
        found[told] = found.get(told, 0) | mask
    return tuple(Answer(ports.spans(mask), told) for told, mask in found.items())


def _served(end: End) -> frozenset[Cut]:
    return (
        frozenset((port.protocol, port.port, port.port) for port in end.ports) if isinstance(end, Pod) else frozenset()
    )
