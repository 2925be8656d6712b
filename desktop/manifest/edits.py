"""Edits of one text, collected first and made together; a stretch of it can be taken out with its own edits made."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    """Replace ``text[start:end]`` by ``new``; of two edits at one place the earlier made comes first."""

    start: int
    end: int
    order: int
    new: str


class Edits:
    """The edits of ``text``; all offsets are in it as it was. Of two that overlap what both remove goes once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[_Edit] = []

    def __len__(self) -> int:
        return len(self._edits)

    def add(self, start: int, end: int, new: str) -> None:
        """Replace what stands between two offsets."""
        self._edits.append(_Edit(start, end, len(self._edits), new))

    def cut(self, count: int, start: int, end: int) -> str:
        """Return what stands between two offsets with the edits after the first ``count`` made; they are taken back."""
        taken = self._edits[count:]
        del self._edits[count:]
        return self._made(taken, start, end)

    def made(self) -> str:
        """Return the text with all edits made."""
        return self._made(self._edits, 0, len(self._text))

    def _made(self, edits: Iterable[_Edit], start: int, end: int) -> str:
        parts = []
        for edit in sorted(edits):
            parts += [self._text[start : edit.start], edit.new]
            start = max(start, edit.end)
        return "".join((*parts, self._text[start:end]))
