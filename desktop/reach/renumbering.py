"""Sets carried over when what they are made of is taken further apart."""

from collections.abc import Iterable, Sequence


class Renumbering:
    """From sets of some things to sets of their parts: thing ``i`` has ``parts[i]`` parts, all in the same order."""

    def __init__(self, parts: Sequence[int]) -> None:
        self._runs: list[tuple[int, int, int]] = []  # first old bit, the old bits as a mask from there, first new bit
        self._split: list[tuple[int, int]] = []  # old bit, its new bits
        start = new = 0
        for index, count in enumerate([*parts, 0]):
            if count == 1:
                continue
            if index > start:
                self._runs.append((start, (1 << (index - start)) - 1, new))
            new += index - start
            self._split.append((1 << index, ((1 << count) - 1) << new))
            new += count
            start = index + 1
        self._known: dict[int, int] = {}
        self.effort = len(self._split)
        """How many steps it takes to carry a set over."""
        self.is_identity = len(self._split) == 1
        """Whether nothing is taken apart."""

    def of(self, bits: int) -> int:
        """Return the parts of a set of things; few different sets come up, very often."""
        if self.is_identity:
            return bits
        found = self._known.get(bits)
        if found is None:
            found = 0
            for first, mask, new in self._runs:
                found |= (bits >> first & mask) << new
            for bit, parts in self._split:
                if bits & bit:
                    found |= parts
            self._known[bits] = found
        return found


def parts_of(sizes: Iterable[int], of_parts: Iterable[int]) -> list[int]:
    """Return how many parts each thing has, from the sizes of the things and of all parts, in their order."""
    counts = []
    parts = iter(of_parts)
    for size in sizes:
        count = covered = 0
        while covered < size:
            covered += next(parts)
            count += 1
        counts.append(count)
    return counts
