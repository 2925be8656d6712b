"""NetworkPolicy objects from the API's JSON, and back.

Reading is lenient about what it need not understand (unknown fields, whatever else the metadata holds, values that
the server would refuse but that have a meaning) and strict about the rest: nothing is guessed. A peer of which no
field is known, as a newer server may hold it, becomes a peer that matches nothing.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeVar

from desktop.errors import BulkheadError
from desktop.policy.findings import Finding
from desktop.policy.objects import (
    Direction,
    IPBlock,
    LabelSelector,
    NetworkPolicy,
    Operator,
    Peer,
    Port,
    Requirement,
    Rule,
)
from desktop.policy.rules import check
from desktop.policy.schema import API_VERSION, KIND

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

_BLOCKING = frozenset({"type.wrong", "number.out-of-range", "selector.operator-unknown", "policy-types.unknown"})


class PolicyUnreadable(BulkheadError):
    """A document that has no meaning as a NetworkPolicy; ``findings`` say where and why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("policy.unreadable", findings=findings)
        self.findings = findings


class _Misfit(Exception):
    """A value that is not of the type it should have."""


def parse_policy(value: Mapping[str, object]) -> NetworkPolicy:
    """Read a policy from its API object. Namespace and name are empty where the document has none.

    Raises PolicyUnreadable.
    """
    try:
        metadata = _object(value.get("metadata"))
        spec = _object(value.get("spec"))
        return NetworkPolicy(
            namespace=_text(metadata.get("namespace")),
            name=_text(metadata.get("name")),
            pod_selector=_selector(spec.get("podSelector")),
            ingress=_list(spec.get("ingress"), lambda rule: _rule(rule, "from")),
            egress=_list(spec.get("egress"), lambda rule: _rule(rule, "to")),
            policy_types=_list(spec.get("policyTypes"), lambda name: _member(name, Direction)) or None,
            labels=_text_map(metadata.get("labels")),
            annotations=_text_map(metadata.get("annotations")),
        )
    except _Misfit:
        # The reading above is quick and stops at the first misfit; the rules are thorough and know the paths.
        findings = tuple(finding for finding in check(value) if finding.code in _BLOCKING)
        raise PolicyUnreadable(findings) from None


def _object(value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _Misfit
    return value


def _list(value: object, read: Callable[[object], T]) -> tuple[T, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise _Misfit
    return tuple(read(each) for each in value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Misfit
    return value


def _text_map(value: object) -> dict[str, str]:
    return {key: _text(each) for key, each in _object(value).items()}


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**31) <= value < 2**31:
        raise _Misfit
    return value


def _member(value: object, kind: type[E]) -> E:
    try:
        return kind(_text(value))
    except ValueError:
        raise _Misfit from None


def _selector(value: object) -> LabelSelector:
    selector = _object(value)
    return LabelSelector(
        labels=tuple(sorted(_text_map(selector.get("matchLabels")).items())),
        expressions=_list(selector.get("matchExpressions"), _requirement) or (),
    )


def _requirement(value: object) -> Requirement:
    requirement = _object(value)
    return Requirement(
        key=_text(requirement.get("key")),
        operator=_member(requirement.get("operator"), Operator),
        values=_list(requirement.get("values"), _text) or (),
    )


def _rule(value: object, peers: str) -> Rule:
    rule = _object(value)
    return Rule(peers=_list(rule.get(peers), _peer), ports=_list(rule.get("ports"), _port))


def _peer(value: object) -> Peer:
    peer = _object(value)
    pods, namespaces, block = peer.get("podSelector"), peer.get("namespaceSelector"), peer.get("ipBlock")
    return Peer(
        pod_selector=None if pods is None else _selector(pods),
        namespace_selector=None if namespaces is None else _selector(namespaces),
        ip_block=None if block is None else _ip_block(block),
    )


def _ip_block(value: object) -> IPBlock:
    block = _object(value)
    return IPBlock(cidr=_text(block.get("cidr")), excepts=_list(block.get("except"), _text) or ())


def _port(value: object) -> Port:
    port = _object(value)
    protocol, number, end = port.get("protocol"), port.get("port"), port.get("endPort")
    return Port(
        protocol="TCP" if protocol is None else _text(protocol),
        port=number if number is None or isinstance(number, str) else _number(number),
        end_port=None if end is None else _number(end),
    )


def render_policy(policy: NetworkPolicy) -> dict[str, object]:
    """Return the policy's API object, in the order people write it; ``parse_policy`` gives the same policy back."""
    metadata: dict[str, object] = {"name": policy.name}
    if policy.namespace:
        metadata["namespace"] = policy.namespace
    if policy.labels:
        metadata["labels"] = dict(policy.labels)
    if policy.annotations:
        metadata["annotations"] = dict(policy.annotations)
    spec: dict[str, object] = {"podSelector": _rendered_selector(policy.pod_selector)}
    if policy.policy_types:
        spec["policyTypes"] = [direction.value for direction in policy.policy_types]
    if policy.ingress is not None:
        spec["ingress"] = [_rendered_rule(rule, "from") for rule in policy.ingress]
    if policy.egress is not None:
        spec["egress"] = [_rendered_rule(rule, "to") for rule in policy.egress]
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}


def _rendered_selector(selector: LabelSelector) -> dict[str, object]:
    rendered: dict[str, object] = {}
    if selector.labels:
        rendered["matchLabels"] = dict(selector.labels)
    if selector.expressions:
        rendered["matchExpressions"] = [_rendered_requirement(each) for each in selector.expressions]
    return rendered


def _rendered_requirement(requirement: Requirement) -> dict[str, object]:
    rendered: dict[str, object] = {"key": requirement.key, "operator": requirement.operator.value}
    if requirement.values:
        rendered["values"] = list(requirement.values)
    return rendered


def _rendered_rule(rule: Rule, peers: str) -> dict[str, object]:
    rendered: dict[str, object] = {}
    if rule.peers is not None:
        rendered[peers] = [_rendered_peer(peer) for peer in rule.peers]
    if rule.ports is not None:
        rendered["ports"] = [_rendered_port(port) for port in rule.ports]
    return rendered


def _rendered_peer(peer: Peer) -> dict[str, object]:
    rendered: dict[str, object] = {}
    if peer.namespace_selector is not None:
        rendered["namespaceSelector"] = _rendered_selector(peer.namespace_selector)
    if peer.pod_selector is not None:
        rendered["podSelector"] = _rendered_selector(peer.pod_selector)
    if peer.ip_block is not None:
        block: dict[str, object] = {"cidr": peer.ip_block.cidr}
        if peer.ip_block.excepts:
            block["except"] = list(peer.ip_block.excepts)
        rendered["ipBlock"] = block
    return rendered


def _rendered_port(port: Port) -> dict[str, object]:
    rendered: dict[str, object] = {"protocol": port.protocol}
    if port.port is not None:
        rendered["port"] = port.port
    if port.end_port is not None:
        rendered["endPort"] = port.end_port
    return rendered
