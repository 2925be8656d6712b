"""Which labels a selector picks (``metav1.LabelSelectorAsSelector``)."""

from collections.abc import Callable, Mapping

from desktop.policy.objects import LabelSelector, Operator, Requirement

Labels = Mapping[str, str]


def matches(selector: LabelSelector, labels: Labels) -> bool:
    """Tell whether a selector picks an object with these labels: every part of it must hold."""
    return all(labels.get(key) == value for key, value in selector.labels) and all(
        _holds(requirement, labels) for requirement in selector.expressions
    )


def _holds(requirement: Requirement, labels: Labels) -> bool:
    value = labels.get(requirement.key)
    match requirement.operator:
        case Operator.IN:
            return value is not None and value in requirement.values
        case Operator.NOT_IN:
            return value is None or value not in requirement.values
        case Operator.EXISTS:
            return value is not None
        case _:  # DOES_NOT_EXIST
            return value is None


def compile(selector: LabelSelector) -> Callable[[Labels], bool]:  # noqa: A001  as re.compile: read with its module
    """Return ``matches`` for one selector, for use on very many objects."""
    if selector.is_empty:
        return lambda labels: True
    if not selector.expressions:
        if len(selector.labels) == 1:
            ((key, value),) = selector.labels
            return lambda labels: labels.get(key) == value
        wanted = frozenset(selector.labels)
        return lambda labels: wanted <= labels.items()
    return lambda labels: matches(selector, labels)
