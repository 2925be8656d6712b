"""Text from outside made harmless to show: what cannot be seen, or changes how the rest is seen, is written out."""

import re

# Everything that moves the cursor, reorders the line or takes no room: controls (ANSI sequences begin with one),
# line and paragraph separators, bidirectional marks, zero-width and other default-ignorable characters, and lone
# surrogates, which cannot be encoded.
_UNSEEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    "]"
)
_LONGEST = 500


def plain(text: str) -> str:
    """Return ``text`` as one line in which control, bidirectional and zero-width characters are written as escapes."""
    return _UNSEEN.sub(_escape, text)


def short(text: str, longest: int = _LONGEST) -> str:
    """Return ``text`` as ``plain`` does, cut to at most ``longest`` characters of the original with an ellipsis."""
    return plain(text) if len(text) <= longest else plain(text[: longest - 1]) + "…"


def _escape(match: re.Match[str]) -> str:
    return {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(match[0]) or _by_number(ord(match[0]))


def _by_number(number: int) -> str:
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
