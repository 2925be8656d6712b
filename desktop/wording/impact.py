"""What a change does to connections, in words.

Policies only add: a connection opens or closes, and nothing is ever said to be denied by a NetworkPolicy.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from desktop.language import tr, tr_n
from desktop.policy.netset import PORTS, Span, Spans
from desktop.policy.objects import PROTOCOLS, Direction
from desktop.reach.caveats import Caveat
from desktop.reach.columns import Column
from desktop.reach.compare import Open, Ports
from desktop.reach.exposure import Everyone, Exposure
from desktop.reach.impact import Impact
from desktop.reach.losses import Cut
from desktop.reach.objects import Pod
from desktop.reach.stretches import IPV4_LINE, IPV6_LINE
from desktop.reach.workloads import WorkloadRef
from desktop.session.meaning import Gap, Missing
from desktop.wording import kinds
from desktop.wording.connections import end_words, ports_words
from desktop.wording.lists import each_of, listed
from desktop.wording.plain import plain

_NAMED = 4
"""Things named before the rest is only counted."""


class Names:
    """Workloads as ``namespace/name``; with the kind where two of one name stand side by side."""

    def __init__(self, workloads: Iterable[WorkloadRef]) -> None:
        counted = Counter((ref.namespace, ref.name) for ref in workloads)
        self._shared = {name for name, count in counted.items() if count > 1}

    def of(self, end: Column) -> str:
        """Return the name of an end."""
        if isinstance(end, WorkloadRef) and (end.namespace, end.name) not in self._shared:
            return plain(f"{end.namespace}/{end.name}")
        return end_words(end)


def pair_words(source: str, destination: str) -> str:
    """Return a pair of ends: ``web/frontend → default/db``."""
    return tr("{source} → {destination}", source=source, destination=destination)


def whole_words(name: str, *, outbound: bool) -> str:
    """Return all that an end had connections with and no longer has."""
    if outbound:
        return tr("everything else that {name} could reach", name=name)
    return tr("everything else that could reach {name}", name=name)


def with_count(words: str, others: str) -> str:
    """Return a group of connections with how many others there are."""
    return tr("{words} ({others})", words=words, others=others)


def with_ports(pair: str, ports: str) -> str:
    """Return a connection with its ports."""
    return tr("{pair}: {ports}", pair=pair, ports=ports)


def others_words(workloads: int, ranges: Sequence[Span]) -> str:
    """Return how many others there are: ``12 workloads and every address``."""
    parts = [tr_n("{count} workload", "{count} workloads", workloads)] if workloads else []
    families = {IPV4_LINE, IPV6_LINE} & set(ranges)
    if len(families) == 2:
        parts.append(tr("every address outside"))
    else:
        parts += [end_words(family) for family in families]
        if left := len(ranges) - len(families):
            parts.append(tr_n("{count} range of addresses", "{count} ranges of addresses", left))
    return each_of(parts)


def joined(ranges: Iterable[Span]) -> tuple[Span, ...]:
    """Return ranges of addresses with those side by side made one; the families stay apart."""
    ranges = tuple(ranges)
    families = ([span for span in ranges if (span[0] >= IPV4_LINE[0]) is ipv4] for ipv4 in (True, False))
    return tuple(span for family in families for span in Spans.of(family).spans)


def opening_words(before: Open, after: Open) -> str:
    """Return the ports that open, and how far: ``TCP 6379, UDP 53 (perhaps)``."""
    return _risen_words(before, after, _how_it_opens)


def closing_words(before: Open, after: Open) -> str:
    """Return the ports that close, and how far: ``every port``, ``TCP 80 (still open for some pods)``."""
    return _risen_words(after, before, lambda low, high: _how_it_closes(high, low))


def _risen_words(low: Open, high: Open, how: Callable[[int, int], str]) -> str:
    """Return the ports that stand higher in ``high``, those alike together."""
    found: dict[tuple[int, int], dict[str, tuple[Span, ...]]] = {}
    for protocol in {**high.certain, **high.undecidable}:
        lower, higher = _by_level(low, protocol), _by_level(high, protocol)
        for was, those in enumerate(lower):
            for becomes, these in enumerate(higher):
                if becomes > was and (both := these & those):
                    found.setdefault((was, becomes), {})[protocol] = both.spans
    parts = [_qualified(ports, how(*levels)) for levels, ports in sorted(found.items(), key=_by_height)]
    return listed(parts) if parts else ""


def _by_height(found: tuple[tuple[int, int], object]) -> tuple[int, int]:
    (was, becomes), _ = found
    return -becomes, was


def _by_level(pair: Open, protocol: str) -> tuple[Spans, Spans, Spans, Spans]:
    """Return the ports that are closed, undecidable, open for some pods, open for all."""
    certain, undecidable, partly = (
        Spans(ports.get(protocol, ())) for ports in (pair.certain, pair.undecidable, pair.partly)
    )
    return PORTS - certain - undecidable, undecidable - certain, certain - (certain - partly), certain - partly


def _qualified(ports: Ports, how: str) -> str:
    words = _all_but(ports) or ports_words(ports)
    return tr("{ports} ({how})", ports=words, how=how) if how else words


def _all_but(ports: Ports) -> str:
    """Return ``every port but TCP 6379`` where that is shorter than to name all the others; else nothing."""
    left = {name: PORTS - Spans(ports.get(name, ())) for name in PROTOCOLS}
    but = {name: spans.spans for name, spans in left.items() if spans}
    if not but or sum(map(len, but.values())) >= sum(map(len, ports.values())):
        return ""
    return tr("every port but {ports}", ports=ports_words(but))


def _how_it_opens(was: int, becomes: int) -> str:
    match was, becomes:
        case 0, 3:
            return ""
        case 0, 1:
            return tr("perhaps")
        case 1, _:
            return tr("until now perhaps")
        case 2, _:
            return tr("until now for some pods")
        case _:
            return tr("for some pods")


def _how_it_closes(was: int, becomes: int) -> str:
    match was, becomes:
        case 3, 0:
            return ""
        case _, 1:
            return tr("perhaps still open")
        case _, 2:
            return tr("still open for some pods")
        case 1, _:
            return tr("until now perhaps open")
        case _:
            return tr("until now open for some pods")


def opens_title(count: int) -> str:
    """Return the heading of the connections that open."""
    return tr_n("Opens {count} connection", "Opens {count} connections", count)


def closes_title(count: int) -> str:
    """Return the heading of the connections that close."""
    return tr_n("Closes {count} connection", "Closes {count} connections", count)


def summary(opens: int, closes: int, *, known: bool) -> str:
    """Return what a change does, in a line; ``known`` is False where not all that counts is known."""
    if opens and closes:
        return tr_n(
            "Opens {count} connection, closes {closes}.",
            "Opens {count} connections, closes {closes}.",
            opens,
            closes=closes,
        )
    if opens:
        return tr_n("Opens {count} connection, closes none.", "Opens {count} connections, closes none.", opens)
    if closes:
        return tr_n("Closes {count} connection, opens none.", "Closes {count} connections, opens none.", closes)
    if known:
        return tr("Nothing changes: no connection opens or closes.")
    return tr("As far as is known here, no connection opens or closes.")


def released_sentences(released: Mapping[Direction, Sequence[Pod]]) -> Iterator[str]:
    """Yield what becomes of pods that lose their last policy of a direction."""
    inbound, outbound = (_pod_names(released[each]) for each in (Direction.INGRESS, Direction.EGRESS))
    if inbound and inbound == outbound:
        yield tr_n(
            "This removes the last policy of {count} pod, which becomes open in both directions: {pods}",
            "This removes the last policy of {count} pods, which become open in both directions: {pods}",
            len(inbound),
            pods=some(inbound),
        )
        return
    if inbound:
        yield tr_n(
            "This removes the last policy for inbound of {count} pod, which accepts every connection then: {pods}",
            "This removes the last policy for inbound of {count} pods, which accept every connection then: {pods}",
            len(inbound),
            pods=some(inbound),
        )
    if outbound:
        yield tr_n(
            "This removes the last policy for outbound of {count} pod, which may connect anywhere then: {pods}",
            "This removes the last policy for outbound of {count} pods, which may connect anywhere then: {pods}",
            len(outbound),
            pods=some(outbound),
        )


def isolated_sentences(isolated: Mapping[Direction, Sequence[Pod]]) -> Iterator[str]:
    """Yield what becomes of pods that get their first policy of a direction."""
    inbound, outbound = (_pod_names(isolated[each]) for each in (Direction.INGRESS, Direction.EGRESS))
    if inbound:
        yield tr_n(
            "{count} pod had no policy for inbound; from now on only what policies admit reaches it: {pods}",
            "{count} pods had no policy for inbound; from now on only what policies admit reaches them: {pods}",
            len(inbound),
            pods=some(inbound),
        )
    if outbound:
        yield tr_n(
            "{count} pod had no policy for outbound; from now on it reaches only what policies admit: {pods}",
            "{count} pods had no policy for outbound; from now on they reach only what policies admit: {pods}",
            len(outbound),
            pods=some(outbound),
        )


def losing_nothing_sentence(impact: Impact) -> str:
    """Return how many of the workloads concerned keep all they had; empty where there is none."""
    count = len(impact.losing_nothing)
    return tr_n("{count} workload loses nothing.", "{count} workloads lose nothing.", count) if count else ""


def surviving_sentence() -> str:
    """Return what is true of every change that closes something."""
    return tr("Connections that are open already may survive, and network plug-ins take a moment to follow.")


def gap_sentence(gap: Gap) -> str:
    """Return what is not known, and what that leaves open."""
    if gap.what is Missing.PODS and gap.namespaces:
        names = some([plain(name) for name in gap.namespaces])
        return tr("The pods of {namespaces} may not be listed: what changes for them cannot be said.", namespaces=names)
    match gap.what:
        case Missing.EVERYTHING:
            return tr("This cannot be said: the cluster has not been synchronized yet.")
        case Missing.PODS:
            return tr("This cannot be said: you may not list the pods that it is about.")
        case Missing.FILES:
            return tr("Some files of the folder cannot be read: what stands in them is not counted here.")
        case Missing.OTHER_PODS:
            return tr(
                "Only the pods of the namespaces that you named are known: connections with others may open or close "
                "too."
            )
        case Missing.POLICIES:
            return tr("Not all policies may be listed: what they admit or restrict is not counted here.")
        case Missing.NAMESPACES:
            return tr("The labels of namespaces may not be listed: what rules with them select is not known.")


def caveat_sentences(caveats: Sequence[Caveat]) -> Iterator[str]:
    """Yield what else may change what is said."""
    for hidden in (False, True):
        names = [kinds.plural(caveat.kind) for caveat in caveats if caveat.hidden is hidden]
        if names and hidden:
            yield tr("It is not known whether there are {kind}: they may change this.", kind=listed(names))
        elif names:
            yield tr("There are {kind}, which are not evaluated here: they may change this.", kind=listed(names))


def exposure_consent(exposures: Sequence[Exposure], direction: Direction, names: Names) -> str:
    """Return what somebody must confirm who opens these workloads to everyone."""
    named = list(dict.fromkeys(names.of(each.workload) for each in exposures))
    if direction is Direction.INGRESS:
        return tr_n(
            "&I understand that this workload becomes open to everyone: {names}",
            "&I understand that {count} workloads become open to everyone: {names}",
            len(named),
            names=_escaped(named),
        )
    return tr_n(
        "I &understand that this workload may connect to everyone: {names}",
        "I &understand that {count} workloads may connect to everyone: {names}",
        len(named),
        names=_escaped(named),
    )


def exposure_words(exposure: Exposure, names: Names) -> str:
    """Return one exposure in full."""
    words = {"name": names.of(exposure.workload), "who": _everyone(exposure.to), "ports": ports_words(exposure.ports)}
    if exposure.direction is Direction.INGRESS:
        return tr("{name} accepts {ports} from {who}", **words)
    return tr("{name} may connect to {who} on {ports}", **words)


def _everyone(who: Everyone) -> str:
    match who:
        case Everyone.IPV4:
            return tr("every IPv4 address")
        case Everyone.IPV6:
            return tr("every IPv6 address")
        case Everyone.PODS:
            return tr("every pod of the cluster")


def cut_consent(cuts: Sequence[Cut], direction: Direction, names: Names) -> str:
    """Return what somebody must confirm who cuts off these workloads: outbound by more than half, inbound wholly."""
    named = [names.of(cut.workload) for cut in cuts]
    if direction is Direction.EGRESS:
        return tr_n(
            "I u&nderstand that this workload loses more than half of what it could reach: {names}",
            "I u&nderstand that {count} workloads lose more than half of what they could reach: {names}",
            len(named),
            names=_escaped(named),
        )
    return tr_n(
        "I unde&rstand that no other workload and nobody outside can reach this workload any more: {names}",
        "I unde&rstand that no other workload and nobody outside can reach these {count} workloads any more: {names}",
        len(named),
        names=_escaped(named),
    )


def cut_words(cut: Cut, names: Names) -> str:
    """Return one loss in full."""
    told = {"name": names.of(cut.workload), "lost": cut.lost, "reached": cut.reached}
    if cut.direction is Direction.EGRESS:
        return tr("{name} loses {lost} of the {reached} workloads and outside that it could reach", **told)
    return tr("{name} loses all of the {reached} workloads and outside that could reach it", **told)


def some(names: Sequence[str]) -> str:
    """Return names, the first few of them and how many more."""
    if len(names) <= _NAMED + 1:
        return listed(names)
    left = len(names) - _NAMED
    return tr("{names} and {count} more", names=listed(names[:_NAMED]), count=left)


def _escaped(names: Sequence[str]) -> str:
    """Names in a text where ``&`` marks a letter."""
    return some(names).replace("&", "&&")


def _pod_names(pods: Sequence[Pod]) -> list[str]:
    return [plain(f"{pod.namespace}/{pod.name}") for pod in pods]
