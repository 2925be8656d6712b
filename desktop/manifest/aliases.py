"""Writes out what a text says by aliases (``*name``), so that each place can be changed on its own."""

import json
from collections.abc import Iterator
from typing import cast

import yaml


def written_out(text: str, value: object) -> str:
    """Return a document with each alias replaced by what it stands for; the same text where that cannot be done.

    ``value`` is what the document reads as. Nothing else of the text changes; what is written out is so in one line.
    """
    root = cast(yaml.Node, yaml.compose(text, Loader=yaml.SafeLoader))
    told = list(_repeated(root, value, set()))
    aliases = [token for token in yaml.scan(text, Loader=yaml.SafeLoader) if isinstance(token, yaml.AliasToken)]
    if len(told) != len(aliases):
        return text  # merged keys (<<), which stand for several
    for token, again in reversed(list(zip(aliases, told, strict=True))):
        after = text[token.end_mark.index :]
        text = text[: token.start_mark.index] + json.dumps(again, ensure_ascii=False) + after
    return text


def _repeated(node: yaml.Node, value: object, seen: set[int]) -> Iterator[object]:
    """Yield the values of the nodes that were there before, in the order of the text."""
    if id(node) in seen:
        yield value
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        for (key_node, value_node), (key, held) in zip(node.value, value.items(), strict=False):
            yield from _repeated(key_node, key, seen)
            yield from _repeated(value_node, held, seen)
    elif isinstance(node, yaml.SequenceNode) and isinstance(value, list):
        for item_node, item in zip(node.value, value, strict=False):
            yield from _repeated(item_node, item, seen)
