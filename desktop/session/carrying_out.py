"""Carrying out what was planned, and saying what became of each item.

``carry_out`` blocks; a task runs it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Gateway, PolicyDocument, Verb
from desktop.errors import (
    AlreadyExists,
    BulkheadError,
    Cancelled,
    Conflict,
    ConnectionLost,
    FieldConflict,
    NotFound,
    ServerError,
    TransportError,
)
from desktop.session.planning import DeletionPlan, Plan, PlannedDeletion, PlannedWrite, same, standing_against
from desktop.session.session import Session
from desktop.session.state import Progress
from desktop.session.tasks import ProgressSink

READ_BACK_PAUSES = (0.5, 1.0, 2.0)
"""Seconds before each try to find out whether an interrupted write took effect."""


class Outcome(Enum):
    """What became of an item."""

    CREATED = "created"
    APPLIED = "applied"
    UNCHANGED = "unchanged"  # there was nothing to change: nothing was sent
    DELETED = "deleted"  # by us, or by somebody else before
    HELD = "held"  # marked as deleted, but there and in force until its finalizers are let go
    REFUSED = "refused"  # not written; the error says why
    CONFLICT = "conflict"  # not written: it is not, or not ours, what the change started from
    UNKNOWN = "unknown"  # the connection was lost, and what is there now does not tell
    CANCELLED = "cancelled"  # not tried


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a policy; ``document`` is what is there now, as far as known; ``theirs`` belongs to a conflict."""

    namespace: str
    name: str
    outcome: Outcome
    error: BulkheadError | None = None
    document: PolicyDocument | None = None
    theirs: PolicyDocument | None = None


def carry_out(
    session: Session, plan: Plan | DeletionPlan, token: CancelToken, progress: ProgressSink
) -> tuple[Result, ...]:
    """Do what is planned, in order; a result for each item.

    Cancelling takes effect between two items. Once the cluster cannot be reached, what is left is not tried.
    """
    while not session.writing.acquire(timeout=0.1):
        token.check()
    try:
        return tuple(_results(session.gateway, plan, token, progress))
    finally:
        session.writing.release()


def _results(
    gateway: Gateway, plan: Plan | DeletionPlan, token: CancelToken, progress: ProgressSink
) -> Iterator[Result]:
    lost: BulkheadError | None = None
    items: tuple[PlannedWrite | PlannedDeletion, ...] = plan.items
    for done, item in enumerate(items):
        progress(Progress(done, len(items)))
        if token.cancelled:
            yield Result(item.namespace, item.name, Outcome.CANCELLED)
        elif lost is not None:
            yield Result(item.namespace, item.name, Outcome.REFUSED, lost)
        else:
            result = _write(gateway, item, token) if isinstance(item, PlannedWrite) else _delete(gateway, item, token)
            if isinstance(result.error, TransportError):
                lost = result.error
            yield result
    progress(Progress(len(items), len(items)))


def _write(gateway: Gateway, item: PlannedWrite, token: CancelToken) -> Result:
    """Write one policy. Once sent, a write is not cancelled."""
    if item.error is not None:
        return Result(item.namespace, item.name, _outcome_of(item.error), item.error, item.there, item.theirs)
    if item.write is None:
        return Result(item.namespace, item.name, Outcome.UNCHANGED, document=item.there)
    done = Outcome.CREATED if item.write.verb is Verb.CREATE else Outcome.APPLIED
    try:
        document = gateway.write(item.write, CancelToken()).document
    except (ConnectionLost, ServerError) as error:
        return _read_back(gateway, item, error, lambda now: _written_outcome(item, now, done), token)
    except BulkheadError as error:
        theirs = standing_against(gateway, item, error, CancelToken())
        return Result(item.namespace, item.name, _outcome_of(error), error, theirs or item.there, theirs)
    return Result(item.namespace, item.name, done, document=document)


def _delete(gateway: Gateway, item: PlannedDeletion, token: CancelToken) -> Result:
    """Delete one policy."""
    if item.error is not None:
        return Result(item.namespace, item.name, _outcome_of(item.error), item.error, item.there)
    try:
        gone = gateway.delete(item.deletion, CancelToken())
    except NotFound:
        gone = True  # somebody else was quicker
    except (ConnectionLost, ServerError) as error:
        return _read_back(gateway, item, error, lambda now: _deleted_outcome(item, now), token)
    except BulkheadError as error:
        theirs = standing_against(gateway, item, error, CancelToken())
        return Result(item.namespace, item.name, _outcome_of(error), error, theirs or item.there, theirs)
    return Result(item.namespace, item.name, Outcome.DELETED if gone else Outcome.HELD)


def _outcome_of(error: BulkheadError) -> Outcome:
    return Outcome.CONFLICT if isinstance(error, Conflict | FieldConflict | AlreadyExists) else Outcome.REFUSED


def _read_back(
    gateway: Gateway,
    item: PlannedWrite | PlannedDeletion,
    error: BulkheadError,
    judge: Callable[[PolicyDocument | None], Outcome | None],
    token: CancelToken,
) -> Result:
    """Find out what became of a write whose answer did not come; ``judge`` tells from what is there now."""
    for pause in READ_BACK_PAUSES:
        try:
            token.wait(pause)
            now = _now(gateway, item, token)
        except Cancelled:
            break
        except BulkheadError:
            continue  # as unreachable as before; the first error is the one to tell
        outcome = judge(now)
        if outcome is Outcome.REFUSED:
            told = error if isinstance(error, ServerError) else _caused("change.not-applied", item, error)
            return Result(item.namespace, item.name, outcome, told, now)
        if outcome is not None:
            return Result(item.namespace, item.name, outcome, document=now)
        return Result(item.namespace, item.name, Outcome.UNKNOWN, error, now)
    return Result(item.namespace, item.name, Outcome.UNKNOWN, error)


def _now(gateway: Gateway, item: PlannedWrite | PlannedDeletion, token: CancelToken) -> PolicyDocument | None:
    try:
        return gateway.read(item.namespace, item.name, token)
    except NotFound:
        return None


def _caused(code: str, item: PlannedWrite | PlannedDeletion, cause: BulkheadError) -> BulkheadError:
    error = BulkheadError(code, namespace=item.namespace, name=item.name)
    error.__cause__ = cause
    return error


def _written_outcome(item: PlannedWrite, now: PolicyDocument | None, done: Outcome) -> Outcome | None:
    """Tell from what is there now whether a write took effect; None where that does not tell."""
    there = item.there
    if now is not None and item.outcome is not None and same(now, item.outcome):
        return done
    untouched = there is now is None or (there is not None and now is not None and _version(there) == _version(now))
    return Outcome.REFUSED if untouched else None


def _deleted_outcome(item: PlannedDeletion, now: PolicyDocument | None) -> Outcome | None:
    """Tell from what is there now whether a deletion took effect."""
    if now is None or now.uid != item.deletion.uid:
        return Outcome.DELETED
    metadata = now.value.get("metadata")
    going = isinstance(metadata, dict) and "deletionTimestamp" in metadata
    return Outcome.HELD if going else Outcome.REFUSED


def _version(document: PolicyDocument) -> tuple[str, str]:
    return document.uid, document.version
