"""The values of API objects, read strictly: what is not of the type it should have is a Misfit, never guessed at.

Null means absent, as to the API server.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeVar

from desktop.policy.objects import LabelSelector, Operator, Requirement

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


class Misfit(Exception):
    """A value that is not of the type it should have."""


def as_mapping(value: object) -> Mapping[str, object]:
    """Return an object's fields."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Misfit
    return value


def as_list(value: object, read: Callable[[object], T]) -> tuple[T, ...] | None:
    """Return each item of a list as ``read`` reads it; None where the list is absent."""
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise Misfit
    return tuple(read(each) for each in value)


def as_text(value: object) -> str:
    """Return a text, empty where it is absent."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Misfit
    return value


def as_text_map(value: object) -> dict[str, str]:
    """Return a map of texts, such as labels."""
    return {key: as_text(each) for key, each in as_mapping(value).items()}


def as_number(value: object) -> int:
    """Return a whole number (int32)."""
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**31) <= value < 2**31:
        raise Misfit
    return value


def as_member(value: object, kind: type[E]) -> E:
    """Return the member that a text spells."""
    try:
        return kind(as_text(value))
    except ValueError:
        raise Misfit from None


def as_selector(value: object) -> LabelSelector:
    """Return a ``meta/v1 LabelSelector``; absent and empty match everything."""
    selector = as_mapping(value)
    return LabelSelector(
        labels=tuple(sorted(as_text_map(selector.get("matchLabels")).items())),
        expressions=as_list(selector.get("matchExpressions"), _requirement) or (),
    )


def _requirement(value: object) -> Requirement:
    requirement = as_mapping(value)
    return Requirement(
        key=as_text(requirement.get("key")),
        operator=as_member(requirement.get("operator"), Operator),
        values=as_list(requirement.get("values"), as_text) or (),
    )
