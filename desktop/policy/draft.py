"""The form's view of one policy document: fields as a person fills them in, read from a value and written back to it.

Every field remembers the value it was read from (``written``). A field that still shows what it was read as gives that
very value back, so that opening a policy in the form and saving it changes nothing, and what the form cannot show
stays where it is. Only a field that was changed is written anew.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import cast

from desktop.policy.findings import Finding, Path, Severity
from desktop.policy.objects import Direction, Operator
from desktop.policy.typed import Unreadable, read_block, read_ports, read_values, write_block, write_port

Json = dict[str, object]

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label by which a namespace is chosen by name; servers from 1.21 put it on every namespace."""


class Isolation(Enum):
    """The switch of a direction."""

    OPEN = "open"  # not restricted by this policy
    RULES = "rules"  # only what the rules allow
    NOTHING = "nothing"  # nothing is allowed


class Scope(Enum):
    """Where a peer's pods are looked for, or that it is addresses."""

    OWN_NAMESPACE = "own-namespace"
    NAMED_NAMESPACES = "named-namespaces"
    LABELLED_NAMESPACES = "labelled-namespaces"
    EVERY_NAMESPACE = "every-namespace"
    ADDRESSES = "addresses"
    AS_WRITTEN = "as-written"  # a peer the form cannot show; it stays


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One row of a selector. ``operator`` None is ``key=value`` (matchLabels); ``values`` is the text as typed."""

    key: str
    operator: Operator | None
    values: str
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class SelectorField:
    """A label selector as rows, all of which must hold."""

    rows: tuple[LabelRow, ...] = ()
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class PortField:
    """One row of ports: a protocol ("" for any) and the text of its ports ("" for all)."""

    protocol: str = ""
    text: str = ""
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class PeerField:
    """One source or destination. ``names`` for NAMED_NAMESPACES, ``block`` (the page's form) for ADDRESSES."""

    scope: Scope = Scope.OWN_NAMESPACE
    names: tuple[str, ...] = ()
    namespaces: SelectorField = SelectorField()
    pods: SelectorField = SelectorField()
    block: str = ""
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class RuleField:
    """One rule. ``anyone`` admits every peer, and then ``peers`` does not count."""

    anyone: bool = False
    peers: tuple[PeerField, ...] = (PeerField(),)
    ports: tuple[PortField, ...] = ()
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class DirectionField:
    """A direction's switch and its rules; the rules are kept while the switch says otherwise."""

    isolation: Isolation = Isolation.OPEN
    rules: tuple[RuleField, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy in the form. ``written`` is the document it was read from, empty for a new policy."""

    name: str = ""
    namespace: str = ""
    selector: SelectorField = SelectorField()
    inbound: DirectionField = DirectionField(Isolation.NOTHING)
    outbound: DirectionField = DirectionField()
    written: Mapping[str, object] = field(default_factory=dict, hash=False, compare=False)

    def direction(self, direction: Direction) -> DirectionField:
        """Return the field of a direction."""
        return self.inbound if direction is Direction.INGRESS else self.outbound

    def with_direction(self, direction: Direction, changed: DirectionField) -> "Draft":
        """Return the draft with one direction changed."""
        return replace(self, inbound=changed) if direction is Direction.INGRESS else replace(self, outbound=changed)


# -- from a document to the form -------------------------------------------------------------------


def read_draft(value: Mapping[str, object]) -> Draft:
    """Return the form of a document whose types are right (``codec.parse_policy`` accepts it)."""
    metadata, spec = _mapping(value.get("metadata")), _mapping(value.get("spec"))
    types = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
    return Draft(
        name=str(metadata.get("name") or ""),
        namespace=str(metadata.get("namespace") or ""),
        selector=_read_selector(spec.get("podSelector")),
        inbound=_read_direction(spec.get("ingress"), "from", "Ingress" in cast(list[str], types)),
        outbound=_read_direction(spec.get("egress"), "to", "Egress" in cast(list[str], types)),
        written=value,
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _read_direction(rules: object, peers_key: str, isolated: bool) -> DirectionField:
    fields = tuple(_read_rule(_mapping(rule), peers_key) for rule in _items(rules))
    if not isolated:
        return DirectionField(Isolation.OPEN, fields)
    return DirectionField(Isolation.RULES if fields else Isolation.NOTHING, fields)


def _read_rule(rule: Mapping[str, object], peers_key: str) -> RuleField:
    peers = _items(rule.get(peers_key))
    return RuleField(
        anyone=not peers,
        peers=tuple(_read_peer(_mapping(peer)) for peer in peers),
        ports=tuple(
            PortField(str(port.get("protocol") or "TCP"), write_port(port), port)
            for port in map(_mapping, _items(rule.get("ports")))
        ),
        written=rule,
    )


def _read_peer(peer: Mapping[str, object]) -> PeerField:
    block, pods, namespaces = (peer.get(key) for key in ("ipBlock", "podSelector", "namespaceSelector"))
    if isinstance(block, dict) and pods is None and namespaces is None:
        return PeerField(Scope.ADDRESSES, block=write_block(block), written=peer)
    if block is not None or (pods is None and namespaces is None):
        return PeerField(Scope.AS_WRITTEN, written=peer)
    pod_field = _read_selector(pods)
    if namespaces is None:
        return PeerField(Scope.OWN_NAMESPACE, pods=pod_field, written=peer)
    namespace_field = _read_selector(namespaces)
    if not namespace_field.rows:
        return PeerField(Scope.EVERY_NAMESPACE, pods=pod_field, namespaces=namespace_field, written=peer)
    if names := _names(namespace_field):
        return PeerField(Scope.NAMED_NAMESPACES, names, namespace_field, pod_field, written=peer)
    return PeerField(Scope.LABELLED_NAMESPACES, namespaces=namespace_field, pods=pod_field, written=peer)


def _names(namespaces: SelectorField) -> tuple[str, ...]:
    """The namespaces a selector chooses by name and by nothing else."""
    match namespaces.rows:
        case (LabelRow(key, operator, values),) if key == NAMESPACE_NAME and operator in (None, Operator.IN):
            return read_values(values)
    return ()


def _read_selector(value: object) -> SelectorField:
    selector = _mapping(value)
    rows = [LabelRow(key, None, str(label)) for key, label in _mapping(selector.get("matchLabels")).items()]
    for expression in map(_mapping, _items(selector.get("matchExpressions"))):
        rows.append(_read_expression(expression))
    return SelectorField(tuple(rows), selector)


def _read_expression(expression: Mapping[str, object]) -> LabelRow:
    values = ", ".join(map(str, _items(expression.get("values"))))
    return LabelRow(str(expression.get("key") or ""), Operator(expression["operator"]), values, expression)


# -- from the form to a document -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """What a draft comes to: the document, and what stands against it (paths are the document's).

    With a finding of severity ERROR the value leaves out the field it is about and must not be applied.
    """

    value: Json = field(hash=False)
    findings: tuple[Finding, ...] = ()


def write_draft(draft: Draft) -> Written:
    """Return the document a draft stands for; the very value it was read from where nothing was changed."""
    return _Writer().write(draft)


class _Writer:
    """Writes one draft and collects what cannot be read in its fields."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    def write(self, draft: Draft) -> Written:
        if draft.written and draft == read_draft(draft.written):
            return Written(cast(Json, draft.written))
        value = cast(Json, copy.deepcopy(draft.written)) or {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
        }
        self._write_metadata(value, draft)
        spec = _child(value, "spec")
        before = read_draft(draft.written) if draft.written else None
        if before is None or draft.selector != before.selector:
            spec["podSelector"] = self._selector(draft.selector, ("spec", "podSelector"))
        self._write_types(spec, draft, before)
        for direction, key, peers_key in (
            (Direction.INGRESS, "ingress", "from"),
            (Direction.EGRESS, "egress", "to"),
        ):
            changed = draft.direction(direction)
            if before is None or changed != before.direction(direction):
                self._write_direction(spec, changed, key, peers_key)
        return Written(value, tuple(self._findings))

    def _refuse(self, code: str, path: Path, **facts: object) -> None:
        self._findings.append(Finding(code, Severity.ERROR, path, facts))

    def _write_metadata(self, value: Json, draft: Draft) -> None:
        metadata = _child(value, "metadata")
        for key, text in (("name", draft.name), ("namespace", draft.namespace)):
            if text != str(metadata.get(key) or ""):
                metadata[key] = text

    def _write_types(self, spec: Json, draft: Draft, before: Draft | None) -> None:
        directions = [each for each in Direction if draft.direction(each).isolation is not Isolation.OPEN]
        if not directions:
            self._refuse("draft.restricts-nothing", ("spec", "policyTypes"))
        elif before is None or any(
            draft.direction(each).isolation is not before.direction(each).isolation for each in Direction
        ):
            spec["policyTypes"] = [each.value for each in directions]

    def _write_direction(self, spec: Json, direction: DirectionField, key: str, peers_key: str) -> None:
        if direction.isolation is Isolation.OPEN:
            spec.pop(key, None)
        elif direction.isolation is Isolation.NOTHING:
            spec[key] = []
        elif not direction.rules:
            self._refuse("draft.no-rule", ("spec", key))
        else:
            spec[key] = [
                self._rule(rule, peers_key, ("spec", key, index)) for index, rule in enumerate(direction.rules)
            ]

    def _rule(self, rule: RuleField, peers_key: str, path: Path) -> Json:
        before = _read_rule(rule.written, peers_key) if rule.written is not None else None
        if rule == before:
            return dict(cast(Json, rule.written))
        value: Json = dict(rule.written or {})
        if before is None or (rule.anyone, rule.peers) != (before.anyone, before.peers):
            value.pop(peers_key, None)
            if not rule.anyone:
                value[peers_key] = [
                    self._peer(peer, (*path, peers_key, index)) for index, peer in enumerate(rule.peers)
                ]
                if not rule.peers:
                    self._refuse("draft.no-peer", (*path, peers_key))
        if before is None or rule.ports != before.ports:
            value.pop("ports", None)
            if rule.ports:
                self._write_ports(value, rule.ports, path)
        return value

    def _write_ports(self, rule: Json, fields: tuple[PortField, ...], path: Path) -> None:
        ports: list[object] = []
        for port in fields:
            place = (*path, "ports", len(ports))
            if not port.protocol and not port.text.strip() and len(fields) > 1:
                # Every protocol and port beside other rows would swallow them: never by accident.
                self._refuse("draft.any-port-among-others", place)
            ports.extend(self._port(port, place))
        if ports:
            rule["ports"] = ports

    def _port(self, port: PortField, path: Path) -> list[Json]:
        written = port.written
        if written is not None and (port.protocol, port.text) == (
            written.get("protocol") or "TCP",
            write_port(written),
        ):
            return [dict(written)]
        try:
            entries = read_ports(port.text, port.protocol)
        except Unreadable as error:
            self._refuse(error.code, (*path, "port"), **error.facts)
            return []
        kept = {key: value for key, value in (written or {}).items() if key not in ("protocol", "port", "endPort")}
        return [{**entry, **kept} for entry in entries]

    def _peer(self, peer: PeerField, path: Path) -> Json:
        written = peer.written
        if written is not None and (peer.scope is Scope.AS_WRITTEN or peer == _read_peer(written)):
            return dict(written)
        known = ("ipBlock", "podSelector", "namespaceSelector")
        value = {key: item for key, item in (written or {}).items() if key not in known}
        if peer.scope is Scope.ADDRESSES:
            try:
                value["ipBlock"] = read_block(peer.block)
            except Unreadable as error:
                self._refuse(error.code, (*path, "ipBlock"), **error.facts)
            return value
        if (namespaces := self._namespaces(peer, (*path, "namespaceSelector"))) is not None:
            value["namespaceSelector"] = namespaces
        if peer.pods.rows or namespaces is None or "podSelector" in (written or {}):
            value["podSelector"] = self._selector(peer.pods, (*path, "podSelector"))
        return value

    def _namespaces(self, peer: PeerField, path: Path) -> Json | None:
        if peer.scope is Scope.OWN_NAMESPACE:
            return None
        if peer.scope is Scope.EVERY_NAMESPACE:
            return {}
        if peer.scope is Scope.LABELLED_NAMESPACES or peer.names == _names(peer.namespaces):
            if not peer.namespaces.rows:  # an empty selector would mean every namespace
                self._refuse("draft.no-namespace", path)
            return self._selector(peer.namespaces, path)
        names = [name.strip() for name in peer.names if name.strip()]
        if not names:
            self._refuse("draft.no-namespace", path)
        if len(names) == 1:
            return {"matchLabels": {NAMESPACE_NAME: names[0]}}
        return {"matchExpressions": [{"key": NAMESPACE_NAME, "operator": "In", "values": names}]}

    def _selector(self, selector: SelectorField, path: Path) -> Json:
        written = selector.written
        if written is not None and selector == _read_selector(written):
            return dict(written)
        labels: Json = {}
        expressions: list[object] = []
        for row in selector.rows:
            key = row.key.strip()
            if row.operator is not None:
                expressions.append(_write_expression(row))
            elif key in labels:
                self._refuse("draft.duplicate-key", (*path, "matchLabels", key), key=key)
            else:
                labels[key] = row.values.strip()
        known = ("matchLabels", "matchExpressions")
        value: Json = {key: item for key, item in (written or {}).items() if key not in known}
        if labels:
            value["matchLabels"] = labels
        if expressions:
            value["matchExpressions"] = expressions
        return value


def _write_expression(row: LabelRow) -> Json:
    if row.written is not None and row == _read_expression(row.written):
        return dict(row.written)
    values = list(read_values(row.values))
    expression: Json = {"key": row.key.strip(), "operator": str(row.operator.value) if row.operator else ""}
    return {**expression, "values": values} if values else expression


def _child(value: Json, key: str) -> Json:
    """The mapping under ``key``, made where it is absent or null."""
    if not isinstance(value.get(key), dict):
        value[key] = {}
    return cast(Json, value[key])


# -- what the form does not show -----------------------------------------------------------------


def kept_as_written(draft: Draft) -> tuple[Path, ...]:
    """Return the paths in the document that the form cannot show and leaves as they are."""
    spec = _mapping(draft.written.get("spec"))
    return (
        *_others(draft.written, ("apiVersion", "kind", "metadata", "spec"), ()),
        *_others(_mapping(draft.written.get("metadata")), ("name", "namespace"), ("metadata",)),
        *_others(spec, ("podSelector", "policyTypes", "ingress", "egress"), ("spec",)),
        *_others(_mapping(spec.get("podSelector")), ("matchLabels", "matchExpressions"), ("spec", "podSelector")),
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
