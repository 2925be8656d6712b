"""Plain JSON data to YAML, in kubectl's style and the API's natural order of fields.

Two spaces of indentation, lists not indented under their keys, strings plain where that is safe. Every string that
kubectl, or another reader of YAML, could take for something else is in double quotes; characters that a person cannot
see are escaped. What is written here is read back as the same value, by ``reader`` and by kubectl.
"""

import re
from collections.abc import Iterator, Mapping

from desktop.manifest import scalars

_ROOT = ("apiVersion", "kind", "metadata", "spec", "data", "status")
_SELECTOR = ("matchLabels", "matchExpressions")
_RULE = ("from", "to", "ports")
_PEER = ("namespaceSelector", "podSelector", "ipBlock")
_ORDER: dict[str, tuple[str, ...]] = {
    "": _ROOT,
    "items": _ROOT,
    "metadata": ("name", "generateName", "namespace", "labels", "annotations"),
    "spec": ("podSelector", "policyTypes", "ingress", "egress"),
    "podSelector": _SELECTOR,
    "namespaceSelector": _SELECTOR,
    "matchExpressions": ("key", "operator", "values"),
    "ingress": _RULE,
    "egress": _RULE,
    "from": _PEER,
    "to": _PEER,
    "ipBlock": ("cidr", "except"),
    "ports": ("protocol", "port", "endPort"),
}
"""The order of fields by the field that holds them (or holds the list of them); all others follow by the alphabet."""

_NOT_PLAIN = re.compile(r"\A[\s\-?:,\[\]{}#&*!|>'\"%@`]|:(?:\s|\Z)|\s#|\s\Z")
# Strings for kubectl, but a number, time or merge to another reader of YAML; or the end of a document.
_TAKEN_ELSEWHERE = re.compile(
    r"[-+]?0[xXoObB][0-9a-fA-F_]+|[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|<<|=|\.\.\..*"
)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LONGEST_SIMPLE_KEY = 1000


def render(value: object, field: str = "") -> str:
    """Return the YAML of an object; any JSON data will do. It ends with a line feed.

    ``field`` is the name of the field that holds the value, where it is a part of an object: its own fields then
    come in their usual order.
    """
    return "\n".join(_lines(value, field)) + "\n"


def _lines(value: object, field: str) -> Iterator[str]:
    """Yield the lines of a value; ``field`` is the name of what holds it."""
    if isinstance(value, Mapping) and value:
        for key in _ordered(value, field):
            name = _string(key)
            if len(name) <= _LONGEST_SIMPLE_KEY:
                yield from _entry(f"{name}:", value[key], key)
            else:
                yield f"? {name}"
                yield from _entry(":", value[key], key)
    elif isinstance(value, list | tuple) and value:
        for item in value:
            yield from _entry("-", item, field)
    else:
        head, *block = _leaf(value)
        yield head
        yield from map(_indented, block)


def _entry(head: str, value: object, field: str) -> Iterator[str]:
    """Yield ``head`` (a key and colon, or a dash) with its value."""
    lines = _lines(value, field)
    if not value or not isinstance(value, Mapping | list | tuple):
        yield f"{head} {next(lines)}"
        yield from lines
    elif head == "-":
        yield f"- {next(lines)}"
        yield from map(_indented, lines)
    else:
        yield head
        yield from map(_indented, lines) if isinstance(value, Mapping) else lines


def _indented(line: str) -> str:
    return f"  {line}" if line else line


def _ordered(value: Mapping[str, object], field: str) -> list[str]:
    order = _ORDER.get(field, ())
    return sorted(value, key=lambda key: (order.index(key) if key in order else len(order), key))


def _leaf(value: object) -> list[str]:
    """Return a value without parts: one line, or the head and the lines of a literal block."""
    if isinstance(value, str):
        return _block(value) or [_string(value)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if value is None:
        return ["null"]
    if isinstance(value, int | float):
        return [repr(value)]
    return ["{}" if isinstance(value, Mapping) else "[]"]


def _block(text: str) -> list[str] | None:
    """Return a text of several lines as a literal block, None where that would not show all there is to it."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if body == text and len(lines) == 1:
        return None
    if not lines[0] or lines[0].startswith(" ") or not lines[-1]:
        return None
    if any(line.endswith(" ") or not line.isprintable() for line in lines):
        return None
    return ["|-" if body == text else "|", *lines]


def _string(text: str) -> str:
    """Return a string on one line, in double quotes unless it is safe without."""
    plain = text.isprintable() and not _NOT_PLAIN.search(text) and not _TAKEN_ELSEWHERE.fullmatch(text)
    if plain and scalars.resolve(text) == text:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
