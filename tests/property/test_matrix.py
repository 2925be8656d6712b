"""Columns are told apart by all their ports, be the parts they come from wide or narrow."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.reach.matrix import split

_narrow = st.lists(st.integers(0, 199), max_size=4).map(lambda columns: sum({1 << column for column in columns}))
_wide = st.integers(0, 139).flatmap(lambda start: st.just(((1 << 60) - 1) << start))
_parts = st.dictionaries(st.integers(1, 7), st.one_of(_narrow, _wide), max_size=4)


@given(_parts, _parts)
def test_columns_come_with_all_their_ports(certain: dict[int, int], possible: dict[int, int]) -> None:
    found: dict[int, tuple[int, int]] = {}
    for ports, columns in split(certain, possible).items():
        for column in range(200):
            if columns >> column & 1:
                assert column not in found
                found[column] = ports
    expected = {column: (_ports(certain, column), _ports(possible, column)) for column in range(200)}
    assert found == {column: ports for column, ports in expected.items() if ports != (0, 0)}


def _ports(parts: dict[int, int], column: int) -> int:
    ports = 0
    for mask, columns in parts.items():
        ports |= mask if columns >> column & 1 else 0
    return ports
