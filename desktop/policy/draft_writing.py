"""From the fields of the form to a policy document."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import cast

from desktop.policy.draft_fields import (
    NAMESPACE_NAME,
    DirectionField,
    Draft,
    Isolation,
    Json,
    LabelRow,
    PeerField,
    PortField,
    RuleField,
    Scope,
    SelectorField,
)
from desktop.policy.draft_reading import names_of, read_draft, read_expression, read_peer, read_rule, read_selector
from desktop.policy.findings import Finding, Path, Severity
from desktop.policy.objects import Direction
from desktop.policy.typed import Unreadable, read_block, read_ports, read_values, write_port


@dataclass(frozen=True, slots=True)
class Written:
    """What a draft comes to: the document, and what stands against it.

    With a finding of severity ERROR the value leaves out the field it is about and must not be applied. Paths are the
    form's: as the document's, but an index of ``ports`` counts rows, of which one may give several entries.
    ``port_rows`` holds, by a rule's path, the row of each entry where the two differ.
    """

    value: Json = field(hash=False)
    findings: tuple[Finding, ...] = ()
    port_rows: Mapping[Path, tuple[int, ...]] = field(default_factory=dict, hash=False)

    def in_form(self, finding: Finding) -> Finding:
        """Return a finding about ``value`` with the paths of the form."""
        return replace(finding, path=self._row_path(finding.path), exact=self._row_path(finding.exact))

    def _row_path(self, path: Path) -> Path:
        match path:
            case (spec, key, int(index), "ports", int(entry), *rest) if rows := self.port_rows.get((spec, key, index)):
                return (spec, key, index, "ports", rows[entry], *rest)
        return path


def write_draft(draft: Draft) -> Written:
    """Return the document a draft stands for; the very value it was read from where nothing was changed."""
    return _Writer().write(draft)


def _says_as(part: object, before: object) -> bool:
    """Whether a part of the form says what it said before, in the same words where both were written.

    The same can be written in several ways (a rule for everybody as ``{}`` and as ``from: []``): where two such trade
    places, each takes its words and comments along.
    """
    if part != before:
        return False
    words = zip(_words(part), _words(before), strict=True)
    return all(one is other or one is None or other is None or one == other for one, other in words)


def _words(part: object) -> Iterator[object]:
    """Yield how a part of the form, and each within it, was written; None for what was typed."""
    if isinstance(part, tuple):
        for each in part:
            yield from _words(each)
    elif is_dataclass(part):
        yield getattr(part, "written", None)
        for within in fields(part):
            yield from _words(getattr(part, within.name))


class _Writer:
    """Writes one draft and collects what cannot be read in its fields."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._port_rows: dict[Path, tuple[int, ...]] = {}

    def write(self, draft: Draft) -> Written:
        if draft.written and _says_as(draft, read_draft(draft.written)):
            return Written(cast(Json, draft.written))
        value = cast(Json, copy.deepcopy(draft.written)) or {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
        }
        self._write_metadata(value, draft)
        spec = _child(value, "spec")
        before = read_draft(draft.written) if draft.written else None
        if before is None or not _says_as(draft.selector, before.selector):
            spec["podSelector"] = self._selector(draft.selector, ("spec", "podSelector"))
        self._write_types(spec, draft, before)
        for direction, key, peers_key in (
            (Direction.INGRESS, "ingress", "from"),
            (Direction.EGRESS, "egress", "to"),
        ):
            changed = draft.direction(direction)
            if before is None or not _says_as(changed, before.direction(direction)):
                self._write_direction(spec, changed, key, peers_key)
        return Written(value, tuple(self._findings), self._port_rows)

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
            wanted = [each.value for each in directions]
            written = [each for each in cast(list[str], spec.get("policyTypes") or ()) if each in wanted]
            spec["policyTypes"] = [*written, *(each for each in wanted if each not in written)]

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
        before = read_rule(rule.written, peers_key) if rule.written is not None else None
        if before is not None and _says_as(rule, before):
            return dict(cast(Json, rule.written))
        value: Json = dict(rule.written or {})
        if before is None or rule.anyone != before.anyone or not _says_as(rule.peers, before.peers):
            value.pop(peers_key, None)
            if not rule.anyone:
                value[peers_key] = [
                    self._peer(peer, (*path, peers_key, index)) for index, peer in enumerate(rule.peers)
                ]
                if not rule.peers:
                    self._refuse("draft.no-peer", (*path, peers_key))
        if before is None or not _says_as(rule.ports, before.ports):
            value.pop("ports", None)
            if rule.ports:
                self._write_ports(value, rule.ports, path)
        return value

    def _write_ports(self, rule: Json, fields: tuple[PortField, ...], path: Path) -> None:
        ports: list[object] = []
        rows: list[int] = []
        for row, port in enumerate(fields):
            place = (*path, "ports", row)
            if not port.protocol and not port.text.strip() and len(fields) > 1:
                # Every protocol and port beside other rows would swallow them: never by accident.
                self._refuse("draft.any-port-among-others", place)
            entries = self._port(port, place)
            ports += entries
            rows += [row] * len(entries)
        if rows != list(range(len(fields))):
            self._port_rows[path] = tuple(rows)
        if ports:
            rule["ports"] = ports

    def _port(self, port: PortField, path: Path) -> list[Json]:
        try:
            return port_entries(port)
        except Unreadable as error:
            self._refuse(error.code, (*path, "port"), **error.facts)
            return []

    def _peer(self, peer: PeerField, path: Path) -> Json:
        written = peer.written
        if written is not None and (peer.scope is Scope.AS_WRITTEN or _says_as(peer, read_peer(written))):
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
        if peer.scope is Scope.LABELLED_NAMESPACES or peer.names == names_of(peer.namespaces):
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
        if written is not None and _says_as(selector, read_selector(written)):
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
        # An empty list that somebody wrote stays as well: it means nothing, but there may be a comment on it.
        value: Json = {key: item for key, item in (written or {}).items() if key not in known or not item}
        if labels:
            value["matchLabels"] = labels
        if expressions:
            value["matchExpressions"] = expressions
        return value


def port_entries(port: PortField) -> list[Json]:
    """Return the entries of ``ports`` that a row stands for; raises Unreadable."""
    written = port.written
    if written is not None and (port.protocol, port.text) == (written.get("protocol") or "TCP", write_port(written)):
        return [dict(written)]
    entries = read_ports(port.text, port.protocol)
    kept = {key: value for key, value in (written or {}).items() if key not in ("protocol", "port", "endPort")}
    return [{**entry, **kept} for entry in entries]


def _write_expression(row: LabelRow) -> Json:
    if row.written is not None and row == read_expression(row.written):
        return dict(row.written)
    values = list(read_values(row.values))
    expression: Json = {"key": row.key.strip(), "operator": str(row.operator.value) if row.operator else ""}
    return {**expression, "values": values} if values else expression


def _child(value: Json, key: str) -> Json:
    """The mapping under ``key``, made where it is absent or null."""
    if not isinstance(value.get(key), dict):
        value[key] = {}
    return cast(Json, value[key])
