"""Whatever is removed, moved, copied, added and edited in the form: each comment stays with what it is about."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desktop.manifest.reader import read
from desktop.policy.draft import Draft, PeerField, PortField, RuleField, Scope, read_draft, write_draft
from desktop.policy.draft_fields import LabelRow, new_mark
from desktop.policy.objects import Operator
from desktop.policy.profile import PROFILES
from desktop.ui.wizard.judging import Held, Terms, judge
from desktop.ui.wizard.opening import open_form
from tests.helpers.commented_policies import Item, Listed, Policy, commented_policies

TERMS = Terms("shop", PROFILES["upstream"])
NEW_RULE = RuleField(peers=(PeerField(Scope.ADDRESSES, block="192.168.0.0/16"),), ports=(PortField("UDP", "53"),))


@dataclass
class Place:
    """A list, in the draft and in what the text is made of."""

    listed: Listed
    fields: tuple[Any, ...]
    put: Callable[[tuple[Any, ...]], Draft]
    within: tuple[Item, ...]
    """The items that hold it."""


def places(policy: Policy, draft: Draft) -> list[Place]:
    """Return all lists that the form shows."""

    def put_rules(rules: tuple[RuleField, ...]) -> Draft:
        return replace(draft, inbound=replace(draft.inbound, rules=rules))

    rules = draft.inbound.rules
    found = [Place(policy.rules, rules, put_rules, ())]
    for i, (item, rule) in enumerate(zip(policy.rules.items, rules, strict=True)):

        def put_rule(i: int = i, **parts: Any) -> Draft:
            return put_rules((*rules[:i], replace(rules[i], **parts), *rules[i + 1 :]))

        if "ports" in item.lists:
            found.append(Place(item.lists["ports"], rule.ports, partial(put_part, put_rule, "ports"), (item,)))
            found.append(Place(item.lists["from"], rule.peers, partial(put_part, put_rule, "peers"), (item,)))
            for j, (inner, peer) in enumerate(zip(item.lists["from"].items, rule.peers, strict=True)):

                def put_rows(
                    rows: tuple[Any, ...], j: int = j, rule: RuleField = rule, p: Callable[..., Draft] = put_rule
                ) -> Draft:
                    peer = replace(rule.peers[j], pods=replace(rule.peers[j].pods, rows=rows))
                    return p(peers=(*rule.peers[:j], peer, *rule.peers[j + 1 :]))

                if "matchExpressions" in inner.lists:
                    found.append(Place(inner.lists["matchExpressions"], peer.pods.rows, put_rows, (item, inner)))
    return found


def put_part(put: Callable[..., Draft], part: str, fields: tuple[Any, ...]) -> Draft:
    return put(**{part: fields})


def as_new(field: Any) -> tuple[Item, Any]:
    """Return another field that says the same, and its item: it has no comments."""
    return Item("rule", {}), replace(field, mark=new_mark())


def edited(field: Any) -> Any:
    """Return a field that says something else."""
    match field:
        case RuleField():
            return replace(field, ports=(*field.ports, PortField("SCTP", "7")))
        case PeerField(scope=Scope.ADDRESSES):
            return replace(field, block="10.9.0.0/16")
        case PeerField():
            rows = (*field.pods.rows, LabelRow("new", Operator.EXISTS, ""))
            return replace(field, pods=replace(field.pods, rows=rows))
        case PortField():
            return replace(field, text="9")
        case _:
            return replace(field, values="c, d")


def touched(place: Place, *items: Item) -> set[Item]:
    return {*place.within, *items}


Draw = Callable[[st.SearchStrategy[Any]], Any]


def changed(draw: Draw, policy: Policy, draft: Draft) -> tuple[Draft, set[Item]]:
    """Return the draft after one thing a person can do in the form, done to the policy as well; and what it touches."""
    place = draw(st.sampled_from(places(policy, draft)))
    items, fields = place.listed.items, list(place.fields)
    at, to = (draw(st.integers(0, len(items) - 1)) for _ in range(2))
    what = draw(st.sampled_from(("remove", "move", "copy", "edit", "add", "remove", "move")))
    gone: list[Item] = []
    if what == "remove" and len(items) > 1:
        gone.append(items.pop(at))
        fields.pop(at)
    elif what == "copy":
        item, field = as_new(fields[at])
        items.insert(at + 1, item)
        fields.insert(at + 1, field)
    elif what == "add":
        new = NEW_RULE if isinstance(fields[0], RuleField) else edited(fields[0])
        item, field = as_new(new)
        items.append(item)
        fields.append(field)
    elif what == "edit":
        gone.append(items[at])
        fields[at] = edited(fields[at])
    else:
        items.insert(to, items.pop(at))
        fields.insert(to, fields.pop(at))
    return place.put(tuple(fields)), touched(place, *gone)


@given(commented_policies(), st.data())
def test_each_comment_stays_with_its_item(policy: Policy, data: st.DataObject) -> None:
    text = policy.text
    opened = open_form(text, 1, "shop")
    assert opened.draft is not None, opened.reason
    draft = opened.draft
    (document,) = read(text).documents
    assert document.value["spec"]["ingress"] == policy.rules.value  # type: ignore[index,call-overload]
    read_once = data.draw(st.booleans())
    moved_on: set[Item] = set()
    for _ in range(data.draw(st.integers(1, 3))):
        last = draft
        for _ in range(data.draw(st.integers(1, 2))):
            draft, items = changed(data.draw, policy, draft)
            moved_on |= items
        held = Held(opened.draft, policy.text) if read_once else Held(last, text)
        judged = judge(draft, last, held, opened, TERMS, decided=True)
        assert judged.written == draft
        text = judged.text
        (document,) = read(text).documents
        assert document.value == write_draft(draft).value
        notes = [note.rstrip("\r") for note in re.findall("# note [^\n]*", text)]
        assert notes == list(policy.rules.comments())
        for other in ("# every pod", "# who", "# the end", "# none"):
            assert text.count(other) == 1
        for item in (each for rule in policy.rules.items for each in (rule, *rule.within())):
            if item in policy.lines and item not in moved_on and "*" not in policy.lines[item]:
                assert policy.lines[item] in text + "\n"
    assert read_draft(write_draft(draft).value) == draft
    assert judge(opened.draft, draft, Held(opened.draft, policy.text), opened, TERMS, decided=True).text == policy.text
