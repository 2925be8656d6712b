"""What changes of policies would mean for the connections of a cluster, and how much of that is known.

All functions take time in a big cluster: not for the UI thread.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from desktop import pauses, turns
from desktop.manifest.checking import Checked, is_policy
from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.findings import Finding, Severity
from desktop.policy.objects import NetworkPolicy
from desktop.policy.profile import shortcomings
from desktop.reach.bits import positions_of
from desktop.reach.impact import Changes, Impact, impact
from desktop.reach.objects import FOREIGN_KINDS, TIERED_KINDS, WORKLOAD_KINDS, Coverage, Kind
from desktop.reach.snapshot import Snapshot, changed
from desktop.session.planning import DeletionPlan, Plan
from desktop.session.session import Session

_OF_ACCOUNT = {Kind.NAMESPACE, Kind.POD, Kind.NETWORK_POLICY} | WORKLOAD_KINDS | TIERED_KINDS | FOREIGN_KINDS
"""The kinds that connections are computed from."""


_LISTED = {Coverage.COMPLETE, Coverage.PARTIAL}


class Missing(Enum):
    """What is not known of a cluster."""

    EVERYTHING = "everything"  # it has not been synchronized yet
    FILES = "files"  # some of a folder cannot be read
    PODS = "pods"  # those that the changes are about may not be listed
    OTHER_PODS = "other pods"
    POLICIES = "policies"
    NAMESPACES = "namespaces"  # their labels


@dataclass(frozen=True, slots=True)
class Gap:
    """Something not known; ``namespaces`` are those it is missing in, where it is there elsewhere."""

    what: Missing
    namespaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What changes would do: ``impact`` None where nothing can be said, for the reasons in ``gaps``.

    ``shortcomings`` are what the cluster makes less of it than policies say (see ``desktop.policy.profile``).
    """

    impact: Impact | None
    gaps: tuple[Gap, ...] = ()
    shortcomings: tuple[Finding, ...] = ()


def planned_changes(plan: Plan | DeletionPlan) -> Changes | None:
    """Return the policies as they shall be when a plan is carried out; what it does not write is left out.

    None where one of them cannot be read: a newer server may accept more than is understood here.
    """
    if isinstance(plan, DeletionPlan):
        return {(item.namespace, item.name): None for item in plan.items if item.error is None}
    found: dict[tuple[str, str], NetworkPolicy | None] = {}
    for item in plan.items:
        if item.write is not None and item.outcome is not None:
            try:
                policy = parse_policy(item.outcome.value)
            except PolicyUnreadable:
                return None
            found[item.namespace, item.name] = replace(policy, namespace=item.namespace, name=item.name)
    return found


def written_changes(checked: Checked) -> Changes | None:
    """Return the policies of a text as it is; None where it has errors, or no policy: nothing can be said of it."""
    policies = [entry for entry in checked.entries if is_policy(entry.value)]
    if not policies or any(finding.severity is Severity.ERROR for finding in checked.findings):
        return None
    if any(entry.policy is None for entry in policies):
        return None
    return {(entry.namespace, entry.name): entry.policy for entry in policies}


def compute_ahead(session: Session, check: Callable[[], None]) -> None:
    """Compute what ``meaning`` needs to know of a cluster as it is now, so that it is quick whatever the change.

    Nothing where little would be said: where pods or policies may not be listed.
    """
    snapshot = session.snapshot
    if all(snapshot.coverage_of(kind) in _LISTED for kind in (Kind.POD, Kind.NETWORK_POLICY)):
        with pauses.many_objects():
            session.standing(snapshot).complete(_step(check))


def meaning(session: Session, changes: Changes, check: Callable[[], None] = lambda: None) -> Meaning:
    """Return what ``changes`` would do to a cluster as it is now; ``check`` is called now and then, and may raise."""
    snapshot = session.snapshot
    gaps = tuple(_gaps(snapshot, {namespace for namespace, _ in changes}))
    if session.state.problems:
        gaps = (*gaps, Gap(Missing.FILES))
    if any(gap.what in {Missing.EVERYTHING, Missing.PODS} and not gap.namespaces for gap in gaps):
        return Meaning(None, gaps)
    step = _step(check)
    with pauses.many_objects():
        standing = session.standing(snapshot)
        step()
        return Meaning(impact(standing, changes, step), gaps, shortcomings(session.profile))


def _step(check: Callable[[], None]) -> Callable[[], None]:
    def step() -> None:
        turns.give_way()
        check()

    return step


def alike(one: Meaning, other: Meaning) -> bool:
    """Whether two meanings of the same changes say the same, though the cluster may have changed in between."""
    if one.impact is None or other.impact is None:
        return (one.impact, one.gaps) == (other.impact, other.gaps)
    if (one.gaps, one.shortcomings) != (other.gaps, other.shortcomings):
        return False
    return _essence(one.impact) == _essence(other.impact)


def _essence(of: Impact) -> object:
    """Return what an impact says, in a form that does not depend on what else there is in the cluster."""
    shifts: dict[object, int] = {}  # few different sets of others come up, very often
    for shift in of.shifts:
        key = shift.workload, shift.outbound, shift.before, shift.after
        shifts[key] = shifts.get(key, 0) | shift.others
    columns = of.shifts[0].columns.all if of.shifts else ()
    ends = {others: frozenset(columns[index] for index in positions_of(others)) for others in set(shifts.values())}
    pods = {each: tuple((pod.namespace, pod.name) for pod in found) for each, found in of.released.items()}
    return {key: ends[others] for key, others in shifts.items()}, pods, of.exposures, of.cuts, of.caveats


def may_mean_something_else(before: Snapshot, after: Snapshot) -> bool:
    """Whether what changes mean may differ between two pictures of a cluster, one made from the other."""
    if (before.coverage, before.partial) != (after.coverage, after.partial):
        return True
    return any(changed(before, after, kind) for kind in _OF_ACCOUNT)


def _gaps(snapshot: Snapshot, namespaces: Iterable[str]) -> Iterator[Gap]:
    """Yield what is not known, the gravest first; ``namespaces`` are those of the changed policies."""
    if Coverage.UNKNOWN in {snapshot.coverage_of(Kind.POD), snapshot.coverage_of(Kind.NETWORK_POLICY)}:
        yield Gap(Missing.EVERYTHING)
        return
    names = sorted(namespaces)
    unseen = [name for name in names if not snapshot.knows(Kind.POD, name)]
    if unseen:
        yield Gap(Missing.PODS, tuple(unseen) if len(unseen) < len(names) else ())
    if snapshot.coverage_of(Kind.POD) is Coverage.PARTIAL:
        yield Gap(Missing.OTHER_PODS)
    if snapshot.coverage_of(Kind.NETWORK_POLICY) is not Coverage.COMPLETE:
        yield Gap(Missing.POLICIES)
    if snapshot.coverage_of(Kind.NAMESPACE) is not Coverage.COMPLETE:
        yield Gap(Missing.NAMESPACES)
