"""A text cut into its documents at the ``---`` lines, as kubectl cuts it.

Cutting first keeps the documents apart: one that cannot be read takes no other with it. YAML lets no line within a
document start with ``---`` or ``...`` (followed by white space or nothing), so the cut is exact.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SEPARATOR = re.compile(r"^---(?:[ \t]+([^#\s])?[^\r\n]*)?(?:\r\n|\n|\r|\Z)", re.MULTILINE)
_END = re.compile(r"^\.\.\.(?:[ \t]+([^#\s])?[^\r\n]*)?(?:\r\n|\n|\r|\Z)", re.MULTILINE)
# libyaml ends a comment at these as well, as YAML 1.1 does.
_CONTENT = re.compile("(?:^|[\r\x85\u2028\u2029])[ \t]*([^ \t\r\n\x85\u2028\u2029#])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Segment:
    """The stretch between two ``---`` lines: a document, or only comments.

    ``before`` is where the ``---`` line above starts (``start`` where there is none); ``start`` and ``end`` bound the
    segment's own text, which ends before a ``...`` line. ``content`` is the first character that is not in a comment,
    None where there is none. ``stray`` is the first character that stands where kubectl skips it without a word: on a
    ``---`` or ``...`` line, or after the latter.
    """

    before: int
    start: int
    end: int
    content: int | None
    stray: int | None


def segments(text: str) -> Iterator[Segment]:
    """Cut a text (without byte order mark). Even an empty one has a segment."""
    before = start = 0
    stray = None
    for separator in _SEPARATOR.finditer(text):
        yield _segment(text, before, start, separator.start(), stray)
        before, start = separator.span()
        stray = separator.start(1) if separator[1] else None
    yield _segment(text, before, start, len(text), stray)


def _segment(text: str, before: int, start: int, stop: int, stray: int | None) -> Segment:
    ended = _END.search(text, start, stop)
    end = ended.start() if ended else stop
    if ended and stray is None:
        stray = ended.start(1) if ended[1] else content_start(text, ended.end(), stop)
    return Segment(before, start, end, content_start(text, start, end), stray)


def content_start(text: str, start: int, end: int) -> int | None:
    """Return where the first character stands that is neither white space nor in a comment."""
    found = _CONTENT.search(text, start, end)
    return found.start(1) if found else None
