"""Characters in a text that do not show, or that reorder what does: what is read is then not what is applied."""

from collections.abc import Iterator

from desktop.policy.findings import Finding, Place, Severity
from desktop.wording.plain import plain

_MOST = 100
_HARMLESS = range(0xFE00, 0xFE10)
"""Variation selectors: they choose between two looks of the character before, mostly of an emoji."""


def unseen(text: str) -> tuple[Finding, ...]:
    """Return a warning for each such character, up to a hundred; control characters are the reader's to refuse.

    Code ``text.unseen-character``, fact ``character`` such as U+202E.
    """
    found: list[Finding] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if plain(line) != line:
            found += _in_line(line, number)
        if len(found) >= _MOST:
            break
    return tuple(found[:_MOST])


def _in_line(line: str, number: int) -> Iterator[Finding]:
    for column, character in enumerate(line, start=1):
        code = ord(character)
        if code >= 0xA0 and code not in _HARMLESS and plain(character) != character:
            place = Place(number, column, number, column + 1)
            facts = {"character": f"U+{code:04X}"}
            yield Finding("text.unseen-character", Severity.WARNING, facts=facts, place=place)
