"""What could be written at a place in a YAML text: read from the indentation alone, so that half-typed text works."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, takewhile

from desktop.ui.editor.fields import Field, Names, policy

_ITEM = "-"
_NEAR = 3000  # lines looked at in each direction: a keystroke in a huge document stays quick
_LINE = re.compile(r"(?P<indent> *)(?P<dashes>(?:- +)*)(?P<rest>.*)")
_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s'"#:{}\[\],-][^:#]*?) *:(?:\s+(?P<value>.*))?""")
_SURE_STRING = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
_NOT_STRINGS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Known:
    """Names the cluster uses: its namespaces, and the labels of pods and of namespaces, each key with its values."""

    namespaces: tuple[str, ...] = ()
    pod_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    namespace_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def labels(self, names: Names | None) -> Mapping[str, tuple[str, ...]]:
        """Return the label keys with their values that fit a field."""
        if names is Names.POD_LABELS:
            return self.pod_labels
        return self.namespace_labels if names is Names.NAMESPACE_LABELS else {}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``text`` to show and match, ``insert`` to put in its place, ``about`` one line on what it means."""

    text: str
    insert: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The choices for a word that begins at ``start`` in the line (characters, from 0) and reads ``word`` so far."""

    start: int
    word: str
    choices: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    """A list dash, or a key and the value behind it, and where it stands (from 0)."""

    row: int
    column: int
    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A field and where in it one stands: in one of its items, or at the value of one ``key`` of a map."""

    field: Field
    in_item: bool = False
    key: str = ""


def suggest(lines: Sequence[str], row: int, column: int, known: Known) -> Suggestions | None:
    """Return what fits at ``column`` of line ``row`` (both from 0), or None where nothing can be said."""
    before = lines[row][:column]
    if before.lstrip().startswith("#") or " #" in before:
        return None
    parts = _LINE.fullmatch(before)
    if parts is None or parts["rest"] == _ITEM:
        return None
    own = _tokens(before, row)
    if own and own[-1].key != _ITEM:
        return _suggest_value(lines, own, before, known)
    return _suggest_entry(lines, own, _Token(row, parts.start("rest"), ""), parts["rest"], known)


def _suggest_entry(
    lines: Sequence[str], own: Sequence[_Token], at: _Token, word: str, known: Known
) -> Suggestions | None:
    """Suggest the fields of an object, the keys of a map, or the items of a list."""
    above = _above(at, own, lines)
    spot = _spot(above)
    if spot is None or spot.key:
        return None
    here = spot.field
    new_item = here.many and not spot.in_item
    if here.is_map:
        choices = [Suggestion(key, f"{quoted(key)}: ") for key in known.labels(here.names)]
    elif here.fields:
        there = {} if new_item else _siblings(lines, at, new_item=bool(own))
        choices = [
            Suggestion(name, f"{name}: " if below.is_scalar else f"{name}:", below.about)
            for name, below in here.fields.items()
            if name not in there
        ]
    else:
        choices = _scalars(here, lines, above, known) if here.many else []
    if new_item:
        choices = [Suggestion(choice.text, f"- {choice.insert}", choice.about) for choice in choices]
    return _fitting(at.column, word, choices)


def _suggest_value(lines: Sequence[str], own: Sequence[_Token], before: str, known: Known) -> Suggestions | None:
    """Suggest what may stand behind ``key:``, also inside ``[a, b``."""
    key = own[-1]
    above = [*_above(key, own[:-1], lines), key]
    spot = _spot(above)
    if spot is None or before.endswith(":"):
        return None
    written = re.split(r"[\[,]\s*", key.value)[-1] if spot.field.many else key.value
    if spot.key:
        values = known.labels(spot.field.names).get(spot.key, ())
        choices = [Suggestion(value, quoted(value)) for value in values]
    elif spot.field.is_scalar or key.value.startswith("["):
        choices = _scalars(spot.field, lines, above, known)
    else:
        return None
    return _fitting(len(before) - len(written), written.lstrip("\"'"), choices)


def _scalars(here: Field, lines: Sequence[str], above: Sequence[_Token], known: Known) -> list[Suggestion]:
    """Return the values a field, or an item of its list, may have."""
    if here.names is Names.NAMESPACES:
        names: Sequence[str] = known.namespaces
    elif here.names is not None and here.many:
        holder = next(token for token in reversed(above) if token.key != _ITEM)
        names = known.labels(here.names).get(_siblings(lines, holder).get("key", ""), ())
    elif here.names is not None:
        names = tuple(known.labels(here.names))
    else:
        return [Suggestion(value, value, about) for value, about in here.values.items()]
    return [Suggestion(name, quoted(name)) for name in names]


def _fitting(start: int, word: str, choices: Sequence[Suggestion]) -> Suggestions | None:
    """Keep the choices that begin with the word; none once the word is one of them."""
    fitting = tuple(choice for choice in choices if choice.text.casefold().startswith(word.casefold()))
    if not fitting or any(choice.text == word for choice in fitting):
        return None
    return Suggestions(start, word, fitting)


def quoted(text: str) -> str:
    """Write a name as YAML reads it back: in quotes unless it can only be a string."""
    sure = _SURE_STRING.fullmatch(text) and text.casefold() not in _NOT_STRINGS
    return text if sure else f'"{text}"'


def _tokens(line: str, row: int) -> list[_Token]:
    """Return the dashes and the key of a line, from left to right; nothing for a comment or an empty line."""
    parts = _LINE.fullmatch(line)
    if parts is None or parts["rest"].startswith("#"):
        return []
    tokens = [_Token(row, at.start(), _ITEM) for at in re.finditer("-", line[: parts.end("dashes")])]
    rest, column = parts["rest"], parts.start("rest")
    if rest == _ITEM:
        tokens.append(_Token(row, column, _ITEM))
    elif key := _KEY.fullmatch(rest):
        tokens.append(_Token(row, column, key["key"].strip("\"'"), key["value"] or ""))
    return tokens


def _upward(lines: Sequence[str], row: int) -> Iterator[_Token]:
    """Yield the tokens above a line, nearest first, up to the start of its document."""
    for number in range(row - 1, max(row - _NEAR, 0) - 1, -1):
        if lines[number].startswith(("---", "...")):
            return
        yield from reversed(_tokens(lines[number], number))


def _downward(lines: Sequence[str], row: int) -> Iterator[_Token]:
    """Yield the tokens below a line, nearest first, down to the end of its document."""
    for number in range(row + 1, min(row + _NEAR, len(lines))):
        if lines[number].startswith(("---", "...")):
            return
        yield from _tokens(lines[number], number)


def _above(at: _Token, own: Sequence[_Token], lines: Sequence[str]) -> list[_Token]:
    """Return the keys and dashes that hold ``at``, outermost first; ``own`` are those before it on its line."""
    above: list[_Token] = []
    current = at
    for token in chain(reversed(own), _upward(lines, at.row)):
        # A list may stand in the column of its key: that key then holds the dash.
        holds_list = current.key == _ITEM and token.key != _ITEM and token.column == current.column
        if token.column < current.column or holds_list:
            above.insert(0, token)
            current = token
    return above


def _siblings(lines: Sequence[str], at: _Token, *, new_item: bool = False) -> dict[str, str]:
    """Return the other keys of the object ``at`` stands in, with their values; a new item has none above it."""
    found: dict[str, str] = {}
    for tokens in (() if new_item else _upward(lines, at.row), _downward(lines, at.row)):
        for token in takewhile(lambda token: token.column >= at.column, tokens):
            if token.column == at.column and token.key != _ITEM:
                found[token.key] = token.value
    return found


def _spot(above: Sequence[_Token]) -> _Spot | None:
    """Return the field that the keys and dashes lead to, or None where the API has no such field."""
    steps = [token.key for token in above]
    spot = _Spot(policy())
    for step in steps[2:] if steps[:2] == ["items", _ITEM] else steps:
        here = spot.field
        if step == _ITEM:
            if not here.many or spot.in_item:
                return None
            spot = _Spot(here, in_item=True)
        elif spot.key or (here.many and not spot.in_item):
            return None
        elif here.is_map:
            spot = _Spot(here, key=step)
        elif step in here.fields:
            spot = _Spot(here.fields[step])
        else:
            return None
    return spot
