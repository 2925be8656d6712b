"""Sets as whole numbers: bit ``i`` stands for the i-th thing."""

from collections.abc import Iterable, Iterator


def bits_of(positions: Iterable[int], size: int) -> int:
    """Return the set of ``positions``, all below ``size``, in time that grows with size plus positions."""
    octets = bytearray(size // 8 + 1)  # setting bits of one growing integer would copy it each time
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def positions_of(bits: int) -> Iterator[int]:
    """Yield the members of a set, ascending."""
    for index, octet in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if octet:
            base = index << 3
            for offset in _OFFSETS[octet]:
                yield base + offset


_OFFSETS = [[bit for bit in range(8) if octet >> bit & 1] for octet in range(256)]
