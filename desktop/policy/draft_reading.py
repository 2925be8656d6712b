"""From a policy document to the fields of the form."""

from collections.abc import Mapping
from typing import cast

from desktop.policy.draft_fields import (
    NAMESPACE_NAME,
    DirectionField,
    Draft,
    Isolation,
    LabelRow,
    PeerField,
    PortField,
    RuleField,
    Scope,
    SelectorField,
)
from desktop.policy.objects import Operator
from desktop.policy.typed import read_values, write_block, write_port


def read_draft(value: Mapping[str, object]) -> Draft:
    """Return the form of a document whose types are right (``codec.parse_policy`` accepts it)."""
    metadata, spec = mapping(value.get("metadata")), mapping(value.get("spec"))
    types = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
    return Draft(
        name=str(metadata.get("name") or ""),
        namespace=str(metadata.get("namespace") or ""),
        selector=read_selector(spec.get("podSelector")),
        inbound=_read_direction(spec.get("ingress"), "from", "Ingress" in cast(list[str], types)),
        outbound=_read_direction(spec.get("egress"), "to", "Egress" in cast(list[str], types)),
        written=value,
    )


def mapping(value: object) -> Mapping[str, object]:
    """Return a value that is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _read_direction(rules: object, peers_key: str, isolated: bool) -> DirectionField:
    fields = tuple(read_rule(mapping(rule), peers_key) for rule in _items(rules))
    if not isolated:
        return DirectionField(Isolation.OPEN, fields)
    return DirectionField(Isolation.RULES if fields else Isolation.NOTHING, fields)


def read_rule(rule: Mapping[str, object], peers_key: str) -> RuleField:
    """Return the fields of a rule; ``peers_key`` is "from" or "to"."""
    peers = _items(rule.get(peers_key))
    return RuleField(
        anyone=not peers,
        peers=tuple(read_peer(mapping(peer)) for peer in peers),
        ports=tuple(
            PortField(str(port.get("protocol") or "TCP"), write_port(port), port)
            for port in map(mapping, _items(rule.get("ports")))
        ),
        written=rule,
    )


def read_peer(peer: Mapping[str, object]) -> PeerField:
    """Return the fields of a peer."""
    block, pods, namespaces = (peer.get(key) for key in ("ipBlock", "podSelector", "namespaceSelector"))
    if isinstance(block, dict) and pods is None and namespaces is None:
        return PeerField(Scope.ADDRESSES, block=write_block(block), written=peer)
    if block is not None or (pods is None and namespaces is None):
        return PeerField(Scope.AS_WRITTEN, written=peer)
    pod_field = read_selector(pods)
    if namespaces is None:
        return PeerField(Scope.OWN_NAMESPACE, pods=pod_field, written=peer)
    namespace_field = read_selector(namespaces)
    if not namespace_field.rows:
        return PeerField(Scope.EVERY_NAMESPACE, pods=pod_field, namespaces=namespace_field, written=peer)
    if names := names_of(namespace_field):
        return PeerField(Scope.NAMED_NAMESPACES, names, namespace_field, pod_field, written=peer)
    return PeerField(Scope.LABELLED_NAMESPACES, namespaces=namespace_field, pods=pod_field, written=peer)


def names_of(namespaces: SelectorField) -> tuple[str, ...]:
    """Return the namespaces that a selector chooses by name and by nothing else."""
    match namespaces.rows:
        case (LabelRow(key, operator, values),) if key == NAMESPACE_NAME and operator in (None, Operator.IN):
            return read_values(values)
    return ()


def read_selector(value: object) -> SelectorField:
    """Return the rows of a label selector."""
    selector = mapping(value)
    rows = [LabelRow(key, None, str(label)) for key, label in mapping(selector.get("matchLabels")).items()]
    for expression in map(mapping, _items(selector.get("matchExpressions"))):
        rows.append(read_expression(expression))
    return SelectorField(tuple(rows), selector)


def read_expression(expression: Mapping[str, object]) -> LabelRow:
    """Return the row of one of ``matchExpressions``."""
    values = ", ".join(map(str, _items(expression.get("values"))))
    return LabelRow(str(expression.get("key") or ""), Operator(expression["operator"]), values, expression)
