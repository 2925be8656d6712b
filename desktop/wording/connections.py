"""Connections in words: their ends, their ports, what is known of them."""

from collections.abc import Iterable, Mapping

from desktop.language import tr, tr_n
from desktop.policy.netset import Span, address_text
from desktop.policy.objects import PROTOCOLS
from desktop.reach.caveats import Caveat
from desktop.reach.columns import Column
from desktop.reach.explain import Verdict
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Snapshot
from desktop.reach.stretches import IPV4_LINE, IPV6_LINE
from desktop.reach.workloads import WorkloadRef
from desktop.wording import kinds
from desktop.wording.lists import any_of, each_of, listed
from desktop.wording.plain import plain

_EVERY_PORT = ((1, 65535),)


def range_text(span: Span) -> str:
    """Return a range of addresses, such as ``10.0.0.0-10.255.255.255``; never translated."""
    return f"{address_text(span[0])}-{address_text(span[1])}"


def end_words(end: Column) -> str:
    """Return an end of connections: ``shop/web (Deployment)``, a range of addresses, or one address."""
    if isinstance(end, WorkloadRef):
        return plain(str(end))
    if end == IPV4_LINE:
        return tr("every IPv4 address")
    if end == IPV6_LINE:
        return tr("every IPv6 address")
    return address_text(end[0]) if end[0] == end[1] else range_text(end)


def end_text(end: Column) -> str:
    """Return an end as a question names it (see ``desktop.reach.questions.named``); a range by its first address."""
    return str(end) if isinstance(end, WorkloadRef) else address_text(end[0])


def scope_words(policies: Iterable[tuple[str, str]], ends: Iterable[Column]) -> str:
    """Return that only some workloads are looked at: those of some policies, or some by name."""
    if names := [plain(f"{namespace}/{name}") for namespace, name in policies]:
        return tr("Only the workloads that {policies} selects are shown one by one.", policies=any_of(names))
    return tr("Only {workloads} is shown apart from its namespace.", workloads=each_of(sorted(map(end_words, ends))))


def missing_pods_words(snapshot: Snapshot) -> str:
    """Return that there may be pods which are not known, and so are missing from a picture; else nothing."""
    match snapshot.coverage_of(Kind.POD):
        case Coverage.COMPLETE:
            return ""
        case Coverage.PARTIAL:
            listed_in = sorted(snapshot.partial.get(Kind.POD, ()))
            return tr(
                "Only pods in {namespaces} are known: those of other namespaces are missing here.",
                namespaces=each_of(map(plain, listed_in)),
            )
        case Coverage.FORBIDDEN:
            return tr("You are not permitted to list pods: nothing is known of their connections.")
        case Coverage.UNKNOWN:
            return tr("The pods of this cluster are not listed yet: synchronize it.")


def undrawn_words(count: int) -> str:
    """Return that a graph has too many lines to draw them all."""
    return tr_n(
        "{count} line is too much to draw: choose a workload or a namespace to see its own.",
        "{count} lines are too many to draw: choose a workload or a namespace to see its own.",
        count,
    )


def ports_words(ports: Mapping[str, tuple[Span, ...]]) -> str:
    """Return sets of ports by protocol, such as ``TCP 80, TCP 8000 to 8100, every UDP port``."""
    if not ports:
        return tr("no port")
    if all(ports.get(protocol) == _EVERY_PORT for protocol in PROTOCOLS):
        return tr("every port")
    return listed(words for protocol, spans in ports.items() for words in _spans_words(protocol, spans))


def _spans_words(protocol: str, spans: tuple[Span, ...]) -> Iterable[str]:
    if spans == _EVERY_PORT:
        yield tr("every {protocol} port", protocol=protocol)
        return
    for first, last in spans:
        if first == last:
            yield tr("{protocol} {port}", protocol=protocol, port=first)
        else:
            yield tr("{protocol} {first} to {last}", protocol=protocol, first=first, last=last)


def verdict_words(verdict: Verdict) -> str:
    """Return what is known of a connection, in a word."""
    match verdict:
        case Verdict.ALLOWED:
            return tr("allowed")
        case Verdict.UNDECIDABLE:
            return tr("undecidable")
        case Verdict.NOT_ALLOWED:
            return tr("not allowed")


def caveat_sentence(caveat: Caveat) -> str:
    """Return what else may change any verdict."""
    what = kinds.plural(caveat.kind)
    if caveat.hidden:
        return tr("It is not known whether there are {kind}: they may change this.", kind=what)
    return tr("There are {kind}, which are not evaluated here: they may change this.", kind=what)
