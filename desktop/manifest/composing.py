"""One YAML document to plain JSON data as kubectl would send it, and where in the text each part of it stands."""

import math
from dataclasses import dataclass

from yaml import YAMLError
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # exported, but the stubs do not say so
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from desktop.manifest import scalars
from desktop.manifest.positions import Positions
from desktop.manifest.syntax import syntax_finding
from desktop.policy.findings import Finding, Severity

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
"""JSON data, as ``json.loads`` gives it."""

MAX_DEPTH = 100
MAX_NODES = 100_000
MAX_ALIAS_NODES = 10_000
MAX_FINDINGS = 100

_MAP, _SEQ = "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"


@dataclass(slots=True)
class Spot:
    """Where a value stands: offsets of the value and of its key (-1: it has none), and the spots within it."""

    start: int
    end: int
    key_start: int = -1
    key_end: int = -1
    inside: "dict[str, Spot] | list[Spot] | None" = None


class Budget:
    """What is left of the limits that hold for a whole text."""

    def __init__(self, nodes: int = MAX_NODES) -> None:
        self.most_nodes = self.nodes = nodes
        self.alias_nodes = MAX_ALIAS_NODES


class LimitExceeded(Exception):
    """The text breaks a limit, so that nothing of it is read."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


class _Unreadable(Exception):
    """The document makes no sense from here on."""


@dataclass(slots=True)
class _Anchor:
    value: Json = None
    spot: Spot | None = None  # None while the anchored value is still being read
    nodes: int = 0


class Composer:
    """Reads one document; ``text`` starts at offset ``base`` of the text that ``positions`` knows."""

    def __init__(self, text: str, base: int, positions: Positions, budget: Budget) -> None:
        self.findings: list[Finding] = []
        self._text = text
        self._base = base
        self._positions = positions
        self._budget = budget
        self._parser = CParser(text)
        self._anchors: dict[str, _Anchor] = {}

    def compose(self) -> tuple[Json, Spot] | None:
        """Return the value and its spot, or None where the document cannot be read; what is wrong is in ``findings``.

        A value may come with findings: of a key that stands twice the last counts, as it does for kubectl.
        Raises LimitExceeded.
        """
        try:
            self._next()  # the start of the stream
            if not isinstance(self._next(), DocumentStartEvent):
                return None  # nothing but white space, such as a byte order mark
            node = self._node(self._next(), 1)
            self._next()  # the end of the document
            following = self._next()
        except YAMLError as error:
            self.findings.append(syntax_finding(error, self._text, self._base, self._positions))
            return None
        except _Unreadable:
            return None
        if isinstance(following, DocumentStartEvent):
            self._report("yaml.text-after-marker", *_span(following))
        return node

    def _next(self) -> Event:
        return self._parser.get_event()  # type: ignore[return-value]  # None comes only after the end of the stream

    def _node(self, event: Event, depth: int) -> tuple[Json, Spot]:
        self._budget.nodes -= 1
        if self._budget.nodes < 0:
            raise LimitExceeded(self._finding("yaml.too-many-nodes", *_span(event), limit=self._budget.most_nodes))
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        name = event.anchor if isinstance(event, NodeEvent) else None
        if name is None:
            return self._content(event, depth)
        anchor = self._anchors[name] = _Anchor()
        left = self._budget.nodes + self._budget.alias_nodes
        anchor.value, anchor.spot = self._content(event, depth)
        anchor.nodes = 1 + left - self._budget.nodes - self._budget.alias_nodes
        return anchor.value, anchor.spot

    def _content(self, event: Event, depth: int) -> tuple[Json, Spot]:
        if isinstance(event, ScalarEvent):
            return self._number(self._scalar(event), event), self._scalar_spot(event)
        self._check_depth(depth, event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        return self._sequence(event, depth)

    def _alias(self, event: AliasEvent, depth: int) -> tuple[Json, Spot]:
        start, end = _span(event)
        anchor = self._anchors.get(event.anchor or "")
        if anchor is None or anchor.spot is None:
            self._report(
                "yaml.unknown-anchor" if anchor is None else "yaml.recursive-anchor", start, end, anchor=event.anchor
            )
            raise _Unreadable
        self._budget.alias_nodes -= anchor.nodes
        if self._budget.alias_nodes < 0:
            raise LimitExceeded(self._finding("yaml.too-many-aliases", start, end, limit=MAX_ALIAS_NODES))
        return self._copy(anchor.value, depth, event), Spot(start, end, inside=anchor.spot.inside)

    def _copy(self, value: Json, depth: int, alias: AliasEvent) -> Json:
        if isinstance(value, dict | list):
            self._check_depth(depth, alias)
        if isinstance(value, dict):
            return {key: self._copy(item, depth + 1, alias) for key, item in value.items()}
        if isinstance(value, list):
            return [self._copy(item, depth + 1, alias) for item in value]
        return value

    def _check_depth(self, depth: int, event: Event) -> None:
        if depth > MAX_DEPTH:
            self._report("yaml.too-deep", *_span(event), limit=MAX_DEPTH)
            raise _Unreadable

    # Scalars

    def _scalar(self, event: ScalarEvent) -> scalars.Scalar:
        tag = event.tag
        if tag is None:
            return scalars.resolve(event.value, None if event.implicit[0] else scalars.STR)
        if tag == "!":  # the non-specific tag: a string, whatever it looks like
            return event.value
        if tag not in scalars.TAGS:
            self._report("yaml.tag", *_span(event), tag=tag)
            return event.value
        try:
            return scalars.resolve(event.value, tag)
        except scalars.NotOfTag:
            self._report("yaml.not-of-tag", *_span(event), tag=tag, text=event.value)
            return event.value

    def _number(self, value: scalars.Scalar, event: ScalarEvent) -> scalars.Scalar:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if not math.isfinite(value):
            self._report("yaml.not-finite", *_span(event), text=event.value)
            return None
        return scalars.json_number(value)

    def _scalar_spot(self, event: ScalarEvent) -> Spot:
        start, end = _span(event)
        if event.style in ("|", ">"):  # libyaml ends a block scalar after the blank lines that follow it
            end = start + len(self._text[start:end].rstrip())
        return Spot(start, end)

    # Collections

    def _sequence(self, opening: Event, depth: int) -> tuple[Json, Spot]:
        self._check_tag(opening, _SEQ)
        items: list[Json] = []
        inside: list[Spot] = []
        while not isinstance(event := self._next(), CollectionEndEvent):
            item, spot = self._node(event, depth + 1)
            items.append(item)
            inside.append(spot)
        return items, self._collection_spot(opening, event, inside, inside[-1:])

    def _mapping(self, opening: Event, depth: int) -> tuple[Json, Spot]:
        self._check_tag(opening, _MAP)
        value: dict[str, Json] = {}
        inside: dict[str, Spot] = {}
        first: dict[str, int] = {}
        last: list[Spot] = []
        while not isinstance(event := self._next(), CollectionEndEvent):
            start, end = _span(event)
            merges = isinstance(event, ScalarEvent) and event.value == "<<" and event.tag is None and event.implicit[0]
            key = "<<" if merges else self._key(event, depth)
            content = self._next()
            item, spot = self._node(content, depth + 1)
            spot.key_start, spot.key_end = start, end
            last = [spot]
            if key is None:
                continue
            if key in first:
                line = self._positions.line(self._base + first[key])
                self._report("yaml.duplicate-key", start, end, key=key, first_line=line)
            first.setdefault(key, start)
            if merges:
                self._merge(value, inside, item, spot, content)
            else:
                value[key] = item
                inside[key] = spot
        return value, self._collection_spot(opening, event, inside, last)

    def _key(self, event: Event, depth: int) -> str | None:
        """Read a key; None, and a report, where kubectl takes it for none."""
        value: Json
        if isinstance(event, ScalarEvent) and event.anchor is None:
            self._budget.nodes -= 1
            value = self._scalar(event)
        else:
            value, _ = self._node(event, depth + 1)
        key = None if isinstance(value, dict | list) else scalars.key_text(value)
        if key is None:
            self._report("yaml.key", *_span(event))
        return key

    def _merge(self, value: dict[str, Json], inside: dict[str, Spot], item: Json, spot: Spot, content: Event) -> None:
        """Lay ``<<: item`` over what the mapping holds so far, as go-yaml does; what follows is laid over that."""
        items, spots = [item], [spot]
        if isinstance(item, list) and isinstance(spot.inside, list) and not isinstance(content, AliasEvent):
            items, spots = item[::-1], spot.inside[::-1]
        for source, source_spot in zip(items, spots, strict=True):
            if isinstance(source, dict) and isinstance(source_spot.inside, dict):
                value.update(source)
                inside.update(source_spot.inside)
            else:
                self._report("yaml.merge", *_span(content))

    def _collection_spot(
        self, opening: Event, closing: Event, inside: dict[str, Spot] | list[Spot], last: list[Spot]
    ) -> Spot:
        """Return a collection's spot: libyaml ends a block collection where the next token starts, we where it ends."""
        start, end = _span(opening)[0], _span(closing)[1]
        if last and isinstance(opening, CollectionStartEvent) and not opening.flow_style:
            empty = last[0].end == last[0].start  # and then it may stand anywhere before the next token
            end = max(last[0].key_end, start) if empty else last[0].end
        return Spot(start, end, inside=inside)

    def _check_tag(self, opening: Event, expected: str) -> None:
        tag = getattr(opening, "tag", None)
        if tag not in (None, "!", expected):
            self._report("yaml.tag", *_span(opening), tag=tag)

    # Findings

    def _report(self, code: str, start: int, end: int, **facts: object) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(self._finding(code, start, end, **facts))

    def _finding(self, code: str, start: int, end: int, **facts: object) -> Finding:
        place = self._positions.place(self._base + start, self._base + end)
        return Finding(code, Severity.ERROR, facts=facts, place=place)


def _span(event: Event) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index  # type: ignore[union-attr]  # a parser's events have marks
