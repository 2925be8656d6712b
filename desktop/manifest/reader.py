"""Text to documents: plain JSON data as kubectl would send it, and the place of every path.

Limits, so that any text is accepted or refused within a second and 100 MB: 3 MiB of UTF-8, 100,000 nodes (keys,
values, lists and mappings together: some 2,000 policies in one text), both where a caller has no other ``Limits``;
depth 100, 10,000 nodes from aliases, 10,000 documents. Duplicate keys and language tags (``!!python/…``, ``!foo``) are
errors.

Finding codes, all errors: ``yaml.too-large``, ``yaml.too-many-nodes``, ``yaml.too-many-aliases``,
``yaml.too-many-documents``, ``yaml.too-deep`` (fact ``limit``); ``yaml.not-utf8``; ``yaml.control-character``
(``character``, such as U+0000); ``yaml.directive``; ``yaml.text-after-marker`` (text on a ``---`` or
``...`` line, or after the latter, which kubectl skips);
``yaml.duplicate-key`` (``key``, ``first_line``); ``yaml.key``; ``yaml.merge``; ``yaml.tag`` (``tag``);
``yaml.not-of-tag`` (``tag``, ``text``); ``yaml.not-finite`` (``text``); ``yaml.unknown-anchor`` and
``yaml.recursive-anchor`` (``anchor``); and those of ``syntax``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from desktop import turns
from desktop.manifest.composing import MAX_NODES, Budget, Composer, Json, LimitExceeded, Spot
from desktop.manifest.positions import Positions
from desktop.manifest.segments import Segment, segments
from desktop.policy.findings import Finding, Path, Place, Severity

MAX_BYTES = 3 * 1024 * 1024
MAX_DOCUMENTS = 10_000
ENCODINGS = {b"": "utf-8", b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
"""How a file is written that begins with which byte order mark; older shells of Windows write the third."""

# What YAML calls not printable; libyaml refuses it too, but names no place.
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNPARSABLE = frozenset({"yaml.directive", "yaml.control-character"})
_LINE = re.compile(r"[^\r\n]*")
_START = Place(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a text; all places and offsets are in the whole text (without a byte order mark).

    ``value`` is None where the document cannot be read; ``findings`` then say why. ``text`` is its own text, comments
    and all, from the line after its ``---`` to the next; ``start`` and ``end`` are its offsets, ``before`` that of its
    ``---`` line (``start`` where it has none); ``line`` is its first line. An item of a List can be a document too
    (see ``items``): ``parent`` is then the List, ``path`` leads from it to the item, and ``text`` stands to the left.
    """

    value: Json
    text: str = field(repr=False)
    line: int
    before: int
    start: int
    end: int
    findings: tuple[Finding, ...]
    _positions: Positions = field(repr=False, compare=False)
    _base: int = field(repr=False, compare=False)
    _root: Spot = field(repr=False, compare=False)
    parent: "Document | None" = field(default=None, repr=False, compare=False)
    path: Path = ()

    def place(self, path: Path) -> Place:
        """Return the place of the value at ``path``; where it is absent, of the head of its nearest ancestor."""
        spots = self._spots(path)
        spot = spots[-1]
        if len(spots) <= len(path):
            return self._head(spot)
        return self._head(spot) if spot.end == spot.start else self._at(spot.start, spot.end)

    def place_of_key(self, path: Path) -> Place:
        """Return the place of the key that leads to ``path``; for an item of a list, of the item's first line."""
        return self._head(self._spots(path)[-1])

    def span(self, path: Path) -> tuple[int, int] | None:
        """Return the offsets of the value at ``path``, None where it is absent."""
        spots = self._spots(path)
        return (self._base + spots[-1].start, self._base + spots[-1].end) if len(spots) > len(path) else None

    def part(self, path: Path, value: Json, text: str, start: int, end: int) -> "Document":
        """Return what stands at ``path`` (between two offsets) as a document of its own, with this value and text."""
        line, root = self._positions.line(start), self._spots(path)[-1]
        return Document(value, text, line, start, start, end, (), self._positions, self._base, root, self, path)

    def _spots(self, path: Path) -> list[Spot]:
        spots = [self._root]
        for step in path:
            spot = _within(spots[-1], step)
            if spot is None:
                break
            spots.append(spot)
        return spots

    def _head(self, spot: Spot) -> Place:
        if spot.key_start >= 0:
            return self._at(spot.key_start, spot.key_end)
        first_line = _LINE.match(self._positions.text, self._base + spot.start, self._base + spot.end)
        return self._at(spot.start, first_line.end() - self._base if first_line else spot.end)

    def _at(self, start: int, end: int) -> Place:
        return self._positions.place(self._base + start, self._base + end)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read: its documents (not those that are empty or null), and the findings of all, in order of place.

    ``text`` is without a byte order mark; offsets and places are in it.
    """

    text: str = field(repr=False)
    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a text is read: in bytes of UTF-8, and in nodes."""

    bytes_: int = MAX_BYTES
    nodes: int = MAX_NODES


USUAL = Limits()


def read(text: str, limits: Limits = USUAL) -> Reading:
    """Read a text of any number of documents. Never raises; a text beyond the limits has no documents."""
    text = text.removeprefix("\ufeff")
    positions = Positions(text)
    most = limits.bytes_
    if len(text) > most or len(text.encode(errors="surrogatepass")) > most:
        return _refused(text, Finding("yaml.too-large", Severity.ERROR, facts={"limit": most}, place=_START))
    budget = Budget(limits.nodes)
    documents = []
    for number, segment in enumerate(segments(text)):
        if number == MAX_DOCUMENTS:
            place = positions.place(segment.before, segment.start)
            facts = {"limit": MAX_DOCUMENTS}
            return _refused(text, Finding("yaml.too-many-documents", Severity.ERROR, facts=facts, place=place))
        turns.give_way()
        try:
            document = _document(text, segment, positions, budget)
        except LimitExceeded as error:
            return _refused(text, error.finding)
        if document.value is not None or document.findings:
            documents.append(document)
    return Reading(text, tuple(documents), tuple(finding for document in documents for finding in document.findings))


def mark_of(data: bytes) -> bytes:
    """Return the byte order mark that the bytes of a file begin with; empty where there is none."""
    return next((each for each in ENCODINGS if each and data.startswith(each)), b"")


def read_bytes(data: bytes, limits: Limits = USUAL) -> Reading:
    """Read the bytes of a file, which must be UTF-8 unless a byte order mark says UTF-16, as for kubectl."""
    start = mark_of(data)
    encoding, content = ENCODINGS[start], data[len(start) :]
    try:
        return read(content.decode(encoding), limits)
    except UnicodeDecodeError as error:
        good = content[: error.start].decode(encoding)
        place = Positions(good).place(len(good), len(good))
        finding = Finding("yaml.not-utf8", Severity.ERROR, place=replace(place, end_column=place.column + 1))
        return _refused(content.decode(encoding, errors="replace"), finding)


def _within(spot: Spot, step: str | int) -> Spot | None:
    if isinstance(spot.inside, dict):
        return spot.inside.get(step) if isinstance(step, str) else None
    if isinstance(spot.inside, list) and isinstance(step, int) and 0 <= step < len(spot.inside):
        return spot.inside[step]
    return None


def _refused(text: str, finding: Finding) -> Reading:
    return Reading(text, (), (finding,))


def _document(text: str, segment: Segment, positions: Positions, budget: Budget) -> Document:
    own_text = text[segment.start : segment.end]
    findings = list(_obstacles(text, segment, positions))
    value: Json = None
    content = (segment.content if segment.content is not None else segment.end) - segment.start
    root = Spot(content, len(own_text))
    if segment.content is not None and not any(finding.code in _UNPARSABLE for finding in findings):
        composer = Composer(own_text, segment.start, positions, budget)
        if composed := composer.compose():
            value, root = composed
        findings += composer.findings
    line, start = positions.line(segment.start), segment.start
    return Document(value, own_text, line, segment.before, start, segment.end, tuple(findings), positions, start, root)


def _obstacles(text: str, segment: Segment, positions: Positions) -> Iterator[Finding]:
    """Yield what libyaml would read otherwise than kubectl, or not tell apart."""

    def finding(code: str, at: int, **facts: object) -> Finding:
        return Finding(code, Severity.ERROR, facts=facts, place=positions.place(at, at + 1))

    if segment.stray is not None:
        yield finding("yaml.text-after-marker", segment.stray)
    if segment.content is not None and text[segment.content] == "%":
        yield finding("yaml.directive", segment.content)
    if control := _CONTROL.search(text, segment.start, segment.end):
        yield finding("yaml.control-character", control.start(), character=f"U+{ord(control[0]):04X}")
