"""What a folder refuses to write, as a server would: what breaks a rule, is taken, or has changed meanwhile."""

import os
from pathlib import PurePosixPath

from desktop.cluster.folder_files import SUFFIXES
from desktop.cluster.folder_objects import version_of
from desktop.cluster.gateway import Verb, Write
from desktop.errors import AlreadyExists, Cause, Conflict, FileError, Invalid, NotFound
from desktop.manifest.checking import Entry, survey, verdicts
from desktop.manifest.reader import read
from desktop.manifest.writer import render
from desktop.policy.findings import Finding, Severity, format_path

_WINDOWS = os.name == "nt"


def accepted(write: Write, old: Entry | None) -> Entry:
    """Return the policy to write, in the text to keep; ``old`` is what it takes the place of.

    The text counts if it says what ``write.value`` says; otherwise that is written anew. Raises Invalid, with a cause
    for each ERROR that ``policy.rules`` finds; their messages are the codes.
    """
    entries = survey(read(write.text), write.namespace).entries
    if len(entries) != 1 or entries[0].findings or entries[0].value != write.value:
        entries = survey(read(render(write.value)), write.namespace).entries
    if len(entries) != 1:
        raise _invalid([Finding("kind.wrong", Severity.ERROR, ("kind",))])
    entry = entries[0]
    findings = [*entry.findings, *verdicts(entry, old.value if old else None), *_misnamed(entry, write)]
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise _invalid(errors)
    return entry


def check_guard(write: Write, there: Entry | None, origin: str) -> None:
    """Raise AlreadyExists or Conflict if a write must not take the place of what is there, in the file ``origin``."""
    if write.verb is Verb.CREATE:
        if there is not None:
            raise AlreadyExists("api.already-exists", status=409, reason="AlreadyExists", message=origin)
    elif write.base is not None:
        if there is None or version_of(there.text) != write.base.version:
            raise conflict(origin or write.base.origin)
    elif write.verb is Verb.UPDATE:
        raise ValueError("an update needs the document it started from")


def conflict(origin: str) -> Conflict:
    """Return the error for a policy that is no longer what a change started from."""
    return Conflict("api.conflict", status=409, reason="Conflict", message=origin)


def not_found(namespace: str, name: str) -> NotFound:
    """Return the error for a policy that no file holds."""
    return NotFound("api.not-found", status=404, reason="NotFound", message=f"{namespace}/{name}")


def checked_origin(origin: str) -> str:
    """Return the path of a file to write to, from the folder; raises FileError when it is not one of the folder's."""
    path = PurePosixPath(origin)
    outside = path.is_absolute() or any(part.startswith(".") for part in path.parts)
    # On Windows a backslash parts folders, too, and what a colon follows is a drive.
    if outside or path.suffix not in SUFFIXES or (_WINDOWS and set("\\:") & set(origin)):
        raise FileError("folder.not-in-folder", path=origin)
    return str(path)


def _misnamed(entry: Entry, write: Write) -> list[Finding]:
    """Return what makes a document another object than the one to write."""
    named = (("namespace", entry.namespace, write.namespace), ("name", entry.name, write.name))
    return [
        Finding(f"{field}.changed", Severity.ERROR, ("metadata", field), {"value": value, "old": wanted})
        for field, value, wanted in named
        if value != wanted
    ]


def _invalid(findings: list[Finding]) -> Invalid:
    causes = tuple(_cause(finding) for finding in findings)
    fields = ", ".join(dict.fromkeys(cause.field for cause in causes))
    return Invalid("api.invalid", status=422, reason="Invalid", message=fields, causes=causes)


def _cause(finding: Finding) -> Cause:
    return Cause(str(finding.facts.get("reason", "FieldValueInvalid")), finding.code, format_path(finding.path))
