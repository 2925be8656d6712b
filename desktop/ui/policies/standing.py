"""What stands in place of the table, or above it: how much of a cluster is known, so that unknown never looks empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from desktop.cluster.gateway import FileProblems
from desktop.errors import BulkheadError, ConsentNeeded
from desktop.language import tr, tr_n
from desktop.policy.findings import Severity
from desktop.policy.profile import Profile, notes_on_cluster
from desktop.reach.objects import Coverage, Kind
from desktop.session.catalog import ClusterEntry
from desktop.session.state import Connection, SessionState
from desktop.ui.actions import Command
from desktop.wording import errors, findings, reaching, states, times
from desktop.wording.plain import plain, short

_LONGEST_TITLE = 40


@dataclass(frozen=True)
class Empty:
    """Why no policy is shown, what to know about it, and the command that helps.

    ``is_trouble``: the cluster cannot be read, which the details of its connection tell more of.
    """

    heading: str
    hint: str = ""
    command: Command | None = None
    is_trouble: bool = False


_FILES_TOLD = 3


@dataclass(frozen=True)
class Notice:
    """Something to know about all that is shown."""

    severity: Severity
    sentence: str
    hint: str = ""


def nothing_chosen() -> Empty:
    """Return what is said while no cluster is chosen."""
    return Empty(
        tr("Choose a cluster"),
        tr("At the left are the clusters of your kubeconfig files, the folders you added, and the sample."),
    )


def no_match(search: str) -> Empty:
    """Return what is said where a search leaves no policy."""
    return Empty(
        tr("No policy matches “{search}”", search=short(search, _LONGEST_TITLE)), tr("Press Esc to clear the search.")
    )


def no_policies(entry: ClusterEntry, namespace: str, state: SessionState, known: bool) -> Empty:
    """Return why there is no policy in a cluster or, unless ``namespace`` is empty, in that namespace of it.

    ``known`` says whether the policies there are fully known: only then is it said that there are none.
    """
    if entry.error is not None:
        heading = tr("{title} cannot be used", title=short(entry.title, _LONGEST_TITLE))
        return Empty(heading, _and_hint(entry.error), is_trouble=True)
    if state.connection in {Connection.CONNECTING, Connection.SYNCHRONIZING} and not known:
        return Empty(
            tr("Synchronizing…"),
            states.progress_words(state.progress) if state.progress else "",
            Command.CANCEL_SYNCHRONIZATION,
        )
    if known and state.connection is not Connection.IDLE:
        return Empty(tr("No policies here yet"), tr("Pods accept all traffic."), Command.CREATE)
    return _unknown(entry, namespace, state)


def _unknown(entry: ClusterEntry, namespace: str, state: SessionState) -> Empty:
    if state.connection is Connection.IDLE:
        return Empty(
            tr("{title} has not been opened", title=short(entry.title, _LONGEST_TITLE)),
            tr("Nothing of it has been contacted yet. Synchronize to see its policies."),
            Command.SYNCHRONIZE,
        )
    if isinstance(state.error, ConsentNeeded):
        return Empty(
            tr("{title} waits for your consent", title=short(entry.title, _LONGEST_TITLE)),
            _and_hint(state.error),
            Command.SIGN_IN_PROGRAM,
            is_trouble=True,
        )
    coverage = state.coverage.get(Kind.NETWORK_POLICY, Coverage.UNKNOWN)
    if state.connection is Connection.FORBIDDEN or coverage is Coverage.FORBIDDEN:
        return Empty(
            tr("Not permitted to list policies"),
            tr("There may be policies that you are not permitted to see. Name the namespaces that you may see."),
            Command.NAMESPACES,
            is_trouble=True,
        )
    if coverage is Coverage.PARTIAL and namespace:
        return Empty(
            tr("The policies of {namespace} are not known", namespace=plain(namespace)),
            tr("It is not among the namespaces that you named."),
            Command.NAMESPACES,
        )
    heading = tr("Offline") if state.connection is Connection.OFFLINE else tr("The policies are not known")
    hint = _and_hint(state.error, state) if state.error else ""
    return Empty(heading, hint, Command.SYNCHRONIZE, is_trouble=state.error is not None)


def notices(state: SessionState, now: datetime) -> Iterator[Notice]:
    """Yield what is to be known about all that is shown: how old it is, and what of it is missing."""
    if state.connection in {Connection.STALE, Connection.OFFLINE, Connection.ERROR} and state.last_sync:
        yield Notice(
            Severity.WARNING,
            tr(
                "Shown as of {time}: the cluster is not connected.",
                time=times.clock_to_the_second(state.since or state.last_sync, now),
            ),
            _and_hint(state.error, state) if state.error else "",
        )
    elif state.connection is Connection.STALE and state.progress is None:
        yield Notice(
            Severity.WARNING,
            tr("Only a part of this cluster could be read: what is missing here is not known."),
            _and_hint(state.error, state) if state.error else "",
        )
    if state.coverage.get(Kind.NETWORK_POLICY) is Coverage.PARTIAL:
        yield Notice(Severity.INFO, tr("Only the policies of the namespaces that you named are shown."))
    if state.coverage.get(Kind.POD) is Coverage.FORBIDDEN:
        yield Notice(
            Severity.WARNING, tr("You are not permitted to list pods: which pods a policy selects is not known.")
        )
    if state.problems:
        yield _file_notice(state.problems)


def _file_notice(problems: FileProblems) -> Notice:
    """Return which files of a folder have something wrong with them, the first of it for each."""
    told = [
        tr(
            "{file}, line {line}: {sentence}",
            file=plain(file),
            line=found[0].place.line if found[0].place else 1,
            sentence=findings.sentence(found[0]),
        )
        for file, found in problems[:_FILES_TOLD]
    ]
    if more := len(problems) - len(told):
        told.append(tr_n("And {count} more file.", "And {count} more files.", more))
    sentence = tr_n(
        "{count} file of the folder cannot be read as it stands: what is wrong in it is not shown here.",
        "{count} files of the folder cannot be read as they stand: what is wrong in them is not shown here.",
        len(problems),
    )
    return Notice(Severity.WARNING, sentence, "\n".join(told))


def cluster_notices(profile: Profile) -> Iterator[Notice]:
    """Yield what is true of all policies of a cluster alike: what it cannot do whatever they say."""
    for finding in notes_on_cluster(profile):
        why = (findings.reason(finding), findings.hint(finding))
        yield Notice(finding.severity, findings.sentence(finding), " ".join(why))


def _and_hint(error: BulkheadError, state: SessionState | None = None) -> str:
    hint = reaching.advice(error, state) if state else errors.hint(error)
    words = "\n".join(filter(None, (errors.sentence(error), hint)))  # what a server says need not end with a full stop
    return "\n\n".join(filter(None, (words, errors.said(error))))
