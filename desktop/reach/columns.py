"""The workloads that classes of pods belong to: the rows and columns of a matrix.

A set of columns is a whole number: first one bit a workload, then one bit a range of outside addresses.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from desktop.policy.netset import Span
from desktop.reach.bits import WORD, bits_of, positions_of, words_of
from desktop.reach.ends import Ends
from desktop.reach.objects import Pod
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import WorkloadRef, top_owner

_LONG_RUN = 2 * WORD
"""A run of as many classes is quicker shifted as one than looked up in pieces."""

Column = WorkloadRef | Span
"""A workload, or a range of addresses on the common line (see ``desktop.policy.netset``)."""


class Owners:
    """The workload of each pod, by namespace and name; asked again, only what changed is looked at."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[object, object, Mapping[str, WorkloadRef]]] = {}

    def of(self, snapshot: Snapshot) -> Mapping[str, Mapping[str, WorkloadRef]]:
        """Return the workloads of all pods."""
        found: dict[str, Mapping[str, WorkloadRef]] = {}
        for namespace, pods in snapshot.pods.items():
            workloads = snapshot.workloads.get(namespace)
            known = self._known.get(namespace)
            if known is None or known[0] is not pods or known[1] is not workloads:
                owners = {name: top_owner(snapshot, pod) for name, pod in pods.items()}
                known = self._known[namespace] = (pods, workloads, owners)
            found[namespace] = known[2]
        return found


class Columns:
    """The workloads and ranges of some ends, and which ends make up which."""

    def __init__(self, owners: Mapping[str, Mapping[str, WorkloadRef]], ends: Ends) -> None:
        self.ends = ends
        members: dict[WorkloadRef, list[int]] = defaultdict(list)
        examples: dict[WorkloadRef, Pod] = {}
        for index, each in enumerate(ends.classes):
            within = owners[each.namespace]
            found = {within[pod.name]: pod for pod in each.pods}
            for ref in found:
                members[ref].append(index)
            examples.update(found)
        self.workloads: tuple[WorkloadRef, ...] = tuple(sorted(members))
        self.all: tuple[Column, ...] = (*self.workloads, *ends.ranges)
        self.position: Mapping[Column, int] = {column: index for index, column in enumerate(self.all)}
        self.examples: tuple[Pod, ...] = tuple(examples[ref] for ref in self.workloads)
        """A pod of each workload."""
        self._members = [members[ref] for ref in self.workloads]
        self.uneven = bits_of((i for i, each in enumerate(self._members) if len(each) > 1), len(self.workloads))
        """The workloads whose pods differ in what rules make of them."""
        self._columns_of: list[list[int]] = [[] for _ in range(ends.count)]
        for column, classes in enumerate(self._members):
            for index in classes:
                self._columns_of[index].append(column)
        self._runs = self._straight()
        self._others = ends.pods & ~sum(classes for classes, _ in self._runs)
        self._by_word: list[dict[int, int]] = [{} for _ in range(ends.count // WORD + 1)]

    def members(self, column: int) -> Sequence[int]:
        """Return the ends that make up a column: the classes of a workload's pods, or the one range."""
        if column < len(self.workloads):
            return self._members[column]
        return (self.ends.count + column - len(self.workloads),)

    def holding(self, ends: int) -> int:
        """Return the columns of a set of ends: those that have a member in it."""
        found = (ends >> self.ends.count) << len(self.workloads)
        for classes, shift in self._runs:
            within = ends & classes
            found |= within << shift if shift >= 0 else within >> -shift
        others = ends & self._others
        for index, word in enumerate(words_of(others)) if others else ():
            if word:
                known = self._by_word[index].get(word)
                if known is None:
                    known = self._by_word[index][word] = self._of_word(index, word)
                found |= known
        return found

    def _straight(self) -> list[tuple[int, int]]:
        """Return the longer runs of classes that each make up a workload, in the same order, and how far to shift."""
        shifts: list[int | None] = [
            columns[0] - index if len(columns) == 1 and len(self._members[columns[0]]) == 1 else None
            for index, columns in enumerate(self._columns_of)
        ]
        runs = []
        for shift, group in groupby(enumerate(shifts), key=itemgetter(1)):
            indices = [index for index, _ in group]
            if shift is not None and len(indices) >= _LONG_RUN:
                runs.append((((1 << len(indices)) - 1) << indices[0], shift))
        return runs

    def _of_word(self, index: int, word: int) -> int:
        """The columns of the classes in one of the set's words; few different words come up, very often."""
        base = index * WORD
        columns = [column for end in positions_of(word) for column in self._columns_of[base + end]]
        return bits_of(columns, len(self.workloads))
