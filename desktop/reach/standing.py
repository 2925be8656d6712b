"""The connections of a cluster as they stand, kept up to date: what a change does not touch is not computed anew."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from desktop.reach.blocks import AnyPolicy, PolicyBlocks, distinctions_of, port_cuts
from desktop.reach.caveats import caveats
from desktop.reach.classes import Classifier, Distinctions, PodClass
from desktop.reach.columns import Columns, Owners
from desktop.reach.ends import Ends
from desktop.reach.engine import Reach, connect, policies_of, tiered_policies_of
from desktop.reach.matrix import Matrix
from desktop.reach.objects import Kind
from desktop.reach.ports import Cut, PortSpace
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot, changed, touched
from desktop.reach.stretches import Stretches

_SLACK = 16
"""So many distinctions may pile up that no policy makes any more, or as many as there were at first."""

Classes = Mapping[str, tuple[PodClass, ...]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that some policies ask of ends and ports."""

    distinctions: Distinctions
    cuts: frozenset[Cut]

    @classmethod
    def by(cls, policies: Sequence[AnyPolicy]) -> "_Asked":
        return cls(distinctions_of(policies), port_cuts(policies))

    def __or__(self, other: "_Asked") -> "_Asked":
        return _Asked(self.distinctions | other.distinctions, self.cuts | other.cuts)

    def __len__(self) -> int:
        return len(self.distinctions) + len(self.cuts)


class Standing:
    """The connections of a cluster at one moment. ``follow`` returns those of another; this one stays as it is."""

    def __init__(
        self, snapshot: Snapshot, asked: _Asked, most: int, classes: Classes, made: PolicyBlocks, owners: Owners
    ) -> None:
        self.snapshot = snapshot
        self.made = made
        """What each policy comes to."""
        self._asked = asked
        self._most = most
        self._classes = classes
        self._owners = owners

    @classmethod
    def of(cls, snapshot: Snapshot, settings: Settings, beside: Sequence[AnyPolicy] = ()) -> "Standing":
        """Compute the connections of a cluster.

        ``beside`` are policies of another cluster, or of another time, to be compared with: ends and ports are cut
        where they cut them, too.
        """
        asked = _Asked.by([*policies_of(snapshot), *tiered_policies_of(snapshot), *beside])
        stretches = Stretches(asked.distinctions.blocks)
        classifier = Classifier(asked.distinctions, stretches, settings)
        classes = {name: classifier.classes(pods.values()) for name, pods in snapshot.pods.items()}
        ends = Ends(snapshot, chain.from_iterable(classes.values()), stretches, asked.distinctions, settings)
        made = PolicyBlocks(ends, PortSpace(asked.cuts | ends.named_ports()))
        return cls(snapshot, asked, 2 * len(asked) + _SLACK, classes, made, Owners())

    @property
    def ends(self) -> Ends:
        """All ends of connections."""
        return self.made.ends

    @cached_property
    def reach(self) -> Reach:
        """The connections."""
        return connect(self.snapshot, self.made)

    @cached_property
    def columns(self) -> Columns:
        """The workloads and ranges that the ends belong to."""
        return Columns(self._owners.of(self.snapshot), self.ends)

    @cached_property
    def matrix(self) -> Matrix:
        """The connections by workload."""
        return Matrix(self.columns, self.reach, caveats(self.snapshot))

    def follow(self, snapshot: Snapshot, beside: Sequence[AnyPolicy] = ()) -> "Standing":
        """Return the connections as a picture has them that was made by ``apply`` from the one of these."""
        asked = self._asked | _Asked.by([*_new_policies(self.snapshot, snapshot), *beside])
        if len(asked) > self._most:
            return Standing.of(snapshot, self.ends.settings, beside)
        classes = self._classes_in(snapshot, asked)
        ends, alike = self._ends_in(snapshot, classes, asked)
        if not alike or asked.cuts != self._asked.cuts:
            made = PolicyBlocks(ends, PortSpace(asked.cuts | ends.named_ports()))
        elif ends is self.ends and not changed(self.snapshot, snapshot, Kind.NETWORK_POLICY):
            made = self.made
        else:
            made = self.made.following(ends, policies_of(snapshot))
        standing = Standing(snapshot, asked, self._most, classes, made, self._owners)
        self._hand_on(standing)
        return standing

    def _classes_in(self, snapshot: Snapshot, asked: _Asked) -> Classes:
        finer = asked.distinctions is not self._asked.distinctions
        namespaces = touched(self.snapshot, snapshot, Kind.POD)
        if not finer and not namespaces:
            return self._classes
        classifier = Classifier(asked.distinctions, Stretches(asked.distinctions.blocks), self.ends.settings)
        classes: dict[str, tuple[PodClass, ...]] = {}
        for name in (*self._classes, *(snapshot.pods.keys() - self._classes.keys())):
            known, pods = self._classes.get(name, ()), snapshot.pods.get(name)
            if pods is None:
                continue
            if name in namespaces:
                classes[name] = classifier.classes(pods.values(), () if finer else known)
            else:
                classes[name] = classifier.refined(known, self._asked.distinctions) if finer else known
        return classes

    def _ends_in(self, snapshot: Snapshot, classes: Classes, asked: _Asked) -> tuple[Ends, bool]:
        """Return the ends, and whether they are as before in all that rules can tell."""
        distinctions, each_class = asked.distinctions, tuple(chain.from_iterable(classes.values()))
        if (
            distinctions is self._asked.distinctions
            and _namespaces(self.snapshot, distinctions) == _namespaces(snapshot, distinctions)
            and [each.key for each in self.ends.classes] == [each.key for each in each_class]
        ):
            return (self.ends if classes is self._classes else self.ends.with_pods(each_class)), True
        stretches = Stretches(distinctions.blocks)
        return Ends(snapshot, each_class, stretches, distinctions, self.ends.settings), False

    def _hand_on(self, to: "Standing") -> None:
        """Give on what was computed from what is the same there."""
        old, new = self.snapshot, to.snapshot
        if to.ends is not self.ends:
            return
        if not changed(old, new, Kind.DEPLOYMENT) and "columns" in self.__dict__:
            to.__dict__["columns"] = self.columns
        if (
            to.made is self.made
            and old.tiered is new.tiered
            and (old.coverage, old.partial) == (new.coverage, new.partial)
            and "reach" in self.__dict__
        ):
            to.__dict__["reach"] = self.reach


def _new_policies(old: Snapshot, new: Snapshot) -> Iterator[AnyPolicy]:
    """Yield the policies that were not there before, or were others."""
    for namespace in touched(old, new, Kind.NETWORK_POLICY):
        before = old.policies.get(namespace, {})
        for name, entry in new.policies.get(namespace, {}).items():
            if entry.policy is not None and before.get(name) is not entry:
                yield entry.policy
    if old.tiered is not new.tiered:
        yield from tiered_policies_of(new)


def _namespaces(snapshot: Snapshot, distinctions: Distinctions) -> tuple[object, ...]:
    """Return all that rules can tell of the namespaces; of those that may not be listed, their names."""
    keys = sorted(distinctions.namespace_keys)
    unseen = frozenset(snapshot.pods.keys() - snapshot.namespaces.keys())
    return unseen, {name: tuple(map(each.labels.get, keys)) for name, each in snapshot.namespaces.items()}
