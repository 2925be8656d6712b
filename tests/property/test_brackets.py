"""Wherever comments stand among brackets: what is moved, added or edited there loses none, and reads as it shall."""

import copy
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.manifest.reader import read
from desktop.manifest.rewriting import rewrite
from desktop.policy.findings import Path
from desktop.policy.origins import Origins

LEAVES = ("x", "1", '"a # , ] b"', "'q'", "*p", "&y z", "plain words", "null", "!!str 5")
GAPS = ("", " ", "  ", "\n    ", " \n   ", "\t")
BEFORE_A_NOTE = (" ", "\n      ", "\t", "\r\n  ")


class _Author:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._numbers = count()

    def text(self) -> str:
        return f"p: &p 7\nr:  {self._value(0)}  # note end\ns: 1\n"

    def _value(self, depth: int) -> str:
        kind = self._draw(st.sampled_from(("leaf", "list", "list", "mapping"))) if depth < 3 else "leaf"
        if kind == "leaf":
            return self._draw(st.sampled_from(LEAVES))
        keys = self._draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True))
        entries = [("" if kind == "list" else f"{key}: ") + self._value(depth + 1) for key in keys]
        inside = ",".join(f"{self._gap()}{entry}{self._gap()}" for entry in entries)
        inside += self._draw(st.sampled_from(("", "", f",{self._gap()}")))
        return f"[{inside}]" if kind == "list" else f"{{{inside}}}"

    def _gap(self) -> str:
        if self._draw(st.integers(1, 4)) == 1:
            return f"{self._draw(st.sampled_from(BEFORE_A_NOTE))}# note {next(self._numbers)}\n     "
        return self._draw(st.sampled_from(GAPS))


@st.composite
def bracketed_texts(draw: st.DrawFn) -> str:
    return _Author(draw).text()


def lists(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of all lists."""
    if isinstance(value, list):
        yield path
    for step, part in enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ():
        yield from lists(part, (*path, step))


def notes(text: str) -> list[str]:
    return re.findall(r"# note \w+", text)


@given(bracketed_texts(), st.data())
def test_what_moves_among_brackets_loses_no_comment(text: str, data: st.DataObject) -> None:
    (document,) = read(text).documents
    assume(not document.findings)  # an empty key, or a name meant before it is given
    value: Any = copy.deepcopy(document.value)
    paths = list(lists(value))
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    holder = value
    for step in path[:-1]:
        holder = holder[step]
    held = holder[path[-1]]
    order: list[int | None] = list(range(len(held)))
    what = data.draw(st.sampled_from(("move", "add", "edit", "remove")))
    at, to = (data.draw(st.integers(0, len(held) - 1)) for _ in range(2))
    if what == "add":
        order.insert(at, None)
    elif what == "move" or len(held) == 1:
        order.insert(to, order.pop(at))
    elif what == "remove":
        order.pop(at)
    new = [{"new": ["a b", 1]} if i is None else held[i] for i in order]
    if what == "edit" and isinstance(held[at], dict):
        new[at] = held[at] | {"zz": 1}
    holder[path[-1]] = new
    changed = rewrite(text, value, Origins({path: tuple(order)}))
    (document,) = read(changed).documents
    assert not document.findings
    assert document.value == value
    assert set(notes(changed)) <= set(notes(text))
    if what != "remove" or len(held) == 1:
        assert sorted(notes(changed)) == sorted(notes(text))
    assert changed.endswith("  # note end\ns: 1\n")
