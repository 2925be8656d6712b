"""Colours that carry a meaning, readable on a light and on a dark palette; everything else is the system's own."""

from enum import Enum

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QLabel


class Tone(Enum):
    """What a colour says; a shape or a word always says it too."""

    GOOD = "good"
    BUSY = "busy"
    CAUTION = "caution"
    BAD = "bad"
    QUIET = "quiet"


# Each keeps a contrast of at least 4.5 to the palette's base and window (WCAG 2.2, 1.4.3); a test measures it.
_ON_LIGHT = {
    Tone.GOOD: "#1a6b35",
    Tone.BUSY: "#0b5394",
    Tone.CAUTION: "#805000",
    Tone.BAD: "#a8201a",
    Tone.QUIET: "#555b63",
}
_ON_DARK = {
    Tone.GOOD: "#5fd38a",
    Tone.BUSY: "#80bdff",
    Tone.CAUTION: "#f2bd5c",
    Tone.BAD: "#ff9a92",
    Tone.QUIET: "#b0b7c0",
}


_PLAIN_ON_SELECTION = frozenset({"windowsvista", "windows11"})
"""The styles that write on a selected row as on any other."""
_SEEN = 3.0
"""The least contrast of a shape (WCAG 2.2, 1.4.11)."""


def is_dark(palette: QPalette) -> bool:
    """Whether text is light on dark here."""
    return (
        palette.color(QPalette.ColorRole.Window).lightness() < palette.color(QPalette.ColorRole.WindowText).lightness()
    )


def colour(tone: Tone, palette: QPalette | None = None) -> QColor:
    """Return the colour of a tone for a palette (the application's unless given)."""
    return QColor((_ON_DARK if is_dark(palette or QApplication.palette()) else _ON_LIGHT)[tone])


def tint(tone: Tone, palette: QPalette | None = None) -> QColor:
    """Return a background that hints at a tone and leaves ordinary text readable."""
    palette = palette or QApplication.palette()
    base, hint = palette.color(QPalette.ColorRole.Window), colour(tone, palette)
    share = 0.16 if is_dark(palette) else 0.12
    mixed = [round(a * (1 - share) + b * share) for a, b in zip(_rgb(base), _rgb(hint), strict=True)]
    return QColor(*mixed)


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background: QColor) -> QColor:
    """Return black or white, whichever is better to read on ``background``."""
    black, white = QColor("#000000"), QColor("#ffffff")
    return black if contrast(background, black) >= contrast(background, white) else white


def text_on_selection(palette: QPalette, *, active: bool) -> QColor:
    """Return the colour of text on a selected row; ``active``: of the view that the keyboard is in."""
    group = QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
    plain = QApplication.style().objectName().lower() in _PLAIN_ON_SELECTION
    return palette.color(group, QPalette.ColorRole.Text if plain else QPalette.ColorRole.HighlightedText)


def has_one_selection(palette: QPalette) -> bool:
    """Whether one colour can be seen on every selected row; on Windows those of other views are much lighter."""
    text = text_on_selection(palette, active=True)
    groups = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive)
    grounds = [palette.color(group, QPalette.ColorRole.Highlight) for group in groups]
    return all(contrast(text, ground) >= _SEEN for ground in grounds)


def monospace() -> QFont:
    """Return the system's font of fixed width."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def scaled(font: QFont, factor: float) -> QFont:
    """Return a font of another size; its size may be in pixels."""
    made = QFont(font)
    if font.pixelSize() > 0:
        made.setPixelSize(max(1, round(font.pixelSize() * factor)))
    else:
        made.setPointSizeF(font.pointSizeF() * factor)
    return made


def letters_wide(metrics: QFontMetrics, count: int) -> int:
    """Return the width of so many letters of a name; a font's average may be the width of a Chinese character."""
    return metrics.horizontalAdvance("x") * count


def heading(label: QLabel, factor: float = 1.2) -> QLabel:
    """Make a label a heading: larger by ``factor``, and bold."""
    font = scaled(label.font(), factor)
    font.setBold(True)
    label.setFont(font)
    return label


def _rgb(of: QColor) -> tuple[int, int, int]:
    return of.red(), of.green(), of.blue()


def _luminance(of: QColor) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in _rgb(of))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
