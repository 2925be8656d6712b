"""A meaning laid out for the screen: sentences, the connections that open and close, what must be confirmed. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from desktop.language import tr_n
from desktop.policy.findings import Severity
from desktop.policy.netset import Span
from desktop.policy.objects import Direction
from desktop.reach.bits import positions_of
from desktop.reach.columns import Column, Columns
from desktop.reach.compare import CLOSED, Open
from desktop.reach.impact import Impact
from desktop.reach.workloads import WorkloadRef
from desktop.session.meaning import Meaning
from desktop.wording import findings as finding_words
from desktop.wording import impact as words

_FEW = 3
"""So many connections alike are told one by one; more are folded."""
MOST = 150
"""Lines shown below a heading; of more, it is said how many there are."""
_MOST_IN_A_TOOLTIP = 10


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing to know."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One connection, or several alike, which ``below`` then tells one by one."""

    text: str
    below: "_End | None" = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Section:
    """The connections that open, or those that close."""

    count: int = 0
    title: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """Something that must be confirmed: a text with a mnemonic, and the whole of it for who looks closer."""

    text: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is shown of a meaning.

    ``gaps`` and ``released`` stand before the connections: what is not known, and who loses the last policy; ``last``
    stands after them. ``caveats`` hold for all of it.
    """

    meaning: Meaning
    summary: str
    gaps: tuple[Sentence, ...] = ()
    released: tuple[Sentence, ...] = ()
    opens: Section = Section()
    closes: Section = Section()
    last: tuple[Sentence, ...] = ()
    caveats: tuple[str, ...] = ()
    consents: tuple[Consent, ...] = ()


def tell(meaning: Meaning) -> Told:
    """Lay out a meaning (takes time in a big cluster)."""
    gaps = [Sentence(Severity.WARNING, words.gap_sentence(gap)) for gap in meaning.gaps]
    impact = meaning.impact
    if impact is None:
        return Told(meaning, gaps[0].text if gaps else "", tuple(gaps[1:]))
    names = words.Names(impact.shifts[0].columns.workloads if impact.shifts else ())
    opens = _section(impact, names, words.opening_words, words.opens_title, closing=False)
    closes = _section(impact, names, words.closing_words, words.closes_title, closing=True)
    released = [Sentence(Severity.WARNING, text) for text in words.released_sentences(impact.released)]
    last = [*words.isolated_sentences(impact.isolated)]
    if closes.count:
        last += [text for text in (words.losing_nothing_sentence(impact), words.surviving_sentence()) if text]
    return Told(
        meaning,
        words.summary(opens.count, closes.count, known=not meaning.gaps),
        tuple(gaps),
        tuple(released),
        opens,
        closes,
        tuple(Sentence(Severity.INFO, text) for text in last),
        (*map(finding_words.sentence, meaning.shortcomings), *words.caveat_sentences(impact.caveats)),
        tuple(_consents(impact, names)),
    )


def _consents(impact: Impact, names: words.Names) -> Iterator[Consent]:
    for direction in Direction:
        exposed = [each for each in impact.exposures if each.direction is direction]
        if exposed:
            details = tuple(words.exposure_words(each, names) for each in exposed)
            yield Consent(words.exposure_consent(exposed, direction, names), details)
    for direction in Direction:
        cuts = [cut for cut in impact.cuts if cut.direction is direction]
        if cuts:
            details = tuple(words.cut_words(cut, names) for cut in cuts)
            yield Consent(words.cut_consent(cuts, direction, names), details)


def _section(
    impact: Impact,
    names: words.Names,
    ports: Callable[[Open, Open], str],
    title: Callable[[int], str],
    *,
    closing: bool,
) -> Section:
    """Put the shifts of each end together that are alike; ends that change most come first."""
    texts: dict[tuple[Open, Open], str] = {}
    ends: dict[tuple[WorkloadRef, bool], dict[tuple[bool, str], int]] = {}
    for shift in impact.shifts:
        change = shift.before, shift.after
        text = texts.get(change)
        if text is None:
            text = texts[change] = ports(*change)
        if text:
            alike = ends.setdefault((shift.workload, shift.outbound), {})
            key = closing and shift.after == CLOSED, text
            alike[key] = alike.get(key, 0) | shift.others
    if not ends:
        return Section()
    columns = impact.shifts[0].columns
    made = [
        _End(columns, names, end, outbound, tuple((others, text, whole) for (whole, text), others in alike.items()))
        for (end, outbound), alike in ends.items()
    ]
    made.sort(key=lambda each: -each.count)
    count = sum(each.count for each in made)
    return Section(count, title(count), bounded([line for each in made for line in each.lines()]))


def bounded(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return so many lines as can be shown, and how many more there are."""
    if len(lines) <= MOST:
        return tuple(lines)
    left = len(lines) - MOST
    return (*lines[:MOST], Line(tr_n("… and {count} more", "… and {count} more", left)))


def first_of(lines: Sequence[str]) -> tuple[str, ...]:
    """Return so many lines as a tooltip has room for, and a sign where there are more."""
    return (*lines[:_MOST_IN_A_TOOLTIP], *(["…"] if len(lines) > _MOST_IN_A_TOOLTIP else []))


Part = tuple[int, str, bool]
"""Some others, the ports that change for them, and whether that is all there was."""


@dataclass(frozen=True, slots=True)
class _End:
    """The connections of one end that open (or close)."""

    columns: Columns
    names: words.Names
    end: WorkloadRef
    outbound: bool
    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        """How many connections; all outside counts as one end."""
        others, inside = self._others, self._inside
        return (others & inside).bit_count() + bool(others & ~inside)

    def lines(self) -> Iterator[Line]:
        """Yield its lines: all that closes wholly in one, and else one for all that are alike."""
        wholes = tuple(part for part in self.parts if part[2])
        groups = [wholes] if wholes else []
        groups += [(part,) for part in self.parts if not part[2]]
        found = [replace(self, parts=parts) for parts in groups]
        for group in sorted(found, key=lambda each: -each.count):
            yield from group.folded(whole=bool(wholes) and group.parts == wholes)

    def folded(self, *, whole: bool) -> Iterator[Line]:
        """Yield a line for each connection, or one for all if there are many."""
        others = self._others
        workloads, ranges = (others & self._inside).bit_count(), words.joined(self._ranges(others))
        if workloads + len(ranges) <= _FEW:
            yield from self.each()
            return
        told = words.others_words(workloads, ranges)
        if whole:
            pair = words.with_count(words.whole_words(self.names.of(self.end), outbound=self.outbound), told)
        else:
            pair = self._pair(told)
        ports = {text for _, text, _ in self.parts}
        yield Line(words.with_ports(pair, ports.pop()) if len(ports) == 1 else pair, self)

    def each(self) -> Iterator[Line]:
        """Yield a line for each connection."""
        for others, ports, _ in self.parts:
            ends: list[Column] = [self.columns.all[index] for index in positions_of(others & self._inside)]
            ends += words.joined(self._ranges(others))
            for end in ends:
                yield Line(words.with_ports(self._pair(self.names.of(end)), ports))

    @property
    def _others(self) -> int:
        found = 0
        for others, _, _ in self.parts:
            found |= others
        return found

    @property
    def _inside(self) -> int:
        return (1 << len(self.columns.workloads)) - 1

    def _ranges(self, others: int) -> Iterator[Span]:
        for index in positions_of(others >> len(self.columns.workloads)):
            yield self.columns.ends.ranges[index]

    def _pair(self, other: str) -> str:
        name = self.names.of(self.end)
        return words.pair_words(name, other) if self.outbound else words.pair_words(other, name)
