"""What opens to everyone: to every address, or to every pod of the cluster."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from desktop.policy.objects import Direction
from desktop.reach.bits import positions_of
from desktop.reach.columns import Columns
from desktop.reach.compare import Ports
from desktop.reach.engine import Reach
from desktop.reach.rows import Row
from desktop.reach.stretches import IPV4_LINE
from desktop.reach.workloads import WorkloadRef


class Everyone(Enum):
    """Whom a side may be open to, all of them."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    PODS = "pods"  # of every namespace


@dataclass(frozen=True, slots=True)
class Exposure:
    """A workload whose inbound (or outbound) side opens to everyone of a kind, on ``ports``."""

    workload: WorkloadRef
    direction: Direction
    to: Everyone
    ports: Ports


def exposures(
    before: Reach, after: Reach, touched: Mapping[Direction, int], columns: Columns, check: Callable[[], None]
) -> Iterator[Exposure]:
    """Yield what opens to everyone; ``touched`` are the ends whose sides changed. Both have the same ends and ports."""
    everyone = _everyone(after)
    for direction, ends in touched.items():
        opened: dict[tuple[int, Everyone], int] = {}
        for end in positions_of(ends):
            check()
            sides = [reach.sides[direction].by_target.of(end) for reach in (before, after)]
            for who, them in everyone.items():
                was, becomes = (_open_to_all(row, them & ~(1 << end)) for row in sides)
                if more := becomes & ~was:
                    for column in positions_of(columns.holding(1 << end)):
                        opened[column, who] = opened.get((column, who), 0) | more
        for (column, who), ports in sorted(opened.items(), key=lambda each: (each[0][0], each[0][1].value)):
            yield Exposure(columns.workloads[column], direction, who, after.ports.spans(ports))


def _everyone(reach: Reach) -> dict[Everyone, int]:
    """Return the ends that make up everyone of each kind; pods only where they are of more than one namespace."""
    ends = reach.ends
    ipv4 = sum(1 << index for index, span in enumerate(ends.ranges) if span[0] >= IPV4_LINE[0]) << ends.count
    found = {Everyone.IPV4: ipv4, Everyone.IPV6: ends.outside & ~ipv4}
    pods = ends.pods & ~ends.host_network
    if len({ends.classes[index].namespace for index in positions_of(pods)}) > 1:
        found[Everyone.PODS] = pods
    return found


def _open_to_all(row: Row, them: int) -> int:
    """Return the ports on which a row holds all of ``them``."""
    ports = -1
    for (certain, _), ends in row.parts.items():
        if ends & them:
            ports &= certain
            them &= ~ends
    return 0 if them else ports
