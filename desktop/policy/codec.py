"""NetworkPolicy objects from the API's JSON.

Reading is lenient about what it need not understand (unknown fields, whatever else the metadata holds, values that
the server would refuse but that have a meaning) and strict about the rest: nothing is guessed. A peer of which no
field is known, as a newer server may hold it, becomes a peer that matches nothing.
"""

from collections.abc import Mapping

from desktop.errors import BulkheadError
from desktop.policy.findings import Finding
from desktop.policy.objects import (
    Direction,
    IPBlock,
    LabelSelector,
    NetworkPolicy,
    Peer,
    Port,
    Requirement,
    Rule,
)
from desktop.policy.reading import Misfit, as_list, as_mapping, as_member, as_number, as_selector, as_text, as_text_map
from desktop.policy.rules import check

_BLOCKING = frozenset(
    {
        "kind.wrong",
        "api-version.wrong",
        "type.wrong",
        "number.out-of-range",
        "selector.operator-unknown",
        "policy-types.unknown",
        "policy-types.too-many",
    }
)


class PolicyUnreadable(BulkheadError):
    """A document that has no meaning as a NetworkPolicy; ``findings`` say where and why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("policy.unreadable", findings=findings)
        self.findings = findings


def parse_policy(value: Mapping[str, object]) -> NetworkPolicy:
    """Read a policy from its API object. Namespace and name are empty where the document has none.

    Raises PolicyUnreadable.
    """
    try:
        metadata = as_mapping(value.get("metadata"))
        spec = as_mapping(value.get("spec"))
        return NetworkPolicy(
            namespace=as_text(metadata.get("namespace")),
            name=as_text(metadata.get("name")),
            pod_selector=as_selector(spec.get("podSelector")),
            ingress=as_list(spec.get("ingress"), lambda rule: _rule(rule, "from")),
            egress=as_list(spec.get("egress"), lambda rule: _rule(rule, "to")),
            policy_types=as_list(spec.get("policyTypes"), lambda name: as_member(name, Direction)) or None,
            labels=as_text_map(metadata.get("labels")),
            annotations=as_text_map(metadata.get("annotations")),
        )
    except Misfit:
        # The reading above is quick and stops at the first misfit; the rules are thorough and know the paths.
        findings = tuple(finding for finding in check(value) if finding.code in _BLOCKING)
        raise PolicyUnreadable(findings) from None


def _rule(value: object, peers: str) -> Rule:
    rule = as_mapping(value)
    return Rule(peers=as_list(rule.get(peers), _peer), ports=as_list(rule.get("ports"), _port))


def _peer(value: object) -> Peer:
    peer = as_mapping(value)
    pods, namespaces, block = peer.get("podSelector"), peer.get("namespaceSelector"), peer.get("ipBlock")
    return Peer(
        pod_selector=None if pods is None else as_selector(pods),
        namespace_selector=None if namespaces is None else as_selector(namespaces),
        ip_block=None if block is None else _ip_block(block),
    )


def _ip_block(value: object) -> IPBlock:
    block = as_mapping(value)
    return IPBlock(cidr=as_text(block.get("cidr")), excepts=as_list(block.get("except"), as_text) or ())


def _port(value: object) -> Port:
    port = as_mapping(value)
    protocol, number, end = port.get("protocol"), port.get("port"), port.get("endPort")
    return Port(
        protocol="TCP" if protocol is None else as_text(protocol),
        port=number if number is None or isinstance(number, str) else as_number(number),
        end_port=None if end is None else as_number(end),
    )


def render_selector(selector: LabelSelector) -> dict[str, object]:
    """Return a selector as the API has it."""
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
