"""What a change does, written as the cases do; ``tests/cases/README.md`` explains the notation."""

from collections.abc import Iterable, Mapping

from desktop.policy.netset import PORTS, Span, Spans, address_text
from desktop.policy.objects import PROTOCOLS, Direction
from desktop.reach.columns import Column
from desktop.reach.compare import Difference, Ports
from desktop.reach.exposure import Everyone
from desktop.reach.impact import Impact
from desktop.reach.stretches import IPV4_LINE, IPV6_LINE
from desktop.reach.workloads import WorkloadRef

SIDES = {Direction.EGRESS: "out of", Direction.INGRESS: "into"}
_EVERYONE = {Everyone.IPV4: "every IPv4 address", Everyone.IPV6: "every IPv6 address", Everyone.PODS: "every pod"}


def opened(impact: Impact) -> dict[str, str]:
    """Return what opens: ends -> ports."""
    return _pairs((each, each.opens) for each in impact.differences())


def closed(impact: Impact) -> dict[str, str]:
    """Return what closes: ends -> ports."""
    return _pairs((each, each.closes) for each in impact.differences())


def to_confirm(impact: Impact) -> list[str]:
    """Return what somebody must confirm who means it."""
    exposed = [
        f"{SIDES[each.direction]} {_name(each.workload)} open to {_EVERYONE[each.to]}: {_ports(each.ports)}"
        for each in impact.exposures
    ]
    return exposed + [
        f"{SIDES[each.direction]} {_name(each.workload)} loses {each.lost} of {each.reached}" for each in impact.cuts
    ]


def pods_of(by_direction: Mapping[Direction, Iterable[object]]) -> dict[str, list[str]]:
    """Return pods by side, sides without any left out."""
    found = {SIDES[side]: [f"{pod.namespace}/{pod.name}" for pod in pods] for side, pods in by_direction.items()}  # type: ignore[attr-defined]
    return {side: pods for side, pods in found.items() if pods}


def _pairs(told: Iterable[tuple[Difference, Ports]]) -> dict[str, str]:
    outside: dict[tuple[str, str], list[Span]] = {}
    found: dict[str, str] = {}
    for each, ports in told:
        if not ports:
            continue
        text = _ports(ports) + (", then undecidable" if _within(ports, each.after.undecidable) else "")
        if isinstance(each.source, WorkloadRef) and isinstance(each.destination, WorkloadRef):
            found[f"{_name(each.source)} -> {_name(each.destination)}"] = text
        elif isinstance(each.destination, WorkloadRef):
            outside.setdefault((f"{{}} -> {_name(each.destination)}", text), []).append(_span(each.source))
        elif isinstance(each.source, WorkloadRef):
            outside.setdefault((f"{_name(each.source)} -> {{}}", text), []).append(_span(each.destination))
    for (ends, text), spans in outside.items():
        found[ends.format(_addresses(spans))] = text
    return found


def _within(ports: Ports, others: Ports) -> bool:
    return all(Spans(spans) <= Spans(others.get(protocol, ())) for protocol, spans in ports.items())


def _span(column: Column) -> Span:
    assert not isinstance(column, WorkloadRef)
    return column


def _name(ref: WorkloadRef) -> str:
    return f"{ref.namespace}/{ref.name}" if ref.kind == "Pod" else f"{ref.kind}/{ref.namespace}/{ref.name}"


def _addresses(spans: list[Span]) -> str:
    whole = {"IPv4": IPV4_LINE, "IPv6": IPV6_LINE}
    joined = [
        span
        for line in whole.values()
        for span in Spans.of(each for each in spans if line[0] <= each[0] <= line[1]).spans
    ]
    names = {line: name for name, line in whole.items()}
    if set(joined) == set(names):
        return "outside"
    return ",".join(
        names[span] if span in names else "-".join(map(address_text, dict.fromkeys(span))) for span in joined
    )


def _ports(ports: Ports) -> str:
    """Write ports as a question names them: TCP goes without saying."""
    closed = {protocol: (PORTS - Spans(ports.get(protocol, ()))).spans for protocol in PROTOCOLS}
    if not any(closed.values()):
        return "every port"
    if sum(map(len, closed.values())) < sum(map(len, ports.values())):
        return f"every port but {_listed(closed)}"
    return _listed(ports)


def _listed(ports: Ports) -> str:
    return ", ".join(
        ("" if protocol == "TCP" else f"{protocol.lower()}/")
        + ("every" if (first, last) == PORTS.spans[0] else "-".join(map(str, dict.fromkeys((first, last)))))
        for protocol in PROTOCOLS
        for first, last in ports.get(protocol, ())
    )
