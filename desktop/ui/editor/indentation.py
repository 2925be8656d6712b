"""How far a line is set in: what Enter, Tab and Shift+Tab do to a YAML text. Pure."""

import re

STEP = 2
_BEFORE_CONTENT = re.compile(r"[ ]*(?:-[ ]+)*")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_OPENS = re.compile(r"(?::|[|>][-+0-9]*)$")


def of_next_line(before: str) -> int:
    """Return where a line begins that is opened behind ``before``: one step in after ``key:``, else level with it."""
    match = _BEFORE_CONTENT.match(before)
    column = match.end() if match else 0
    return column + STEP if _OPENS.search(_COMMENT.sub("", before).rstrip()) else column


def to_next_stop(column: int) -> int:
    """Return how many spaces lead from ``column`` to the next step."""
    return STEP - column % STEP


def to_previous_stop(line: str) -> int:
    """Return how many of a line's leading spaces lead back to the step before."""
    indent = len(line) - len(line.lstrip(" "))
    return (indent - 1) % STEP + 1 if indent else 0
