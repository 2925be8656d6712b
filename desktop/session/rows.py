"""The policy table of a session: a row for each policy, made anew only where something about it changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import msgspec

from desktop import turns
from desktop.policy import rules
from desktop.policy.findings import Finding
from desktop.policy.objects import Direction, LabelSelector
from desktop.policy.profile import DEFAULT, Profile, limits
from desktop.reach.advice import selecting_nothing
from desktop.reach.objects import Kind, StoredPolicy
from desktop.reach.selection import counts
from desktop.reach.snapshot import Snapshot, touched
from desktop.session.state import PolicyRow

Key = tuple[str, str]


def make_row(stored: StoredPolicy, pods: int | None, findings: Iterable[Finding]) -> PolicyRow:
    """Make the row of a policy; ``findings`` that say the same of the same field are told once."""
    policy = stored.policy
    ingress = policy.rules(Direction.INGRESS) if policy else None
    egress = policy.rules(Direction.EGRESS) if policy else None
    return PolicyRow(
        namespace=stored.namespace,
        name=stored.name,
        readable=policy is not None,
        selector=policy.pod_selector if policy else LabelSelector(),
        ingress=None if ingress is None else len(ingress),
        egress=None if egress is None else len(egress),
        pods=pods if policy else None,
        findings=tuple({(finding.code, finding.path): finding for finding in findings}.values()),
        owner=stored.owner,
        created=stored.created,
        uid=stored.uid,
        version=stored.version,
        origin=stored.origin,
    )


@dataclass(slots=True)
class Changed:
    """What became of the rows: the new ones and the changed ones by key, and the keys of those that are no more."""

    rows: dict[Key, PolicyRow]
    removed: set[Key]


@dataclass(slots=True)
class _Known:
    """What a document itself gives rise to. ``verdicts`` is None until the server's rules were tried on it."""

    stored: StoredPolicy
    limits: tuple[Finding, ...]
    verdicts: tuple[Finding, ...] | None = None


class PolicyTable:
    """The rows that follow from a picture. Belongs to one thread.

    Trying all of the server's rules on a document costs more than all the rest of its row, and a cluster has mostly
    accepted what it holds. So rows come without these verdicts first, and ``check_some`` adds them bit by bit.
    """

    def __init__(self) -> None:
        self._snapshot = Snapshot()
        self._profile = DEFAULT
        self._rows: dict[str, dict[str, PolicyRow]] = {}
        self._known: dict[Key, _Known] = {}
        self._unchecked: dict[Key, None] = {}

    @property
    def profile(self) -> Profile:
        """The capability profile that the findings follow."""
        return self._profile

    @property
    def has_unchecked(self) -> bool:
        """Whether ``check_some`` has anything to do."""
        return bool(self._unchecked)

    def all(self) -> Iterator[PolicyRow]:
        """Yield every row."""
        for rows in self._rows.values():
            yield from rows.values()

    def show(self, snapshot: Snapshot) -> Changed:
        """Follow the picture to ``snapshot``; only the namespaces that it touches are looked at."""
        old, self._snapshot = self._snapshot, snapshot
        # Workloads of all kinds are in one table, so that one of them asks for it.
        namespaces = touched(old, snapshot, Kind.NETWORK_POLICY, Kind.POD, Kind.DEPLOYMENT)
        if (old.coverage_of(Kind.POD), old.partial) != (snapshot.coverage_of(Kind.POD), snapshot.partial):
            namespaces |= snapshot.policies.keys()
        return self._remake(namespaces & (self._rows.keys() | snapshot.policies.keys()))

    def use(self, profile: Profile) -> Changed:
        """Let the findings follow another profile."""
        if profile == self._profile:
            return Changed({}, set())
        self._profile = profile
        for known in self._known.values():
            known.limits = self._limits(known.stored)
        return self._remake(self._rows.keys())

    def check_some(self, most: int = 20) -> Changed:
        """Try the server's rules on a few documents that they were not yet tried on."""
        namespaces: set[str] = set()
        for key in tuple(islice(self._unchecked, most)):
            del self._unchecked[key]
            turns.give_way()
            known = self._known[key]
            known.verdicts = rules.check(msgspec.json.decode(known.stored.raw))
            if known.verdicts:
                namespaces.add(key[0])
        return self._remake(namespaces)

    def _remake(self, namespaces: Iterable[str]) -> Changed:
        changed = Changed({}, set())
        for namespace in namespaces:
            turns.give_way()
            before, after = self._rows.get(namespace, {}), self._rows_of(namespace)
            changed.rows.update((row.key, row) for row in after.values() if before.get(row.name) != row)
            for name in before.keys() - after.keys():
                changed.removed.add((namespace, name))
                self._known.pop((namespace, name))
                self._unchecked.pop((namespace, name), None)
            if after:
                self._rows[namespace] = after
            else:
                self._rows.pop(namespace, None)
        return changed

    def _rows_of(self, namespace: str) -> dict[str, PolicyRow]:
        snapshot = self._snapshot
        selected: Mapping[str, int] = counts(snapshot, namespace) if snapshot.knows(Kind.POD, namespace) else {}
        idle = selecting_nothing(snapshot, namespace, selected)
        rows: dict[str, PolicyRow] = {}
        for name, stored in snapshot.policies.get(namespace, {}).items():
            known = self._know(stored)
            findings = [*stored.findings, *(known.verdicts or ()), *known.limits]
            if name in idle:
                findings.append(idle[name])
            rows[name] = make_row(stored, selected.get(name), findings)
        return rows

    def _know(self, stored: StoredPolicy) -> _Known:
        key = (stored.namespace, stored.name)
        known = self._known.get(key)
        if known is None or known.stored is not stored:
            known = self._known[key] = _Known(stored, self._limits(stored))
            self._unchecked[key] = None
        return known

    def _limits(self, stored: StoredPolicy) -> tuple[Finding, ...]:
        return limits(stored.policy, self._profile) if stored.policy else ()
