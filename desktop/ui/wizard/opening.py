"""From a text to the form of one of its policies, or the reason why there is none. Plain Python, for tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.language import tr
from desktop.manifest.checking import Entry, is_policy, survey
from desktop.manifest.reader import Reading, read
from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.draft import DirectionField, Draft, Isolation, kept_as_written, read_draft
from desktop.policy.findings import Finding, Path, Severity
from desktop.wording import findings as words


@dataclass(frozen=True, slots=True)
class Opened:
    """The form of one policy of a text: the policy ``number`` (from 0) ``of`` so many; a text without any makes a new.

    ``draft`` is None where there can be no form, and ``reason`` says why. ``kept`` are the paths that the form does not
    show and leaves as they are.
    """

    draft: Draft | None
    reason: str = ""
    number: int = 0
    of: int = 0
    kept: tuple[Path, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether the text holds nothing yet."""
        return self.of == 0


def new_draft(namespace: str) -> Draft:
    """Return the form of a policy that is yet to be written: until someone chooses, it admits nothing inbound."""
    return Draft(namespace=namespace, inbound=DirectionField(Isolation.NOTHING))


def open_form(text: str, line: int, namespace: str) -> Opened:
    """Return the form of the policy that ``line`` (from 1) of a text stands in, else of its last before that line."""
    reading = read(text)
    fault = next((finding for finding in reading.findings if finding.severity is Severity.ERROR), None)
    if fault is not None:
        return Opened(None, _unreadable(fault))
    entries = policies(reading, namespace)
    if not entries:
        if reading.documents:
            return Opened(None, tr("The form is off: there is no NetworkPolicy in the text."))
        return Opened(new_draft(namespace))
    number = max((at for at, entry in enumerate(entries) if entry.document.line <= line), default=0)
    entry = entries[number]
    try:
        parse_policy(entry.value)
    except PolicyUnreadable as error:
        placed = [finding.at(entry.place(finding.spot)) for finding in error.findings]
        return Opened(None, _unreadable(placed[0]), number, len(entries))
    draft = read_draft(entry.value)
    return Opened(draft, "", number, len(entries), kept_as_written(draft))


def held_over(now: Draft, last: Draft, held: Draft) -> Draft:
    """Return the form of a text as it is ``now`` with what was ``held`` back of it, where it is as it was ``last``."""
    parts = ("name", "namespace", "selector", "inbound", "outbound")
    kept = {part: getattr(held, part) for part in parts if getattr(now, part) == getattr(last, part)}
    return replace(now, **kept)


def policies(reading: Reading, namespace: str) -> Sequence[Entry]:
    """Return the policies of a text, in its order."""
    return [entry for entry in survey(reading, namespace).entries if is_policy(entry.value)]


def _unreadable(fault: Finding) -> str:
    sentence = words.sentence(fault)
    if fault.place is None:
        return tr("The form is off: the YAML cannot be read. {fault}", fault=sentence)
    return tr("The form is off: the YAML cannot be read, line {line}. {fault}", line=fault.place.line, fault=sentence)
