"""What the form does not show of a document, and leaves as it is."""

from collections.abc import Mapping

from desktop.policy.draft_fields import DirectionField, Draft, Scope
from desktop.policy.draft_reading import mapping
from desktop.policy.findings import Path


def kept_as_written(draft: Draft) -> tuple[Path, ...]:
    """Return the paths in the document that the form cannot show and leaves as they are."""
    spec = mapping(draft.written.get("spec"))
    return (
        *_others(draft.written, ("apiVersion", "kind", "metadata", "spec"), ()),
        *_others(mapping(draft.written.get("metadata")), ("name", "namespace"), ("metadata",)),
        *_others(spec, ("podSelector", "policyTypes", "ingress", "egress"), ("spec",)),
        *_others(mapping(spec.get("podSelector")), ("matchLabels", "matchExpressions"), ("spec", "podSelector")),
        *_kept_in_rules(draft.inbound, "from", ("spec", "ingress")),
        *_kept_in_rules(draft.outbound, "to", ("spec", "egress")),
    )


def _others(value: Mapping[str, object], known: tuple[str, ...], path: Path) -> tuple[Path, ...]:
    return tuple((*path, key) for key in value if key not in known)


def _kept_in_rules(direction: DirectionField, peers_key: str, path: Path) -> tuple[Path, ...]:
    kept: list[Path] = []
    for index, rule in enumerate(direction.rules):
        place = (*path, index)
        kept += _others(rule.written or {}, (peers_key, "ports"), place)
        for number, port in enumerate(rule.ports):
            kept += _others(port.written or {}, ("protocol", "port", "endPort"), (*place, "ports", number))
        for number, peer in enumerate(rule.peers):
            peer_place = (*place, peers_key, number)
            if peer.scope is Scope.AS_WRITTEN:
                kept.append(peer_place)
            else:
                kept += _others(peer.written or {}, ("ipBlock", "podSelector", "namespaceSelector"), peer_place)
    return tuple(kept)
