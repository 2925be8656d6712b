"""Which stretch of a line is a key, a string, a number and so on."""

import time

import pytest
from PySide6.QtGui import QColor, QPalette

from desktop.ui.editor.highlighter import Part, colours, stretches
from desktop.ui.style import contrast


def told(text: str) -> list[str]:
    """Return each coloured stretch of the last line as ``PART text``."""
    state = -1
    found: list[tuple[int, int, Part]] = []
    line = ""
    for line in text.split("\n"):
        found, state = stretches(line, state)
    return [f"{part.name} {line[start:end]}" for start, end, part in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("kind: NetworkPolicy", ["KEY kind", "MARK :"]),
        ("  - port: 6379", ["MARK -", "KEY port", "MARK :", "NUMBER 6379"]),
        ("cidr: 10.0.0.0/16", ["KEY cidr", "MARK :"]),
        ("cidr: fd00::/8 # six", ["KEY cidr", "MARK :", "COMMENT # six"]),
        ("app.kubernetes.io/name: web", ["KEY app.kubernetes.io/name", "MARK :"]),
        ('"on": "a # b"', ['KEY "on"', "MARK :", 'STRING "a # b"']),
        ("a: 'it''s' # c", ["KEY a", "MARK :", "STRING 'it''s'", "COMMENT # c"]),
        ("a: no#comment", ["KEY a", "MARK :"]),
        ("a: off", ["KEY a", "MARK :", "WORD off"]),
        ("a: &x !!str *y", ["KEY a", "MARK :", "ANCHOR &x", "ANCHOR !!str", "ANCHOR *y"]),
        ("ports: [{port: 80}, x]", [
            "KEY ports", "MARK :", "MARK [", "MARK {", "KEY port", "MARK :", "NUMBER 80", "MARK }", "MARK ,", "MARK ]",
        ]),
        ("---", ["MARK ---"]),
        ("# all", ["COMMENT # all"]),
        ("a: two words here", ["KEY a", "MARK :"]),
        ('a: "one\n  two" # end', ['STRING   two"', "COMMENT # end"]),
        ("a: 'one\n\n  two", ["STRING   two"]),
        ("a: |\n  x: 1", ["STRING   x: 1"]),
        ("a: | # why\n  x: 1", ["STRING   x: 1"]),
        ("a: |\n  x: 1\nb: 2", ["KEY b", "MARK :", "NUMBER 2"]),
        ("- a: >-\n    x: 1\n  b: 2", ["KEY b", "MARK :", "NUMBER 2"]),
        ("- |\n  x: 1\n- 2", ["MARK -", "NUMBER 2"]),
    ],
)  # fmt: skip
def test_a_line_is_told_in_its_parts(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def test_an_odd_line_takes_no_longer_than_its_length_deserves() -> None:
    started = time.perf_counter()
    for odd in ("a: " + " " * 4000, '"' + "\\" * 4000, "'" * 4001, "a:" * 2000, "- " * 2000, "#" * 4000, "[" * 4000):
        stretches(odd, -1)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("base", ["#ffffff", "#1e1e1e"])
def test_every_colour_is_readable_on_its_background(base: str) -> None:
    palette = QPalette(QColor(base))
    palette.setColor(QPalette.ColorRole.Base, QColor(base))
    assert all(contrast(of, QColor(base)) >= 4.5 for of in colours(palette))
