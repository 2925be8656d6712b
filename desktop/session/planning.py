"""Planning a change of policies: a dry run of everything, which changes nothing.

A draft that started from a document is an update, guarded by that document's version. A new one is created, or laid
over what is there under that name (server-side apply without force). Nothing is overwritten blindly: whoever changed
the policy meanwhile, or owns a field of it, makes a conflict, and both versions are at hand. "Keep mine" is a new
plan whose base is theirs.

All functions block; a task runs them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Deletion, Gateway, PolicyDocument, Verb, Warned, Write
from desktop.errors import (
    AlreadyExists,
    BulkheadError,
    Cancelled,
    Conflict,
    FieldConflict,
    Forbidden,
    NotFound,
    TransportError,
)
from desktop.manifest.checking import Entry
from desktop.manifest.presentation import present
from desktop.policy.findings import Finding, Severity
from desktop.session.notes import notes_on
from desktop.session.session import Session
from desktop.session.state import PolicyRow, Progress
from desktop.session.tasks import ProgressSink


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote: a document of a text, and the stored one it started from (None: it is new)."""

    entry: Entry
    base: PolicyDocument | None = None


class Intent(Enum):
    """What is meant by a new document whose name may be taken."""

    LAY_OVER = "lay-over"  # create it, or lay it over what is there (import, many clusters)
    CREATE = "create"  # a taken name is a conflict (a duplicate, a form)


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """What a draft would do.

    ``write`` and ``verb`` are None where nothing is to be written: there is nothing to change, or ``error`` says why
    it cannot be. ``before`` is the text there now (empty: none), ``after`` the one there would be. On a conflict
    ``theirs`` is what is there now (None: it was deleted). ``there`` and ``outcome`` are the documents behind
    ``before`` and ``after``.
    """

    write: Write | None
    before: str
    after: str
    error: BulkheadError | None = None
    theirs: PolicyDocument | None = None
    warnings: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    namespace: str = ""
    name: str = ""
    there: PolicyDocument | None = None
    outcome: PolicyDocument | None = None

    @property
    def verb(self) -> Verb | None:
        """How it would be written."""
        return self.write.verb if self.write else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A write for each draft, in their order."""

    items: tuple[PlannedWrite, ...]


@dataclass(frozen=True, slots=True)
class PlannedDeletion:
    """A policy to delete, named by its uid; ``there`` is what would be deleted, ``error`` says why it cannot be.

    Among the notes is ``note.held`` where a finalizer would keep it there.
    """

    deletion: Deletion
    there: PolicyDocument | None = None
    error: BulkheadError | None = None
    notes: tuple[Finding, ...] = ()

    @property
    def namespace(self) -> str:
        """The policy's namespace."""
        return self.deletion.namespace

    @property
    def name(self) -> str:
        """The policy's name."""
        return self.deletion.name


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """A deletion for each row, in their order."""

    items: tuple[PlannedDeletion, ...]


def read(session: Session, namespace: str, name: str, token: CancelToken) -> PolicyDocument:
    """Read a policy as it is now, to be shown or edited."""
    return session.gateway.read(namespace, name, token)


def plan(
    session: Session,
    drafts: Sequence[Draft],
    token: CancelToken,
    progress: ProgressSink,
    intent: Intent = Intent.LAY_OVER,
) -> Plan:
    """Find out, without changing anything, what each draft would do; raises TransportError and Cancelled."""
    gateway = session.gateway
    items: list[PlannedWrite] = []
    seen: set[tuple[str, str]] = set()
    for draft in drafts:
        key = (draft.entry.namespace, draft.entry.name)
        wrong = _unfit(draft, taken=key in seen)
        seen.add(key)
        items.append(_not_written(draft, wrong) if wrong else _planned(gateway, draft, intent, token))
        progress(Progress(len(items), len(drafts)))
    return Plan(tuple(items))


def plan_delete(
    session: Session, rows: Sequence[PolicyRow], token: CancelToken, progress: ProgressSink
) -> DeletionPlan:
    """Find out, without changing anything, whether each policy can be deleted; raises TransportError and Cancelled."""
    gateway = session.gateway
    items: list[PlannedDeletion] = []
    for row in rows:
        deletion = Deletion(row.namespace, row.name, row.uid, row.version)
        there, error, gone = None, None, True
        try:
            there = gateway.read(row.namespace, row.name, token)
            gone = gateway.delete(deletion, token, dry_run=True)
        except NotFound:  # gone already: that is what is wanted
            pass
        except (TransportError, Cancelled):
            raise
        except BulkheadError as refusal:
            error = refusal
        held = () if gone else (Finding("note.held", Severity.WARNING),)
        items.append(PlannedDeletion(deletion, there, error, (*notes_on(there), *held)))
        progress(Progress(len(items), len(rows)))
    return DeletionPlan(tuple(items))


def _unfit(draft: Draft, *, taken: bool) -> BulkheadError | None:
    """Return why a draft is not even shown to the server."""
    entry, base = draft.entry, draft.base
    if any(finding.severity is Severity.ERROR for finding in entry.findings):
        return BulkheadError("change.has-errors", namespace=entry.namespace, name=entry.name)
    if taken:
        return BulkheadError("change.named-twice", namespace=entry.namespace, name=entry.name)
    if base is not None and (base.namespace, base.name) != (entry.namespace, entry.name):
        return BulkheadError("change.renamed", was=base.name, name=entry.name, namespace=entry.namespace)
    return None


def _planned(gateway: Gateway, draft: Draft, intent: Intent, token: CancelToken) -> PlannedWrite:
    there = draft.base
    try:
        if there is None and intent is Intent.LAY_OVER:
            there = _there(gateway, draft.entry, token)
        write = _write_of(draft, there)
        warned = gateway.write(write, token, dry_run=True)
    except (TransportError, Cancelled):
        raise
    except BulkheadError as error:
        return _not_written(draft, error, there, standing_against(gateway, draft.entry, error, token))
    return _written(draft, write, there, warned)


def _there(gateway: Gateway, entry: Entry, token: CancelToken) -> PolicyDocument | None:
    try:
        return gateway.read(entry.namespace, entry.name, token)
    except (NotFound, Forbidden):  # who may create but not read is told by the server when the name is taken
        return None


def _write_of(draft: Draft, there: PolicyDocument | None) -> Write:
    """Choose the verb. An apply names what it is laid over, too: only that was looked at."""
    entry = draft.entry
    verb = Verb.CREATE if there is None else Verb.APPLY if draft.base is None else Verb.UPDATE
    return Write(verb, entry.namespace, entry.name, entry.value, entry.text, there)


def _written(draft: Draft, write: Write, there: PolicyDocument | None, warned: Warned) -> PlannedWrite:
    """Make the item of a dry run that went well."""
    after = warned.document
    return PlannedWrite(
        write=None if there is not None and same(there, after) else write,
        before=there.text if there else "",
        after=after.text,
        warnings=warned.warnings,
        findings=draft.entry.findings,
        notes=notes_on(there),
        namespace=write.namespace,
        name=write.name,
        there=there,
        outcome=after,
    )


def _not_written(
    draft: Draft,
    error: BulkheadError,
    there: PolicyDocument | None = None,
    theirs: PolicyDocument | None = None,
) -> PlannedWrite:
    there = theirs or there or draft.base
    return PlannedWrite(
        write=None,
        before=there.text if there else "",
        after=draft.entry.text,
        error=error,
        theirs=theirs,
        findings=draft.entry.findings,
        notes=notes_on(there),
        namespace=draft.entry.namespace,
        name=draft.entry.name,
        there=there,
    )


def standing_against(
    gateway: Gateway, item: Entry | PlannedWrite | PlannedDeletion, error: BulkheadError, token: CancelToken
) -> PolicyDocument | None:
    """Read what stands against a write, where a conflict says that something does."""
    if not isinstance(error, Conflict | FieldConflict | AlreadyExists):
        return None
    try:
        return gateway.read(item.namespace, item.name, token)
    except (NotFound, Forbidden):
        return None


def same(one: PolicyDocument, other: PolicyDocument) -> bool:
    """Whether two documents say the same; in a file, what a person reads beside it counts too."""
    return present(one.value) == present(other.value) and (not one.origin or one.text == other.text)
