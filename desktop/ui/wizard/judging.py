"""From the form to the text, and what is to be said of it. Plain Python, for tasks."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import takewhile

from desktop.language import tr, tr_n
from desktop.manifest import placing
from desktop.manifest.reader import read
from desktop.manifest.rewriting import rewrite
from desktop.policy.advice import KEYS, advice_on
from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.draft import Draft, origins, write_draft
from desktop.policy.draft_checking import check_draft
from desktop.policy.draft_writing import Written
from desktop.policy.findings import Finding, Path, Severity
from desktop.policy.objects import Direction, NetworkPolicy
from desktop.policy.profile import Profile, limits
from desktop.reach.advice.advisor import advise
from desktop.reach.objects import StoredPolicy
from desktop.reach.snapshot import Put, Snapshot
from desktop.session.sight_keeper import SightKeeper
from desktop.ui.editor.refusals import Refusal
from desktop.ui.review.causes import REFUSED
from desktop.ui.wizard.opening import Opened, policies
from desktop.wording.policies import direction_sentence, rule_sentence

_RULES_IN_SUMMARY, _LONGEST_IN_SUMMARY = 2, 160


class Step(Enum):
    """The steps of the form."""

    BASICS = "basics"
    APPLIES_TO = "applies to"
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a draft is judged by: the cluster's limits, the policy it replaces, and the names taken by namespace.

    ``snapshot`` is what the cluster holds; ``origin`` is not empty where that is a folder. ``refusals`` are what the
    server said last against the policies of the text.
    """

    namespace: str
    profile: Profile
    old: Mapping[str, object] | None = None
    taken: Mapping[str, Collection[str]] | None = None
    snapshot: Snapshot = field(default_factory=Snapshot, hash=False)
    origin: str = ""
    sights: SightKeeper = field(default_factory=SightKeeper, hash=False)
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A text as it was read, and the draft that it held."""

    draft: Draft
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft judged: the text that holds it, and all that was found, with the paths of the form.

    ``written`` is the draft that the text holds: where fields of ``draft`` cannot be read, their part is as it was.
    ``policy`` is what the readable fields mean.
    """

    draft: Draft
    written: Draft
    text: str
    policy: NetworkPolicy | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the draft from being applied, page by page; what the server refused it may take another time."""
        return tuple(finding for finding in self._wrong if finding.code != REFUSED)

    @property
    def refused(self) -> tuple[Finding, ...]:
        """What the server said against the draft, page by page."""
        return tuple(finding for finding in self._wrong if finding.code == REFUSED)

    @property
    def _wrong(self) -> list[Finding]:
        wrong = [finding for finding in self.findings if finding.severity is Severity.ERROR]
        return sorted(wrong, key=lambda finding: list(Step).index(step_of(finding.path)))

    def missing(self, step: Step) -> int:
        """Return the number of things to correct in a step; in Review, of all of them."""
        return sum(step is Step.REVIEW or step_of(finding.path) is step for finding in self._wrong)

    def rule_sentence(self, direction: Direction, index: int) -> str:
        """Return what a rule admits; empty while a field of it cannot be read."""
        path = ("spec", KEYS[direction][0], index)
        rules = (self.policy.ingress if direction is Direction.INGRESS else self.policy.egress) if self.policy else None
        if self.policy is None or not rules or index >= len(rules) or any(e.path[:3] == path for e in self.errors):
            return ""
        return rule_sentence(direction, rules[index], self.policy)

    def summary(self, direction: Direction) -> str:
        """Return in one sentence what the draft means for a direction so far."""
        key = KEYS[direction][0]
        if any(error.code == "draft.undecided" for error in self.errors):
            return tr("Inbound: not chosen yet.") if direction is Direction.INGRESS else tr("Outbound: not chosen yet.")
        if self.policy is None or any(error.path[:2] == ("spec", key) for error in self.errors):
            return (
                tr("Inbound: cannot be said until the fields are complete.")
                if direction is Direction.INGRESS
                else tr("Outbound: cannot be said until the fields are complete.")
            )
        whole, rules = direction_sentence(direction, self.policy), self.policy.rules(direction) or ()
        told = [rule_sentence(direction, rule, self.policy) for rule in rules[:_RULES_IN_SUMMARY]]
        told = list(takewhile(lambda sentence: len(sentence) <= _LONGEST_IN_SUMMARY, told))
        more = len(rules) - len(told)
        if more and told:
            told.append(tr_n("And {count} more rule.", "And {count} more rules.", more))
        elif more:
            told.append(tr_n("{count} rule.", "{count} rules.", more))
        return " ".join((whole, *told))


def step_of(path: Path) -> Step:
    """Return the step in which a field stands; of what the form does not show the review tells."""
    match path:
        case ("spec", "podSelector", *_):
            return Step.APPLIES_TO
        case ("spec", "egress", *_):
            return Step.OUTBOUND
        case ("spec", *_):
            return Step.INBOUND
        case () | ("metadata",) | ("metadata", "name" | "namespace", *_):
            return Step.BASICS
    return Step.REVIEW


def judge(draft: Draft, last: Draft, held: Held, opened: Opened, terms: Terms, *, decided: bool) -> Judged:
    """Write a draft into the text of which it was made, at the policy that was ``opened``.

    What cannot be read of the draft is written as it was ``last``.
    """
    namespace = draft.namespace or terms.namespace
    taken = (terms.taken or {}).get(namespace, ())
    written, found = check_draft(draft, old=terms.old, taken=taken, decided=decided)
    policy = _policy(written.value, namespace)
    if policy is not None:
        found += tuple(map(written.in_form, limits(policy, terms.profile)))
        if not written.findings:  # else the document is not what is in the fields
            found += tuple(_in_form(written, each) for each in _advice(policy, terms))
    told = (each for each in terms.refusals if each.is_about(namespace, draft.name, written.value))
    found += tuple(written.in_form(each.finding) for each in told)
    readable = _readable(draft, last, (finding.path for finding in written.findings))
    changed = put(held, opened, readable, terms.namespace)
    return Judged(draft, readable, changed, policy, found)


def _advice(policy: NetworkPolicy, terms: Terms) -> tuple[Finding, ...]:
    stored = StoredPolicy(policy.namespace, policy.name, policy, b"", origin=terms.origin)
    with terms.sights.at(terms.snapshot.apply([Put(stored)])) as sight:
        return (*advice_on(policy, terms.profile), *advise(policy, terms.profile, sight))


def _in_form(written: Written, finding: Finding) -> Finding:
    """Return a finding with the path of the form, in which there is a switch for each direction in place of types."""
    direction = finding.facts.get("direction")
    if finding.path[1:2] in ((), ("policyTypes",)) and direction:
        return replace(finding, path=("spec", KEYS[Direction(direction)][0]))
    return written.in_form(finding)


def put(held: Held, opened: Opened, draft: Draft, namespace: str) -> str:
    """Return a text changed so that it holds another draft than it ``held``; the very same text if that is no other."""
    text, came = held.text, origins(held.draft, draft)
    if draft == held.draft and not came.stirred():
        return text
    value = write_draft(draft).value
    reading = read(text)
    entries = policies(reading, namespace)
    if not entries:
        return rewrite(text, value)
    document = entries[min(opened.number, len(entries) - 1)].document
    changed = placing.put(reading.text, document, value, came)
    return text if changed == reading.text else changed


def _policy(value: Mapping[str, object], namespace: str) -> NetworkPolicy | None:
    try:
        return replace(parse_policy(value), namespace=namespace)
    except PolicyUnreadable:
        return None


def _readable(draft: Draft, last: Draft, unreadable: Iterable[Path]) -> Draft:
    """Return the draft with the parts that cannot be read as they were last."""
    for path in unreadable:
        match path:
            case ("spec", "podSelector", *_):
                draft = replace(draft, selector=last.selector)
            case ("spec", "ingress", *_):
                draft = replace(draft, inbound=last.inbound)
            case ("spec", "egress", *_):
                draft = replace(draft, outbound=last.outbound)
            case _:
                draft = replace(draft, inbound=last.inbound, outbound=last.outbound)
    return draft
