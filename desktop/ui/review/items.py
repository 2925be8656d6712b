"""What the review says of each policy: before the write what will happen, after it what did. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from desktop.cluster.gateway import PolicyDocument, Verb
from desktop.errors import AlreadyExists, BulkheadError, Conflict, FieldConflict, NotFound
from desktop.language import tr, tr_n
from desktop.manifest import lines
from desktop.manifest.checking import Entry
from desktop.policy.findings import Finding, Severity
from desktop.session.carrying_out import Outcome, Result
from desktop.session.planning import PlannedWrite
from desktop.ui.review.causes import REFUSED, OwnedField, cause_findings, owned_fields
from desktop.ui.review.rows import Row, aligned, folded
from desktop.wording import errors as error_words
from desktop.wording.plain import plain


class Standing(Enum):
    """How it stands with one policy."""

    READY = "ready"  # to be written
    NOTHING = "nothing"  # nothing to change
    DONE = "done"
    CONFLICT = "conflict"  # the user has to choose
    FAILED = "failed"
    UNKNOWN = "unknown"  # whether it was written could not be found out, or it is not over yet
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Item:
    """One policy under review.

    ``what`` is a word for the list, ``verdict`` and ``hint`` say more; ``findings`` stand at their places in the
    editor's text. In a conflict ``theirs`` is what stands on the cluster now (None: it was deleted), and ``sides``
    shows both versions.
    """

    namespace: str
    name: str
    standing: Standing
    severity: Severity
    what: str
    verdict: str
    hint: str = ""
    findings: tuple[Finding, ...] = ()
    diff: tuple[Row, ...] = ()
    theirs: PolicyDocument | None = None
    owned: tuple[OwnedField, ...] = ()
    sides: tuple[tuple[Row, ...], tuple[Row, ...]] = ((), ())


def planned(write: PlannedWrite, entry: Entry, *, on_server: bool) -> Item:
    """Return what will happen to a policy; ``on_server`` tells an API server from a folder."""
    standing, what, verdict = _intention(write, on_server=on_server)
    error = write.error
    return Item(
        entry.namespace,
        entry.name,
        standing,
        Severity.ERROR if error else Severity.INFO,
        what,
        verdict,
        error_words.hint(error) if error else "",
        (*_said(error, write.warnings, entry), *_notes(write), *write.findings),
        folded(lines.diff(write.before, write.after)),
        write.theirs,
        owned_fields(error),
        _sides(write.theirs, entry) if standing is Standing.CONFLICT else ((), ()),
    )


def carried_out(result: Result, write: PlannedWrite, before: Item, entry: Entry) -> Item:
    """Return what became of a policy, planned as ``write`` and shown as ``before`` until now."""
    standing, severity, what = ending(result.outcome)
    error = result.error
    if is_conflict(error, started=write.there is not None):
        standing, severity, what = ending(Outcome.CONFLICT)
    hint = error_words.hint(error) if error else ""
    diff = before.diff
    if standing is Standing.UNKNOWN and result.document is not None:
        hint = tr("This is the difference between what is there now and your text:")
        diff = folded(lines.diff(result.document.text, entry.text))
    return replace(
        before,
        standing=standing,
        severity=severity,
        what=what,
        verdict=error_words.sentence(error) if error else what,
        hint=hint,
        findings=(*_said(error, (), entry), *(f for f in before.findings if f.code != REFUSED)),
        diff=diff,
        theirs=result.theirs,
        owned=owned_fields(error),
        sides=_sides(result.theirs, entry) if standing is Standing.CONFLICT else ((), ()),
    )


def outcome_words(results: Sequence[Result], cluster: str) -> str:
    """Return what became of policies, where all went well: ``access-demo1 created on shop``."""
    cluster = plain(cluster)
    if len(results) == 1:
        words = {"name": plain(results[0].name), "cluster": cluster}
        match results[0].outcome:
            case Outcome.CREATED:
                return tr("{name} created on {cluster}", **words)
            case Outcome.DELETED:
                return tr("{name} deleted on {cluster}", **words)
            case Outcome.UNCHANGED:
                return tr("{name} unchanged on {cluster}", **words)
            case _:
                return tr("{name} changed on {cluster}", **words)
    deleted = all(result.outcome is Outcome.DELETED for result in results)
    if deleted:
        return tr_n(
            "{count} policy deleted on {cluster}",
            "{count} policies deleted on {cluster}",
            len(results),
            cluster=cluster,
        )
    return tr_n(
        "{count} policy applied on {cluster}", "{count} policies applied on {cluster}", len(results), cluster=cluster
    )


def is_conflict(error: BulkheadError | None, *, started: bool) -> bool:
    """Whether the user has to choose: somebody changed, owns or deleted what the draft started from."""
    return isinstance(error, Conflict | FieldConflict | AlreadyExists) or (isinstance(error, NotFound) and started)


def _intention(write: PlannedWrite, *, on_server: bool) -> tuple[Standing, str, str]:
    if write.error is not None:
        sentence = error_words.sentence(write.error)
        if is_conflict(write.error, started=write.there is not None):
            return Standing.CONFLICT, tr("Conflict"), sentence
        return Standing.FAILED, tr("Refused"), sentence
    match write.verb:
        case None:
            return Standing.NOTHING, tr("Nothing to change"), tr("It is there already, just as it is written here.")
        case Verb.CREATE:
            what = tr("Create")
        case Verb.UPDATE:
            what = tr("Change")
        case Verb.APPLY:
            what = tr("Lay over what is there")
    fine = tr("The server accepts this (dry run).") if on_server else tr("This can be written.")
    return Standing.READY, what, fine


def ending(outcome: Outcome) -> tuple[Standing, Severity, str]:
    """Return how it stands with a policy after a write, how much that matters, and a word for it."""
    match outcome:
        case Outcome.CREATED:
            return Standing.DONE, Severity.INFO, tr("Created")
        case Outcome.APPLIED:
            return Standing.DONE, Severity.INFO, tr("Applied")
        case Outcome.UNCHANGED:
            return Standing.DONE, Severity.INFO, tr("Unchanged")
        case Outcome.DELETED:
            return Standing.DONE, Severity.INFO, tr("Deleted")
        case Outcome.HELD:
            return Standing.UNKNOWN, Severity.WARNING, tr("Marked as deleted, but in force until its finalizers go")
        case Outcome.REFUSED:
            return Standing.FAILED, Severity.ERROR, tr("Refused")
        case Outcome.CONFLICT:
            return Standing.CONFLICT, Severity.ERROR, tr("Conflict")
        case Outcome.UNKNOWN:
            return Standing.UNKNOWN, Severity.WARNING, tr("Not known")
        case Outcome.CANCELLED:
            return Standing.STOPPED, Severity.INFO, tr("Not done")


def _said(error: BulkheadError | None, warnings: Sequence[str], entry: Entry) -> tuple[Finding, ...]:
    """Return the server's words, each at its place in the text."""
    causes = [finding.at(entry.place(finding.path)) for finding in cause_findings(error)]
    warned = [Finding("server.warning", Severity.WARNING, facts={"message": warning}) for warning in warnings]
    return (*causes, *warned)


def _notes(write: PlannedWrite) -> tuple[Finding, ...]:
    """Return the notes, where something will be written to which they apply."""
    return write.notes if write.write is not None or write.error is not None else ()


def _sides(theirs: PolicyDocument | None, entry: Entry) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    return aligned(lines.diff(theirs.text if theirs else "", entry.text))
