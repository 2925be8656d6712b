"""What stands between brackets or braces, in pieces that can be removed, moved and added."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.manifest.writer import render

_TO_COMMA = re.compile(r"(?:\s|#[^\r\n]*)*")
_TO_LINE_END = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r?\n)")


@dataclass(frozen=True, slots=True)
class _Piece:
    """What belongs to an entry: before it, up to its comma, and from there to the end of the line."""

    lead: str
    behind: str
    tail: str


class Brackets:
    """The entries between the offsets ``start`` and ``stop`` of a text, each of which stands at one of ``spans``.

    A comment on an entry's line, or above it, goes with the entry; blanks between entries of one line do not.
    """

    def __init__(self, text: str, start: int, stop: int, spans: Sequence[tuple[int, int]], newline: str) -> None:
        self._text, self._stop, self._newline = text, stop, newline
        self._opening = self._to_line_end(start)
        self._pieces: list[_Piece] = []
        self._comma = ""
        at = start + len(self._opening)
        for begins, ends in spans:
            gap = _TO_COMMA.match(text, ends)
            comma = gap.end() if gap else ends
            self._comma = "," if text.startswith(",", comma) else ""
            lead, behind = text[at:begins], text[ends:comma] if self._comma else ""
            at = comma + 1 if self._comma else ends
            self._pieces.append(_Piece(lead, behind, self._to_line_end(at)))
            at += len(self._pieces[-1].tail)
        self._closing = text[at:stop]

    def joined(self, entries: Sequence[tuple[int | None, str]]) -> str:
        """Return what stands between the brackets with these entries: the number (None: a new one) and text of each."""
        made, tail = self._opening, self._opening
        for number, (index, text) in enumerate(entries):
            piece = _Piece("", "", "") if index is None else self._pieces[index]
            lead = piece.lead if "\n" in piece.lead else self._lead(number, is_new=index is None)
            comma = "," if number < len(entries) - 1 else self._comma
            made += f"{self._break(tail, lead)}{lead}{text}{piece.behind}{comma}{piece.tail}"
            tail = piece.tail
        return f"{made}{self._break(tail, self._closing)}{self._closing}"

    def _to_line_end(self, at: int) -> str:
        """Return what stands from an offset to the end of its line, if that is nothing but a comment."""
        found = _TO_LINE_END.match(self._text, at)
        return found[0] if found and found.end() <= self._stop else ""

    def _lead(self, number: int, *, is_new: bool) -> str:
        """Return the blanks before an entry that brings none of its own."""
        usual = " " if number and len(self._pieces) == 1 else self._pieces[min(number, 1)].lead
        own_lines = [piece.lead for piece in self._pieces if "\n" in piece.lead]
        if own_lines and (is_new or "\n" in usual):
            return self._newline + own_lines[-1].rpartition("\n")[2]
        return usual

    def _break(self, tail: str, following: str) -> str:
        """Return the line break that keeps what follows a comment from being part of it."""
        return self._newline if "#" in tail and not following.lstrip(" \t\r").startswith("\n") else ""


def in_brackets(value: object, *, plain: bool) -> str:
    """Return a value as it is written among brackets; ``plain`` leaves strings without quotes where that is safe."""
    if isinstance(value, dict) and plain:
        pairs = (f"{in_brackets(key, plain=True)}: {in_brackets(part, plain=True)}" for key, part in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list) and plain:
        return "[" + ", ".join(in_brackets(part, plain=True) for part in value) + "]"
    if isinstance(value, str) and plain and _is_plain(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    """Whether a string can stand as it is among brackets."""
    return inline(text) == text and not any(sign in text for sign in ",[]{}")


def inline(value: object) -> str | None:
    """Return a value's text on the line of its key, or None where it needs lines of its own."""
    if isinstance(value, (dict, list)) and value:
        return None
    text = render({"v": value})
    return text[3:].strip() if text.count("\n") == 1 else json.dumps(value, ensure_ascii=False)
