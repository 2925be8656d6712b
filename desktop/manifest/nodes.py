"""A document as the nodes of its text: an alias is a node of its own, and merged keys are told from those written."""

import re
from collections.abc import Iterator
from typing import Any, cast

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # exported, but the stubs do not say so

from desktop.manifest import scalars

Pair = tuple[yaml.Node, yaml.Node]
"""A key of a mapping and its value."""

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*|\s|(?<=\s)#[^\r\n]*)*")
_KEEPS_BLANK_LINES = re.compile(r"(?:[&!]\S*\s+)*[|>][0-9]?\+")
_MERGE = "tag:yaml.org,2002:merge"


class Alias(yaml.Node):
    """A place that says ``*name``; ``value`` is the node it stands for."""

    id = "alias"
    value: yaml.Node


class _Composer:
    """Makes nodes of what libyaml reads."""

    def __init__(self, text: str) -> None:
        self._parser = CParser(text)
        self._anchors: dict[str, yaml.Node] = {}
        self.aliases: list[Alias] = []

    def root(self) -> yaml.Node:
        """Return the root of the first document."""
        while not isinstance(self._parser.get_event(), yaml.DocumentStartEvent):
            pass  # the start of the stream
        return self._node(self._parser.get_event())

    def _node(self, event: Any) -> yaml.Node:
        marks = event.start_mark, event.end_mark
        if isinstance(event, yaml.AliasEvent):
            target = self._anchors[event.anchor or ""]
            self.aliases.append(Alias(target.tag, target, *marks))
            return self.aliases[-1]
        if isinstance(event, yaml.ScalarEvent):
            merges = event.value == "<<" and event.tag is None and event.implicit[0]
            scalar = yaml.ScalarNode(_MERGE if merges else event.tag or "", event.value, *marks, event.style)
            self._anchors[event.anchor or ""] = scalar
            return scalar
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        kind = yaml.MappingNode if is_mapping else yaml.SequenceNode
        node = self._anchors[event.anchor or ""] = kind(event.tag, [], *marks, event.flow_style)
        parts: list[yaml.Node] = []
        while not isinstance(following := self._parser.get_event(), yaml.CollectionEndEvent):
            parts.append(self._node(following))
        node.value = list(zip(parts[::2], parts[1::2], strict=True)) if is_mapping else parts
        node.end_mark = following.end_mark
        return node


def compose(text: str) -> tuple[yaml.Node, tuple[Alias, ...]]:
    """Return the root of a document that reads without errors, and its aliases in their order."""
    composer = _Composer(text)
    root = composer.root()
    return root, tuple(composer.aliases)


def within(node: yaml.Node) -> Iterator[yaml.Node]:
    """Yield a node and all that are written inside it; not what its aliases stand for."""
    yield node
    if isinstance(node, yaml.CollectionNode):
        for part in node.value:
            for each in part if isinstance(part, tuple) else (part,):
                yield from within(each)


def end(node: yaml.Node, text: str) -> int:
    """Where a value's text really ends; a block's own end mark lies behind the comments that follow it."""
    start: int = node.start_mark.index
    stop: int = node.end_mark.index
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end(last[1] if isinstance(last, tuple) else last, text)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        block = text[start:stop]
        return start + len(block.removesuffix("\n") if _KEEPS_BLANK_LINES.match(block) else block.rstrip())
    return stop


def head(node: yaml.CollectionNode, text: str) -> int:
    """Where the first key, dash or bracket of a collection stands, behind its own anchor and tag."""
    start: int = node.start_mark.index
    first = node.value[0][0] if isinstance(node, yaml.MappingNode) else node.value[0]
    behind = _PROPERTIES.match(text, start) if node.flow_style or first.start_mark.index != start else None
    return behind.end() if behind else start


def is_merge(key: yaml.Node) -> bool:
    """Whether a key is ``<<``: what it holds is laid under the keys of the mapping."""
    return isinstance(key, yaml.ScalarNode) and key.tag == _MERGE


def givers(node: yaml.MappingNode, value: dict[str, object]) -> dict[str, Pair] | None:
    """Return for each key of a mapping's ``value`` the pair that gives it, its own or one of merged keys.

    A later pair is laid over an earlier one, as go-yaml does it. None where the keys cannot be told.
    """
    if not any(is_merge(key) for key, _ in node.value):
        return dict(zip(value, node.value, strict=True)) if len(value) == len(node.value) else None
    found: dict[str, Pair] = {}
    for pair in node.value:
        found |= dict.fromkeys(_given(pair), pair)
    return found if found.keys() == value.keys() else None


def given(pair: Pair) -> tuple[str, ...]:
    """Return the keys that a pair gives to its mapping."""
    return tuple(_given(pair))


def _given(pair: Pair) -> Iterator[str]:
    key, value = pair
    if is_merge(key):
        yield from _merged(value)
    else:
        text = scalars.key_text(scalars.resolve(key.value, scalars.STR if cast(yaml.ScalarNode, key).style else None))
        yield cast(str, text)  # what reads without errors has no other keys


def _merged(value: yaml.Node) -> Iterator[str]:
    """Yield the keys of what ``<<`` holds: a mapping, or a list of them."""
    if isinstance(value, Alias):
        yield from _merged(value.value)
    elif isinstance(value, yaml.SequenceNode):
        for item in value.value:
            yield from _merged(item)
    else:
        for pair in value.value:
            yield from _given(pair)
