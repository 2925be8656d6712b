"""Members are told apart by all the ports open to them, be the parts they come from wide or narrow."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.reach.rows import Parts, Ports, Row, met, overlaid, split

_MEMBERS = range(200)
_narrow = st.lists(st.integers(0, 199), max_size=4).map(lambda members: sum({1 << member for member in members}))
_wide = st.integers(0, 139).flatmap(lambda start: st.just(((1 << 60) - 1) << start))
_ports = st.tuples(st.integers(0, 7), st.integers(1, 7)).map(lambda ports: (ports[0] & ports[1], ports[1]))
_parts = st.dictionaries(_ports, st.one_of(_narrow, _wide).filter(bool), max_size=4)


@given(_parts, _parts)
def test_members_come_with_all_their_ports_and_each_once(first: Parts, more: Parts) -> None:
    found = split(more, split(first))
    _each_once(found)
    assert all(Row(found).at(each) == _at([first, more], each) for each in _MEMBERS)
    assert Row(found).parts == Row(split(overlaid([first, more]))).parts


@given(_parts, _parts)
def test_a_connection_needs_both_sides(one: Parts, other: Parts) -> None:
    row = met(Row(split(one)), Row(split(other)))
    _each_once(row.parts)
    for each in _MEMBERS:
        (leaving, may_leave), (entering, may_enter) = _at([one], each), _at([other], each)
        assert row.at(each) == (leaving & entering, may_leave & may_enter)


def _each_once(parts: Parts) -> None:
    assert sum(members.bit_count() for members in parts.values()) == sum(parts.values()).bit_count()
    assert (0, 0) not in parts


def _at(found: list[Parts], member: int) -> Ports:
    certain = most = 0
    for parts in found:
        for ports, members in parts.items():
            if members >> member & 1:
                certain, most = certain | ports[0], most | ports[1]
    return certain, most
