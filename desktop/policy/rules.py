"""Every verdict of the API server on a NetworkPolicy document, found before it is sent.

As a Kubernetes 1.36 server answers a create or update with strict field validation. It stops at the first kind of
trouble (400: cannot be decoded; else 422: values it refuses); here both are found at once, but nothing is said about
a value whose type is wrong already. What depends on more than the document (its namespace is not there or is not the
request's, the name is taken, admission) only the server knows; duplicate keys are found where the text is read.

Source: ``pkg/apis/networking/validation`` and ``meta/v1/validation``; each rule is in the recorded answers or there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.policy import names
from desktop.policy.findings import Finding, Path, Severity
from desktop.policy.metadata import check_label_key, check_label_value, check_labels, check_metadata
from desktop.policy.netset import Cidr, parse_cidr
from desktop.policy.objects import PROTOCOLS, Direction, Operator
from desktop.policy.refusals import refusal
from desktop.policy.schema import API_VERSION, KIND, WRONG, decode, fields, items

_SPEC: Path = ("spec",)
_RULES = (("ingress", "from"), ("egress", "to"))
_DIRECTIONS = tuple(direction.value for direction in Direction)
_LAST_PORT = 65535


def check(value: object, *, old: object | None = None) -> tuple[Finding, ...]:
    """Return what the server would refuse about a document, as ERROR findings at the fields it would name.

    ``old`` is the object as stored, when the document is to replace it: what the server then tolerates because it
    was there before (CIDRs it would no longer accept, label values in selectors) is tolerated.
    """
    document, undecodable = decode(value)
    kind = tuple(_kind(document))
    if kind:
        return kind
    stored = None if old is None else decode(old)[0]
    findings = list(undecodable)
    if document.get("metadata") is not WRONG:
        before = None if stored is None else fields(stored.get("metadata"))
        findings += check_metadata(fields(document.get("metadata")), before)
    tolerated = _Tolerated() if stored is None else _Tolerated.of(fields(stored.get("spec")))
    findings += _spec(fields(document.get("spec")), tolerated)
    return tuple(findings)


def _kind(document: Mapping[str, object]) -> Iterator[Finding]:
    """Yield what makes the document another kind of thing; the server supplies what is not given."""
    for name, code, expected in (("apiVersion", "api-version.wrong", API_VERSION), ("kind", "kind.wrong", KIND)):
        value = document.get(name, "")
        if isinstance(value, str) and value not in {"", expected}:
            yield Finding(code, Severity.ERROR, (name,), {"value": value, "expected": expected})


@dataclass(frozen=True, slots=True)
class _Tolerated:
    """What an update may keep: these texts as CIDRs wherever they stand, and any label value in an expression."""

    cidrs: frozenset[object] = frozenset()
    label_values: bool = False

    @classmethod
    def of(cls, spec: Mapping[str, object]) -> "_Tolerated":
        blocks = [
            fields(fields(peer).get("ipBlock"))
            for direction, peers in _RULES
            for rule in items(spec.get(direction))
            for peer in items(fields(rule).get(peers))
        ]
        cidrs = {block.get("cidr") for block in blocks}.union(*(items(block.get("except")) for block in blocks))
        faulty = any(True for _ in _selector(spec.get("podSelector"), (), cls()))
        return cls(frozenset(cidrs), label_values=faulty)


def _spec(spec: Mapping[str, object], tolerated: _Tolerated) -> Iterator[Finding]:
    yield from _selector(spec.get("podSelector"), (*_SPEC, "podSelector"), tolerated)
    for direction, peers in _RULES:
        for index, each in enumerate(items(spec.get(direction))):
            rule, path = fields(each), (*_SPEC, direction, index)
            for number, port in enumerate(items(rule.get("ports"))):
                yield from _port(fields(port), (*path, "ports", number))
            for number, peer in enumerate(items(rule.get(peers))):
                if peer is not WRONG:
                    yield from _peer(fields(peer), (*path, peers, number), tolerated)
    yield from _policy_types(items(spec.get("policyTypes")))


def _policy_types(types: Sequence[object]) -> Iterator[Finding]:
    path = (*_SPEC, "policyTypes")
    if len(types) > len(_DIRECTIONS):
        yield refusal("policy-types.too-many", path, value=len(types), maximum=len(_DIRECTIONS))
        return
    for index, each in enumerate(types):
        if isinstance(each, str) and each not in _DIRECTIONS:
            yield refusal("policy-types.unknown", (*path, index), value=each, supported=_DIRECTIONS)


def _selector(selector: object, path: Path, tolerated: _Tolerated) -> Iterator[Finding]:
    yield from check_labels(fields(selector).get("matchLabels"), (*path, "matchLabels"))
    for index, each in enumerate(items(fields(selector).get("matchExpressions"))):
        if each is not WRONG:
            yield from _requirement(fields(each), (*path, "matchExpressions", index), tolerated)


def _requirement(requirement: Mapping[str, object], path: Path, tolerated: _Tolerated) -> Iterator[Finding]:
    operator, values = requirement.get("operator", ""), requirement.get("values")
    match operator:
        case Operator.IN.value | Operator.NOT_IN.value:
            if values is not WRONG and not items(values):
                yield refusal("selector.values-required", (*path, "values"), operator=operator)
        case Operator.EXISTS.value | Operator.DOES_NOT_EXIST.value:
            if items(values):
                yield refusal("selector.values-forbidden", (*path, "values"), operator=operator)
        case str():
            yield refusal("selector.operator-unknown", (*path, "operator"), value=operator)
    key = requirement.get("key", "")
    yield from check_label_key(key, (*path, "key"))
    if not tolerated.label_values:
        for index, value in enumerate(items(values)):
            yield from check_label_value(value, (*path, "values", index))


def _port(port: Mapping[str, object], path: Path) -> Iterator[Finding]:
    protocol = port.get("protocol")
    if isinstance(protocol, str) and protocol not in PROTOCOLS:
        yield refusal("protocol.unknown", (*path, "protocol"), value=protocol, supported=PROTOCOLS)
    number = port.get("port")
    if isinstance(number, int):
        yield from _port_number("port", number, (*path, "port"))
    elif isinstance(number, str):
        for fault in names.port_name_faults(number):
            yield refusal(f"port-name.{fault}", (*path, "port"), value=number, maximum=names.PORT_NAME_LENGTH)
    end = port.get("endPort")
    if isinstance(end, int):
        yield from _end_port(number, end, (*path, "endPort"))


def _port_number(kind: str, number: int, path: Path) -> Iterator[Finding]:
    if not 1 <= number <= _LAST_PORT:
        yield refusal(f"{kind}.out-of-range", path, value=number, minimum=1, maximum=_LAST_PORT)


def _end_port(port: object, end: int, path: Path) -> Iterator[Finding]:
    if port is None:
        yield refusal("end-port.without-port", path, value=end)
    elif isinstance(port, str):
        yield refusal("end-port.with-name", path, value=end, port=port)
    elif isinstance(port, int):
        if end < port:
            yield refusal("end-port.below-port", path, value=end, port=port)
        yield from _port_number("end-port", end, path)


def _peer(peer: Mapping[str, object], path: Path, tolerated: _Tolerated) -> Iterator[Finding]:
    for selector in ("podSelector", "namespaceSelector"):
        yield from _selector(peer.get(selector), (*path, selector), tolerated)
    block = peer.get("ipBlock")
    if block is not None and block is not WRONG:
        yield from _ip_block(fields(block), (*path, "ipBlock"), tolerated)
    if not peer:
        yield refusal("peer.empty", path)
    elif block is not None and len(peer) > 1:
        yield refusal("peer.mixed", path)


def _ip_block(block: Mapping[str, object], path: Path, tolerated: _Tolerated) -> Iterator[Finding]:
    text = block.get("cidr", "")
    if text == "":
        yield refusal("cidr.required", (*path, "cidr"))
        return
    if not isinstance(text, str):
        return
    yield from _cidr(text, (*path, "cidr"), tolerated)
    cidr = parse_cidr(text)
    if cidr is None:
        return
    for index, each in enumerate(items(block.get("except"))):
        if isinstance(each, str):
            yield from _exception(each, cidr, (*path, "except", index), tolerated)


def _exception(text: str, cidr: Cidr, path: Path, tolerated: _Tolerated) -> Iterator[Finding]:
    yield from _cidr(text, path, tolerated)
    exception = parse_cidr(text)
    if exception is not None and not cidr.holds_strictly(exception):
        yield refusal("except.not-inside", path, value=text, cidr=str(cidr))


def _cidr(text: str, path: Path, tolerated: _Tolerated) -> Iterator[Finding]:
    """Yield what is wrong with a CIDR; ``suggestion`` is how it should be written."""
    if text in tolerated.cidrs:
        return
    cidr = parse_cidr(text)
    if cidr is None:
        yield refusal("cidr.syntax", path, value=text)
    elif cidr.fault:
        yield refusal(f"cidr.{cidr.fault}", path, value=text, suggestion=str(cidr))
