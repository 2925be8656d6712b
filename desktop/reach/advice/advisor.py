"""All advice on the policies of a cluster, kept up to date: what a change cannot touch is not looked at again."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from desktop.policy.findings import Finding
from desktop.policy.netset import Spans
from desktop.policy.objects import LabelSelector, NetworkPolicy
from desktop.policy.profile import DEFAULT, Profile
from desktop.reach.advice.addresses import advice_on_addresses
from desktop.reach.advice.dns import advice_on_dns
from desktop.reach.advice.others import advice_on_others
from desktop.reach.advice.peers import advice_on_peers
from desktop.reach.advice.ports import advice_on_ports
from desktop.reach.advice.selected import advice_on_selected
from desktop.reach.advice.sight import Changes, Sight
from desktop.reach.objects import Kind
from desktop.reach.snapshot import Snapshot

Key = tuple[str, str]


def advise(policy: NetworkPolicy, profile: Profile, sight: Sight) -> tuple[Finding, ...]:
    """Return what is worth knowing about a policy of a cluster beyond its document; the picture holds the policy."""
    return tuple(
        chain(
            advice_on_selected(policy, sight),
            advice_on_peers(policy, sight),
            advice_on_ports(policy, sight),
            advice_on_addresses(policy, profile, sight),
            advice_on_dns(policy, sight),
            advice_on_others(policy, sight),
        )
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a policy's advice rests on."""

    namespaces: frozenset[str]
    selectors: frozenset[LabelSelector]
    addresses: tuple[tuple[Spans, int | None], ...]


class Advisor:
    """Advises on the policies of a picture that changes. Belongs to one thread."""

    def __init__(self) -> None:
        self._sight = Sight(Snapshot())
        self._profile = DEFAULT
        self._looked: dict[Key, _Looked] = {}
        self._readers: dict[str, set[Key]] = {}

    def use(self, profile: Profile) -> None:
        """Advise for another profile from now on."""
        self._profile = profile

    def follow(self, snapshot: Snapshot) -> set[Key]:
        """Look at another picture; return the policies that there may be other advice on than was given."""
        old = self._sight.snapshot
        if _coverage(old) != _coverage(snapshot):
            self._sight = Sight(snapshot)
            return set(self._looked)
        return self._concerned(self._sight.follow(snapshot))

    def advise(self, policy: NetworkPolicy) -> tuple[Finding, ...]:
        """Return the advice on a policy of the picture."""
        key, sight = (policy.namespace, policy.name), self._sight
        self.forget(key)
        sight.looked, sight.chosen, sight.watched = set(), set(), []
        found = advise(policy, self._profile, sight)
        self._looked[key] = _Looked(frozenset(sight.looked), frozenset(sight.chosen), tuple(sight.watched))
        for namespace in sight.looked:
            self._readers.setdefault(namespace, set()).add(key)
        return found

    def forget(self, key: Key) -> None:
        """Forget a policy."""
        known = self._looked.pop(key, None)
        for namespace in known.namespaces if known else ():
            self._readers[namespace].discard(key)

    def _concerned(self, changes: Changes) -> set[Key]:
        found: set[Key] = set(chain.from_iterable(self._readers.get(each, ()) for each in changes.namespaces))
        if changes.selectors or changes.gone or changes.come:
            found.update(
                key
                for key, looked in self._looked.items()
                if not changes.selectors.isdisjoint(looked.selectors) or _moved(looked.addresses, changes)
            )
        return found


def _moved(addresses: Iterable[tuple[Spans, int | None]], changes: Changes) -> bool:
    return any(
        any(number in spans for number in changes.come) if found is None else found in changes.gone
        for spans, found in addresses
    )


def _coverage(snapshot: Snapshot) -> tuple[object, ...]:
    kinds = (Kind.POD, Kind.NAMESPACE, Kind.SERVICE, Kind.NETWORK_POLICY, Kind.DEPLOYMENT)
    return tuple((snapshot.coverage_of(kind), snapshot.partial.get(kind)) for kind in kinds)
