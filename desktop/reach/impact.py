"""What changes of policies do before they are made: which connections open and close over the whole policy set.

Only what the changed policies touch is looked at: the rows of the pods whose outbound side they are about, and the
columns of those whose inbound side they are about.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from desktop.policy.objects import Direction, NetworkPolicy
from desktop.reach.bits import positions_of
from desktop.reach.caveats import Caveat, caveats
from desktop.reach.columns import Columns
from desktop.reach.compare import Difference, Open, Opened, Ports, rising
from desktop.reach.engine import hides_policies
from desktop.reach.exposure import Exposure, exposures
from desktop.reach.losses import Cut, Losses
from desktop.reach.matrix import EMPTY, Cell, Groups
from desktop.reach.objects import Kind, Pod, StoredPolicy
from desktop.reach.snapshot import Change, Gone, Put, Snapshot
from desktop.reach.standing import Standing
from desktop.reach.workloads import WorkloadRef

Key = tuple[str, str]
"""The namespace and name of a policy."""
Changes = Mapping[Key, NetworkPolicy | None]
"""Policies as they shall be; None: gone."""


@dataclass(frozen=True, slots=True)
class Shift:
    """The same change of connections between a workload and some others: it is their source if ``outbound``."""

    workload: WorkloadRef
    outbound: bool
    before: Open
    after: Open
    others: int
    columns: Columns = field(compare=False, repr=False)

    @property
    def count(self) -> int:
        """How many others."""
        return self.others.bit_count()

    @property
    def opens(self) -> Ports:
        """The ports that open, as ``Difference.opens``."""
        return rising(self.before, self.after)

    @property
    def closes(self) -> Ports:
        """The ports that close, as ``Difference.closes``."""
        return rising(self.after, self.before)

    def differences(self) -> Iterator[Difference]:
        """Yield the pairs that change."""
        for index in positions_of(self.others):
            other = self.columns.all[index]
            source, destination = (self.workload, other) if self.outbound else (other, self.workload)
            yield Difference(source, destination, self.before, self.after)


@dataclass(frozen=True, slots=True)
class Impact:
    """What changes of policies do.

    ``shifts`` are the connections that change, each pair in one of them. ``released`` are the pods that lose their
    last policy of a direction, ``isolated`` those that get their first; nothing is said of pods that policies not
    known may select. ``losing_nothing`` are the workloads that had connections with the pods concerned and keep them
    all. ``exposures`` and ``cuts`` are what somebody must confirm who means it. ``unseen`` are the namespaces of
    changed policies whose pods are not known: there the changes may do more. ``caveats`` are what else may change
    what is said here.
    """

    shifts: tuple[Shift, ...]
    released: Mapping[Direction, tuple[Pod, ...]]
    isolated: Mapping[Direction, tuple[Pod, ...]]
    losing_nothing: tuple[WorkloadRef, ...]
    exposures: tuple[Exposure, ...]
    cuts: tuple[Cut, ...]
    unseen: tuple[str, ...]
    caveats: tuple[Caveat, ...]

    @property
    def opening(self) -> tuple[Shift, ...]:
        """The connections that open, on some of their ports at least."""
        return tuple(shift for shift in self.shifts if shift.opens)

    @property
    def closing(self) -> tuple[Shift, ...]:
        """The connections that close, on some of their ports at least; some may be among ``opening``, too."""
        return tuple(shift for shift in self.shifts if shift.closes)

    def differences(self) -> Iterator[Difference]:
        """Yield the pairs of ends whose connections change, each once."""
        return chain.from_iterable(shift.differences() for shift in self.shifts)


def impact(standing: Standing, changes: Changes, check: Callable[[], None] = lambda: None) -> Impact:
    """Return what ``changes`` of policies would do to connections as they stand, all of them together.

    ``standing`` are the connections now: ``Standing.of(snapshot, settings)``, or kept up to date by ``follow``.
    A policy counts under its key, whatever namespace and name it bears itself. ``check``, such as a token's, is called
    now and then; what it raises ends the computation. Nothing of ``standing`` changes.
    """
    changes = {key: policy and replace(policy, namespace=key[0], name=key[1]) for key, policy in changes.items()}
    new = [policy for policy in changes.values() if policy is not None]
    before = standing.follow(standing.snapshot, new)
    before.complete(check)  # the other takes over what is the same there
    after = before.follow(standing.snapshot.apply(_events(changes)))
    return _Computation(before, after, _touched(before, changes), check).result(_unseen(standing.snapshot, changes))


def _unseen(snapshot: Snapshot, changes: Changes) -> tuple[str, ...]:
    return tuple(sorted({namespace for namespace, _ in changes if not snapshot.knows(Kind.POD, namespace)}))


def _events(changes: Changes) -> Iterator[Change]:
    for (namespace, name), policy in changes.items():
        if policy is None:
            yield Gone(Kind.NETWORK_POLICY, namespace, name)
        else:
            yield Put(StoredPolicy(namespace, name, policy, b""))


def _touched(before: Standing, changes: Changes) -> dict[Direction, int]:
    """Return the pods whose outbound or inbound side the changes are about."""
    touched = dict.fromkeys(Direction, 0)
    for (namespace, name), new in changes.items():
        stored = before.snapshot.policies.get(namespace, {}).get(name)
        old = stored.policy if stored else None
        for direction in Direction:
            if stored is not None and old is None:  # nobody knows what the unreadable one did
                touched[direction] |= before.ends.in_namespace(namespace)
            elif _means(old, direction) != _means(new, direction):
                for policy in (old, new):
                    if policy is not None and direction in policy.directions:
                        touched[direction] |= before.made.targets(policy)
    return touched


def _means(policy: NetworkPolicy | None, direction: Direction) -> object:
    if policy is None or direction not in policy.directions:
        return None
    return policy.pod_selector, policy.rules(direction)


class _Computation:
    """What differs between two moments of the same ends and ports."""

    def __init__(
        self, before: Standing, after: Standing, touched: Mapping[Direction, int], check: Callable[[], None]
    ) -> None:
        self._before = before
        self._after = after
        self._touched = touched
        self._check = check
        self._columns = before.columns
        self._workloads = (1 << len(self._columns.workloads)) - 1
        self._opened = Opened(before.matrix)
        self._losses = Losses(before.matrix)
        self._in_contact = 0
        self._losing = 0

    def result(self, unseen: tuple[str, ...]) -> Impact:
        rows = self._columns.holding(self._touched[Direction.EGRESS])
        shifts = [*self._rows(rows), *self._into(rows)]
        reaches = self._before.reach, self._after.reach
        released, isolated = self._isolation()
        return Impact(
            tuple(shifts),
            released,
            isolated,
            self._names(self._in_contact & ~self._losing),
            tuple(exposures(*reaches, self._touched, self._columns, self._check)),
            tuple(self._losses.cuts(self._check)),
            unseen,
            caveats(self._before.snapshot),
        )

    def _rows(self, rows: int) -> Iterator[Shift]:
        for row in positions_of(rows):
            self._check()
            old, new = self._before.matrix.groups(row), self._after.matrix.groups(row)
            self._losses.of_row(row, old, new)
            yield from self._shifts(row, old, new, 1 << row, outbound=True)

    def _into(self, rows: int) -> Iterator[Shift]:
        """The columns, but for the ``rows`` that were told already."""
        for column in positions_of(self._columns.holding(self._touched[Direction.INGRESS])):
            self._check()
            old, new = self._before.matrix.groups_into(column), self._after.matrix.groups_into(column)
            self._losses.of_column(column, old, new, rows)
            yield from self._shifts(column, old, new, rows | 1 << column, outbound=False)

    def _shifts(self, index: int, old: Groups, new: Groups, told: int, *, outbound: bool) -> Iterator[Shift]:
        there = _all(old) | _all(new)
        for was, before in _with_empty(old, there):
            if was.certain and before & ~told:
                self._in_contact |= before & ~told | 1 << index
            changed = before & ~told & ~new.get(was, 0)
            for becomes, after in _with_empty(new, there) if changed else ():
                if others := changed & after:
                    if _falls(was, becomes):
                        self._losing |= others | 1 << index
                    yield Shift(
                        self._columns.workloads[index],
                        outbound,
                        self._opened.of(was),
                        self._opened.of(becomes),
                        others,
                        self._columns,
                    )

    def _isolation(self) -> tuple[dict[Direction, tuple[Pod, ...]], dict[Direction, tuple[Pod, ...]]]:
        """Return the pods that lose their last policy of a direction, and those that get their first."""
        released, isolated = {}, {}
        for direction, touched in self._touched.items():
            known = touched & ~_hidden(self._before, touched) & ~_hidden(self._after, touched)
            was, becomes = (_isolated(each, known, direction) for each in (self._before, self._after))
            released[direction] = self._pods(was & ~becomes)
            isolated[direction] = self._pods(becomes & ~was)
        return released, isolated

    def _pods(self, ends: int) -> tuple[Pod, ...]:
        pods = (pod for end in positions_of(ends) for pod in self._before.ends.classes[end].pods)
        return tuple(sorted(pods, key=lambda pod: (pod.namespace, pod.name)))

    def _names(self, columns: int) -> tuple[WorkloadRef, ...]:
        return tuple(self._columns.workloads[index] for index in positions_of(columns & self._workloads))


def _all(groups: Groups) -> int:
    found = 0
    for others in groups.values():
        found |= others
    return found


def _with_empty(groups: Groups, there: int) -> list[tuple[Cell, int]]:
    return [*groups.items(), (EMPTY, there & ~_all(groups))]


def _falls(was: Cell, becomes: Cell) -> bool:
    """Whether any port is open less than it was (see ``compare``)."""
    return bool(
        (was.certain | was.undecidable) & ~(becomes.certain | becomes.undecidable)
        or was.certain & ~becomes.certain
        or (was.certain & ~was.partly) & ~(becomes.certain & ~becomes.partly)
    )


def _isolated(standing: Standing, touched: int, direction: Direction) -> int:
    """Return the touched pods that a policy isolates."""
    found = 0
    for namespace in {standing.ends.classes[index].namespace for index in positions_of(touched)}:
        for entry in standing.snapshot.policies.get(namespace, {}).values():
            if entry.policy is not None and direction in entry.policy.directions:
                found |= standing.made.made(entry.policy).targets
    return found & touched


def _hidden(standing: Standing, touched: int) -> int:
    """Return the touched pods that policies which are not known may select."""
    classes = standing.ends.classes
    return sum(
        1 << index for index in positions_of(touched) if hides_policies(standing.snapshot, classes[index].namespace)
    )
