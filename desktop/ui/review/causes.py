"""The server's own reasons, read: which field, which line, which other manager. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desktop.errors import ApiError, BulkheadError
from desktop.policy.findings import Finding, Path, Severity

REFUSED = "server.refused"
"""The code of a finding that is the server's own: facts ``field`` and ``message``, in its words."""

_STEP = re.compile(r"""\[(?P<index>[0-9]+)\] | \["?(?P<quoted>[^\]"]*)"?\] | \.?(?P<name>[^.\[\]]+)""", re.VERBOSE)
_MANAGER = re.compile(r'conflict with "(?P<name>[^"]*)"')


@dataclass(frozen=True, slots=True)
class OwnedField:
    """A field that another field manager owns, as the server named both."""

    manager: str
    field: str


def parse_path(field: str) -> Path:
    """Read a path as the API server writes it: ``spec.ingress[0].from[1]``, ``metadata.labels["a.b/c"]``, ``.spec``."""
    path: list[str | int] = []
    for step in _STEP.finditer(field):
        if step["index"] is not None:
            path.append(int(step["index"]))
        else:
            path.append(step["quoted"] if step["quoted"] is not None else step["name"])
    return tuple(path)


def cause_findings(error: BulkheadError | None) -> tuple[Finding, ...]:
    """Return what a server said against single fields, as findings with their paths."""
    return tuple(_findings(error)) if isinstance(error, ApiError) else ()


def _findings(error: ApiError) -> Iterator[Finding]:
    for cause in error.causes:
        if cause.reason != "FieldManagerConflict":
            facts = {"message": cause.message, "field": cause.field}
            yield Finding(REFUSED, Severity.ERROR, parse_path(cause.field), facts)


def owned_fields(error: BulkheadError | None) -> tuple[OwnedField, ...]:
    """Return the fields that other managers own, where an apply was refused because of them."""
    if not isinstance(error, ApiError):
        return ()
    return tuple(
        OwnedField(manager["name"] if (manager := _MANAGER.search(cause.message)) else cause.message, cause.field)
        for cause in error.causes
        if cause.reason == "FieldManagerConflict"
    )
