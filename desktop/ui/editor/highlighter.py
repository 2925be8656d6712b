"""YAML in colours: line by line as it is typed, and in short turns for a long text, so that typing never waits."""

import re
import time
from enum import IntEnum

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QColor, QPalette, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument

from desktop import turns
from desktop.ui.editor.columns import units
from desktop.ui.style import Tone, colour, is_dark
from desktop.wording.plain import plain

LARGEST = 500_000
"""Characters beyond which a text is shown without colours."""

_LONGEST_LINE = 5_000
_TURN_S = 0.005


class Part(IntEnum):
    """What a stretch of YAML is."""

    KEY = 0
    STRING = 1
    NUMBER = 2
    WORD = 3  # true, false, null
    COMMENT = 4
    ANCHOR = 5  # anchors, aliases and tags
    MARK = 6  # document separators, dashes and brackets
    UNSEEN = 7  # a character that does not show, or reorders what does


# Each keeps a contrast of at least 4.5 to the palette's base (WCAG 2.2, 1.4.3); a test measures it.
_ON_LIGHT = ("#0b4f9e", "#1a6b35", "#8a3b00", "#7a2a8c", "#5f666e", "#805000", "#5f666e")
_ON_DARK = ("#8fc1ff", "#8fd6a3", "#f5b083", "#d9a5ea", "#a3abb5", "#f2bd5c", "#a3abb5")

# What the next line is inside of: nothing, a quoted string, or a block scalar (plus the column of its key or dash).
_NOTHING, _DOUBLE, _SINGLE, _BLOCK = -1, 1, 2, 1000

_TOKEN = re.compile(
    r"""(?P<comment>(?<!\S)\#.*)
    | (?P<mark>^(?:---|\.\.\.)(?!\S) | (?<!\S)-(?!\S) | [\[\]{},:])
    | (?P<anchor>[&*][^\s,\[\]{}]+ | ![^\s,\[\]{}]*)
    | (?P<double>"(?:\\.|[^"\\])*(?P<double_open>\\?$)?"?)
    | (?P<single>'(?:''|[^'])*(?P<single_open>$)?'?)
    | (?P<block>[|>][-+0-9]*(?!\S))
    | (?P<plain>[^\s\#\[\]{},](?:[^\s\#\[\]{},:] | :(?=\S) | (?<=\S)\# | [ ]+(?![\s\#]))*)
    """,
    re.VERBOSE,
)
_ENDS = {_DOUBLE: re.compile(r'(?:\\.|[^"\\])*"'), _SINGLE: re.compile(r"(?:''|[^'])*'")}
_COLON = re.compile(r"\s*:(?!\S)")
_NUMBER = re.compile(r"[-+]?(?:0[xob][0-9a-fA-F]+|[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+|\.inf)|\.nan")
_WORD = re.compile(r"true|false|yes|no|on|off|null|y|n|~", re.IGNORECASE)
_PARTS = {"comment": Part.COMMENT, "mark": Part.MARK, "anchor": Part.ANCHOR, "block": Part.MARK}

Stretch = tuple[int, int, Part]
"""Where a part begins in its line, and where it ends (exclusive)."""


def stretches(line: str, state: int) -> tuple[list[Stretch], int]:
    """Return the coloured stretches of a line, and the state for the next line.

    ``state`` is what was returned for the line before, -1 for the first line.
    """
    if state >= _BLOCK and (not line.strip() or len(line) - len(line.lstrip(" ")) > state - _BLOCK):
        return [(0, len(line), Part.STRING)], state
    found: list[Stretch] = []
    start = 0
    if state in _ENDS:
        end = _ENDS[state].match(line)
        start = end.end() if end else len(line)
        found.append((0, start, Part.STRING))
        if end is None:
            return found, state
    following, holder = _NOTHING, -1
    for token in _TOKEN.finditer(line, start):
        part = _part_of(token, line)
        if part is not None:
            found.append((token.start(), token.end(), part))
        if part is Part.KEY or token[0] == "-":
            holder = token.start()
        if token.lastgroup != "comment":
            following = _state_after(token, holder)
    return found, following


def _part_of(token: re.Match[str], line: str) -> Part | None:
    kind = str(token.lastgroup)
    if kind in _PARTS:
        return _PARTS[kind]
    if _COLON.match(line, token.end()):
        return Part.KEY
    if kind != "plain":
        return Part.STRING
    text = token[0].strip()
    if _NUMBER.fullmatch(text):
        return Part.NUMBER
    return Part.WORD if _WORD.fullmatch(text) else None


def _state_after(token: re.Match[str], holder: int) -> int:
    if token["double_open"] is not None:
        return _DOUBLE
    if token["single_open"] is not None:
        return _SINGLE
    return _BLOCK + holder if token.lastgroup == "block" else _NOTHING


def colours(palette: QPalette) -> tuple[QColor, ...]:
    """Return the text colour of each part before UNSEEN, for a light or a dark palette."""
    return tuple(QColor(name) for name in (_ON_DARK if is_dark(palette) else _ON_LIGHT))


class Highlighter(QSyntaxHighlighter):
    """Colours a document in its editor's palette; off for a text that is too large."""

    def __init__(self, document: QTextDocument, palette: QPalette) -> None:
        super().__init__(document)
        self._text = document
        self._formats = _formats(palette)
        self._rest: QTextCursor | None = None  # from here on the text waits for its turn
        self._deadline = 0.0
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._go_on)

    @property
    def enabled(self) -> bool:
        """Whether the text is small enough for colours."""
        return self._text.characterCount() <= LARGEST

    def prepare(self, length: int) -> None:
        """Make ready for a text of that length: away from one too large, which then opens faster."""
        wanted = self._text if length <= LARGEST else None
        if self.document() is not wanted:
            self.setDocument(wanted)

    def use_palette(self, palette: QPalette) -> None:
        """Colour everything anew, in the colours for ``palette``."""
        self._formats = _formats(palette)
        self._rest = QTextCursor(self._text)
        self._turn.start()

    def highlightBlock(self, text: str) -> None:
        """Colour one line, or put it off when this turn of the event loop has taken its time."""
        if not self.enabled or len(text) > _LONGEST_LINE:
            return
        if not self._turn.isActive():
            self._deadline = time.perf_counter() + _TURN_S
            self._turn.start()
        elif time.perf_counter() > self._deadline:
            self._put_off()
            return
        found, state = stretches(text, self.previousBlockState())
        self.setCurrentBlockState(state)
        for start, end, part in found:
            self._paint(text, start, end, part)
        if plain(text) != text:
            for number, character in enumerate(text):
                if plain(character) != character:
                    self._paint(text, number, number + 1, Part.UNSEEN)

    def _paint(self, text: str, start: int, end: int, part: Part) -> None:
        first = units(text, start)
        self.setFormat(first, units(text, end) - first, self._formats[part])

    def _put_off(self) -> None:
        block = self.currentBlock()
        if self._rest is None or block.position() < self._rest.position():
            self._rest = QTextCursor(block)

    @Slot()
    @turns.window_works()
    def _go_on(self) -> None:
        if self._rest is None:
            return
        block, self._rest = self._rest.block(), None
        while block.isValid() and self._rest is None:
            self.rehighlightBlock(block)
            block = block.next()


def _formats(palette: QPalette) -> tuple[QTextCharFormat, ...]:
    formats = []
    for part, of in zip(Part, colours(palette), strict=False):
        made = QTextCharFormat()
        made.setForeground(of)
        made.setFontItalic(part is Part.COMMENT)
        formats.append(made)
    unseen = QTextCharFormat()
    unseen.setBackground(colour(Tone.BAD, palette))
    unseen.setForeground(palette.color(QPalette.ColorRole.Base))
    return (*formats, unseen)
