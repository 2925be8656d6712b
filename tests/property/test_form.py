"""Whatever the policy: the form gives it back untouched, means the same by it, and edits around what others wrote."""

import re
from collections.abc import Callable
from dataclasses import replace

from hypothesis import assume, example, given
from hypothesis import strategies as st

from desktop.manifest.reader import read
from desktop.policy.codec import parse_policy
from desktop.policy.draft import (
    DirectionField,
    Draft,
    Isolation,
    LabelRow,
    PeerField,
    PortField,
    RuleField,
    SelectorField,
    read_draft,
    write_draft,
)
from desktop.policy.objects import Direction, LabelSelector, NetworkPolicy, Operator, Peer, Rule
from desktop.policy.profile import PROFILES
from desktop.ui.wizard.judging import Held, Terms, judge
from desktop.ui.wizard.opening import open_form
from tests.helpers.policy_documents import Json, documents, noted_texts, texts
from tests.helpers.shared_documents import shared_texts

TERMS = Terms("shop", PROFILES["upstream"])


@given(texts())
def test_a_policy_opened_in_the_form_and_left_as_it_is_stays_byte_for_byte(text: str) -> None:
    opened = open_form(text, 1, "shop")
    assert opened.draft is not None, opened.reason
    judged = judge(opened.draft, opened.draft, Held(opened.draft, text), opened, TERMS, decided=True)
    assert judged.text == text
    assert judged.errors == ()


@given(documents)
def test_a_policy_typed_anew_as_the_form_shows_it_means_the_same(value: Json) -> None:
    draft = read_draft(value)
    assume(not any(row.values == "" for row in _lists_of(draft)))  # In [""] cannot be typed; it stays as written
    written = write_draft(_as_typed(draft))
    assert [finding.code for finding in written.findings if finding.code != "draft.any-port-among-others"] == []
    assert _meaning(parse_policy(written.value)) == _meaning(parse_policy(value))


Edit = Callable[[Draft], Draft]


def _on_rules(draft: Draft, change: Callable[[tuple[RuleField, ...]], tuple[RuleField, ...]]) -> Draft:
    rules = change(draft.inbound.rules)
    return replace(draft, inbound=DirectionField(Isolation.RULES, rules))


EDITS: tuple[Edit, ...] = (
    lambda draft: replace(draft, selector=_relabelled(draft.selector)),
    lambda draft: replace(draft, name="renamed"),
    lambda draft: replace(
        draft, selector=replace(draft.selector, rows=(*draft.selector.rows, LabelRow("new", None, "label")))
    ),
    lambda draft: _on_rules(draft, lambda rules: (*rules, RuleField(ports=(PortField("TCP", "6379"),)))),
    lambda draft: _on_rules(draft, lambda rules: (RuleField(anyone=True), *rules)),
    lambda draft: _on_rules(
        draft, lambda rules: tuple(replace(rule, ports=(*rule.ports, PortField("UDP", "53"))) for rule in rules)
    ),
)
"""Edits that add or change, and remove nothing."""


def _swapped(draft: Draft) -> Draft:
    return _on_rules(draft, lambda rules: rules[::-1])


def _swapped_within(draft: Draft) -> Draft:
    def swapped(rule: RuleField) -> RuleField:
        return replace(rule, peers=rule.peers[::-1], ports=rule.ports[::-1])

    return _on_rules(draft, lambda rules: tuple(map(swapped, rules)))


def _relabelled(selector: SelectorField) -> SelectorField:
    rows = tuple(row if row.operator else replace(row, values=f"{row.values}x") for row in selector.rows)
    return replace(selector, rows=rows)


def _edited(text: str, edit: Edit) -> str:
    """Return the text after an edit in the form, which means what the form says."""
    opened = open_form(text, 1, "shop")
    assert opened.draft is not None, opened.reason
    draft = edit(opened.draft)
    assume(draft.inbound.isolation is not Isolation.RULES or draft.inbound.rules)
    judged = judge(draft, opened.draft, Held(opened.draft, text), opened, TERMS, decided=True)
    assume(judged.written == draft)
    (document,) = read(judged.text).documents
    assert document.value == write_draft(draft).value
    return judged.text


_HEAD = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: {}\n  ingress:\n"
)


@given(noted_texts(), st.sampled_from((*EDITS, _swapped, _swapped_within)))
@example((None, f"{_HEAD}  - {{}}  # note 8\n  - from: []  # note 9\n    ports: []  # note 10\n"), _swapped)
@example(
    (None, f"{_HEAD}  - ports:\n    - port: 80  # note 8\n    - protocol: TCP  # note 9\n      port: 80\n"),
    _swapped_within,
)
def test_an_edit_in_the_form_keeps_every_comment(noted: tuple[Json, str], edit: Edit) -> None:
    _, text = noted
    changed = _edited(text, edit)
    notes = [re.findall("# note .*", each) for each in (changed, text)]
    moved = edit in (_swapped, _swapped_within)
    assert (sorted(notes[0]) == sorted(notes[1])) if moved else (notes[0] == notes[1])


@given(shared_texts(), st.sampled_from(EDITS))
def test_an_edit_in_the_form_of_what_anchors_and_merged_keys_share_keeps_every_comment(
    shared: tuple[Json, str], edit: Edit
) -> None:
    value, text = shared
    (document,) = read(text).documents
    assert document.value == value
    changed = _edited(text, edit)
    assert sorted(re.findall("# note .*", changed)) == sorted(re.findall("# note .*", text))


def _lists_of(draft: Draft) -> list[LabelRow]:
    selectors = [draft.selector]
    for direction in (draft.inbound, draft.outbound):
        for rule in direction.rules:
            for peer in rule.peers:
                selectors += [peer.pods, peer.namespaces]
    return [row for selector in selectors for row in selector.rows if row.operator in (Operator.IN, Operator.NOT_IN)]


def _as_typed(draft: Draft) -> Draft:
    """Return a draft that remembers nothing of what it was read from."""
    return Draft(
        draft.name,
        draft.namespace,
        _typed_selector(draft.selector),
        _typed_direction(draft.inbound),
        _typed_direction(draft.outbound),
    )


def _typed_direction(direction: DirectionField) -> DirectionField:
    return DirectionField(
        direction.isolation,
        tuple(
            RuleField(
                rule.anyone,
                tuple(
                    PeerField(
                        peer.scope, peer.names, _typed_selector(peer.namespaces), _typed_selector(peer.pods), peer.block
                    )
                    for peer in rule.peers
                ),
                tuple(PortField(port.protocol, port.text) for port in rule.ports),
            )
            for rule in direction.rules
        ),
    )


def _typed_selector(selector: SelectorField) -> SelectorField:
    return SelectorField(tuple(LabelRow(row.key, row.operator, row.values) for row in selector.rows))


def _meaning(policy: NetworkPolicy) -> object:
    """Return what a policy means, however it is written."""
    rules = [policy.rules(direction) for direction in Direction]
    return _selector(policy.pod_selector), [None if each is None else [_rule(rule) for rule in each] for each in rules]


def _rule(rule: Rule) -> object:
    return [_peer(peer) for peer in rule.peers or ()], list(rule.ports or ())


def _peer(peer: Peer) -> object:
    if peer.ip_block is not None:
        return peer.ip_block
    own = None if peer.namespace_selector is None else _selector(peer.namespace_selector)
    return own, _selector(peer.pod_selector or LabelSelector())


def _selector(selector: LabelSelector) -> object:
    """A label that must have a value is one that must have one of one value."""
    equal = [(key, Operator.IN, frozenset({value})) for key, value in selector.labels]
    other = [(each.key, each.operator, frozenset(each.values)) for each in selector.expressions]
    return frozenset((*equal, *other))
