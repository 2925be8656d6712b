"""Policies in which each item of a list has comments of its own, as texts and as what they are made of.

Items are equal as often as not; some are named by an anchor and meant again by an alias, or merged into others.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from hypothesis import strategies as st

Style = Literal["lines", "indented", "brackets", "bracket lines"]
Kind = Literal["rule", "peer", "port", "expression"]

LISTS: dict[str, tuple[Kind, ...]] = {"from": ("peer",), "ports": ("port",), "matchExpressions": ("expression",)}


@dataclass(eq=False)
class Item:
    """An item of a list. ``fields`` is its own value, ``lists`` what else it holds; ``notes`` its comments by place."""

    kind: Kind
    fields: dict[str, Any]
    lists: dict[str, "Listed"] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    anchor: str = ""
    alias: str = ""
    merges: str = ""

    @property
    def value(self) -> dict[str, Any]:
        """What it says."""
        value = {key: listed.value for key, listed in self.lists.items()} | self.fields
        if self.kind == "peer" and "matchExpressions" in value:
            return {"podSelector": value}
        return value

    def within(self) -> Iterator["Item"]:
        """Yield the items within."""
        for listed in self.lists.values():
            for item in listed.items:
                yield item
                yield from item.within()

    def comments(self) -> Iterator[str]:
        """Yield its comments and those within, as they stand one after the other."""
        inside = () if self.alias else self.lists.items()
        places = ["above", "line"]
        yield from (self.notes[place] for place in places if place in self.notes)
        for key, listed in inside:
            yield from (self.notes[f"{place} {key}"] for place in places if f"{place} {key}" in self.notes)
            yield from listed.comments()
        yield from (self.notes[place] for place in ("field", "end") if place in self.notes)


@dataclass(eq=False)
class Listed:
    """A list of items and how it is written."""

    style: Style
    items: list[Item]

    @property
    def value(self) -> list[Any]:
        """What it says."""
        return [item.value for item in self.items]

    def comments(self) -> Iterator[str]:
        """Yield the comments within."""
        for item in self.items:
            yield from item.comments()


@dataclass
class Policy:
    """A policy: the rules of its inbound direction, the text it is written as, and each item's lines there."""

    rules: Listed
    text: str
    lines: dict[Item, str]


@st.composite
def commented_policies(draw: st.DrawFn) -> Policy:
    """A policy with comments at each item."""
    return _Author(draw).policy()


class _Author:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._notes = (f"# note {number} \u00fc\t{sign}" for number, sign in enumerate(_signs()))
        self._anchors = (f"a{number}" for number in count())
        self._made: list[Item] = []
        self._written: list[Item] = []
        self._lines: dict[Item, str] = {}

    def policy(self) -> Policy:
        rules = self._listed("rule", st.sampled_from(("lines", "indented", "lines", "bracket lines")))
        column = 4 if rules.style == "indented" else 2
        head = [
            "kind: NetworkPolicy",
            "apiVersion: networking.k8s.io/v1",
            "metadata: {name: a, namespace: shop}",
            "spec:",
        ]
        lines = [*head, "  podSelector: {}  # every pod"]
        lines += [*self._list_lines("  ingress:", rules, column, "  # who"), "# the end", "status: {}  # none"]
        newline, ending = self._draw(st.sampled_from(("\n", "\r\n"))), self._draw(st.booleans())
        text = newline.join(lines) + (newline if ending else "")
        return Policy(rules, text, {item: own.replace("\n", newline) for item, own in self._lines.items()})

    def _chance(self, in_ten: int) -> bool:
        return self._draw(st.integers(1, 10)) <= in_ten

    # -- what it says ---------------------------------------------------------------------------------------------

    def _listed(self, kind: Kind, styles: st.SearchStrategy[Style]) -> Listed:
        style = self._draw(styles)
        inner: st.SearchStrategy[Style] = st.just("brackets")
        if style in ("lines", "indented"):
            inner = st.sampled_from(("lines", "lines", "indented", "brackets", "bracket lines"))
        items = [self._item(kind, inner) for _ in range(self._draw(st.integers(1, 4)))]
        return Listed(style, items)

    def _item(self, kind: Kind, styles: st.SearchStrategy[Style]) -> Item:
        alike = [item for item in self._made if item.kind == kind]
        item = (
            self._again(self._draw(st.sampled_from(alike)), styles)
            if alike and self._chance(5)
            else self._new(kind, styles)
        )
        self._made.append(item)
        return item

    def _again(self, item: Item, styles: st.SearchStrategy[Style]) -> Item:
        lists = {
            key: Listed(self._draw(styles), [self._again(each, styles) for each in listed.items])
            for key, listed in item.lists.items()
        }
        if any(listed.style.startswith("bracket") for listed in lists.values()):
            lists = {key: _in_brackets(listed) for key, listed in lists.items()}
        return Item(item.kind, dict(item.fields), lists)

    def _new(self, kind: Kind, styles: st.SearchStrategy[Style]) -> Item:
        match kind:
            case "rule":
                remark = {"remark": "kept"} if self._chance(3) else {}
                return Item(kind, remark, {"from": self._nested("peer", styles), "ports": self._nested("port", styles)})
            case "peer" if self._chance(3):
                return Item(kind, {"ipBlock": {"cidr": f"10.{self._draw(st.integers(0, 2))}.0.0/16"}})
            case "peer":
                return Item(kind, {}, {"matchExpressions": self._nested("expression", styles)})
            case "port":
                return Item(kind, {"protocol": "TCP", "port": self._draw(st.integers(80, 82))})
            case _:
                key = self._draw(st.sampled_from(("app", "role")))
                return Item(kind, {"key": key, "operator": "In", "values": [self._draw(st.sampled_from(("a", "b")))]})

    def _nested(self, kind: Kind, styles: st.SearchStrategy[Style]) -> Listed:
        listed = self._listed(kind, styles)
        return _in_brackets(listed) if listed.style.startswith("bracket") else listed

    # -- how it is written ----------------------------------------------------------------------------------------

    def _note(self, item: Item, place: str, chance: int = 7) -> str:
        if self._chance(chance):
            item.notes[place] = next(self._notes)
        return f"  {item.notes[place]}" if place in item.notes else ""

    def _list_lines(self, head: str, listed: Listed, column: int, note: str) -> Iterator[str]:
        """Yield the lines of a list below ``head``, or behind it."""
        match listed.style:
            case "brackets":
                yield f"{head} [{', '.join(self._flow(item) for item in listed.items)}]{note}"
            case "bracket lines":
                yield f"{head} [{note}"
                for number, item in enumerate(listed.items):
                    above = self._note(item, "above").strip()
                    if above:
                        yield f"{' ' * column}  {above}"
                    comma = "," if number < len(listed.items) - 1 else self._draw(st.sampled_from((",", "")))
                    own = f"{' ' * column}  {self._flow(item)}"
                    yield f"{own}{comma}{self._note(item, 'line')}"
                yield f"{' ' * column}]"
            case _:
                yield f"{head}{note}"
                for item in listed.items:
                    if self._chance(1):
                        yield ""
                    lines = list(self._item_lines(item, column))
                    self._lines[item] = "\n".join(lines) + "\n"
                    yield from lines

    def _item_lines(self, item: Item, column: int) -> Iterator[str]:
        above, pad = self._note(item, "above").strip(), " " * column
        if above:
            yield f"{pad}{above}"
        if self._name(item):
            yield f"{pad}- *{item.alias}{self._note(item, 'line')}"
            return
        anchor = f" &{item.anchor}" if item.anchor else ""
        inside = [f"{pad}  {line}" if line else line for line in self._inside(item)]
        for each in item.within():
            if each in self._lines:
                self._lines[each] = re.sub("^(?=.)", f"{pad}  ", self._lines[each], flags=re.MULTILINE)
        if anchor:
            yield f"{pad}-{anchor}{self._note(item, 'line')}"
        else:
            inside[0] = f"{pad}- {inside[0].lstrip()}"
        yield from inside
        end = self._note(item, "end", 3).strip()
        if end:
            yield f"{pad}  {end}"
        self._written.append(item)

    def _inside(self, item: Item) -> Iterator[str]:
        """Yield the lines of an item's fields, to the left."""
        first = not item.anchor
        outer, pad = ("podSelector:", "  ") if item.kind == "peer" and item.lists else ("", "")
        if outer:
            yield outer + (self._note(item, "line") if first else "")
            first = False
        for key, listed in item.lists.items():
            above = self._note(item, f"above {key}", 0 if first else 3).strip()
            if above:
                yield f"{pad}{above}"
            inner = len(pad) + (2 if listed.style == "indented" else 0)
            yield from self._list_lines(f"{pad}{key}:", listed, inner, self._note(item, f"line {key}"))
            first = False
        fields = list(self._own_fields(item).items())
        if item.merges:
            yield f"<<: *{item.merges}" + (self._note(item, "line") if first else "")
            first = False
        for number, (key, value) in enumerate(fields):
            note = self._note(item, "line") if first else self._note(item, "field") if number == len(fields) - 1 else ""
            yield f"{key}: {_flow_text(value)}{note}"
            first = False

    def _own_fields(self, item: Item) -> dict[str, Any]:
        return {key: value for key, value in item.fields.items() if key == "port" or not item.merges}

    def _name(self, item: Item) -> bool:
        """Name an item, merge another into it, or let it be an alias; return whether it is one."""
        same = [each for each in self._written if each.anchor and each.kind == item.kind and each.value == item.value]
        if same and self._chance(6):
            item.alias = self._draw(st.sampled_from(same)).anchor
            return True
        ports = [each for each in self._written if each.anchor and each.kind == item.kind == "port"]
        if ports and self._chance(5):
            item.merges = self._draw(st.sampled_from(ports)).anchor
        if self._chance(3):
            item.anchor = next(self._anchors)
        return False

    def _flow(self, item: Item) -> str:
        if self._name(item):
            return f"*{item.alias}"
        inside = [
            f"{key}: [{', '.join(self._flow(each) for each in listed.items)}]" for key, listed in item.lists.items()
        ]
        inside += [f"<<: *{item.merges}"] if item.merges else []
        inside += [f"{key}: {_flow_text(value)}" for key, value in self._own_fields(item).items()]
        text = "{" + ", ".join(inside) + "}"
        self._written.append(item)
        text = f"{{podSelector: {text}}}" if item.kind == "peer" and item.lists else text
        return f"&{item.anchor} {text}" if item.anchor else text


def _in_brackets(listed: Listed) -> Listed:
    """Return a list in brackets, in which there are brackets alone."""
    for item in listed.items:
        item.lists = {key: Listed("brackets", _in_brackets(each).items) for key, each in item.lists.items()}
    return listed if listed.style.startswith("bracket") else Listed("brackets", listed.items)


def _flow_text(value: object) -> str:
    return json.dumps(value) if isinstance(value, (list, dict)) else str(value)


def _signs() -> Iterator[str]:
    while True:
        yield from ("\u65b0", "- x", "a: b", "[", "'", "#", "&x *x", "\\")
