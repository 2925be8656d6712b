"""Findings: what is wrong, or worth knowing, about a document, as codes and values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

Path = tuple[str | int, ...]
"""The way to a value in a document: ``("spec", "ingress", 0, "from", 1)``."""


class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"  # the server would refuse this, or it cannot be read
    WARNING = "warning"  # accepted, but probably not what was meant, or not in force on this cluster
    INFO = "info"  # worth knowing


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of text; lines and columns count from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Removed(Enum):
    """In place of a value: there shall be none."""

    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Edit:
    """Put ``value`` (as in JSON) at ``path``; at the index after a list's last, add it to the list."""

    path: Path
    value: object | Removed


@dataclass(frozen=True, slots=True)
class Fix:
    """How a document can be put right: by ``edits``, one after another; ``code`` and ``facts`` are for the words."""

    code: str
    edits: tuple[Edit, ...]
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: a stable code, where (a path, and a place once a text is known), and the values to tell it.

    ``facts`` holds what the sentence needs (numbers, names, texts as written), never the sentence.
    ``path`` is the field as the API server names it. Where that stops above the value that is meant (the server names
    ``matchLabels``, not the label in it), ``exact`` goes all the way; ``spot`` is the one to show. ``fix`` is there
    where one edit of the document puts it right.
    """

    code: str
    severity: Severity
    path: Path = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    place: Place | None = None
    exact: Path = ()
    fix: Fix | None = None

    @property
    def spot(self) -> Path:
        """The nearest path to the value that is meant."""
        return self.exact or self.path

    def at(self, place: Place | None) -> "Finding":
        """Return the same finding, placed."""
        return replace(self, place=place)


def format_path(path: Path) -> str:
    """Write a path as the API server does: ``spec.ingress[0].from[1]``; keys that hold dots in brackets."""
    out = ""
    for step in path:
        if isinstance(step, int):
            out += f"[{step}]"
        elif "." in step or "/" in step or not step:
            out += f'["{step}"]'
        else:
            out += f".{step}" if out else step
    return out
