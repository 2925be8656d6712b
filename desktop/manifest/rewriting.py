"""Change a document's value by the smallest edit of its text: comments, order and style of the rest stay.

``rewrite`` compares the value a text has with the value it shall have and touches only the lines that differ. It is
what lets a form and a text be two views of one draft.
"""

from collections.abc import Iterator
from itertools import takewhile

import yaml

from desktop.manifest.brackets import in_brackets, inline
from desktop.manifest.layout import Layout
from desktop.manifest.mappings import Mappings
from desktop.manifest.matching import same
from desktop.manifest.nodes import compose, end
from desktop.manifest.reader import read
from desktop.manifest.rewriter import Spot
from desktop.manifest.sequences import Sequences
from desktop.manifest.writer import render
from desktop.policy.findings import Path
from desktop.policy.origins import NOT_KNOWN, Origins


def rewrite(text: str, value: object, origins: Origins = NOT_KNOWN) -> str:
    """Return ``text`` changed so that it reads as ``value``; the very same text where it already does.

    ``text`` is one document that reads without errors. ``origins`` tells what became of the items of its lists: each
    keeps its comments and style, wherever it comes to stand. Where a value that is written once stands for several
    (anchors, merged keys) and one of these shall change, the others are written out; what the mapping itself can say
    over merged keys it says, and these stay. Where an edit in place is not possible all the same, the document is
    written anew below its leading comments.
    """
    documents = read(text).documents
    if not documents:
        return text + ("" if text.endswith("\n") or not text else "\n") + render(value)
    old = documents[0].value
    if same(old, value) and not origins.stirred():
        return text
    ending = "" if text.endswith("\n") else Layout(text).newline  # so that the last line is one like the others
    for changed in _edited(text + ending, old, value, origins):
        result = changed.removesuffix(ending)
        if _reads_as(result, value):
            return result
    return _leading_comments(text) + render(value)


def _edited(text: str, old: object, new: object, origins: Origins) -> Iterator[str]:
    """Yield the text with the edits that lead from one value to the other, as few as seem to do; whether is to be read.

    An alias is written out where it would no longer say the same. The last try does so with all of them: a name may
    stand for several things, of which one comes to stand before another.
    """
    root, aliases = compose(text)
    everyone: frozenset[yaml.Node] = frozenset(aliases)
    apart: frozenset[yaml.Node] = frozenset()
    while True:
        document = _Document(text, aliases, apart, origins, plain=not _is_flow(root))
        changed = document.changed(root, old, new)
        outdated = {alias for alias in aliases if alias.value in document.touched} | document.misplaced
        if outdated <= apart:
            break
        apart |= outdated
    yield changed
    if apart != everyone:
        yield _Document(text, aliases, everyone, origins, plain=not _is_flow(root)).changed(root, old, new)


def _is_flow(node: yaml.Node) -> bool:
    """Whether a document is written among brackets as a whole, as all of JSON is."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _reads_as(text: str, value: object) -> bool:
    reading = read(text)
    return not reading.findings and len(reading.documents) == 1 and same(reading.documents[0].value, value)


def _leading_comments(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(takewhile(lambda line: not line.strip() or line.lstrip().startswith(("#", "---")), lines))


class _Document(Mappings, Sequences):
    """The edits of a whole document."""

    def changed(self, root: yaml.Node, old: object, new: object) -> str:
        """Return the text with the edits made that lead from one value to the other."""
        self._change(root, old, new, Spot(None, 0, ()))
        return self._edits.made()

    def _change(self, node: yaml.Node, old: object, new: object, spot: Spot) -> None:
        if not self._stays(node, old, new, spot.path) and not self._change_within(node, old, new, spot.path):
            self._replace(node, new, spot)

    def _change_within(self, node: yaml.Node, old: object, new: object, path: Path) -> bool:
        """Change a value by changing its parts; False where it must be replaced whole."""
        if isinstance(node, yaml.MappingNode) and isinstance(old, dict) and isinstance(new, dict) and new:
            return self._change_mapping(node, old, new, path)
        if isinstance(node, yaml.SequenceNode) and isinstance(old, list) and isinstance(new, list) and new:
            return self._change_sequence(node, old, new, path)
        return False

    def _change_in_flow(self, node: yaml.Node, old: object, new: object, path: Path) -> None:
        if self._stays(node, old, new, path) or self._change_within(node, old, new, path):
            return
        self._gone(node)
        start, stop = node.start_mark.index, node.end_mark.index
        plain = not node.style if isinstance(node, yaml.ScalarNode) and isinstance(new, str) else self._plain
        self._edits.add(start, stop, (" " if start == stop else "") + in_brackets(new, plain=plain))

    def _replace(self, node: yaml.Node, new: object, spot: Spot) -> None:
        self._gone(node)
        layout, introducer = self._layout, spot.introducer
        start, stop = node.start_mark.index, end(node, self._text)
        on_line = inline(new)
        block = self._block(new, spot.column, spot.path) if on_line is None else ""
        if introducer is None:
            self._edits.add(start, stop, on_line or block)
            return
        below = layout.line_end(introducer) < start  # a block on the lines below its key or dash
        if on_line is not None and below:
            self._edits.add(introducer, introducer, " " + on_line)
            self._edits.add(layout.line_end(introducer), layout.line_end(stop), "")
        elif on_line is not None:
            self._edits.add(start, stop, (" " if start == introducer else "") + on_line)
        elif below:
            self._edits.add(layout.line_start(start), stop, block)
        elif self._text[introducer - 1] == "-" and layout.is_last_on_line(stop):
            self._edits.add(start, stop, (" " if start == introducer else "") + block.lstrip())
        else:  # what follows on the line is a comment: it stays there
            self._edits.add(introducer, stop, "")
            behind = layout.line_end(stop)
            self._edits.add(behind, behind, layout.newline + block)
