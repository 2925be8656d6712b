"""The facts of a code, each fit to stand in a sentence."""

from collections.abc import Callable

Facts = dict[str, str]
"""Facts as plain text, by name."""

Say = Callable[[Facts], str]
"""Makes a sentence of the facts."""
