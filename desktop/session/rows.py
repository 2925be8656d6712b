"""The policy table of a session: a row for each policy, made anew only where something about it changed."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import msgspec

from desktop import turns
from desktop.policy import rules
from desktop.policy.advice import advice_on
from desktop.policy.findings import Finding
from desktop.policy.objects import Direction, LabelSelector
from desktop.policy.profile import CLUSTER_WIDE, DEFAULT, Profile, limits
from desktop.reach.advice.advisor import Advisor
from desktop.reach.objects import Kind, StoredPolicy
from desktop.reach.selection import counts
from desktop.reach.snapshot import Snapshot, touched
from desktop.session.state import PolicyRow

Key = tuple[str, str]
SLICE_SECONDS = 0.05
"""How long to look for findings before the thread turns to what came in meanwhile."""


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
    """What was found about a policy: of its document itself, which is done once it is ``read``, and advice."""

    stored: StoredPolicy
    own: tuple[Finding, ...] = ()
    advice: tuple[Finding, ...] = ()
    read: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.stored.findings, *self.own, *self.advice)


class PolicyTable:
    """The rows that follow from a picture. Belongs to one thread.

    Trying all of the server's rules on a document, and advice, cost more than all the rest of its row. So rows come
    without findings first, and ``check_some`` adds them bit by bit. What may have changed stays until then, but for
    advice on what may no longer be listed.
    """

    def __init__(self) -> None:
        self._snapshot = Snapshot()
        self._profile = DEFAULT
        self._advisor = Advisor()
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
        concerned = self._advisor.follow(snapshot)
        self._unchecked.update(dict.fromkeys(concerned & self._known.keys()))
        # Workloads of all kinds are in one table, so that one of them asks for it.
        namespaces = touched(old, snapshot, Kind.NETWORK_POLICY, Kind.POD, Kind.DEPLOYMENT)
        if (old.coverage, old.partial) != (snapshot.coverage, snapshot.partial):
            namespaces |= snapshot.policies.keys()
            for key in concerned & self._known.keys():  # the others' advice holds, and nobody would seek it anew
                self._known[key].advice = ()
        return self._remake(namespaces & (self._rows.keys() | snapshot.policies.keys()))

    def use(self, profile: Profile) -> None:
        """Let the findings follow another profile, bit by bit."""
        if profile == self._profile:
            return
        self._profile = profile
        self._advisor.use(profile)
        self._unchecked.update(dict.fromkeys(self._known))
        for known in self._known.values():
            known.read = False

    def check_some(self, most: int = 20, seconds: float = SLICE_SECONDS) -> Changed:
        """Seek what is to be found about a few of the policies that something may be new about, for a moment."""
        rows: dict[Key, PolicyRow] = {}
        until = time.monotonic() + seconds
        for key in tuple(islice(self._unchecked, most)):
            if time.monotonic() > until:
                break
            del self._unchecked[key]
            known = self._known[key]
            with turns.unhurried_piece():
                self._check(known)
            before = self._rows[key[0]][key[1]]
            row = make_row(known.stored, before.pods, known.findings)
            if row != before:
                rows[key] = self._rows[key[0]][key[1]] = row
        return Changed(rows, set())

    def _check(self, known: _Known) -> None:
        if not known.read:
            known.own, known.read = self._found_in(known.stored), True
        if known.stored.policy is not None:
            known.advice = self._advisor.advise(known.stored.policy)

    def _remake(self, namespaces: Iterable[str]) -> Changed:
        changed = Changed({}, set())
        for namespace in namespaces:
            with turns.piece():
                before, after = self._rows.get(namespace, {}), self._rows_of(namespace)
            changed.rows.update((row.key, row) for row in after.values() if before.get(row.name) != row)
            for name in before.keys() - after.keys():
                changed.removed.add((namespace, name))
                self._known.pop((namespace, name))
                self._unchecked.pop((namespace, name), None)
                self._advisor.forget((namespace, name))
            if after:
                self._rows[namespace] = after
            else:
                self._rows.pop(namespace, None)
        return changed

    def _rows_of(self, namespace: str) -> dict[str, PolicyRow]:
        snapshot = self._snapshot
        selected: Mapping[str, int] = counts(snapshot, namespace) if snapshot.knows(Kind.POD, namespace) else {}
        rows: dict[str, PolicyRow] = {}
        for name, stored in snapshot.policies.get(namespace, {}).items():
            rows[name] = make_row(stored, selected.get(name), self._know(stored).findings)
        return rows

    def _know(self, stored: StoredPolicy) -> _Known:
        key = (stored.namespace, stored.name)
        known = self._known.get(key)
        if known is None or known.stored is not stored:
            known = self._known[key] = _Known(stored)
            self._unchecked[key] = None
        return known

    def _found_in(self, stored: StoredPolicy) -> tuple[Finding, ...]:
        """Seek what a document itself gives rise to; what concerns all of the cluster is not told of each policy."""
        found = rules.check(msgspec.json.decode(stored.raw))
        if stored.policy is None:
            return found
        of_profile = (each for each in limits(stored.policy, self._profile) if each.code not in CLUSTER_WIDE)
        return (*found, *of_profile, *advice_on(stored.policy, self._profile))
