"""One document of a text replaced, added or removed; every other character stays as it is.

Texts are without a byte order mark (``Reading.text``). Whether the result still says the same everywhere else is for
the caller to check by reading it again: an anchor used across the items of a List can prevent it.
"""

import re

from desktop.manifest.items import column, is_flow, to_the_right
from desktop.manifest.reader import Document
from desktop.manifest.segments import segments

_LINE_END = re.compile(r"\r\n|\n|\r")
_COMMA_AFTER = re.compile(r"\s*,\s*")
_COMMA_BEFORE = re.compile(r",\s*\Z")
_DASH = re.compile(r"(?<![^\r\n])[ \t]*-[ \t]+\Z")
_HEADER = re.compile(r"(?:[ \t]*#[^\r\n]*(?:\r\n|\n|\r))+(?:[ \t]*(?:\r\n|\n|\r))+")


class NotSeparable(Exception):
    """An item is written in such a way that it cannot be taken out of its List."""


def replace(text: str, document: Document, new: str) -> str:
    """Put a document's new text, which holds no other document, in the place of the old one.

    It gets the line ends of the whole text. In place of an item in brackets it must be JSON.
    """
    if document.parent is not None:
        new = to_the_right(new.strip("\r\n"), column(text, document.start))
    elif new and (document.end < len(text) or document.text.endswith(("\n", "\r"))):
        new = _ended(new)
    return text[: document.start] + _with_line_ends_of(text, new) + text[document.end :]


def append(text: str, new: str) -> str:
    """Add a document at the end."""
    *_, last = segments(text)
    if last.content is None and last.end == len(text):
        return _ended(text) + _with_line_ends_of(text, new) if text else new
    return _with_line_ends_of(text, _ended(text)) + _with_line_ends_of(text, f"---\n{new}")


def remove(text: str, document: Document) -> str:
    """Take a document out, with the separator that it needs no more.

    A comment at the top of the text that an empty line parts from the document stays: it is about the file. With its
    last item a List goes too. Raises NotSeparable.
    """
    if document.parent is None:
        return _without_document(text, document)
    if len(_siblings(document.parent)) == 1:
        return remove(text, document.parent)
    return _without_flow_item(text, document) if is_flow(text, document.start) else _without_item(text, document)


def _siblings(parent: Document) -> list[object]:
    value = parent.value.get("items") if isinstance(parent.value, dict) else None
    return list(value) if isinstance(value, list) else []


def _without_document(text: str, document: Document) -> str:
    following = next((part for part in segments(text) if document.end <= part.before < part.start), None)
    rest = following.before if following else len(text)
    if document.before < document.start:
        return text[: document.before] + text[rest:]
    if header := _HEADER.match(text):
        return header[0] + text[rest:]
    if following and text[following.before : following.start].strip() == "---":
        rest = following.start
    return text[rest:]


def _without_flow_item(text: str, item: Document) -> str:
    if comma := _COMMA_AFTER.match(text, item.end):
        return text[: item.start] + text[comma.end() :]
    if comma := _COMMA_BEFORE.search(text, 0, item.start):
        return text[: comma.start()] + text[item.end :]
    raise NotSeparable


def _without_item(text: str, item: Document) -> str:
    dash = _DASH.search(text, 0, item.start)
    if not dash:
        raise NotSeparable
    line_end = _LINE_END.match(text, item.end)
    return text[: dash.start()] + text[line_end.end() if line_end else item.end :]


def _ended(text: str) -> str:
    """Return a text whose last line is ended."""
    return text if text.endswith(("\n", "\r")) else f"{text}\n"


def _with_line_ends_of(text: str, new: str) -> str:
    """Return ``new`` with the line ends of ``text``; as it is where that has none, or several kinds."""
    kinds = set(_LINE_END.findall(text))
    return _LINE_END.sub(kinds.pop(), new) if len(kinds) == 1 else new
