"""What a cluster makes of a policy: the restrictions of its version and its network plug-in.

Sources: the constraints of the customer's page (the default), and the vendor's documents for the CCE networks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from desktop.policy.findings import Finding, Path, Severity
from desktop.policy.netset import Spans, addresses, parse_cidr
from desktop.policy.objects import Direction, NetworkPolicy, Peer, Port

Version = tuple[int, int, int, int]
"""Major, minor, patch, and the vendor's revision (the 30 of ``1.27.16-r30``)."""

_VERSION = re.compile(r"v?([0-9]{1,9})\.([0-9]{1,9})\+?(?:\.([0-9]{1,9}))?(?:-r([0-9]{1,9})\b)?")


def read_version(text: str) -> Version | None:
    """Read a server's version as it names itself (``v1.27.16-r30-27.0.31.54``); None where it cannot be read."""
    found = _VERSION.match(text)
    if not found:
        return None
    major, minor, patch, revision = (int(part or 0) for part in found.groups())
    return major, minor, patch, revision


def version_text(version: Version) -> str:
    """Write a version as short as it is exact: ``1.23``, ``1.29.13``, ``1.27.16-r30``."""
    major, minor, patch, revision = version
    return f"{major}.{minor}" + (f".{patch}" if patch or revision else "") + (f"-r{revision}" if revision else "")


class Capability(Enum):
    """Something a policy can ask for, of which a cluster may not be capable."""

    ENFORCEMENT = "enforcement"  # policies have an effect at all
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INBOUND_IP_BLOCK = "inbound-ip-block"
    CLUSTER_ADDRESSES = "cluster-addresses"  # address blocks cover pods, Services and nodes too
    IPV6 = "ipv6"
    CLUSTER_IP = "cluster-ip"  # labels limit who reaches a pod through its Service's address
    SCTP = "sctp"
    END_PORT = "end-port"


@dataclass(frozen=True, slots=True)
class Since:
    """From certain versions on: ``firsts`` holds the first of each release line, ascending; later lines all have it."""

    firsts: tuple[Version, ...]

    def met_by(self, version: Version) -> bool:
        """Whether a version has it."""
        line = version[:2]
        same_line = [first for first in self.firsts if first[:2] == line]
        return version >= same_line[0] if same_line else line > self.firsts[-1][:2]

    def after(self, version: Version) -> Version:
        """Return the nearest version that has it, for one that does not."""
        return next(first for first in self.firsts if first > version)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why something is missing: ``reason`` "version" (``needs`` is one that has it), "beta" or "plug-in"."""

    reason: str
    needs: str = ""


# Protocol SCTP and endPort are on by default since they became beta.
_API = {Capability.SCTP: Since(((1, 19, 0, 0),)), Capability.END_PORT: Since(((1, 22, 0, 0),))}
_END_PORT_STABLE = (1, 25, 0, 0)


@dataclass(frozen=True, slots=True)
class Profile:
    """The capabilities of a cluster's network. ``name`` is a stable key; ``version`` None where it is not known.

    Where the version is not known, it is taken for a new one. ``blocks_match_pods``: whether an ipBlock matches pods
    by their addresses; None: it differs among the networks that the profile stands for.
    """

    name: str
    version: Version | None = None
    never: frozenset[Capability] = frozenset()
    since: Mapping[Capability, Since] = field(default_factory=dict, hash=False)
    blocks_match_pods: bool | None = None

    def can(self, capability: Capability) -> bool:
        """Whether the cluster is capable of it."""
        return self.lack(capability) is None

    def lack(self, capability: Capability) -> Lack | None:
        """Return why the cluster is not capable of it, or None."""
        if capability in self.never:
            return Lack("plug-in")
        for since in (self.since.get(capability), _API.get(capability)):
            if since is not None and self.version is not None and not since.met_by(self.version):
                return Lack("version", version_text(since.after(self.version)))
        return None


_SINCE_1_23 = {Capability.OUTBOUND: Since(((1, 23, 0, 0),))}
_VPC = Since(((1, 27, 16, 30), (1, 28, 15, 20), (1, 29, 13, 0), (1, 30, 10, 0), (1, 31, 6, 0)))
_TURBO = Since(((1, 27, 16, 10), (1, 28, 15, 0), (1, 29, 10, 0), (1, 30, 6, 0)))

DEFAULT = Profile("default", never=frozenset({Capability.IPV6, Capability.CLUSTER_IP}), since=_SINCE_1_23)
"""The limits that the customer's page names."""

PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        DEFAULT,
        replace(DEFAULT, name="flannel", never=DEFAULT.never | {Capability.ENFORCEMENT}),
        Profile(
            "cce-tunnel",
            never=frozenset(
                {
                    Capability.INBOUND_IP_BLOCK,
                    Capability.IPV6,
                    Capability.CLUSTER_IP,
                    Capability.SCTP,
                    Capability.END_PORT,
                }
            ),
            since=_SINCE_1_23,
            blocks_match_pods=True,
        ),
        Profile(
            "cce-vpc-dataplane-v2",
            never=frozenset({Capability.IPV6, Capability.CLUSTER_ADDRESSES}),
            since={Capability.INBOUND: _VPC, Capability.OUTBOUND: _VPC},
            blocks_match_pods=False,
        ),
        Profile(
            "cce-turbo-dataplane-v2",
            never=frozenset({Capability.CLUSTER_ADDRESSES, Capability.SCTP, Capability.END_PORT}),
            since={Capability.INBOUND: _TURBO, Capability.OUTBOUND: _TURBO},
            blocks_match_pods=False,
        ),
        Profile("upstream", blocks_match_pods=True),
    )
}
"""Every known profile by its name; "upstream" has all that the API has, and reads it as Kubernetes' own tests do."""


def for_version(name: str, version: str | Version | None) -> Profile:
    """Return a profile as it is on a server of this version (its own words for it, or read already).

    An empty name, or one that another version of this program knew, gives the default.
    """
    read = read_version(version) if isinstance(version, str) else version
    # A folder calls itself version 0.0: it has none.
    return replace(PROFILES.get(name, DEFAULT), version=read if read and read > (1,) else None)


def limits(policy: NetworkPolicy, profile: Profile) -> tuple[Finding, ...]:
    """Return what of a policy has no effect on a cluster with this profile.

    Codes are ``limit.`` and the capability's name. Facts: ``profile``, ``reason`` and ``needs`` as in Lack,
    ``version`` (the server's, or empty), and ``value`` where one is meant. What concerns most policies of a cluster,
    or is only likely, is told once and as INFO.
    """
    return tuple(_Limits(profile).of(policy))


def direction_lacking(profile: Profile, direction: Direction) -> Finding | None:
    """Return, as ``limits`` would, that a cluster ignores a whole direction; None where it does not."""
    return next(_Limits(profile).lacking(_DIRECTION[direction], ("spec", _RULES[direction][0])), None)


def shortcomings(profile: Profile) -> tuple[Finding, ...]:
    """Return, as ``limits`` would, that a cluster ignores policies, or a whole direction of them."""
    enforcement = next(_Limits(profile).lacking(Capability.ENFORCEMENT, ("spec",)), None)
    found = [enforcement, *(direction_lacking(profile, direction) for direction in Direction)]
    return tuple(finding for finding in found if finding is not None)


CLUSTER_WIDE = frozenset({f"limit.{each.value}" for each in (Capability.ENFORCEMENT, Capability.CLUSTER_IP)})
"""The limits that concern a cluster as a whole: what they say is true of each policy alike."""


def notes_on_cluster(profile: Profile) -> tuple[Finding, ...]:
    """Return what is to be known about every policy on a cluster with this profile, as ``limits`` has it."""
    found = _Limits(profile)
    return (
        *found.lacking(Capability.ENFORCEMENT, ()),
        *found.lacking(Capability.CLUSTER_IP, (), Severity.INFO),
    )


_RULES = {Direction.INGRESS: ("ingress", "from"), Direction.EGRESS: ("egress", "to")}
_DIRECTION = {Direction.INGRESS: Capability.INBOUND, Direction.EGRESS: Capability.OUTBOUND}


PRIVATE = Spans.of(
    cidr.span
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
    if (cidr := parse_cidr(text)) is not None
)
"""Where the addresses of pods, Services and nodes usually lie."""


@dataclass(frozen=True, slots=True)
class _Limits:
    profile: Profile

    def of(self, policy: NetworkPolicy) -> Iterator[Finding]:
        yield from self.lacking(Capability.ENFORCEMENT, ("spec",))
        by_labels: Path = ()
        for direction, (name, peers) in _RULES.items():
            rules = policy.rules(direction)
            if rules is None:
                continue
            if not self.profile.can(_DIRECTION[direction]):
                yield from self.lacking(_DIRECTION[direction], _where(policy, direction, name))
                continue
            for index, rule in enumerate(rules):
                path = ("spec", name, index)
                for number, peer in enumerate(rule.peers or ()):
                    yield from self._peer(peer, direction, (*path, peers, number))
                    if peer.pod_selector is not None and not peer.pod_selector.is_empty and not by_labels:
                        by_labels = (*path, peers, number, "podSelector")
                for number, port in enumerate(rule.ports or ()):
                    yield from self._port(port, (*path, "ports", number))
        if by_labels:
            yield from self.lacking(Capability.CLUSTER_IP, by_labels, Severity.INFO)

    def lacking(
        self, capability: Capability, path: Path, severity: Severity = Severity.WARNING, **facts: object
    ) -> Iterator[Finding]:
        lack = self.profile.lack(capability)
        if lack is not None:
            yield self._finding(capability, lack, path, severity, **facts)

    def _finding(self, capability: Capability, lack: Lack, path: Path, severity: Severity, **facts: object) -> Finding:
        version = version_text(self.profile.version) if self.profile.version else ""
        about = {"profile": self.profile.name, "reason": lack.reason, "needs": lack.needs, "version": version}
        return Finding(f"limit.{capability.value}", severity, path, {**about, **facts})

    def _peer(self, peer: Peer, direction: Direction, path: Path) -> Iterator[Finding]:
        if peer.ip_block is None:
            return
        block, path = peer.ip_block, (*path, "ipBlock")
        if direction is Direction.INGRESS and not self.profile.can(Capability.INBOUND_IP_BLOCK):
            yield from self.lacking(Capability.INBOUND_IP_BLOCK, path, value=block.cidr)
        elif (cidr := parse_cidr(block.cidr)) is not None:
            if cidr.family == 6 and not self.profile.can(Capability.IPV6):
                yield from self.lacking(Capability.IPV6, (*path, "cidr"), value=block.cidr)
            elif addresses(cidr) & PRIVATE:
                path = (*path, "cidr")
                yield from self.lacking(Capability.CLUSTER_ADDRESSES, path, Severity.INFO, value=block.cidr)

    def _port(self, port: Port, path: Path) -> Iterator[Finding]:
        if port.protocol == "SCTP":
            yield from self.lacking(Capability.SCTP, (*path, "protocol"), value=port.protocol)
        if port.end_port is not None:
            path, version = (*path, "endPort"), self.profile.version
            yield from self.lacking(Capability.END_PORT, path, value=port.end_port)
            if version and version < _END_PORT_STABLE and self.profile.can(Capability.END_PORT):
                lack = Lack("beta", version_text(_END_PORT_STABLE))
                yield self._finding(Capability.END_PORT, lack, path, Severity.INFO, value=port.end_port)


def _where(policy: NetworkPolicy, direction: Direction, name: str) -> Path:
    """Return the place in the document that asks for a direction."""
    if (policy.ingress if direction is Direction.INGRESS else policy.egress) is not None:
        return "spec", name
    return ("spec", "policyTypes") if policy.policy_types else ("spec",)
