"""Change a document's value by the smallest edit of its text: comments, order and style of the rest stay.

``rewrite`` compares the value a text has with the value it shall have and touches only the lines that differ. It is
what lets a form and a text be two views of one draft.
"""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import yaml

from desktop.manifest.nodes import Alias, Pair, compose, end, given, givers, head, is_merge, within
from desktop.manifest.reader import read
from desktop.manifest.writer import render


def rewrite(text: str, value: object) -> str:
    """Return ``text`` changed so that it reads as ``value``; the very same text where it already does.

    ``text`` is one document that reads without errors. Where a value that is written once stands for several (anchors,
    merged keys) and one of these shall change, the others are written out; what the mapping itself can say over merged
    keys it says, and these stay. Where an edit in place is not possible all the same, the document is written anew
    below its leading comments.
    """
    documents = read(text).documents
    if not documents:
        return text + ("" if text.endswith("\n") or not text else "\n") + render(value)
    old = documents[0].value
    if same(old, value):
        return text
    for freely in (True, False):
        changed = _edited(text, old, value, freely=freely)
        if _reads_as(changed, value):
            return changed
    return _leading_comments(text) + render(value)


def _edited(text: str, old: object, new: object, *, freely: bool) -> str:
    """Return the text with the edits made that lead from one value to the other; whether they do is to be checked.

    ``freely`` moves items as they are that stand for what another one names, too: they must come to stand behind it.
    """
    try:
        root, aliases = compose(text)
    except yaml.YAMLError:
        return text
    apart: frozenset[yaml.Node] = frozenset()
    while True:
        rewriter = _Rewriter(text, apart, freely=freely)
        changed = rewriter.run(root, old, new)
        outdated = {alias for alias in aliases if alias.value in rewriter.touched}
        if outdated <= apart:
            return changed
        apart |= outdated


def same(one: object, other: object) -> bool:
    """Equal as JSON: 1 is neither True nor 1.0, and the order of keys does not matter."""
    return _canonical(one) == _canonical(other)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _reads_as(text: str, value: object) -> bool:
    reading = read(text)
    return not reading.findings and len(reading.documents) == 1 and same(reading.documents[0].value, value)


def _leading_comments(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(takewhile(lambda line: not line.strip() or line.lstrip().startswith(("#", "---")), lines))


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a value stands: behind the ``introducer``, the offset after its key's colon or its dash (None: the root).

    ``column`` is where a block of it begins, ``field`` the name of the field that holds it.
    """

    introducer: int | None
    column: int
    field: str

    def block(self, value: object) -> str:
        """Return a value's lines as a block here."""
        return _block(value, self.column, self.field)


@dataclass(frozen=True, slots=True)
class _Edit:
    """Replace ``text[start:end]`` by ``new``; of two edits at one place the earlier made comes first."""

    start: int
    end: int
    order: int
    new: str


class _Rewriter:
    """Collects the edits of one text, then makes them from the end to the start.

    Aliases that stand ``apart`` are written out, as what they name becomes another. ``touched`` are the nodes that
    changed or went.
    """

    def __init__(self, text: str, apart: frozenset[yaml.Node], *, freely: bool) -> None:
        self._text, self._apart, self._freely = text, apart, freely
        self._edits: list[_Edit] = []
        self.touched: set[yaml.Node] = set()

    def run(self, root: yaml.Node, old: object, new: object) -> str:
        self._change(root, old, new, _Spot(None, 0, ""))
        newline = "\r\n" if "\r\n" in self._text else "\n"
        out = self._text
        for edit in sorted(self._edits, key=lambda edit: (edit.start, edit.end, edit.order), reverse=True):
            out = out[: edit.start] + edit.new.replace("\n", newline) + out[edit.end :]
        return out

    def _edit(self, start: int, stop: int, new: str) -> None:
        self._edits.append(_Edit(start, stop, len(self._edits), new))

    def _stays(self, node: yaml.Node, old: object, new: object) -> bool:
        """Whether nothing is to be done about a node; otherwise what it holds is no longer what it was."""
        if not same(old, new):
            self.touched.add(node)
            return False
        return not self._stands_apart(node)

    def _stands_apart(self, node: yaml.Node) -> bool:
        return bool(self._apart) and any(each in self._apart for each in within(node))

    def _change(self, node: yaml.Node, old: object, new: object, spot: _Spot) -> None:
        if not self._stays(node, old, new) and not (new and self._change_within(node, old, new, spot)):
            self._replace(node, new, spot)

    def _change_within(self, node: yaml.Node, old: object, new: object, spot: _Spot) -> bool:
        """Change a value by changing its parts; False where it must be replaced whole."""
        if isinstance(node, yaml.MappingNode) and isinstance(old, dict) and isinstance(new, dict):
            return self._change_mapping(node, old, new, spot.field)
        if isinstance(node, yaml.SequenceNode) and isinstance(old, list) and isinstance(new, list):
            return self._change_sequence(node, old, new, spot.field)
        return False

    # -- mappings -------------------------------------------------------------------------------------------------

    def _change_mapping(
        self, node: yaml.MappingNode, old: dict[str, object], new: dict[str, object], field: str
    ) -> bool:
        pairs = givers(node, old)
        if pairs is None or old.keys().isdisjoint(new):
            return False
        if any(pair not in pairs.values() and not is_merge(pair[0]) for pair in node.value):
            return False  # merged keys are laid over one above them, of which readers of YAML think differently
        spread = [pair for pair in node.value if is_merge(pair[0]) and self._must_be_spread(pair, new)]
        if node.flow_style:
            return old.keys() == new.keys() and self._change_flow_mapping(pairs, spread, old, new)
        start = head(node, self._text)
        column = start - self._line_start(start)
        for key, (key_node, value_node) in pairs.items():
            if key not in new or is_merge(key_node):
                continue
            colon = self._text.find(":", key_node.end_mark.index) + 1
            if not colon:
                return False  # "? key" without a value
            indented = not isinstance(new[key], list)
            self._change(value_node, old[key], new[key], _Spot(colon, column + 2 if indented else column, key))
        held = [pairs[key] for key in old if key in new]
        gone = [pair for pair in node.value if pair not in held and self._can_go(pair, spread)]
        self._remove_pairs([(pair not in gone, pair) for pair in node.value])
        for pair in spread:
            if pair not in gone:
                keys = _held(pair, pairs, new)
                self._spread(pair, _block(keys, column, field).lstrip() if keys else "<<: {}")
        self._add_pairs(pairs, spread, old, new, column)
        return True

    def _must_be_spread(self, merge: Pair, new: dict[str, object]) -> bool:
        """Whether merged keys must become keys of the mapping: one of them goes, or what they come from changes."""
        return self._stands_apart(merge[1]) or any(key not in new for key in given(merge))

    def _can_go(self, pair: Pair, spread: list[Pair]) -> bool:
        """Whether a pair that gives nothing can go: merged keys with a comment behind them are kept for that."""
        stop = end(pair[1], self._text)
        return not is_merge(pair[0]) or (pair in spread and not self._text[stop : self._line_end(stop)].strip())

    def _spread(self, merge: Pair, keys: str) -> None:
        """Write keys in the place of those that a pair merges."""
        self.touched.update(within(merge[1]))
        self._edit(merge[0].start_mark.index, end(merge[1], self._text), keys)

    def _change_flow_mapping(
        self, pairs: dict[str, Pair], spread: list[Pair], old: dict[str, object], new: dict[str, object]
    ) -> bool:
        for pair in spread:
            held = json.dumps(_held(pair, pairs, new), ensure_ascii=False)
            self._spread(pair, held[1:-1] or "<<: {}")
        for key, pair in pairs.items():
            if not is_merge(pair[0]):
                self._change_in_flow(pair[1], old[key], new[key])
            elif pair not in spread and not same(old[key], new[key]):
                stop = pair[1].end_mark.index
                self._edit(stop, stop, ", " + json.dumps({key: new[key]}, ensure_ascii=False)[1:-1])
        return True

    def _remove_pairs(self, pairs: list[tuple[bool, Pair]]) -> None:
        first_kept = next(index for index, (keep, _) in enumerate(pairs) if keep)
        if first_kept and not self._is_first_on_line(pairs[0][1][0].start_mark.index):
            # The removed keys begin on the line of a dash, which stays.
            self._pull_up(pairs[0][1][0].start_mark.index, pairs[first_kept][1][0].start_mark.index)
            for _, (_, value_node) in pairs[:first_kept]:
                self.touched.update(within(value_node))
            pairs = pairs[first_kept:]
        for keep, (key_node, value_node) in pairs:
            if not keep:
                self.touched.update(within(value_node))
                self._remove_lines(key_node.start_mark.index, end(value_node, self._text))

    def _pull_up(self, start: int, following: int) -> None:
        """Remove from ``start`` so that what stands at ``following`` takes its place, its comments kept."""
        comments = self._with_comments(following)
        if comments == self._line_start(following):
            self._edit(start, following, "")
        else:
            self._edit(len(self._text[:start].rstrip(" ")), self._line_end(comments - 1), "")

    def _add_pairs(
        self, pairs: dict[str, Pair], spread: list[Pair], old: dict[str, object], new: dict[str, object], column: int
    ) -> None:
        """Add the new keys, each behind the one before it, and behind merged keys what is now said over them."""
        after = next(pairs[key] for key in old if key in new)
        for key, value in new.items():
            if key in pairs:
                after = pairs[key]
                if not is_merge(after[0]) or after in spread or same(old[key], value):
                    continue
            stop = self._line_end(end(after[1], self._text))
            self._edit(stop, stop, "\n" + _block({key: value}, column))

    # -- sequences ------------------------------------------------------------------------------------------------

    def _change_sequence(self, node: yaml.SequenceNode, old: list[object], new: list[object], field: str) -> bool:
        items: list[yaml.Node] = node.value
        if node.flow_style:
            if len(old) != len(new):
                return False
            for item, was, becomes in zip(items, old, new, strict=True):
                self._change_in_flow(item, was, becomes)
            return True
        start = head(node, self._text)
        column = start - self._line_start(start)
        dashes = self._dashes(node, start)
        if len(dashes) != len(items) or not self._is_first_on_line(dashes[0]):
            return False
        texts = [_canonical(value) for value in old], [_canonical(value) for value in new]
        regions = difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes()
        shared = set() if self._freely else set(within(node))
        bound = [self._stands_apart(item) or _names_one_of(item, shared) for item in items]
        moved = {j: i for j, i in _moved(regions, *texts).items() if not bound[i]}
        for _, i1, i2, j1, j2 in regions:
            kept = iter([i for i in range(i1, i2) if i not in moved.values()])
            after = i1 - 1
            for j in range(j1, j2):
                if j in moved:
                    self._insert(self._lines_of(items[moved[j]], dashes[moved[j]]), dashes, items, after)
                elif (i := next(kept, None)) is not None:
                    self._change(items[i], old[i], new[j], _Spot(dashes[i] + 1, column + 2, field))
                    after = i
                else:
                    self._insert(_block([new[j]], column, field), dashes, items, after)
            for i in (*kept, *(i for i in moved.values() if i1 <= i < i2)):
                self.touched.update(within(items[i]))
                self._remove_lines(dashes[i], max(end(items[i], self._text), dashes[i] + 1))
        return True

    def _insert(self, lines: str, dashes: list[int], items: list[yaml.Node], after: int) -> None:
        """Put the lines of an item behind another (-1: in front of all)."""
        if after < 0:
            start = self._with_comments(dashes[0])
            self._edit(start, start, lines + "\n")
        else:
            stop = self._line_end(max(end(items[after], self._text), dashes[after] + 1))
            self._edit(stop, stop, "\n" + lines)

    def _lines_of(self, item: yaml.Node, dash: int) -> str:
        """Return the lines of an item as they are, with the comments right above it."""
        stop = self._line_end(max(end(item, self._text), dash + 1))
        return self._text[self._with_comments(dash) : stop].replace("\r\n", "\n")

    def _dashes(self, node: yaml.SequenceNode, first: int) -> list[int]:
        """The offset of each item's dash in a block sequence whose first dash is known."""
        indent = " " * (first - self._line_start(first)) + "-"
        dashes = [first]
        for item in node.value[:-1]:
            start = self._line_end(max(end(item, self._text), dashes[-1] + 1)) + 1
            while start < len(self._text) and not self._text.startswith(indent, start):
                start = self._line_end(start) + 1
            dashes.append(start + len(indent) - 1)
        return dashes

    # -- whole values ---------------------------------------------------------------------------------------------

    def _change_in_flow(self, node: yaml.Node, old: object, new: object) -> None:
        if self._stays(node, old, new) or (new and self._change_within(node, old, new, _Spot(None, 0, ""))):
            return
        self.touched.update(within(node))
        start, stop = node.start_mark.index, node.end_mark.index
        written = json.dumps(new, ensure_ascii=False)
        if isinstance(new, str) and isinstance(node, yaml.ScalarNode) and not node.style and _is_plain(new):
            written = new
        self._edit(start, stop, (" " if start == stop else "") + written)

    def _replace(self, node: yaml.Node, new: object, spot: _Spot) -> None:
        self.touched.update(within(node))
        start, stop = node.start_mark.index, end(node, self._text)
        inline, introducer = _inline(new), spot.introducer
        if introducer is None:
            self._edit(start, stop, inline if inline is not None else spot.block(new))
            return
        below = self._line_end(introducer) < start  # a block on the lines below its key or dash
        alone = not self._text[stop : self._line_end(stop)].strip()
        if inline is not None and below:
            self._edit(introducer, introducer, " " + inline)
            self._edit(self._line_end(introducer), self._line_end(stop), "")
        elif inline is not None:
            self._edit(start, stop, (" " if start == introducer else "") + inline)
        elif below:
            self._edit(self._line_start(start), stop, spot.block(new))
        elif self._text[introducer - 1] == "-" and alone:
            self._edit(start, stop, (" " if start == introducer else "") + spot.block(new).lstrip())
        else:  # what follows on the line is a comment: it stays there
            self._edit(introducer, stop, "")
            behind = self._line_end(stop)
            self._edit(behind, behind, "\n" + spot.block(new))

    # -- lines ----------------------------------------------------------------------------------------------------

    def _line_start(self, offset: int) -> int:
        return self._text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        """The offset of the line's end, before its line break."""
        end = self._text.find("\n", offset)
        if end < 0:
            return len(self._text)
        return end - 1 if end > offset and self._text[end - 1] == "\r" else end

    def _is_first_on_line(self, offset: int) -> bool:
        return not self._text[self._line_start(offset) : offset].strip()

    def _with_comments(self, offset: int) -> int:
        """The start of the line of ``offset``, or of the comment lines right above it in the same column."""
        start = self._line_start(offset)
        marker = self._text[start:offset] + "#"
        while start:
            above = self._line_start(start - 1)
            if not self._text.startswith(marker, above):
                break
            start = above
        return start

    def _remove_lines(self, start: int, end: int) -> None:
        """Remove the lines from ``start`` to ``end`` and the comments right above them."""
        start = self._with_comments(start)
        end = self._text.find("\n", end) + 1
        if end:
            self._edit(start, end, "")
        else:  # the last line has no line break: the one before it goes instead
            self._edit(max(start - 1, 0), len(self._text), "")


def _moved(regions: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> dict[int, int]:
    """Return for each item that only moved where it was, by where it comes to."""
    free: dict[str, list[int]] = {}
    for tag, i1, i2, _, _ in regions:
        for i in range(i1, i2) if tag != "equal" else ():
            free.setdefault(old[i], []).append(i)
    come = (j for tag, _, _, j1, j2 in regions if tag != "equal" for j in range(j1, j2))
    return {j: free[new[j]].pop(0) for j in come if free.get(new[j])}


def _names_one_of(item: yaml.Node, nodes: set[yaml.Node]) -> bool:
    """Whether an alias within an item stands for one of these nodes: it must come behind that."""
    return any(isinstance(each, Alias) and each.value in nodes for each in within(item))


def _held(pair: Pair, pairs: dict[str, Pair], new: dict[str, object]) -> dict[str, object]:
    """Return what a pair gives to its mapping, as it shall be."""
    return {key: new[key] for key, giver in pairs.items() if giver is pair and key in new}


def _is_plain(text: str) -> bool:
    """Whether a string can stand as it is among brackets."""
    return _inline(text) == text and not any(sign in text for sign in ",[]{}")


def _inline(value: object) -> str | None:
    """A value's text on the line of its key, or None where it needs lines of its own."""
    if isinstance(value, (dict, list)) and value:
        return None
    text = render({"v": value})
    return text[3:].strip() if text.count("\n") == 1 else json.dumps(value, ensure_ascii=False)


def _block(value: object, column: int, field: str = "") -> str:
    """A value's lines, each indented, without the last line break."""
    lines = render(value, field).removesuffix("\n").split("\n")
    return "\n".join(" " * column + line if line else "" for line in lines)
