"""Advice on address blocks that name what is inside the cluster.

``advice.block-of-pod`` (``value``, ``name``, ``namespace``): a block is the address of one pod, which its successor
does not have. ``advice.block-of-service``: it is a Service's, and policies see the pods behind it.
``advice.block-of-cluster`` (``value``): it holds addresses of pods, nodes or Services, which differs from plug-in to
plug-in (a note; nothing is said of a block of all addresses).
"""

from collections.abc import Iterator

from desktop.policy.advice import KEYS
from desktop.policy.containment import addresses_of
from desktop.policy.findings import Finding, Path, Severity
from desktop.policy.netset import parse_cidr
from desktop.policy.objects import IPBlock, NetworkPolicy
from desktop.policy.profile import PRIVATE, Capability, Profile
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import Pod


def advice_on_addresses(policy: NetworkPolicy, profile: Profile, sight: Sight) -> Iterator[Finding]:
    """Yield what is to be said of the address blocks of the rules that are in force."""
    for direction in sorted(policy.directions, key=list(KEYS).index):
        key, peers_key = KEYS[direction]
        for index, rule in enumerate(policy.rules(direction) or ()):
            for number, peer in enumerate(rule.peers or ()):
                if peer.ip_block is not None:
                    path: Path = ("spec", key, index, peers_key, number, "ipBlock", "cidr")
                    yield from _block(peer.ip_block, path, profile, sight)


def _block(block: IPBlock, path: Path, profile: Profile, sight: Sight) -> Iterator[Finding]:
    cidr, held = parse_cidr(block.cidr), addresses_of(block)
    if cidr is None or cidr.prefix == 0 or not (held := held & PRIVATE):
        return
    owner = sight.owner_within(held)
    if owner is None:
        return
    of_node = isinstance(owner, Pod) and owner.host_network  # an address that stays
    alone = cidr.prefix == cidr.bits and not of_node
    if not alone and (not profile.can(Capability.CLUSTER_ADDRESSES) or profile.blocks_match_pods is not None):
        return  # the profile says what becomes of it
    facts = {"value": block.cidr, "namespace": owner.namespace, "name": owner.name}
    if not alone:
        yield Finding("advice.block-of-cluster", Severity.INFO, path, {"value": block.cidr})
    elif isinstance(owner, Pod):
        yield Finding("advice.block-of-pod", Severity.WARNING, path, facts)
    else:
        yield Finding("advice.block-of-service", Severity.WARNING, path, facts)
