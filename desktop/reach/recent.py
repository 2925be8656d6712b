"""What was computed lately, kept for those who ask again."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
_KEPT = 256
"""So many results are kept: in a big cluster one may take a quarter of a megabyte."""


class Recent(Generic[T]):
    """Results by the very objects they were made from. When it is full it starts anew."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], tuple[Sequence[object], T]] = {}

    def of(self, sources: Sequence[object], make: Callable[[], T]) -> T:
        """Return the result for these objects, made if need be."""
        key = tuple(map(id, sources))
        found = self._known.get(key)
        if found is None:
            if len(self._known) == _KEPT:
                self._known.clear()
            found = self._known[key] = (sources, make())  # with the objects, so that no others get their ids
        return found[1]
