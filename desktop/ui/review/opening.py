"""What a deletion opens: pods that no policy is left to restrict. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from desktop.policy.objects import Direction, NetworkPolicy
from desktop.reach.labels import LabelIndex, keys_of
from desktop.reach.objects import Kind
from desktop.reach.selection import readable
from desktop.reach.snapshot import Snapshot

Key = tuple[str, str]
"""Namespace and name of a policy."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Names of the pods a policy leaves without any policy for a direction; ``selected`` counts the pods it selects.

    ``known`` is False where pods or policies of the namespace are not fully known: then nothing can be said.
    """

    known: bool = False
    selected: int = 0
    inbound: tuple[str, ...] = ()
    outbound: tuple[str, ...] = ()


def openings(snapshot: Snapshot, going: Collection[Key]) -> Mapping[Key, Opening]:
    """Return what opens for each policy when all of ``going`` are deleted together."""
    found: dict[Key, Opening] = {}
    for namespace in {namespace for namespace, _ in going}:
        names = {name for where, name in going if where == namespace}
        found |= {(namespace, name): opening for name, opening in _in_namespace(snapshot, namespace, names).items()}
    return found


def _in_namespace(snapshot: Snapshot, namespace: str, going: Collection[str]) -> Mapping[str, Opening]:
    policies = readable(snapshot, namespace)
    unreadable = snapshot.policies.get(namespace, {}).keys() - policies.keys() - set(going)
    if unreadable or not all(snapshot.knows(kind, namespace) for kind in (Kind.POD, Kind.NETWORK_POLICY)):
        return dict.fromkeys(going, Opening())
    pods = [pod for pod in snapshot.pods.get(namespace, {}).values() if not pod.host_network]
    index = LabelIndex([pod.labels for pod in pods], keys_of(policy.pod_selector for policy in policies.values()))
    picked = {name: index.select(policy.pod_selector) for name, policy in policies.items()}
    kept = {
        direction: _held(direction, [(policies[name], picked[name]) for name in policies.keys() - set(going)])
        for direction in Direction
    }

    def opened(name: str, direction: Direction) -> tuple[str, ...]:
        if direction not in policies[name].directions:
            return ()
        free = picked[name] & ~kept[direction]
        return tuple(sorted(pod.name for position, pod in enumerate(pods) if free >> position & 1))

    return {
        name: Opening(True, picked[name].bit_count(), opened(name, Direction.INGRESS), opened(name, Direction.EGRESS))
        if name in policies
        else Opening()
        for name in going
    }


def _held(direction: Direction, policies: Sequence[tuple[NetworkPolicy, int]]) -> int:
    """Return the pods that at least one of ``policies`` restricts in a direction."""
    held = 0
    for policy, picked in policies:
        if direction in policy.directions:
            held |= picked
    return held
