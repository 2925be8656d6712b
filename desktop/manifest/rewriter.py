"""What all edits by value share: the text, its edits so far, and which nodes of it are no longer what they were."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from desktop.manifest.brackets import Brackets
from desktop.manifest.edits import Edits
from desktop.manifest.layout import Layout
from desktop.manifest.matching import Origin, fits, guessed, same
from desktop.manifest.nodes import Alias, head, within
from desktop.manifest.writer import render
from desktop.policy.findings import Path
from desktop.policy.origins import Origins


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: behind the ``introducer``, the offset after its key's colon or its dash (None: the root).

    ``column`` is where a block of it begins; ``path`` leads to it in the changed document.
    """

    introducer: int | None
    column: int
    path: Path


class Rewriter(ABC):
    """Collects the edits of one text.

    Aliases that stand ``apart`` are written out, as what they name becomes another. ``touched`` are the nodes that
    changed or went, ``misplaced`` the aliases that would come to stand before what they name.
    """

    def __init__(
        self, text: str, aliases: Sequence[Alias], apart: frozenset[yaml.Node], origins: Origins, *, plain: bool
    ) -> None:
        self._text, self._aliases, self._apart, self._origins, self._plain = text, aliases, apart, origins, plain
        self._stirred = origins.stirred()
        self._layout, self._edits = Layout(text), Edits(text)
        self.touched: set[yaml.Node] = set()
        self.misplaced: set[yaml.Node] = set()

    @abstractmethod
    def _change(self, node: yaml.Node, old: object, new: object, spot: Spot) -> None:
        """Make a node on lines of its own, or on the line of its key or dash, say another value."""

    @abstractmethod
    def _change_in_flow(self, node: yaml.Node, old: object, new: object, path: Path) -> None:
        """Make a node among brackets say another value."""

    def _stays(self, node: yaml.Node, old: object, new: object, path: Path) -> bool:
        """Whether nothing is to be done about a node; otherwise what it holds is no longer what it was."""
        if not same(old, new):
            self.touched.add(node)
            return False
        return path not in self._stirred and not self._stands_apart(node)

    def _stands_apart(self, node: yaml.Node) -> bool:
        return bool(self._apart) and any(each in self._apart for each in within(node))

    def _gone(self, *nodes: yaml.Node) -> None:
        """Note what is no longer there."""
        for node in nodes:
            self.touched.update(within(node))

    def _origin(self, path: Path, old: Sequence[object], new: Sequence[object]) -> Origin:
        """Return where each entry of a list comes from: as it is known, else as it seems."""
        known = self._origins.entries.get(path)
        return known if known is not None and fits(known, old, new) else guessed(old, new)

    def _join(
        self, node: yaml.CollectionNode, spans: Sequence[tuple[int, int]], entries: Sequence[tuple[int | None, str]]
    ) -> None:
        """Put entries between the brackets of a node: the number of each (None: a new one), and its text."""
        start, stop = head(node, self._text) + 1, node.end_mark.index - 1
        brackets = Brackets(self._text, start, stop, spans, self._layout.newline)
        self._edits.add(start, stop, brackets.joined(entries))

    def _block(self, value: object, column: int, path: Path) -> str:
        """Return a value's lines, each indented, without the last line break."""
        field = next((step for step in reversed(path) if isinstance(step, str)), "")
        lines = render(value, field).removesuffix("\n").split("\n")
        return self._layout.newline.join(" " * column + line if line else "" for line in lines)
