"""Advice on the ports of a policy's rules, held against the ports that the pods and Services concerned have.

Inbound these are the pods selected; outbound those of a rule whose peers are all pods, in a few namespaces.
``advice.port-name-nowhere`` (``name``, ``protocol``): none of the pods has a port of that name.
``advice.port-name-partly``: some have none (a note). ``advice.service-port`` (``port``, ``service``, ``target``): no
pod has that port, but a Service in front of them does, and leads to another one of the pods.
``advice.port-undeclared`` (``port``, ``protocol``): no pod declares it, though all declare ports (a note). Nothing is
said where pods or namespaces may not all be listed, or where there are none.
"""

from collections.abc import Iterator, Sequence

from desktop.policy.advice import KEYS
from desktop.policy.findings import Edit, Finding, Fix, Path, Severity
from desktop.policy.objects import Direction, LabelSelector, NetworkPolicy, Port, Rule
from desktop.reach.advice.nearest import nearest
from desktop.reach.advice.sight import Shape, Sight
from desktop.reach.objects import Service, ServicePort

_MOST_NAMESPACES = 16
"""Where the peers of an outbound rule look in more namespaces, their ports are too various to say anything."""

Place = tuple[str, list[Shape]]
"""A namespace and the pods concerned there."""


def advice_on_ports(policy: NetworkPolicy, sight: Sight) -> Iterator[Finding]:
    """Yield what is to be said of the ports of the rules that are in force."""
    for direction in sorted(policy.directions, key=list(KEYS).index):
        for index, rule in enumerate(policy.rules(direction) or ()):
            ports = [(number, port) for number, port in enumerate(rule.ports or ()) if port.port is not None]
            concerned = _concerned(policy, direction, rule, sight) if ports else None
            if concerned:
                for number, port in ports:
                    path: Path = ("spec", KEYS[direction][0], index, "ports", number, "port")
                    yield from _port(port, path, concerned, sight)


def _concerned(policy: NetworkPolicy, direction: Direction, rule: Rule, sight: Sight) -> list[Place] | None:
    """Return the pods whose ports a rule means, by namespace; None where they are not all known, or not only pods."""
    asked: list[tuple[str, LabelSelector]] = []
    if direction is Direction.INGRESS:
        asked.append((policy.namespace, policy.pod_selector))
    elif not rule.peers:
        return None
    else:
        for peer in rule.peers:
            names = sight.namespaces_of(peer, policy.namespace) if peer.ip_block is None else None
            if names is None or len(names) > _MOST_NAMESPACES:
                return None
            asked += [(name, peer.pod_selector or LabelSelector()) for name in names]
    found: dict[str, int] = {}
    for name, selector in asked:
        if not sight.knows_pods(name):
            return None
        shapes = sight.shapes(name)
        found[name] = found.get(name, 0) | (shapes.bits(selector) & ~shapes.on_host_network)
    return [(name, sight.shapes(name).of(bits)) for name, bits in found.items() if bits]


def _port(port: Port, path: Path, concerned: Sequence[Place], sight: Sight) -> Iterator[Finding]:
    shapes = [shape for _, each in concerned for shape in each]
    if isinstance(port.port, str):
        yield from _name(port.port, port.protocol, path, shapes)
    elif port.port is not None and port.end_port is None:
        yield from _number(port.port, port.protocol, path, concerned, sight)


def _name(name: str, protocol: str, path: Path, shapes: Sequence[Shape]) -> Iterator[Finding]:
    having = [any((each.name, each.protocol) == (name, protocol) for each in shape.ports) for shape in shapes]
    facts: dict[str, object] = {"name": name, "protocol": protocol}
    if not any(having):
        near = nearest(name, (each.name for shape in shapes for each in shape.ports if each.protocol == protocol))
        fix = Fix("fix.use", (Edit(path, near),), {"value": near}) if near else None
        yield Finding("advice.port-name-nowhere", Severity.WARNING, path, facts, fix=fix)
    elif not all(having):
        yield Finding("advice.port-name-partly", Severity.INFO, path, facts)


def _number(number: int, protocol: str, path: Path, concerned: Sequence[Place], sight: Sight) -> Iterator[Finding]:
    shapes = [shape for _, each in concerned for shape in each]
    if any(_declares(shape, protocol, number) for shape in shapes):
        return
    for name, here in concerned:
        for service in sight.services(name):
            target = _target(service, number, protocol, here)
            if target is not None:
                facts = {"port": number, "service": service.name, "target": target}
                fix = Fix("fix.use", (Edit(path, target),), {"value": target})
                yield Finding("advice.service-port", Severity.WARNING, path, facts, fix=fix)
                return
    if all(shape.ports for shape in shapes):
        facts = {"port": number, "protocol": protocol}
        yield Finding("advice.port-undeclared", Severity.INFO, path, facts)


def _target(service: Service, number: int, protocol: str, shapes: Sequence[Shape]) -> int | str | None:
    """Return the port of the pods behind a Service that it leads to from ``number``; None where that is the same."""
    if not service.selector:
        return None
    selector = frozenset(service.selector.items())
    behind = [shape for shape in shapes if selector <= shape.labels]
    for port in service.ports:
        if (port.port, port.protocol) == (number, protocol) and port.target != number and behind:
            return port.target if _leads_elsewhere(port, number, behind) else None
    return None


def _leads_elsewhere(port: ServicePort, number: int, behind: Sequence[Shape]) -> bool:
    """Whether a Service's port does not lead to the same number on the pods."""
    if isinstance(port.target, int):
        return True
    named = [each.port for shape in behind for each in shape.ports if each.name == port.target]
    return bool(named) and number not in named


def _declares(shape: Shape, protocol: str, number: int) -> bool:
    return any((each.protocol, each.port) == (protocol, number) for each in shape.ports)
