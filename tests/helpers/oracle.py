"""The slow, obvious reading of NetworkPolicies, one pair and one port at a time: what the engine is held against."""

import ipaddress
from collections.abc import Iterable

from desktop.policy import selectors
from desktop.policy.objects import Direction, NetworkPolicy, Peer, Port
from desktop.reach.explain import End, Verdict
from desktop.reach.objects import Pod
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot


def verdict(snapshot: Snapshot, source: End, destination: End, protocol: str, port: int, settings: Settings) -> Verdict:
    """Return what can be said of a connection."""
    out = _side(snapshot, source, destination, destination, Direction.EGRESS, protocol, port, settings)
    into = _side(snapshot, destination, source, destination, Direction.INGRESS, protocol, port, settings)
    if out is False or into is False:
        return Verdict.NOT_ALLOWED
    return Verdict.ALLOWED if out and into else Verdict.UNDECIDABLE


def _side(
    snapshot: Snapshot,
    target: End,
    peer: End,
    destination: End,
    direction: Direction,
    protocol: str,
    port: int,
    settings: Settings,
) -> bool | None:
    if isinstance(target, str) or (target.host_network and not settings.host_network_as_pods):
        return True
    policies = [
        policy
        for policy in _policies(snapshot)
        if policy.namespace == target.namespace
        and direction in policy.directions
        and selectors.matches(policy.pod_selector, target.labels)
    ]
    if not policies:
        return True
    answers = {
        _peers_admit(snapshot, rule.peers, policy.namespace, peer, settings)
        for policy in policies
        for rule in policy.rules(direction) or ()
        if _ports_admit(rule.ports, destination, protocol, port)
    }
    if True in answers:
        return True
    node = isinstance(peer, Pod) and peer.host_network and not settings.host_network_as_pods
    return None if None in answers or node else False


def _policies(snapshot: Snapshot) -> Iterable[NetworkPolicy]:
    for table in snapshot.policies.values():
        for entry in table.values():
            if entry.policy is not None:
                yield entry.policy


def _ports_admit(ports: tuple[Port, ...] | None, destination: End, protocol: str, port: int) -> bool:
    if not ports:
        return True
    for each in ports:
        if each.protocol != protocol:
            continue
        if each.port is None:
            return True
        if isinstance(each.port, int):
            if each.port <= port <= (each.end_port or each.port):
                return True
        elif isinstance(destination, Pod) and any(
            (named.name, named.protocol, named.port) == (each.port, protocol, port) for named in destination.ports
        ):
            return True
    return False


def _peers_admit(
    snapshot: Snapshot, peers: tuple[Peer, ...] | None, namespace: str, end: End, settings: Settings
) -> bool | None:
    if not peers:
        return True
    answers = {_peer_admits(snapshot, peer, namespace, end, settings) for peer in peers}
    return True if True in answers else None if None in answers else False


def _peer_admits(snapshot: Snapshot, peer: Peer, namespace: str, end: End, settings: Settings) -> bool | None:
    if peer.ip_block is not None:
        addresses = (end,) if isinstance(end, str) else end.ips
        inside = any(_in_block(peer.ip_block.cidr, peer.ip_block.excepts, address) for address in addresses)
        if isinstance(end, str) or not inside:
            return inside
        return settings.blocks_match_pods
    if isinstance(end, str):
        return False
    if peer.namespace_selector is None and peer.pod_selector is None:
        return False
    if peer.namespace_selector is None:
        if end.namespace != namespace:
            return False
    else:
        found = snapshot.namespaces.get(end.namespace)
        if found is None or not selectors.matches(peer.namespace_selector, found.labels):
            return False
    if peer.pod_selector is not None and not selectors.matches(peer.pod_selector, end.labels):
        return False
    return None if end.host_network and not settings.host_network_as_pods else True


def _in_block(cidr: str, excepts: tuple[str, ...], address: str) -> bool:
    number = ipaddress.ip_address(address)
    return number in ipaddress.ip_network(cidr) and not any(number in ipaddress.ip_network(each) for each in excepts)
