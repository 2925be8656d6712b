"""Policies written with anchors, aliases and merged keys, as people write them who do not like to say a thing twice."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from hypothesis import strategies as st

from tests.helpers.policy_documents import Json, documents


@st.composite
def shared_texts(draw: st.DrawFn) -> tuple[Json, str]:
    """A policy and a text of it, where any value may be named and meant again, and any mapping may merge others.

    Every line has a comment of its own. What is merged stands at the top under ``x-base``, or is a value of the policy.
    """
    return _Writer(draw).document(draw(documents))


class _Writer:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._names = (f"a{number}" for number in count())
        self._notes = (f"  # note {number}" for number in count())
        self._bases: list[tuple[str, Json]] = []
        self._named: list[tuple[str, Any]] = []

    def document(self, value: Json) -> tuple[Json, str]:
        policy = list(self._mapping_lines(value, 0, merging=False))
        if not self._bases:
            return value, "\n".join(policy) + "\n"
        lines = [f"x-base:{next(self._notes)}"]
        for name, base in self._bases:
            lines.append(f"- &{name}{next(self._notes)}")
            lines += (f"  {json.dumps(key)}: {json.dumps(part)}{next(self._notes)}" for key, part in base.items())
        return {"x-base": [base for _, base in self._bases], **value}, "\n".join([*lines, *policy]) + "\n"

    def _chance(self, in_ten: int) -> bool:
        return self._draw(st.integers(1, 10)) <= in_ten

    def _entry(self, head: str, value: Any, column: int) -> Iterator[str]:
        """Yield the lines of a key or dash (``head``) with its value."""
        meant = next((name for name, named in self._named if named == value), None)
        if meant and self._chance(7):
            yield f"{head} *{meant}{next(self._notes)}"
            return
        anchor = self._anchor(value)
        if not value or not isinstance(value, dict | list) or self._chance(2):
            yield f"{head}{anchor} {json.dumps(value)}{next(self._notes)}"
        elif isinstance(value, dict):
            yield f"{head}{anchor}{next(self._notes)}"
            yield from self._mapping_lines(value, column + 2, merging=True)
        else:
            yield f"{head}{anchor}{next(self._notes)}"
            for item in value:
                yield from self._entry(" " * column + "-", item, column)
        if anchor:
            self._named.append((anchor.strip(" &"), value))

    def _anchor(self, value: Any) -> str:
        return f" &{next(self._names)}" if isinstance(value, dict | list | str) and self._chance(3) else ""

    def _mapping_lines(self, value: Json, column: int, *, merging: bool) -> Iterator[str]:
        own = dict(value)
        if merging and self._chance(4):
            merged = [self._base(value) for _ in range(self._draw(st.integers(1, 2)))]
            yield from self._merge_line([name for name, _ in merged], column)
            first: Json = {}
            for _, base in reversed(merged):
                first |= base
            own = {key: part for key, part in value.items() if key not in first or first[key] != part}
        for key, part in own.items():
            yield from self._entry(f"{' ' * column}{json.dumps(key)}:", part, column)

    def _merge_line(self, names: list[str], column: int) -> Iterator[str]:
        aliases = ", ".join(f"*{name}" for name in names)
        yield f"{' ' * column}<<: {aliases if len(names) == 1 else f'[{aliases}]'}{next(self._notes)}"

    def _base(self, value: Json) -> tuple[str, Json]:
        """Return something to be merged that has some of a mapping's keys, of which one may have another value."""
        known = [
            (name, named) for name, named in self._named if isinstance(named, dict) and named.keys() <= value.keys()
        ]
        if known and self._chance(5):
            return self._draw(st.sampled_from(known))
        keys = self._draw(st.lists(st.sampled_from(sorted(value)), min_size=1, unique=True))
        base = {key: None if self._chance(2) else value[key] for key in keys}
        self._bases.append((next(self._names), base))
        return self._bases[-1]
