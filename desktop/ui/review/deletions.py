"""What deleting each policy means, in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.language import tr, tr_n
from desktop.policy.findings import Finding, Severity
from desktop.reach.snapshot import Snapshot
from desktop.session.state import PolicyRow
from desktop.ui.review.opening import Key, Opening, openings
from desktop.wording import findings as finding_words
from desktop.wording.lists import listed
from desktop.wording.plain import plain

_NAMED = 5
"""Pods named before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing a deletion brings about."""

    severity: Severity
    sentence: str


def consequences(
    snapshot: Snapshot, rows: Sequence[PolicyRow], notes: Mapping[Key, Sequence[Finding]]
) -> Mapping[Key, tuple[Consequence, ...]]:
    """Return what comes of deleting all these policies together, for each (takes time in a big cluster).

    ``notes`` say who else looks after a policy.
    """
    opened = openings(snapshot, {row.key for row in rows})
    return {row.key: (*_opens(opened[row.key]), *_returns(notes[row.key]), *_file(row.origin)) for row in rows}


def _opens(opening: Opening) -> Iterator[Consequence]:
    if not opening.known:
        yield Consequence(
            Severity.WARNING,
            tr("Which pods it leaves unrestricted is not known, because not all pods and policies here are known."),
        )
        return
    if opening.inbound and opening.inbound == opening.outbound:
        yield Consequence(
            Severity.WARNING,
            tr_n(
                "{count} pod is restricted by no other policy and becomes open in both directions: {pods}",
                "{count} pods are restricted by no other policy and become open in both directions: {pods}",
                len(opening.inbound),
                pods=_names(opening.inbound),
            ),
        )
        return
    if opening.inbound:
        yield Consequence(
            Severity.WARNING,
            tr_n(
                "{count} pod has no other policy for inbound and accepts every connection: {pods}",
                "{count} pods have no other policy for inbound and accept every connection: {pods}",
                len(opening.inbound),
                pods=_names(opening.inbound),
            ),
        )
    if opening.outbound:
        yield Consequence(
            Severity.WARNING,
            tr_n(
                "{count} pod has no other policy for outbound and may connect anywhere: {pods}",
                "{count} pods have no other policy for outbound and may connect anywhere: {pods}",
                len(opening.outbound),
                pods=_names(opening.outbound),
            ),
        )
    if not opening.selected:
        yield Consequence(Severity.INFO, tr("It applies to no pod now: no connection opens or closes."))
    elif not opening.inbound and not opening.outbound:
        yield Consequence(
            Severity.INFO,
            tr("Other policies still restrict its pods. What only this one admits is no longer admitted."),
        )


def _returns(notes: Sequence[Finding]) -> Iterator[Consequence]:
    """Tell of the tools that bring a policy back, or hold it."""
    for note in notes:
        if note.code in {"note.managed-by", "note.held"}:
            yield Consequence(note.severity, finding_words.sentence(note))


def _file(origin: str) -> Iterator[Consequence]:
    if origin:
        yield Consequence(Severity.INFO, tr("It is removed from {file}.", file=plain(origin)))


def _names(pods: Sequence[str]) -> str:
    named = listed(plain(pod) for pod in pods[:_NAMED])
    return named if len(pods) <= _NAMED else tr("{names} and {count} more", names=named, count=len(pods) - _NAMED)
