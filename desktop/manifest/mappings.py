"""A mapping changed by its keys: those that stay keep their lines and comments, merged keys as far as they can."""

from collections.abc import Iterator, Mapping, Sequence

import yaml

from desktop.manifest.brackets import in_brackets, inline
from desktop.manifest.matching import same
from desktop.manifest.nodes import Pair, end, given, givers, head, is_merge
from desktop.manifest.rewriter import Rewriter, Spot
from desktop.policy.findings import Path

Json = Mapping[str, object]


class Mappings(Rewriter):
    """The edits of mappings. ``names`` has the old name of each key that stays, by its new one."""

    def _change_mapping(self, node: yaml.MappingNode, old: dict[str, object], new: Json, path: Path) -> bool:
        """Change a mapping key by key; False where it must be replaced whole."""
        pairs = givers(node, old)
        if pairs is None or any(pair not in pairs.values() and not is_merge(pair[0]) for pair in node.value):
            return False  # merged keys are laid over one above them, of which readers of YAML think differently
        renamed = self._origins.keys.get(path, {})
        names = {key: key if key in pairs else renamed[key] for key in new if key in pairs or key in renamed}
        names = {key: was for key, was in names.items() if key == was or (was in pairs and was not in new)}
        if not names or any(key != was and is_merge(pairs[was][0]) for key, was in names.items()):
            return False
        change = self._change_pairs if node.flow_style else self._change_keys
        return change(node, pairs, names, old, new, path)

    # -- on lines of their own ------------------------------------------------------------------------------------

    def _change_keys(
        self, node: yaml.MappingNode, pairs: dict[str, Pair], names: dict[str, str], old: Json, new: Json, path: Path
    ) -> bool:
        first = head(node, self._text)
        column = first - self._layout.line_start(first)
        for key, was in names.items():
            key_node, value_node = pairs[was]
            if is_merge(key_node):
                continue
            colon = self._text.find(":", key_node.end_mark.index) + 1
            if not colon:
                return False  # "? key" without a value
            if key != was:
                self._edits.add(key_node.start_mark.index, key_node.end_mark.index, str(inline(key)))
            indent = column if isinstance(new[key], list) else column + 2
            self._change(value_node, old[was], new[key], Spot(colon, indent, (*path, key)))
        held = [pairs[was] for was in names.values()]
        spread = self._to_be_spread(node, new)
        gone = [pair for pair in node.value if pair not in held and self._can_go(pair, spread)]
        regions = dict(zip(node.value, self._regions_of(node.value, column), strict=True))
        self._remove_pairs(node.value, gone, regions)
        for pair in spread:
            if pair not in gone:
                keys = _held(pair, pairs, new)
                self._spread(pair, self._block(keys, column, path).lstrip() if keys else "<<: {}")
        after = held[0]
        for key, value in new.items():
            if key in names:
                after = pairs[names[key]]
                if not is_merge(after[0]) or after in spread or same(old[key], value):
                    continue
            # What is new stands behind the key before it; so does, behind merged keys, what is now said over them.
            stop = regions[after][1]
            self._edits.add(stop, stop, self._layout.newline + self._block({key: value}, column, path))
        return True

    def _regions_of(self, pairs: Sequence[Pair], column: int) -> Iterator[tuple[int, int]]:
        """Yield where the lines of each pair begin and end, its comments with it."""
        floor = 0
        for number, (key, value) in enumerate(pairs):
            begins = key.start_mark.index
            start = self._layout.lead(begins, floor) if number or self._layout.is_first_on_line(begins) else begins
            floor = self._layout.trail(end(value, self._text), column)
            yield start, floor

    def _remove_pairs(self, pairs: list[Pair], gone: Sequence[Pair], regions: Mapping[Pair, tuple[int, int]]) -> None:
        self._gone(*(value for _, value in gone))
        begins = pairs[0][0].start_mark.index
        kept = next(number for number, pair in enumerate(pairs) if pair not in gone)
        leading = [] if self._layout.is_first_on_line(begins) else pairs[:kept]
        if leading:
            # The removed keys begin on the line of a dash, which stays.
            following = pairs[kept][0].start_mark.index
            ends = [regions[pair][1] for pair in leading]
            starts = [*(regions[pair][0] for pair in leading[1:]), following]
            if any(self._text[stop:start].strip() for stop, start in zip(ends, starts, strict=True)):
                self._edits.add(len(self._text[:begins].rstrip(" ")), ends[0], "")
                leading = leading[:1]
            else:
                self._edits.add(begins, following, "")
        for pair in gone:
            if pair not in leading:
                self._layout.remove(self._edits, *regions[pair])

    # -- among braces ---------------------------------------------------------------------------------------------

    def _change_pairs(
        self, node: yaml.MappingNode, pairs: dict[str, Pair], names: dict[str, str], old: Json, new: Json, path: Path
    ) -> bool:
        held = [pairs[was] for was in names.values()]
        spread = self._to_be_spread(node, new)
        gone = [pair for pair in node.value if pair not in held and (pair in spread or not is_merge(pair[0]))]
        added = [key for key in new if key not in names]
        new_names = {was: key for key, was in names.items()}
        spans = [(key.start_mark.index, max(key.end_mark.index, value.end_mark.index)) for key, value in node.value]
        entries: list[tuple[int | None, str]] = []
        for number, pair in enumerate(node.value):
            if pair in gone:
                continue
            count = len(self._edits)
            if pair in spread:
                self._spread(pair, in_brackets(_held(pair, pairs, new), plain=self._plain)[1:-1])
            for was in [key for key, giver in pairs.items() if giver is pair and pair not in spread]:
                self._change_pair(pair, was, new_names[was], old, new, path)
            if gone or added:
                entries.append((number, self._edits.cut(count, *spans[number])))
        if gone or added:
            self._gone(*(value for _, value in gone))
            texts = (in_brackets({key: new[key]}, plain=self._plain)[1:-1] for key in added)
            self._join(node, spans, [*entries, *((None, text) for text in texts)])
        return True

    def _change_pair(self, pair: Pair, was: str, name: str, old: Json, new: Json, path: Path) -> None:
        """Change what a pair among braces gives to its mapping; over merged keys the mapping says it itself."""
        key, value = pair
        if is_merge(key):
            if not same(old[was], new[name]):
                said = in_brackets({name: new[name]}, plain=self._plain)[1:-1]
                self._edits.add(value.end_mark.index, value.end_mark.index, f", {said}")
            return
        if name != was:
            self._edits.add(key.start_mark.index, key.end_mark.index, in_brackets(name, plain=self._plain))
        self._change_in_flow(value, old[was], new[name], (*path, name))

    # -- merged keys ----------------------------------------------------------------------------------------------

    def _to_be_spread(self, node: yaml.MappingNode, new: Json) -> list[Pair]:
        """Return where merged keys must become keys of the mapping: one goes, or what they come from changes."""
        return [
            pair
            for pair in node.value
            if is_merge(pair[0]) and (self._stands_apart(pair[1]) or any(key not in new for key in given(pair)))
        ]

    def _can_go(self, pair: Pair, spread: list[Pair]) -> bool:
        """Whether a pair that gives nothing can go: merged keys with a comment behind them are kept for that."""
        return not is_merge(pair[0]) or (pair in spread and self._layout.is_last_on_line(end(pair[1], self._text)))

    def _spread(self, merge: Pair, keys: str) -> None:
        """Write keys in the place of those that a pair merges."""
        self._gone(merge[1])
        self._edits.add(merge[0].start_mark.index, end(merge[1], self._text), keys)


def _held(pair: Pair, pairs: dict[str, Pair], new: Json) -> dict[str, object]:
    """Return what a pair gives to its mapping, as it shall be."""
    return {key: new[key] for key, giver in pairs.items() if giver is pair and key in new}
