"""Finding one's way in computed connections."""

from desktop.policy.netset import parse_address
from desktop.reach.engine import Reach
from desktop.reach.explain import End
from desktop.reach.objects import Pod


def bit_of(reach: Reach, end: End) -> int:
    """Return the bit of a pod's class, or of the range that holds an address."""
    if isinstance(end, Pod):
        return reach.ends.position[end.namespace, end.name]
    address = parse_address(end)
    assert address is not None
    (index,) = (i for i, (first, last) in enumerate(reach.ends.ranges) if first <= address <= last)
    return reach.ends.count + index
