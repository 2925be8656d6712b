"""Advice on DNS: a pod whose outbound traffic is restricted needs UDP and TCP 53 to resolve names (OpenShift 5353).

``advice.dns-cut-off`` (``port``; ``known``): some pods of a policy that isolates them outbound reach DNS by no rule of
any policy. ``advice.dns-one-protocol`` (``port``, ``missing``): its rules open DNS for one protocol, and some of the
pods get the other from nowhere. Where policies or pods may not all be listed, these are notes.
"""

from collections.abc import Iterator

from desktop.policy.containment import Admission, can_match, implies, wants
from desktop.policy.findings import Edit, Finding, Fix, Path, Severity
from desktop.policy.objects import NAMESPACE_NAME, Direction, NetworkPolicy, Port
from desktop.reach.advice.dns_servers import Servers
from desktop.reach.advice.sight import Compared, Sight
from desktop.reach.objects import Kind

_PROTOCOLS = ("UDP", "TCP")


def advice_on_dns(policy: NetworkPolicy, sight: Sight) -> Iterator[Finding]:
    """Yield what is to be said of a policy that isolates pods outbound."""
    if Direction.EGRESS not in policy.directions or not can_match(wants(policy.pod_selector)):
        return
    found, mine = sight.servers(), sight.compared(policy.namespace).get(policy.name)
    if mine is None or (missing := set(_PROTOCOLS) - protocols(mine, found)) == set():
        return
    opened = len(missing) < len(_PROTOCOLS)
    known = sight.snapshot.knows(Kind.NETWORK_POLICY, policy.namespace) and sight.knows_pods(policy.namespace)
    missing = {protocol for protocol in missing if _left_without(protocol, mine, found, sight, known=known)}
    severity = Severity.WARNING if known else Severity.INFO
    if opened and missing:
        yield _one_protocol(policy, missing.pop(), severity, found)
    elif missing:
        at = "egress" if policy.egress is not None else "policyTypes" if policy.policy_types else ""
        path: Path = ("spec", at) if at else ("spec",)
        facts = {"port": found.port, "known": known, "direction": Direction.EGRESS.value}
        yield Finding("advice.dns-cut-off", severity, path, facts, fix=_allowing(policy, found))


def protocols(of: Compared, found: Servers) -> frozenset[str]:
    """Return the protocols on which a policy admits pods to DNS."""
    if of.dns is None or of.dns[0] is not found:
        rules = of.policy.rules(Direction.EGRESS) or ()
        reached = {
            protocol
            for rule, admission in zip(rules, of.rules.get(Direction.EGRESS, ()), strict=True)
            for protocol in _PROTOCOLS
            if _names_dns(rule.ports or (), protocol, found)
            or (admission.ports.holds(protocol, found.port) and _may_reach(admission, found))
        }
        of.dns = found, frozenset(reached)
    return of.dns[1]


def _names_dns(ports: tuple[Port, ...], protocol: str, found: Servers) -> bool:
    """Whether a port is named as those of DNS are: then DNS is what is meant, whoever serves it."""
    return any(
        port.protocol == protocol
        and (port.port == found.port or (isinstance(port.port, str) and port.port.startswith("dns")))
        for port in ports
    )


def _may_reach(admission: Admission, found: Servers) -> bool:
    if admission.anyone or admission.blocks & found.addresses:
        return True
    return any(found.may_be_meant(space, pods) for space, pods in admission.pods)


def _left_without(protocol: str, mine: Compared, found: Servers, sight: Sight, *, known: bool) -> bool:
    """Whether some pods of a policy get a protocol from no other policy either."""
    namespace = mine.policy.namespace
    others = [
        each for each in sight.compared(namespace).values() if each is not mine and protocol in protocols(each, found)
    ]
    if any(implies(mine.selects, each.selects) for each in others):
        return False
    if not known:
        return True
    shapes = sight.shapes(namespace)
    left = shapes.bits(mine.policy.pod_selector) & ~shapes.on_host_network
    for each in others:
        left &= ~shapes.bits(each.policy.pod_selector)
    return bool(left)


def _one_protocol(policy: NetworkPolicy, missing: str, severity: Severity, found: Servers) -> Finding:
    facts = {"port": found.port, "missing": missing}
    for index, rule in enumerate(policy.egress or ()):
        for number, port in enumerate(rule.ports or ()):
            if port.port == found.port and port.protocol != missing and port.end_port is None:
                path: Path = ("spec", "egress", index, "ports")
                added = Edit((*path, len(rule.ports or ())), {"protocol": missing, "port": found.port})
                fix = Fix("fix.add-port", (added,), {"protocol": missing, "port": found.port})
                return Finding("advice.dns-one-protocol", severity, (*path, number), facts, fix=fix)
    return Finding("advice.dns-one-protocol", severity, ("spec", "egress"), facts, fix=_allowing(policy, found))


def _allowing(policy: NetworkPolicy, found: Servers) -> Fix:
    ports = [{"protocol": protocol, "port": found.port} for protocol in _PROTOCOLS]
    to = [
        {
            "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: found.namespace}},
            "podSelector": {"matchLabels": dict(found.labels)},
        }
    ]
    rule: dict[str, object] = {"ports": ports} if found.cached else {"to": to, "ports": ports}
    path: Path = ("spec", "egress")
    edit = Edit((*path, len(policy.egress)), rule) if policy.egress else Edit(path, [rule])
    return Fix("fix.allow-dns", (edit,), {"port": found.port})
