"""Advice on the ports of a policy's rules, held against the ports that the pods and Services concerned have.

Inbound these are the pods selected; outbound those of a rule whose peers are all pods.
``advice.port-name-nowhere`` (``name``, ``protocol``): none of the pods has a port of that name.
``advice.port-name-partly``: some have none (a note). ``advice.service-port`` (``port``, ``service``, ``target``): no
pod has that port, but a Service in front of them does, and leads to another one of the pods.
``advice.port-undeclared`` (``port``, ``protocol``): no pod declares it, though all declare ports (a note). Nothing is
said where pods or namespaces may not all be listed, or where there are none.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from desktop.policy.advice import KEYS
from desktop.policy.findings import Edit, Finding, Fix, Path, Severity
from desktop.policy.objects import Direction, LabelSelector, NetworkPolicy, Port, Rule
from desktop.reach.advice.nearest import nearest
from desktop.reach.advice.sight import Shape, Sight
from desktop.reach.objects import Service, ServicePort


class _Concerned:
    """The pods that a rule's ports are about, by namespace: many rules are about the same ones."""

    def __init__(self, places: Sequence[tuple[str, list[Shape]]], sight: Sight) -> None:
        self._places, self._sight = places, sight
        shapes = [shape for _, here in places for shape in here]
        self.count = len(shapes)
        self.all_declare = all(shape.ports for shape in shapes)
        self.named = Counter(each for shape in shapes for each in {(port.name, port.protocol) for port in shape.ports})
        """How many of the pods have a port of this name and protocol."""
        self.declared = {(port.port, port.protocol) for shape in shapes for port in shape.ports}

    @cached_property
    def services(self) -> dict[tuple[int, str], list[tuple[Service, ServicePort, list[Shape]]]]:
        """The Services in front of these pods, by their port and protocol, each with the pods of its namespace."""
        found: dict[tuple[int, str], list[tuple[Service, ServicePort, list[Shape]]]] = {}
        for name, here in self._places:
            for service in self._sight.services(name):
                for port in service.ports:
                    found.setdefault((port.port, port.protocol), []).append((service, port, here))
        return found


def advice_on_ports(policy: NetworkPolicy, sight: Sight) -> Iterator[Finding]:
    """Yield what is to be said of the ports of the rules that are in force."""
    for direction in sorted(policy.directions, key=list(KEYS).index):
        for index, rule in enumerate(policy.rules(direction) or ()):
            ports = [(number, port) for number, port in enumerate(rule.ports or ()) if port.port is not None]
            concerned = _concerned(policy, direction, rule, sight) if ports else None
            if concerned is not None and concerned.count:
                for number, port in ports:
                    path: Path = ("spec", KEYS[direction][0], index, "ports", number, "port")
                    yield from _port(port, path, concerned)


def _concerned(policy: NetworkPolicy, direction: Direction, rule: Rule, sight: Sight) -> _Concerned | None:
    """Return the pods whose ports a rule means; None where they are not all known, or not only pods."""
    asked: list[tuple[str, LabelSelector]] = []
    if direction is Direction.INGRESS:
        asked.append((policy.namespace, policy.pod_selector))
    elif not rule.peers:
        return None
    else:
        for peer in rule.peers:
            names = sight.namespaces_of(peer, policy.namespace) if peer.ip_block is None else None
            if names is None:
                return None
            asked += [(name, peer.pod_selector or LabelSelector()) for name in names]
    if not all(sight.knows_pods(name) for name, _ in asked):
        return None
    key = tuple(asked)
    known = sight.remembered.get(key)
    if not isinstance(known, _Concerned):
        known = sight.remembered[key] = _Concerned(list(_places(asked, sight)), sight)
    return known


def _places(asked: Sequence[tuple[str, LabelSelector]], sight: Sight) -> Iterator[tuple[str, list[Shape]]]:
    found: dict[str, int] = {}
    for name, selector in asked:
        shapes = sight.shapes(name)
        found[name] = found.get(name, 0) | (shapes.bits(selector) & ~shapes.on_host_network)
    return ((name, sight.shapes(name).of(bits)) for name, bits in found.items() if bits)


def _port(port: Port, path: Path, concerned: _Concerned) -> Iterator[Finding]:
    if isinstance(port.port, str):
        yield from _name(port.port, port.protocol, path, concerned)
    elif port.port is not None and port.end_port is None:
        yield from _number(port.port, port.protocol, path, concerned)


def _name(name: str, protocol: str, path: Path, concerned: _Concerned) -> Iterator[Finding]:
    having = concerned.named[name, protocol]
    facts: dict[str, object] = {"name": name, "protocol": protocol}
    if not having:
        near = nearest(name, (each for each, spoken in concerned.named if spoken == protocol))
        fix = Fix("fix.use", (Edit(path, near),), {"value": near}) if near else None
        yield Finding("advice.port-name-nowhere", Severity.WARNING, path, facts, fix=fix)
    elif having < concerned.count:
        yield Finding("advice.port-name-partly", Severity.INFO, path, facts)


def _number(number: int, protocol: str, path: Path, concerned: _Concerned) -> Iterator[Finding]:
    if (number, protocol) in concerned.declared:
        return
    for service, port, here in concerned.services.get((number, protocol), ()):
        if _leads_elsewhere(service, port, number, here):
            facts = {"port": number, "service": service.name, "target": port.target}
            fix = Fix("fix.use", (Edit(path, port.target),), {"value": port.target})
            yield Finding("advice.service-port", Severity.WARNING, path, facts, fix=fix)
            return
    if concerned.all_declare:
        facts = {"port": number, "protocol": protocol}
        yield Finding("advice.port-undeclared", Severity.INFO, path, facts)


def _leads_elsewhere(service: Service, port: ServicePort, number: int, shapes: Sequence[Shape]) -> bool:
    """Whether a Service has some of the pods behind it, and its port leads to another one of theirs."""
    if not service.selector or port.target == number:
        return False
    selector = frozenset(service.selector.items())
    behind = [shape for shape in shapes if selector <= shape.labels]
    if isinstance(port.target, int):
        return bool(behind)
    named = [each.port for shape in behind for each in shape.ports if each.name == port.target]
    return bool(named) and number not in named
