"""The items of a ``kind: List`` as documents of their own: each with its own text, moved to the left."""

import re
from collections.abc import Iterator

from desktop.manifest.composing import Json
from desktop.manifest.reader import MAX_DOCUMENTS, Document, Reading, read
from desktop.manifest.writer import render

_BLANKS = re.compile(r"[ \t]*")
_TO_LINE_END = re.compile(r"[^\r\n]*")


def objects(reading: Reading) -> Iterator[Document]:
    """Yield every document of a text; in place of a List, its items."""
    pending = list(reversed(reading.documents))
    while pending:
        document = pending.pop()
        inside = items(document, reading.text)
        if inside is None:
            yield document
        else:
            pending += reversed(inside)


def items(document: Document, text: str) -> tuple[Document, ...] | None:
    """Return the items of a List or of a typed list such as NetworkPolicyList; None where the document is neither.

    ``text`` is the text the document was read from. The items of a typed list need not name their kind: the list does.
    An item that means something else where it stands (it uses an anchor from elsewhere) has a text written anew.
    Of more items than a text may hold documents, only one too many is returned.
    """
    value = document.value
    found = value.get("items") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(found, list):
        return None
    kind, version = value.get("kind"), value.get("apiVersion")
    if not isinstance(kind, str) or not kind.endswith("List"):
        return None
    defaults: dict[str, Json] = {} if kind == "List" else {"apiVersion": version, "kind": kind.removesuffix("List")}
    return tuple(_item(document, text, index, item, defaults) for index, item in enumerate(found[: MAX_DOCUMENTS + 1]))


def _item(document: Document, text: str, index: int, value: Json, defaults: dict[str, Json]) -> Document:
    path = ("items", index)
    start, end = document.span(path) or (document.start, document.end)
    if isinstance(value, dict) and not ("kind" in value or "apiVersion" in value):
        value = {**defaults, **value}
    if not is_flow(text, start):
        line_end = _TO_LINE_END.match(text, end)
        end = line_end.end() if line_end else end
    own = to_the_left(text[start:end], column(text, start)) + "\n"
    reading = read(own)
    if reading.findings or [found.value for found in reading.documents] != [value]:
        own = render(value)
    return document.part(path, value, own, start, end)


def is_flow(text: str, start: int) -> bool:
    """Whether the value at an offset is written in brackets, as all of JSON is."""
    return text[start : start + 1] in ("{", "[")


def column(text: str, start: int) -> int:
    """Return how far the lines of the value at an offset are indented."""
    line_start = text.rfind("\n", 0, start) + 1
    line_start = text.rfind("\r", line_start, start) + 1 or line_start
    blanks = _BLANKS.match(text, line_start)
    if is_flow(text, start) and blanks:
        return blanks.end() - line_start
    return start - line_start


def to_the_left(text: str, width: int) -> str:
    """Take up to ``width`` spaces from the start of every line but the first."""
    return re.sub(f"(\r\n|\n|\r) {{1,{width}}}", r"\1", text) if width else text


def to_the_right(text: str, width: int) -> str:
    """Put ``width`` spaces at the start of every line but the first and the empty ones."""
    return re.sub(r"(\r\n|\n|\r)(?=[^\r\n])", r"\g<1>" + " " * width, text)
