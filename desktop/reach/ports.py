"""Every port of every protocol, cut into the stretches that no rule tells apart; a set of them is a whole number."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping

from desktop.policy.netset import Span
from desktop.policy.objects import PROTOCOLS

FIRST, LAST = 1, 65535

Cut = tuple[str, int, int]
"""A protocol, and the first and last of ports that belong together."""


class PortSpace:
    """The stretches of ports; bit ``i`` of a mask stands for the i-th."""

    def __init__(self, used: Iterable[Cut]) -> None:
        """Cut at the ends of each in ``used``; unknown protocols are skipped."""
        starts: dict[str, set[int]] = {protocol: {FIRST} for protocol in PROTOCOLS}
        for protocol, first, last in used:
            if protocol in starts and first <= last:
                starts[protocol].update(cut for cut in (first, last + 1) if FIRST <= cut <= LAST)
        self._starts: dict[str, list[int]] = {protocol: sorted(cuts) for protocol, cuts in starts.items()}
        self._offset: dict[str, int] = {}
        size = 0
        for protocol, cuts in self._starts.items():
            self._offset[protocol] = size
            size += len(cuts)
        self.all = (1 << size) - 1
        """Every port of every protocol."""

    def mask(self, protocol: str, first: int = FIRST, last: int = LAST) -> int:
        """Return the ports from ``first`` to ``last``; the cuts must have been among those used."""
        cuts = self._starts.get(protocol)
        if cuts is None:
            return 0
        low, high = bisect_left(cuts, first), bisect_left(cuts, last + 1)
        return ((1 << (high - low)) - 1) << (self._offset[protocol] + low) if high > low else 0

    def mask_of(self, protocol: str, port: int) -> int:
        """Return the stretch that holds one port, be it cut there or not."""
        cuts = self._starts.get(protocol)
        return 0 if cuts is None else 1 << (self._offset[protocol] + bisect_right(cuts, port) - 1)

    def stretches(self) -> Iterator[tuple[int, str, Span]]:
        """Yield each stretch: its mask, its protocol, its first and last port."""
        for protocol, cuts in self._starts.items():
            for index, span in enumerate(zip(cuts, [*(cut - 1 for cut in cuts[1:]), LAST], strict=True)):
                yield 1 << (self._offset[protocol] + index), protocol, span

    @property
    def sizes(self) -> list[int]:
        """How many ports each stretch has, in the order of their bits."""
        return [last - first + 1 for _, _, (first, last) in self.stretches()]

    def spans(self, mask: int) -> Mapping[str, tuple[Span, ...]]:
        """Return the ports in a mask, by protocol, joined; a protocol without any is left out."""
        found: dict[str, tuple[Span, ...]] = {}
        for protocol, cuts in self._starts.items():
            rest, index = mask >> self._offset[protocol] & ((1 << len(cuts)) - 1), 0
            spans: list[Span] = []
            while rest:
                first = index + (rest & -rest).bit_length() - 1
                rest >>= first - index
                index = first + (rest + 1 & ~rest).bit_length() - 1  # after the run of ones
                rest >>= index - first
                spans.append((cuts[first], cuts[index] - 1 if index < len(cuts) else LAST))
            if spans:
                found[protocol] = tuple(spans)
        return found
