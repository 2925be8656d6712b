"""What became of each entry between two states of a form: the field it is told by keeps its mark, whatever is typed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TypeVar

from desktop.policy.draft_fields import (
    DirectionField,
    Draft,
    Isolation,
    LabelRow,
    PeerField,
    PortField,
    RuleField,
    Scope,
    SelectorField,
    new_mark,
)
from desktop.policy.draft_reading import names_of
from desktop.policy.draft_writing import port_entries
from desktop.policy.findings import Path
from desktop.policy.origins import Origins

Marked = TypeVar("Marked", RuleField, PeerField, PortField, LabelRow)


def origins(before: Draft, after: Draft) -> Origins:
    """Return what became of the entries of one draft's document in another's, which was made of it.

    Every field of both can be read.
    """
    found = _Origins()
    found.selector(before.selector, after.selector, ("spec", "podSelector"))
    found.rules(before.inbound, after.inbound, "from", ("spec", "ingress"))
    found.rules(before.outbound, after.outbound, "to", ("spec", "egress"))
    return Origins(found.entries, found.keys)


class _Origins:
    """Collects the origins of one draft's entries."""

    def __init__(self) -> None:
        self.entries: dict[Path, tuple[int | None, ...]] = {}
        self.keys: dict[Path, dict[str, str]] = {}

    def rules(self, before: DirectionField, after: DirectionField, peers_key: str, path: Path) -> None:
        if before.isolation is not Isolation.RULES or after.isolation is not Isolation.RULES:
            return
        for old, new, place in self._kept(before.rules, after.rules, path):
            self._ports(old.ports, new.ports, (*place, "ports"))
            if not old.anyone and not new.anyone:
                for old_peer, new_peer, peer_place in self._kept(old.peers, new.peers, (*place, peers_key)):
                    self._peer(old_peer, new_peer, peer_place)

    def selector(self, before: SelectorField, after: SelectorField, path: Path) -> None:
        old, new = ([row for row in each.rows if row.operator is not None] for each in (before, after))
        if old and new:
            self.entries[(*path, "matchExpressions")] = _origin(old, new)
        names = {row.mark: row.key.strip() for row in before.rows if row.operator is None}
        labels = {row.key.strip(): row.mark for row in after.rows if row.operator is None}
        renamed = {key: names[mark] for key, mark in labels.items() if names.get(mark, key) != key}
        self.keys[(*path, "matchLabels")] = renamed

    def _kept(
        self, before: tuple[Marked, ...], after: tuple[Marked, ...], path: Path
    ) -> list[tuple[Marked, Marked, Path]]:
        """Note the origin of each entry of a list; return those that stayed: as they were, as they are, their paths."""
        origin = self.entries[path] = _origin(before, after)
        return [(before[i], after[j], (*path, j)) for j, i in enumerate(origin) if i is not None]

    def _peer(self, before: PeerField, after: PeerField, path: Path) -> None:
        self.selector(before.pods, after.pods, (*path, "podSelector"))
        if _by_rows(before) and _by_rows(after):
            self.selector(before.namespaces, after.namespaces, (*path, "namespaceSelector"))

    def _ports(self, before: Sequence[PortField], after: Sequence[PortField], path: Path) -> None:
        """Note the origin of each entry; a row may give several."""
        places: dict[int, list[int]] = {}
        old = [(row.mark, entry) for row in before for entry in port_entries(row)]
        for index, (mark, _) in enumerate(old):
            places.setdefault(mark, []).append(index)
        origin: list[int | None] = []
        for row in after:
            free, entries = places.pop(row.mark, []), port_entries(row)
            equal = [next((i for i in free if old[i][1] == entry), None) for entry in entries]
            left = iter([i for i in free if i not in equal])
            origin += [next(left, None) if i is None else i for i in equal]
        self.entries[path] = tuple(origin)


def _by_rows(peer: PeerField) -> bool:
    """Whether the rows of a peer say what its namespaces are."""
    named = peer.scope is Scope.NAMED_NAMESPACES and peer.names == names_of(peer.namespaces)
    return named or peer.scope is Scope.LABELLED_NAMESPACES


def _origin(before: Sequence[Marked], after: Sequence[Marked]) -> tuple[int | None, ...]:
    places = {field.mark: index for index, field in enumerate(before)}
    return tuple(places.pop(field.mark, None) for field in after)


def recognised(draft: Draft, known: Draft) -> Draft:
    """Return a draft with the marks of a ``known`` one on all that seems to be the same: it comes from elsewhere."""
    return replace(
        draft,
        selector=_selector(draft.selector, known.selector),
        inbound=replace(draft.inbound, rules=_marked(draft.inbound.rules, known.inbound.rules, _rule)),
        outbound=replace(draft.outbound, rules=_marked(draft.outbound.rules, known.outbound.rules, _rule)),
    )


def _marked(
    fields: tuple[Marked, ...], known: tuple[Marked, ...], inside: Callable[[Marked, Marked], Marked]
) -> tuple[Marked, ...]:
    """Return fields with the marks of the equal ones, or of those in whose place they are; the others' are new."""
    result: list[Marked] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, known, fields, autojunk=False).get_opcodes():
        same = list(zip(fields[j1:j2], known[i1:i2], strict=False))
        result += [replace(inside(field, twin), mark=twin.mark) for field, twin in same]
        result += [replace(field, mark=new_mark()) for field in fields[j1 + len(same) : j2]]
    return tuple(result)


def _rule(rule: RuleField, known: RuleField) -> RuleField:
    return replace(rule, peers=_marked(rule.peers, known.peers, _peer), ports=_marked(rule.ports, known.ports, _whole))


def _peer(peer: PeerField, known: PeerField) -> PeerField:
    pods, namespaces = _selector(peer.pods, known.pods), _selector(peer.namespaces, known.namespaces)
    return replace(peer, pods=pods, namespaces=namespaces)


def _selector(selector: SelectorField, known: SelectorField) -> SelectorField:
    return replace(selector, rows=_marked(selector.rows, known.rows, _whole))


def _whole(field: Marked, _: Marked) -> Marked:
    """Return a field that has no lists within."""
    return field
