"""Find a workload, a namespace or the range of an address by what a person types."""

from collections.abc import Iterator

from desktop.policy.netset import parse_address
from desktop.ui.connections.grid import OUTSIDE, Grid, Place, group_of

Match = tuple[Place, str]
"""A workload, a range or (by its name) a namespace; and the group that has to be unfolded to see it."""


def next_match(grid: Grid, text: str, after: Place | None) -> Match | None:
    """Return the next match behind ``after`` (None: the first), from the last on to the first; None without any."""
    found = list(_matches(grid, text.strip()))
    ends = [end for end, _ in found]
    if not found:
        return None
    return found[(ends.index(after) + 1) % len(found)] if after in ends else found[0]


def _matches(grid: Grid, text: str) -> Iterator[Match]:
    address = parse_address(text)
    columns = grid.matrix.columns.all
    if address is not None:
        for column in columns:
            if isinstance(column, tuple) and column[0] <= address <= column[1]:
                yield column, OUTSIDE
        return
    wanted = text.casefold()
    for column in columns:
        if not isinstance(column, tuple) and wanted in str(column).casefold():
            yield column, group_of(column)
    for group in grid.groups:
        if wanted in group.casefold():
            yield group, group
