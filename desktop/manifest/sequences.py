"""A list changed by its items: each that stays keeps its lines and comments, wherever it comes to stand."""

from collections.abc import Collection, Sequence

import yaml

from desktop.manifest.brackets import in_brackets
from desktop.manifest.matching import Origin, staying
from desktop.manifest.nodes import end, head, within
from desktop.manifest.rewriter import Rewriter, Spot
from desktop.policy.findings import Path


class Sequences(Rewriter):
    """The edits of lists."""

    def _change_sequence(self, node: yaml.SequenceNode, old: list[object], new: list[object], path: Path) -> bool:
        """Change a list item by item; False where it must be replaced whole."""
        if not node.value:
            return False
        origin = self._origin(path, old, new)
        as_it_stands = origin == tuple(range(len(old)))
        change = self._change_entries if node.flow_style else self._change_lines
        if not change(node, old, new, path, None if as_it_stands else origin):
            return False
        self._note_misplaced(node.value, origin)
        stayed = set(origin)
        self._gone(*(item for i, item in enumerate(node.value) if i not in stayed))
        return True

    # -- among brackets -------------------------------------------------------------------------------------------

    def _change_entries(
        self, node: yaml.SequenceNode, old: list[object], new: list[object], path: Path, origin: Origin | None
    ) -> bool:
        """Change a list among brackets; ``origin`` is None where each item stays where it is."""
        items: list[yaml.Node] = node.value
        if origin is None:
            for at, item in enumerate(items):
                self._change_in_flow(item, old[at], new[at], (*path, at))
            return True
        spans = [(item.start_mark.index, item.end_mark.index) for item in items]
        entries: list[tuple[int | None, str]] = []
        for j, i in enumerate(origin):
            count = len(self._edits)
            if i is None:
                entries.append((None, in_brackets(new[j], plain=self._plain)))
            else:
                self._change_in_flow(items[i], old[i], new[j], (*path, j))
                entries.append((i, self._edits.cut(count, *spans[i])))
        self._join(node, spans, entries)
        return True

    # -- on lines of their own ------------------------------------------------------------------------------------

    def _change_lines(
        self, node: yaml.SequenceNode, old: list[object], new: list[object], path: Path, origin: Origin | None
    ) -> bool:
        """Change a list of dashes; ``origin`` is None where each item stays where it is."""
        items: list[yaml.Node] = node.value
        first = head(node, self._text)
        column = first - self._layout.line_start(first)
        dashes = self._dashes(items, first)
        if len(dashes) != len(items):
            return False
        if origin is None:
            for at, item in enumerate(items):
                self._change(item, old[at], new[at], Spot(dashes[at] + 1, column + 2, (*path, at)))
            return True
        regions = self._regions(items, dashes, column)
        margin = self._begin_on_a_line(first, column)
        stay, after = staying(origin), -1
        for j, i in enumerate(origin):
            count = len(self._edits)
            if i is None:
                self._insert(self._block([new[j]], column, path), regions, after)
                continue
            if i in stay:
                self._edits.add(regions[i][0], regions[i][0], "" if i else margin)
                after = i
            self._change(items[i], old[i], new[j], Spot(dashes[i] + 1, column + 2, (*path, j)))
            if i not in stay:
                lines = self._edits.cut(count, *regions[i])
                self._insert(lines if i else margin + lines, regions, after, self._text[slice(*self._gap(regions, i))])
        self._remove_items(regions, stay)
        return True

    def _dashes(self, items: Sequence[yaml.Node], first: int) -> list[int]:
        """Return the offset of each item's dash, of which the first is known; not as many where one is not found."""
        indent = " " * (first - self._layout.line_start(first)) + "-"
        dashes = [first]
        for item in items[:-1]:
            start = self._layout.next_line(max(end(item, self._text), dashes[-1] + 1))
            while start < len(self._text) and not self._text.startswith(indent, start):
                start = self._layout.next_line(start)
            if start < len(self._text):
                dashes.append(start + len(indent) - 1)
        return dashes

    def _regions(self, items: Sequence[yaml.Node], dashes: Sequence[int], column: int) -> list[tuple[int, int]]:
        """Return where the lines of each item begin and end, its comments with it."""
        regions: list[tuple[int, int]] = []
        floor = 0
        for item, dash in zip(items, dashes, strict=True):
            start = self._layout.lead(dash, floor) if self._layout.is_first_on_line(dash) else dash
            stop = self._layout.trail(max(end(item, self._text), dash + 1), column)
            regions.append((start, stop))
            floor = stop
        return regions

    def _begin_on_a_line(self, first: int, column: int) -> str:
        """Break the line before a list that begins behind the dash of another; return the blanks of its first line."""
        if self._layout.is_first_on_line(first):
            return ""
        self._edits.add(len(self._text[:first].rstrip(" ")), first, self._layout.newline)
        return " " * column

    def _gap(self, regions: Sequence[tuple[int, int]], at: int) -> tuple[int, int]:
        """Return where the blank lines between an item and the one above it stand; of the first, the one below it."""
        below = max(at, 1)
        start = self._layout.next_line(regions[below - 1][1])
        stop = regions[below][0] if below < len(regions) else start
        return (stop, stop) if self._text[start:stop].strip() else (start, stop)

    def _insert(self, lines: str, regions: Sequence[tuple[int, int]], after: int, gap: str = "") -> None:
        """Put lines behind those of an item (-1: in front of all), with blank lines between."""
        if after < 0:
            self._edits.add(regions[0][0], regions[0][0], lines + self._layout.newline + gap)
        else:
            self._edits.add(regions[after][1], regions[after][1], self._layout.newline + gap + lines)

    def _remove_items(self, regions: Sequence[tuple[int, int]], stay: Collection[int]) -> None:
        """Remove the lines of all other items, and the blank lines that parted them from those that stay."""
        first = min(stay, default=0)
        for at, region in enumerate(regions):
            if at not in stay:
                self._layout.remove(self._edits, *region)
            if at not in stay or (at and at == first):
                self._edits.add(*self._gap(regions, at), "")

    # -- anchors --------------------------------------------------------------------------------------------------

    def _note_misplaced(self, items: Sequence[yaml.Node], origin: Origin) -> None:
        """Note the aliases that name something in an item which would come to stand behind theirs."""
        if not self._aliases:
            return
        place = {i: j for j, i in enumerate(origin) if i is not None}
        holder = {each: place[i] for i, item in enumerate(items) if i in place for each in within(item)}
        for alias in self._aliases:
            if alias in holder and holder[alias] < holder.get(alias.value, -1):
                self.misplaced.add(alias)
