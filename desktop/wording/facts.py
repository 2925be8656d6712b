"""The facts of a code, each made fit to stand in a sentence."""

from collections.abc import Mapping
from enum import Enum

from desktop.wording.plain import short


def told(facts: Mapping[str, object]) -> dict[str, str]:
    """Return every fact as plain text: a sequence as ``a, b``, what is absent as nothing."""
    return {name: _text(value) for name, value in facts.items()}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Enum():
            return _text(value.value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(_text(each) for each in value)
        case _:
            return short(str(value))


def spelt(code: str, facts: Mapping[str, str]) -> str:
    """Return a code for which there is no sentence, with its facts: still better than silence."""
    return code if not facts else f"{code} ({', '.join(f'{name}: {text}' for name, text in facts.items() if text)})"
