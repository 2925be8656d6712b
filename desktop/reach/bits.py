"""Sets as whole numbers: bit ``i`` stands for the i-th thing."""

import struct
from collections.abc import Iterable

WORD = 64


def bits_of(positions: Iterable[int], size: int) -> int:
    """Return the set of ``positions``, all below ``size``, in time that grows with size plus positions."""
    octets = bytearray(size // 8 + 1)  # setting bits of one growing integer would copy it each time
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def words_of(bits: int) -> tuple[int, ...]:
    """Return a set in pieces of 64 bits, the lowest first: small numbers are quick to work with."""
    count = (bits.bit_length() + WORD - 1) // WORD
    return struct.unpack(f"<{count}Q", bits.to_bytes(count * 8, "little"))


_FEW = 12
"""A set of no more members than this is quicker taken apart bit by bit than in pieces."""


def positions_of(bits: int) -> list[int]:
    """Return the members of a set, ascending."""
    found: list[int] = []
    if bits.bit_count() <= _FEW:
        while bits:
            last = bits.bit_length() - 1
            found.append(last)
            bits ^= 1 << last
        found.reverse()
        return found
    base = -1
    for word in words_of(bits):
        rest = word
        while rest:
            lowest = rest & -rest
            found.append(base + lowest.bit_length())
            rest ^= lowest
        base += WORD
    return found
