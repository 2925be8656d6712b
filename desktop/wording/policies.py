"""A NetworkPolicy in words.

The words follow the specification exactly. In particular a policy only adds to what is admitted: it is never said
to deny, and a direction it does not name is "not restricted by this policy".
"""

from collections.abc import Iterable

from desktop.language import tr, tr_n
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
from desktop.wording.lists import all_of, any_of, each_of, either, listed
from desktop.wording.plain import plain

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that names a namespace (set by the server since Kubernetes 1.21)."""


def selector_words(selector: LabelSelector) -> str:
    """Return what a pod selector asks for, briefly: ``role=db``, ``every pod``, ``app in (a, b), not tier``."""
    if selector.is_empty:
        return tr("every pod")
    return listed([*_labels(selector), *(_requirement(each) for each in selector.expressions)])


def direction_words(rules: int | None) -> str:
    """Return how a policy treats a direction, from the number of its rules in force (None: not isolated)."""
    if rules is None:
        return tr("not restricted")
    return tr_n("{count} rule", "{count} rules", rules) if rules else tr("nothing")


def sentences(policy: NetworkPolicy, pods: int | None) -> tuple[str, ...]:
    """Return what the policy means, a sentence a line; ``pods`` is how many it selects (None: may not be listed)."""
    return (
        _applies_to(policy, pods),
        *_direction_sentences(Direction.INGRESS, policy),
        *_direction_sentences(Direction.EGRESS, policy),
    )


def direction_sentence(direction: Direction, policy: NetworkPolicy) -> str:
    """Return what the policy does with a direction as a whole, such as ``Inbound: only what is listed.``"""
    rules = policy.rules(direction)
    inbound = direction is Direction.INGRESS
    if rules is None:
        written = policy.ingress if inbound else policy.egress
        return _rules_not_in_force(inbound) if written else _not_restricted(inbound)
    if not rules:
        return (
            tr("Inbound: nothing, unless another policy admits it.")
            if inbound
            else tr("Outbound: nothing, unless another policy admits it.")
        )
    if any(not rule.peers and not rule.ports for rule in rules):
        return (
            tr("Inbound: everything is admitted by this policy.")
            if inbound
            else tr("Outbound: everything is admitted by this policy.")
        )
    return tr("Inbound: only what is listed.") if inbound else tr("Outbound: only what is listed.")


def rule_sentence(direction: Direction, rule: Rule, policy: NetworkPolicy) -> str:
    """Return what one rule admits, such as ``Pods with role=frontend in default may connect to TCP 6379.``"""
    ports = _ports(rule.ports)
    if direction is Direction.INGRESS:
        who = any_of(peer_words(peer, policy.namespace) for peer in rule.peers) if rule.peers else tr("anyone")
        return _capital(tr("{sources} may connect to {ports}.", sources=who, ports=ports))
    to = any_of(peer_words(peer, policy.namespace) for peer in rule.peers) if rule.peers else tr("any destination")
    return tr("The selected pods may connect to {destinations} on {ports}.", destinations=to, ports=ports)


def peer_words(peer: Peer, namespace: str) -> str:
    """Return whom a peer means, seen from a policy in ``namespace``: within one peer every condition holds."""
    by_labels = peer.pod_selector is not None or peer.namespace_selector is not None
    if peer.ip_block is not None:
        if by_labels:
            return tr("no one (a peer with both addresses and labels, which the server refuses)")
        return _addresses(peer.ip_block)
    if not by_labels:
        return tr("no one (a peer that names neither pods nor addresses)")
    pods = _pods(peer.pod_selector or LabelSelector())
    if peer.namespace_selector is None:
        return _in_namespace(pods, namespace)
    if peer.namespace_selector.is_empty:
        return tr("{pods} in every namespace", pods=pods)
    if names := _namespaces_named(peer.namespace_selector):
        return tr("{pods} in {namespace}", pods=pods, namespace=either(plain(name) for name in names))
    return tr("{pods} in namespaces {having}", pods=pods, having=_having(peer.namespace_selector))


def port_words(port: Port) -> str:
    """Return an entry of ``ports``, such as ``TCP 6379``, ``TCP 8000 to 8100``, ``every UDP port``."""
    protocol = plain(port.protocol)
    if port.port is None:
        if port.end_port is not None:
            return tr("no port (a range without its first port, which the server refuses)")
        return tr("every {protocol} port", protocol=protocol)
    if isinstance(port.port, str):
        return tr("the {protocol} port named {name}", protocol=protocol, name=plain(port.port))
    if port.end_port is None or port.end_port == port.port:
        return tr("{protocol} {port}", protocol=protocol, port=port.port)
    return tr("{protocol} {first} to {last}", protocol=protocol, first=port.port, last=port.end_port)


def _applies_to(policy: NetworkPolicy, count: int | None) -> str:
    selected = _in_namespace(_pods(policy.pod_selector), policy.namespace)
    if count is None:
        return tr("Applies to {pods}.", pods=selected)
    if count == 0:
        return tr("Applies to {pods}; at present there are none.", pods=selected)
    if policy.pod_selector.is_empty:
        return tr_n("Applies to {pods}: {count} pod.", "Applies to {pods}: {count} pods.", count, pods=selected)
    where = _in_namespace(_having(policy.pod_selector), policy.namespace)
    return tr_n("Applies to {count} pod {having}.", "Applies to {count} pods {having}.", count, having=where)


def _direction_sentences(direction: Direction, policy: NetworkPolicy) -> Iterable[str]:
    yield direction_sentence(direction, policy)
    for rule in policy.rules(direction) or ():
        yield rule_sentence(direction, rule, policy)


def _not_restricted(inbound: bool) -> str:
    if inbound:
        return tr("Inbound: not restricted by this policy.")
    return tr("Outbound: not restricted by this policy.")


def _rules_not_in_force(inbound: bool) -> str:
    if inbound:
        return tr(
            "Inbound: not restricted by this policy. Its inbound rules are not in force, because its policyTypes do "
            "not name Ingress."
        )
    return tr(
        "Outbound: not restricted by this policy. Its outbound rules are not in force, because its policyTypes do "
        "not name Egress."
    )


def _pods(selector: LabelSelector) -> str:
    return tr("every pod") if selector.is_empty else tr("pods {having}", having=_having(selector))


def _having(selector: LabelSelector) -> str:
    """``with a=1 and without b``. NotIn is said as "without": it also matches what lacks the key."""
    wanted = [*_labels(selector), *(_requirement(each) for each in selector.expressions if not _negative(each))]
    unwanted = [tr("without {label}", label=_unwanted(each)) for each in selector.expressions if _negative(each)]
    return all_of([*([tr("with {labels}", labels=all_of(wanted))] if wanted else []), *unwanted])


def _negative(requirement: Requirement) -> bool:
    return requirement.operator in {Operator.NOT_IN, Operator.DOES_NOT_EXIST}


def _unwanted(requirement: Requirement) -> str:
    if requirement.operator is Operator.DOES_NOT_EXIST:
        return tr("any {key}", key=plain(requirement.key))
    return _requirement(Requirement(requirement.key, Operator.IN, requirement.values))


def _labels(selector: LabelSelector) -> Iterable[str]:
    return (_label(key, value) for key, value in selector.labels)


def _label(key: str, value: str) -> str:
    return f"{plain(key)}={plain(value)}" if value else f'{plain(key)}=""'


def _requirement(requirement: Requirement) -> str:
    key = plain(requirement.key)
    if requirement.operator is Operator.EXISTS:
        return tr("any {key}", key=key)
    if requirement.operator is Operator.DOES_NOT_EXIST:
        return tr("not {key}", key=key)
    if requirement.operator is Operator.IN and len(requirement.values) == 1:
        return _label(requirement.key, requirement.values[0])
    values = ", ".join(plain(value) or '""' for value in requirement.values)
    if requirement.operator is Operator.IN:
        return tr("{key} in ({values})", key=key, values=values)
    return tr("{key} not in ({values})", key=key, values=values)


def _namespaces_named(selector: LabelSelector) -> tuple[str, ...]:
    """The namespaces a selector picks by name alone, where it does only that."""
    match selector:
        case LabelSelector(((key, value),), ()) if key == NAMESPACE_NAME:
            return (value,)
        case LabelSelector((), (Requirement(key, Operator.IN, values),)) if key == NAMESPACE_NAME:
            return values
    return ()


def _in_namespace(pods: str, namespace: str) -> str:
    if not namespace:
        return tr("{pods} in the policy's own namespace", pods=pods)
    return tr("{pods} in {namespace}", pods=pods, namespace=plain(namespace))


def _addresses(block: IPBlock) -> str:
    addresses = {
        "0.0.0.0/0": tr("every IPv4 address (0.0.0.0/0)"),
        "::/0": tr("every IPv6 address (::/0)"),
    }.get(block.cidr) or tr("addresses in {cidr}", cidr=plain(block.cidr))
    if not block.excepts:
        return addresses
    excepts = each_of(plain(each) for each in block.excepts)
    return tr("{addresses} except {excepts}", addresses=addresses, excepts=excepts)


def _ports(ports: tuple[Port, ...] | None) -> str:
    if not ports:
        return tr("every port of every protocol")
    return each_of(dict.fromkeys(port_words(port) for port in ports))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
