"""NetworkPolicies as the documents that people write."""

from desktop.policy.codec import render_selector
from desktop.policy.objects import NetworkPolicy, Peer, Port, Rule
from desktop.policy.schema import API_VERSION, KIND


def render_policy(policy: NetworkPolicy) -> dict[str, object]:
    """Return the policy's API object, in the order people write it; ``parse_policy`` gives the same policy back."""
    metadata: dict[str, object] = {"name": policy.name}
    if policy.namespace:
        metadata["namespace"] = policy.namespace
    if policy.labels:
        metadata["labels"] = dict(policy.labels)
    if policy.annotations:
        metadata["annotations"] = dict(policy.annotations)
    spec: dict[str, object] = {"podSelector": render_selector(policy.pod_selector)}
    if policy.policy_types:
        spec["policyTypes"] = [direction.value for direction in policy.policy_types]
    if policy.ingress is not None:
        spec["ingress"] = [_rendered_rule(rule, "from") for rule in policy.ingress]
    if policy.egress is not None:
        spec["egress"] = [_rendered_rule(rule, "to") for rule in policy.egress]
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}


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
        rendered["namespaceSelector"] = render_selector(peer.namespace_selector)
    if peer.pod_selector is not None:
        rendered["podSelector"] = render_selector(peer.pod_selector)
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
