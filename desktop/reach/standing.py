"""The connections of a cluster as they stand, kept up to date: what a change does not touch is not computed anew."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from desktop import turns
from desktop.policy.objects import Direction
from desktop.reach.blocks import AnyPolicy, PolicyBlocks, distinctions_of, port_cuts
from desktop.reach.caveats import caveats
from desktop.reach.classes import Classifier, Distinctions, PodClass
from desktop.reach.columns import Columns, Owners
from desktop.reach.ends import Ends
from desktop.reach.engine import Reach, Sides, connect, policies_of, tiered_policies_of
from desktop.reach.matrix import Matrix
from desktop.reach.objects import Kind, Pod
from desktop.reach.ports import Cut, PortSpace
from desktop.reach.renumbering import Renumbering, parts_of
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot, changed, touched
from desktop.reach.stretches import Stretches

_SLACK = 16
"""So many distinctions may pile up that no policy makes any more, or as many as there were at first."""

_MOST_EFFORT = 64
"""Where more than this is taken apart, all is made anew: that is quicker than carrying it over."""
_UNCHANGED = Renumbering(())

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

    def names_beyond(self, other: "_Asked") -> bool:
        """Whether ports are asked for by names that the other does not ask for: what pods call so is a cut, too."""
        return not self.distinctions.port_names <= other.distinctions.port_names


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
        self._sides: Sides = {}

    @classmethod
    def of(cls, snapshot: Snapshot, settings: Settings, beside: Sequence[AnyPolicy] = ()) -> "Standing":
        """Compute the connections of a cluster.

        ``beside`` are policies of another cluster, or of another time, to be compared with: ends and ports are cut
        where they cut them, too.
        """
        asked = _Asked.by([*policies_of(snapshot), *tiered_policies_of(snapshot), *beside])
        classifier = _classifier(asked, settings)
        # Workloads are shown in the order of their names: where the classes are in the same, rows are quick to show.
        classes: dict[str, tuple[PodClass, ...]] = {}
        for name, pods in sorted(snapshot.pods.items()):
            turns.give_way()
            classes[name] = classifier.classes(_by_name(pods))
        ends = _ends(snapshot, chain.from_iterable(classes.values()), asked, settings)
        made = PolicyBlocks(ends, PortSpace(asked.cuts | ends.named_ports()))
        return cls(snapshot, asked, 2 * len(asked) + _SLACK, classes, made, Owners())

    @property
    def ends(self) -> Ends:
        """All ends of connections."""
        return self.made.ends

    @cached_property
    def reach(self) -> Reach:
        """The connections."""
        return connect(self.snapshot, self.made, self._sides)

    @cached_property
    def columns(self) -> Columns:
        """The workloads and ranges that the ends belong to."""
        return Columns(self._owners.of(self.snapshot), self.ends)

    @cached_property
    def matrix(self) -> Matrix:
        """The connections by workload."""
        return Matrix(self.columns, self.reach, caveats(self.snapshot))

    def complete(self, check: Callable[[], None]) -> None:
        """Compute what is left to compute for whoever asks; ``check`` is called in between, and may raise."""
        for part in (lambda: self.reach, lambda: self.columns, lambda: self.matrix):
            check()
            part()

    def follow(self, snapshot: Snapshot, beside: Sequence[AnyPolicy] = ()) -> "Standing":
        """Return the connections as a picture has them that was made by ``apply`` from the one of these."""
        asked = self._asked | _Asked.by([*_new_policies(self.snapshot, snapshot), *beside])
        if snapshot is self.snapshot and asked == self._asked:
            return self
        if len(asked) > self._most:
            return Standing.of(snapshot, self.ends.settings, beside)
        classes = self._classes_in(snapshot, asked)
        ends, parts = self._ends_in(snapshot, classes, asked)
        made = self._made_in(snapshot, ends, parts, asked)
        standing = Standing(snapshot, asked, self._most, classes, made, self._owners)
        if parts is not None and parts.is_identity:
            self._hand_on(standing)
        return standing

    def _classes_in(self, snapshot: Snapshot, asked: _Asked) -> Classes:
        finer = asked.distinctions is not self._asked.distinctions
        namespaces = touched(self.snapshot, snapshot, Kind.POD)
        if not finer and not namespaces:
            return self._classes
        classifier = _classifier(asked, self.ends.settings)
        refinement = classifier.refining(_classifier(self._asked, self.ends.settings))
        classes: dict[str, tuple[PodClass, ...]] = {}
        for name in (*self._classes, *(snapshot.pods.keys() - self._classes.keys())):
            known, pods = self._classes.get(name, ()), snapshot.pods.get(name)
            if pods is None:
                continue
            if name in namespaces:
                classes[name] = classifier.classes(pods.values(), () if finer else known)
            else:
                classes[name] = refinement.of(known) if finer else known
        return classes

    def _ends_in(self, snapshot: Snapshot, classes: Classes, asked: _Asked) -> tuple[Ends, Renumbering | None]:
        """Return the ends, and how they come from those before; None where they are others."""
        distinctions, each_class = asked.distinctions, tuple(chain.from_iterable(classes.values()))
        if _namespaces(self.snapshot, distinctions) != _namespaces(snapshot, distinctions):
            return _ends(snapshot, each_class, asked, self.ends.settings), None
        if distinctions is self._asked.distinctions:
            if classes is self._classes:
                return self.ends, _UNCHANGED
            if _classifier(asked, self.ends.settings).alike(self.ends.classes, each_class):
                return self.ends.with_pods(each_class), _UNCHANGED
            return _ends(snapshot, each_class, asked, self.ends.settings), None
        ends = _ends(snapshot, each_class, asked, self.ends.settings)
        if changed(self.snapshot, snapshot, Kind.POD):
            return ends, None
        parts = parts_of(map(_pods, self.ends.classes), map(_pods, ends.classes))
        return ends, Renumbering(parts + self.ends.stretches.parts_in(ends.stretches))

    def _made_in(self, snapshot: Snapshot, ends: Ends, parts: Renumbering | None, asked: _Asked) -> PolicyBlocks:
        cut_alike = asked.cuts == self._asked.cuts and not asked.names_beyond(self._asked)
        if parts is not None and parts.is_identity and cut_alike:
            ports, by_port = self.made.ports, _UNCHANGED
        else:
            ports = PortSpace(asked.cuts | ends.named_ports())
            by_port = Renumbering(parts_of(self.made.ports.sizes, ports.sizes)) if parts is not None else _UNCHANGED
        if parts is None or max(parts.effort, by_port.effort) > _MOST_EFFORT:
            return PolicyBlocks(ends, ports)
        if ends is self.ends and ports is self.made.ports and not changed(self.snapshot, snapshot, Kind.NETWORK_POLICY):
            return self.made
        return self.made.following(ends, ports, parts, by_port, policies_of(snapshot))

    def _hand_on(self, to: "Standing") -> None:
        """Give on what was computed already and is the same there, whose ends are alike."""
        old, new, computed = self.snapshot, to.snapshot, self.__dict__
        if "columns" in computed and to.ends is self.ends and not changed(old, new, Kind.DEPLOYMENT):
            to.__dict__["columns"] = self.columns
        known = (old.coverage, old.partial) == (new.coverage, new.partial) and old.tiered is new.tiered
        if "reach" in computed and known and to.made.ports is self.made.ports:
            concerned = _concerned(old, new)
            to._sides = {each: side for each, side in self.reach.sides.items() if each not in concerned}


def _by_name(pods: Mapping[str, Pod]) -> Iterator[Pod]:
    return (pods[name] for name in sorted(pods))


def _classifier(asked: _Asked, settings: Settings) -> Classifier:
    return Classifier(asked.distinctions, Stretches(asked.distinctions.blocks), settings)


def _ends(snapshot: Snapshot, classes: Iterable[PodClass], asked: _Asked, settings: Settings) -> Ends:
    return Ends(snapshot, classes, Stretches(asked.distinctions.blocks), asked.distinctions, settings)


def _concerned(old: Snapshot, new: Snapshot) -> set[Direction]:
    """Return the directions that policies which changed are about."""
    found: set[Direction] = set()
    for namespace in touched(old, new, Kind.NETWORK_POLICY):
        before, after = old.policies.get(namespace, {}), new.policies.get(namespace, {})
        for name in before.keys() | after.keys():
            if before.get(name) is not after.get(name):
                for entry in (before.get(name), after.get(name)):
                    if entry is not None:  # of one that cannot be read, nobody knows
                        found |= entry.policy.directions if entry.policy else set(Direction)
    return found


def _pods(each: PodClass) -> int:
    return len(each.pods)


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
