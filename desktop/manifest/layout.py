"""The lines of a text, and which comments belong to what stands on them."""

from desktop.manifest.edits import Edits


class Layout:
    """Asks about a text by offset. ``newline`` is what its lines end with."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends, before its line break."""
        found = self.text.find("\n", offset)
        end = found if found >= 0 else len(self.text)
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end

    def next_line(self, offset: int) -> int:
        """Return where the line below an offset begins, at the last line the end of the text."""
        return self.text.find("\n", offset) + 1 or len(self.text)

    def is_first_on_line(self, offset: int) -> bool:
        """Whether nothing but blanks stands before an offset on its line."""
        return not self.text[self.line_start(offset) : offset].strip()

    def is_last_on_line(self, offset: int) -> bool:
        """Whether nothing, not even a comment, stands behind an offset on its line."""
        return not self.text[offset : self.line_end(offset)].strip()

    def lead(self, offset: int, floor: int = 0) -> int:
        """Return where what stands at an offset begins: at its line, or at the comments right above it.

        Lines above ``floor`` belong to something else.
        """
        start = self.line_start(offset)
        while start > floor and self._is_comment(above := self.line_start(start - 1)) and above >= floor:
            start = above
        return start

    def trail(self, offset: int, column: int) -> int:
        """Return where what ends at an offset ends with its comments: on its line, or below it right of ``column``."""
        stop = self.line_end(offset)
        at = self.next_line(stop)
        while at < len(self.text):
            line = self.text[at : self.line_end(at)]
            if line.strip():
                if not self._is_comment(at) or len(line) - len(line.lstrip()) <= column:
                    break
                stop = at + len(line)
            at = self.next_line(at)
        return stop

    def remove(self, edits: Edits, start: int, stop: int) -> None:
        """Remove all from an offset up to a line's end, with its line break."""
        edits.add(start, self.next_line(stop), "")

    def _is_comment(self, start: int) -> bool:
        return self.text[start : self.line_end(start)].lstrip().startswith("#")
