"""The codes of ``desktop.policy.profile``: what a cluster makes no use of; and the profiles' names."""

from desktop.language import tr
from desktop.wording.facts import Facts, Say
from desktop.wording.plain import plain


def profile_words(name: str) -> str:
    """Return the name of a capability profile, as a person chooses it; the empty name is the automatic choice."""
    match name:
        case "":
            return tr("Automatic")
        case "default":
            return tr("Default limits")
        case "flannel":
            return tr("flannel")
        case "cce-tunnel":
            return tr("CCE, tunnel network")
        case "cce-vpc-dataplane-v2":
            return tr("CCE, VPC network with DataPlane V2")
        case "cce-turbo-dataplane-v2":
            return tr("CCE Turbo with DataPlane V2")
        case "upstream":
            return tr("No limits (as the Kubernetes API)")
        case _:
            return plain(name)


def _lacking(what: str, f: Facts) -> str:
    """Join what has no effect with the reason why."""
    if f["reason"] == "version":
        if f["version"]:
            return tr("{what}: that needs version {needs}, and the cluster has {version}.", **{**f, "what": what})
        return tr("{what}: that needs version {needs}.", **{**f, "what": what})
    return tr("{what}: its network plug-in does not support that.", what=what)


def _end_port(f: Facts) -> str:
    if f["reason"] == "beta":
        return tr("Port ranges (endPort) are a beta feature before version {needs}; a server may ignore them.", **f)
    return _lacking(tr("Port ranges (endPort) have no effect on this cluster"), f)


def _choose(f: Facts) -> str:
    return tr("If that is not so on this cluster, choose another profile for it.")


LIMITS: dict[str, Say] = {
    "limit.enforcement": lambda f: tr(
        "Policies may have no effect on this cluster: its network plug-in does not enforce them by default."
    ),
    "limit.inbound": lambda f: _lacking(tr("Inbound rules have no effect on this cluster"), f),
    "limit.outbound": lambda f: _lacking(tr("Outbound rules have no effect on this cluster"), f),
    "limit.inbound-ip-block": lambda f: _lacking(tr("Inbound rules by address have no effect on this cluster"), f),
    "limit.cluster-addresses": lambda f: tr(
        "On this cluster an address block such as {value} does not cover pods, Services and nodes.", **f
    ),
    "limit.ipv6": lambda f: tr("IPv6 is not isolated on this cluster: {value} has no effect.", **f),
    "limit.cluster-ip": lambda f: tr(
        "On this cluster labels do not limit who reaches the pods through the cluster IP of a Service."
    ),
    "limit.sctp": lambda f: _lacking(tr("Rules for SCTP have no effect on this cluster"), f),
    "limit.end-port": _end_port,
}

HINTS: dict[str, Say] = dict.fromkeys(LIMITS, _choose)


_PAGE = "Container Firewalls user guide, Constraints"
_CCE = "Cloud Container Engine user guide, Network Policies"
_API = "Kubernetes API, networking.k8s.io/v1"


def _of_profile(f: Facts) -> str:
    name = f["profile"]
    source = _CCE if name.startswith("cce-") else _API if name == "upstream" else _PAGE
    why = tr("That is how the profile “{profile}” of this cluster has it.", profile=profile_words(name))
    return tr("{reason} (Source: {source})", reason=why, source=source)


REASONS: dict[str, Say] = dict.fromkeys(LIMITS, _of_profile)
