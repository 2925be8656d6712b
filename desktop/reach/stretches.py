"""The lines of all addresses, cut where blocks of addresses begin and end."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

from desktop.policy.netset import Span, Spans, addresses, parse_address, parse_cidr
from desktop.policy.objects import IPBlock
from desktop.reach.renumbering import parts_of

IPV6_LINE: Span = (0, (1 << 128) - 1)
IPV4_LINE: Span = (1 << 128, (1 << 128) + (1 << 32) - 1)

_number = lru_cache(maxsize=1 << 18)(parse_address)  # pods keep their addresses from one computation to the next


class Stretches:
    """The stretches (IPv6, then IPv4; see netset) that no block tells apart; bit ``i`` of a set is the i-th."""

    def __init__(self, blocks: Iterable[IPBlock] = ()) -> None:
        self._spans = {block: _span_of(block) for block in blocks}
        starts = {IPV6_LINE[0], IPV4_LINE[0]}
        for spans in self._spans.values():
            for first, last in spans.spans:
                starts.update((first, last + 1))
        self.starts = sorted(start for start in starts if start <= IPV4_LINE[1])
        ends = [*(start - 1 for start in self.starts[1:]), IPV4_LINE[1]]
        self.ranges: tuple[Span, ...] = tuple(zip(self.starts, ends, strict=True))

    def covered(self, block: IPBlock) -> int:
        """Return the stretches that make up one of the blocks."""
        covered = 0
        for first, last in self._spans[block].spans:
            low, high = self._index(first), self._index(last)
            covered |= ((1 << (high - low + 1)) - 1) << low
        return covered

    def holding(self, texts: Iterable[str]) -> int:
        """Return the stretches that some addresses lie in; what is no address is left out."""
        held = 0
        for text in texts:
            number = _number(text)
            if number is not None:
                held |= 1 << self._index(number)
        return held

    def parts_in(self, finer: "Stretches") -> list[int]:
        """Return how many of ``finer``, which has more blocks, each stretch has become."""
        return parts_of(*([last - first + 1 for first, last in each.ranges] for each in (self, finer)))

    def _index(self, address: int) -> int:
        return bisect_right(self.starts, address) - 1


@lru_cache(maxsize=1 << 16)
def _span_of(block: IPBlock) -> Spans:
    """The addresses of a block; a CIDR that cannot be read (tolerated by the server if old) holds none."""
    cidr = parse_cidr(block.cidr)
    if cidr is None:
        return Spans()
    return addresses(cidr, [each for each in map(parse_cidr, block.excepts) if each is not None])
