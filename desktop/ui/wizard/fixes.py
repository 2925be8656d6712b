"""What can be put right with one click. Plain Python."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from desktop.language import tr
from desktop.policy.draft import (
    DirectionField,
    Draft,
    PeerField,
    PortField,
    RuleField,
    read_draft,
    recognised,
    write_draft,
)
from desktop.policy.findings import Finding, Path
from desktop.policy.findings import Fix as DocumentFix
from desktop.policy.fixes import applied
from desktop.policy.names import subdomain_faults
from desktop.policy.objects import Direction
from desktop.wording import findings as words

T = TypeVar("T")

_DIRECTIONS = {"ingress": Direction.INGRESS, "egress": Direction.EGRESS}
_SPELLINGS = frozenset({"typed.cidr-host-bits", "typed.cidr-length", "typed.port-range-backwards"})


@dataclass(frozen=True, slots=True)
class Fix:
    """``words`` for a button, and what it makes of a draft."""

    words: str
    apply: Callable[[Draft], Draft]


def fix_of(finding: Finding) -> Fix | None:
    """Return how a finding can be put right; None where only the user can know."""
    if (fix := finding.fix) is not None:
        return Fix(words.fix_words(fix), lambda draft: _fixed(draft, fix))
    facts = {name: str(value) for name, value in finding.facts.items()}
    if finding.code in _SPELLINGS:
        return _spelt(finding.path, facts["text"], facts["example"])
    if finding.code.startswith("cidr.") and facts.get("suggestion"):
        return _spelt(finding.path, facts["value"], facts["suggestion"])
    if finding.code == "name.syntax":
        better = re.sub(r"[^a-z0-9.-]+", "-", facts["value"].lower()).strip("-.")
        if better and not subdomain_faults(better):
            return Fix(tr("Use {text}", text=better), lambda draft: replace(draft, name=better))
    return None


def _fixed(draft: Draft, fix: DocumentFix) -> Draft:
    """Return the draft of a document put right; what is not touched is known as the same."""
    return recognised(read_draft(_document(applied(write_draft(draft).value, fix))), draft)


def _document(value: object) -> Mapping[str, object]:
    """Return what a fix made of a document, which is a document again."""
    return value if isinstance(value, Mapping) else {}


def _spelt(path: Path, was: str, better: str) -> Fix:
    return Fix(tr("Use {text}", text=better), lambda draft: _respell(draft, path, was, better))


def _respell(draft: Draft, path: Path, was: str, better: str) -> Draft:
    """Return the draft with a text in one of its rules' fields replaced."""

    def in_rule(rule: RuleField) -> RuleField:
        match path[3:]:
            case ("ports", int(row), *_) if row < len(rule.ports):
                return replace(rule, ports=_changed(rule.ports, row, in_port))
            case (_, int(row), *_) if row < len(rule.peers):
                return replace(rule, peers=_changed(rule.peers, row, in_peer))
        return rule

    def in_port(port: PortField) -> PortField:
        return replace(port, text=port.text.replace(was, better, 1))

    def in_peer(peer: PeerField) -> PeerField:
        return replace(peer, block=peer.block.replace(was, better, 1))

    match path:
        case ("spec", str(key), int(index), *_) if index < len(draft.direction(_DIRECTIONS[key]).rules):
            direction = draft.direction(_DIRECTIONS[key])
            rules = _changed(direction.rules, index, in_rule)
            return draft.with_direction(_DIRECTIONS[key], DirectionField(direction.isolation, rules))
    return draft


def _changed(items: tuple[T, ...], index: int, change: Callable[[T], T]) -> tuple[T, ...]:
    return (*items[:index], change(items[index]), *items[index + 1 :])
