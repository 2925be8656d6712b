"""What is to be told while a cluster is used, beside answers and errors: values, of which the screen makes words."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServerWarns:
    """The server said so in a ``Warning: 299`` header."""

    text: str


@dataclass(frozen=True, slots=True)
class PluginSays:
    """A sign-in program told people something. It may hold a code for one use: it is shown, never logged."""

    command: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PluginEnded:
    """A sign-in program has ended: what it said is over, too."""

    command: str


Notice = ServerWarns | PluginSays | PluginEnded
Hear = Callable[[Notice], None]
"""Takes a notice, on any thread."""


def unheard(_: Notice) -> None:
    """Take a notice that nobody wants."""
