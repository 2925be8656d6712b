"""Several things in one sentence."""

from collections.abc import Iterable
from functools import reduce

from desktop.language import tr


def listed(items: Iterable[str]) -> str:
    """Return ``a, b, c``."""
    return reduce(lambda left, right: tr("{left}, {right}", left=left, right=right), items)


def all_of(items: Iterable[str]) -> str:
    """Return ``a and b and c``: conditions that all hold."""
    return reduce(lambda left, right: tr("{left} and {right}", left=left, right=right), items)


def each_of(items: Iterable[str]) -> str:
    """Return ``a, b and c``: things, each of which is meant."""
    *others, final = items
    return tr("{first} and {last}", first=listed(others), last=final) if others else final


def any_of(items: Iterable[str]) -> str:
    """Return ``a, or b, or c``: one of them is enough."""
    return reduce(lambda left, right: tr("{left}, or {right}", left=left, right=right), items)


def either(items: Iterable[str]) -> str:
    """Return ``a or b or c``, within one of the things that ``any_of`` joins."""
    return reduce(lambda left, right: tr("{left} or {right}", left=left, right=right), items)
