"""From offsets in a text to lines and columns."""

from array import array
from bisect import bisect_right
from functools import cached_property
from io import StringIO
from itertools import accumulate

from desktop.policy.findings import Place


class Positions:
    """The lines of a text: ended by LF, CRLF or CR; lines and columns count from 1, columns in characters."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> "array[int]":
        starts = array("I", accumulate(map(len, StringIO(self.text, newline="")), initial=0))
        if self.text and not self.text.endswith(("\n", "\r")):
            starts.pop()
        return starts

    def line(self, offset: int) -> int:
        """Return the line an offset stands in."""
        return bisect_right(self._starts, offset)

    def place(self, start: int, end: int) -> Place:
        """Return the place of a stretch of the text."""
        line, end_line = self.line(start), self.line(end)
        return Place(line, start - self._starts[line - 1] + 1, end_line, end - self._starts[end_line - 1] + 1)
