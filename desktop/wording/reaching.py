"""How a cluster is reached, in plain words: what happened, since when, what is tried, and what a person can do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from desktop import __version__
from desktop.errors import BulkheadError, Forbidden, ServerError, TooManyRequests
from desktop.language import tr
from desktop.reach.objects import FOREIGN_KINDS, TIERED_KINDS, Coverage, Kind
from desktop.session.state import TROUBLED, Connection, SessionState
from desktop.wording import errors, kinds, states, times
from desktop.wording.lists import listed
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.session.catalog import ClusterEntry


@dataclass(frozen=True, slots=True)
class Reaching:
    """The four answers, each empty where there is nothing to say."""

    happened: str
    since: str
    trying: str
    advice: str


def reaching(entry: "ClusterEntry", state: SessionState, now: datetime) -> Reaching:
    """Say how a cluster is reached."""
    error = state.error or entry.error
    return Reaching(
        _happened(state, error), _since(state, now), _trying(state, error, now), "\n".join(_advice(state, error))
    )


def _happened(state: SessionState, error: BulkheadError | None) -> str:
    if error is not None:
        return errors.sentence(error)
    match state.connection:
        case Connection.IDLE:
            return tr("This cluster has not been opened: nothing has been sent to it.")
        case Connection.CONNECTING:
            return tr("The server has been asked and has not answered yet.")
        case Connection.SYNCHRONIZING:
            return tr("The server answers, and everything is being listed.")
        case Connection.LIVE:
            return tr("Everything that you may see was listed, and each change is told as it happens.")
        case Connection.STALE if state.progress is not None:
            return tr("An earlier picture is shown until everything is listed anew.")
        case _:
            return tr("The synchronization was stopped before it was complete.")


def _since(state: SessionState, now: datetime) -> str:
    if state.since is not None:
        when, since = times.clock_to_the_second(state.since, now), times.ago(state.since, now)
        return tr("What is shown is as of {time} ({ago}); what happened since is not known.", time=when, ago=since)
    if state.last_sync is not None and state.connection is Connection.LIVE:
        when, since = times.clock_to_the_second(state.last_sync, now), times.ago(state.last_sync, now)
        return tr("All was last listed at {time} ({ago}), and followed from there.", time=when, ago=since)
    words = []
    if state.troubled_since is not None:
        when, since = times.clock_to_the_second(state.troubled_since, now), times.ago(state.troubled_since, now)
        words.append(tr("It has been so since {time} ({ago}).", time=when, ago=since))
    if state.last_sync is None and state.connection in TROUBLED:
        words.append(tr("Nothing of this cluster is known."))
    return " ".join(words)


def _trying(state: SessionState, error: BulkheadError | None, now: datetime) -> str:
    if state.progress is not None:
        return states.progress_words(state.progress)
    if state.next_try is not None:
        seconds = -((now - state.next_try) // timedelta(seconds=1))
        if seconds <= 0:
            return tr("It is being tried right now.")
        when = times.clock_to_the_second(state.next_try, now)
        return tr(
            "The next try is in {seconds} s, at {time}; you need not do anything for that.", seconds=seconds, time=when
        )
    if state.connection is Connection.CONNECTING:
        return tr("It is given up after 15 seconds without an answer, and tried again later.")
    if state.connection is Connection.FORBIDDEN:
        return tr("It is not tried again by itself. Synchronize asks anew.")
    if error is not None:
        return tr("It is not tried again before the kubeconfig changes or you synchronize.")
    return ""


def advice(error: BulkheadError, state: SessionState) -> str:
    """Return what a person can do about an error that a cluster's connection shows; empty where nothing."""
    if state.next_try is not None and isinstance(error, ServerError | TooManyRequests):
        return tr("Wait: it is tried again by itself. If it lasts, ask whoever runs the cluster.")
    return errors.hint(error)


def _advice(state: SessionState, error: BulkheadError | None) -> Iterator[str]:
    if state.connection is Connection.FORBIDDEN:
        yield tr("If you may see some namespaces, name them: Cluster > Namespaces I May See.")
    if error is not None and (hint := advice(error, state)):
        yield hint
    elif state.connection is Connection.IDLE:
        yield tr("Choose it, or synchronize it, to connect.")
    hidden = [kind for kind in Kind if state.coverage.get(kind) is Coverage.FORBIDDEN]
    named = [kinds.plural(kind) for kind in hidden if kind not in TIERED_KINDS | FOREIGN_KINDS]
    if named and not isinstance(error, Forbidden):
        yield tr(
            "You may not list: {kinds}. They are never shown as none, and what depends on them is told as not known.",
            kinds=listed(named),
        )


def technical(entry: "ClusterEntry", state: SessionState, now: datetime) -> str:
    """Return the facts for whoever helps, as text to copy: in English, and without any secret."""
    return scrubbed("\n".join(_facts(entry, state, now)))


def _facts(entry: "ClusterEntry", state: SessionState, now: datetime) -> Iterator[str]:
    yield f"Bulkhead {__version__}, {now.isoformat(timespec='seconds')}"
    yield f"context: {plain(entry.context)}"
    yield f"file: {plain(entry.file or entry.path)}"
    yield f"server: {plain(entry.server)}"
    if entry.acting_as is not None:
        yield f"acting as: {plain(entry.acting_as.user)}"
    if entry.namespaces:
        yield f"namespaces: {', '.join(map(plain, entry.namespaces))}"
    yield f"version: {plain(state.version.text) if state.version else 'not known'}"
    yield f"state: {state.connection.value}"
    times_ = {
        "since": state.since or state.troubled_since,
        "last listed": state.last_sync,
        "next try": state.next_try,
    }
    for name, when in times_.items():
        if when is not None:
            yield f"{name}: {when.astimezone(now.tzinfo).isoformat(timespec='seconds')}"
    if error := state.error or entry.error:
        yield f"error: {type(error).__name__} {error.code}"
        yield from (f"  {key}: {plain(str(value))}" for key, value in error.facts.items() if value not in (None, ""))
        yield from (f"  caused by: {type(cause).__name__}" for cause in _causes(error))
    for kind, coverage in state.coverage.items():
        yield f"{kind.value}: {coverage.value}" + (f", {state.counts[kind]}" if kind in state.counts else "")


def _causes(error: BaseException) -> list[BaseException]:
    """Return what an error was caused by; one that was raised again from itself is its own cause."""
    found = [error]
    while (cause := found[-1].__cause__) is not None and not any(cause is known for known in found):
        found.append(cause)
    return found[1:]


_SECRET = re.compile(
    r"(?is)(?P<scheme>\b(?:bearer|basic)\s+)[^\s,;\"']+"
    r"|(?P<userinfo>//)[^/\s@]+@"
    r"|(?P<name>\b[\w-]*(?:token|passwor[dt]|secret|credential|api-?key)[\w-]*\s*[=:]\s*)[^\s,;\"']+"
    r"|\beyJ[\w-]+\.[\w.-]+"
    r"|-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----"
)


def scrubbed(text: str) -> str:
    """Return a text without what looks like a token, a password or a key, wherever it came from."""
    return _SECRET.sub(lambda found: f"{found['scheme'] or found['userinfo'] or found['name'] or ''}[removed]", text)
