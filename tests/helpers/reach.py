"""Finding one's way in computed connections."""

from collections.abc import Mapping

from desktop.policy.netset import parse_address
from desktop.reach.columns import Column
from desktop.reach.engine import Reach
from desktop.reach.explain import End, Verdict
from desktop.reach.matrix import Cell, Matrix
from desktop.reach.objects import Pod
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import WorkloadRef
from tests.helpers.clusters import ADDRESSES, NUMBERS

PORTS = tuple((protocol, port) for protocol in ("TCP", "UDP") for port in (*NUMBERS, 99, 65535))
"""Ports on either side of every cut that the random policies make."""


def ends_of(snapshot: Snapshot) -> list[End]:
    """Return every pod, and an address in every block that the random policies have."""
    pods = [pod for table in snapshot.pods.values() for pod in table.values()]
    return [*pods, *ADDRESSES]


def bit_of(reach: Reach, end: End) -> int:
    """Return the bit of a pod's class, or of the range that holds an address."""
    if isinstance(end, Pod):
        return reach.ends.position[end.namespace, end.name]
    return reach.ends.count + _range(reach, end)


def _range(reach: Reach, address: str) -> int:
    number = parse_address(address)
    assert number is not None
    (index,) = (i for i, (first, last) in enumerate(reach.ends.ranges) if first <= number <= last)
    return index


def shown(reach: Reach, source: End, destination: End) -> Mapping[tuple[str, int], Verdict]:
    """Return what a source's row says of a destination, by protocol and port."""
    row, into = reach.row(bit_of(reach, source)), bit_of(reach, destination)
    certain, possible = row.at(into)
    found = {}
    for protocol, port in PORTS:
        mask = reach.ports.mask_of(protocol, port)
        found[protocol, port] = (
            Verdict.ALLOWED if certain & mask else Verdict.UNDECIDABLE if possible & mask else Verdict.NOT_ALLOWED
        )
    return found


def cells_shown(matrix: Matrix) -> Mapping[tuple[object, object], object]:
    """Return what the rows of a matrix say, in a form that does not depend on how ranges and ports are cut."""
    ends: list[tuple[object, Column]] = [(ref, ref) for ref in matrix.columns.workloads]
    ends += [(address, matrix.reach.ends.ranges[_range(matrix.reach, address)]) for address in ADDRESSES]
    found = {}
    for source, row in ends:
        cells = matrix.cells(matrix.columns.position[row])
        for destination, column in ends:
            if isinstance(row, WorkloadRef) or isinstance(column, WorkloadRef):
                cell = cells.get(matrix.columns.position[column], Cell())
                found[source, destination] = _at_ports(matrix, cell)
    return found


def _at_ports(matrix: Matrix, cell: Cell) -> list[tuple[bool, bool, bool]]:
    masks = [matrix.reach.ports.mask_of(protocol, port) for protocol, port in PORTS]
    return [(bool(cell.certain & m), bool(cell.undecidable & m), bool(cell.partly & m)) for m in masks]
