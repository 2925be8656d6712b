"""Big pictures of clusters with policies as teams write them: defaults for a namespace, and rules for single apps.

No two workloads have the same labels, so that no class holds the pods of two; the same numbers give the same picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from desktop.policy.codec import parse_policy
from desktop.reach.objects import (
    ContainerPort,
    Coverage,
    Kind,
    Namespace,
    OwnerReference,
    Pod,
    StoredPolicy,
    Thing,
    Workload,
)
from desktop.reach.snapshot import Put, Snapshot

Json = dict[str, Any]

_NAME = "kubernetes.io/metadata.name"
_TIERS = ("web", "api", "db")


@dataclass(frozen=True, slots=True)
class TeamsOf:
    """So many workloads, spread over namespaces, each of so many pods; policies with so many ports and blocks."""

    workloads: int
    namespaces: int
    policies: int
    pods_each: int = 4
    ports: int = 24
    blocks: int = 60

    def picture(self) -> Snapshot:
        """Return the picture, with every kind listed whole."""
        snapshot = Snapshot().apply(Put(thing) for thing in _Maker(self).things())
        for kind in Kind:
            snapshot = snapshot.covering(kind, Coverage.COMPLETE)
        return snapshot


class _Maker:
    def __init__(self, size: TeamsOf) -> None:
        self._size = size
        self._random = Random(1)
        self._ports = [self._random.randrange(1, 65536) for _ in range(size.ports)]
        self._blocks = [
            f"{self._random.randrange(20, 200)}.{self._random.randrange(256)}.0.0/16" for _ in range(size.blocks)
        ]

    def things(self) -> Iterator[Thing]:
        size = self._size
        for number in range(size.namespaces):
            labels = {_NAME: _namespace(number), "team": f"team-{number % 20}", "stage": ("live", "test")[number % 2]}
            yield Namespace(_namespace(number), labels)
        for number in range(size.workloads):
            yield from self._workload(number)
        for number in range(size.policies):
            namespace, name = _namespace(number % size.namespaces), f"policy-{number}"
            spec = self._spec(number % size.namespaces, number // size.namespaces)
            policy = parse_policy({"metadata": {"namespace": namespace, "name": name}, "spec": spec})
            yield StoredPolicy(namespace, name, policy, b"")

    def _workload(self, number: int) -> Iterator[Thing]:
        size, namespace, name = self._size, _namespace(number % self._size.namespaces), f"app-{number}"
        labels = {"app": name, "tier": _TIERS[number // size.namespaces % 3]}
        ports = (ContainerPort("http", self._ports[number % 4]), ContainerPort("metrics", 9090))
        yield Workload(Kind.DEPLOYMENT, namespace, name, labels, ports)
        for pod in range(number * size.pods_each, (number + 1) * size.pods_each):
            address = f"10.{pod >> 16 & 255}.{pod >> 8 & 255}.{pod & 255}"
            owner = OwnerReference("Deployment", name)
            yield Pod(namespace, f"{name}-{pod}", labels, (address,), ports, owner=owner)

    def _spec(self, place: int, rank: int) -> Json:
        """Return the spec of a namespace's policy: its first three are defaults, the others are for one app each."""
        match rank:
            case 0:
                return {"podSelector": {}, "policyTypes": ["Ingress", "Egress"] if place % 2 else ["Ingress"]}
            case 1:
                dns = [{"port": 53}, {"protocol": "UDP", "port": 53}]
                return {
                    "podSelector": {},
                    "policyTypes": ["Egress"],
                    "egress": [{"ports": dns, "to": [_of(_namespace(0))]}],
                }
            case 2:
                return {"podSelector": {}, "ingress": [{"from": [_of(_namespace(1))], "ports": [{"port": "metrics"}]}]}
        match rank % 3:
            case 0:
                front = {**self._of_any(), "podSelector": {"matchLabels": {"tier": "web"}}}
                return self._of_app(
                    place, ingress=[{"from": [*self._apps(place, 2), front], "ports": self._some_ports()}]
                )
            case 1:
                team = {"namespaceSelector": {"matchLabels": {"team": f"team-{self._random.randrange(20)}"}}}
                backs = {**team, "podSelector": {"matchLabels": {"tier": "api"}}}
                block = {"ipBlock": {"cidr": self._random.choice(self._blocks)}}
                return self._of_app(
                    place,
                    ingress=[{"from": [{"podSelector": {}}], "ports": self._some_ports()}],
                    egress=[
                        {"to": [block], "ports": [{"port": 443}]},
                        {"to": [*self._apps(place, 1), backs], "ports": self._some_ports()},
                    ],
                )
            case _:
                world = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", self._random.choice(self._blocks)]}}
                live = {
                    "namespaceSelector": {"matchExpressions": [{"key": "stage", "operator": "In", "values": ["live"]}]}
                }
                port = {"port": self._random.choice(self._ports)}
                return self._of_app(place, ingress=[{"from": [world], "ports": [port]}, {"from": [live]}])

    def _of_app(self, place: int, **rules: list[Json]) -> Json:
        return {**self._apps(place, 1)[0], **rules}

    def _apps(self, place: int, count: int) -> list[Json]:
        mine = range(place, self._size.workloads, self._size.namespaces)
        return [{"podSelector": {"matchLabels": {"app": f"app-{self._random.choice(mine)}"}}} for _ in range(count)]

    def _of_any(self) -> Json:
        return _of(_namespace(self._random.randrange(self._size.namespaces)))

    def _some_ports(self) -> list[Json]:
        return self._random.choice(([], [{"port": "http"}], [{"port": self._random.choice(self._ports)}]))


def _namespace(number: int) -> str:
    return f"space-{number:04}"


def _of(namespace: str) -> Json:
    return {"namespaceSelector": {"matchLabels": {_NAME: namespace}}}
