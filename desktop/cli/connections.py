"""``bulkhead connections``: who can talk to whom, by workload and by ranges of outside addresses."""

import argparse
import csv
import json
import sys
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from desktop.cli.pictures import Place, add_reading, caveat_values, pictures, say_caveats, settings
from desktop.cli.sources import Commands, add_output, add_source
from desktop.language import tr
from desktop.policy.netset import Span, Spans
from desktop.reach.columns import Column
from desktop.reach.compare import Open, Opened
from desktop.reach.matrix import Matrix
from desktop.reach.standing import Standing
from desktop.reach.stretches import IPV4_LINE, IPV6_LINE
from desktop.reach.workloads import WorkloadRef
from desktop.wording.connections import end_words, ports_words, range_text
from desktop.wording.lists import listed

End = WorkloadRef | tuple[Span, ...]
"""A workload, or ranges of addresses."""
T = TypeVar("T", bound=Hashable)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "connections",
        help=tr("say who can talk to whom"),
        description=tr(
            "Say who can talk to whom: by workload, and by ranges of addresses outside the cluster. Ports are what "
            "policies permit, not what pods serve. What depends on a fact that is not known is told as undecidable."
        ),
    )
    add_source(parser)
    add_reading(parser)
    add_output(parser, "csv")
    parser.set_defaults(command=_connections)


@dataclass(frozen=True, slots=True)
class _Row:
    source: End
    destination: End
    open: Open


def _connections(arguments: argparse.Namespace) -> int:
    (snapshot,) = pictures(arguments, Place(arguments.folder, arguments.context, arguments.kubeconfig))
    matrix = Standing.of(snapshot, settings(arguments)).matrix
    rows = sorted(_rows(matrix), key=lambda row: (end_text(row.source), end_text(row.destination)))
    match arguments.output:
        case "json":
            value = {"connections": [_value(row) for row in rows], **caveat_values(matrix.caveats)}
            print(json.dumps(value, indent=1))
        case "csv":
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(("source", "destination", "open", "undecidable", "open for some pods only"))
            writer.writerows(_cells(row) for row in rows)
        case _:
            for row in rows:
                print(_line(row))
    say_caveats(matrix.caveats)
    return 0


def _rows(matrix: Matrix) -> Iterator[_Row]:
    opened, every = Opened(matrix), matrix.columns.all
    pairs = (
        (source, every[column], cell)
        for row, source in enumerate(every)
        for column, cell in matrix.cells(row).items()
        if source != every[column]
    )
    return (_Row(source, destination, opened.of(cell)) for source, destination, cell in merged(pairs))


def merged(pairs: Iterable[tuple[Column, Column, T]]) -> Iterator[tuple[End, End, T]]:
    """Yield pairs of ends, addresses of which the same is told as one end; none of addresses with addresses."""
    outside: dict[tuple[WorkloadRef, bool, T], list[Span]] = {}
    for source, destination, told in pairs:
        if isinstance(source, WorkloadRef):
            if isinstance(destination, WorkloadRef):
                yield source, destination, told
            else:
                outside.setdefault((source, True, told), []).append(destination)
        elif isinstance(destination, WorkloadRef):
            outside.setdefault((destination, False, told), []).append(source)
    for (workload, outbound, told), found in outside.items():
        spans = _ranges(found)
        yield (workload, spans, told) if outbound else (spans, workload, told)


def _ranges(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join ranges that touch, those of each family by themselves."""
    found = tuple(spans)
    return tuple(
        joined
        for line in (IPV4_LINE, IPV6_LINE)
        for joined in Spans.of(span for span in found if line[0] <= span[0] <= line[1]).spans
    )


def _value(row: _Row) -> dict[str, object]:
    return {"src": end_value(row.source), "dst": end_value(row.destination), **open_values(row.open)}


def open_values(open_: Open) -> dict[str, object]:
    """Return what is open between two ends, for programs; what is not certain only where there is any."""
    more = {"undecidable": open_.undecidable, "partly": open_.partly}
    return {"conns": open_.certain, **{name: ports for name, ports in more.items() if ports}}


def end_value(end: End) -> str | list[str]:
    """Return an end as programs read it: ``namespace/name[Kind]``, or a list of ranges ``a-b``."""
    return spelt(end) if isinstance(end, WorkloadRef) else [range_text(span) for span in end]


def spelt(workload: WorkloadRef) -> str:
    """Return a workload as programs read it, which is as np-guard's tools spell it: ``namespace/name[Kind]``."""
    return f"{workload.namespace}/{workload.name}[{workload.kind}]"


def end_text(end: End) -> str:
    """Return an end as people read it."""
    return end_words(end) if isinstance(end, WorkloadRef) else listed(map(end_words, end))


def _cells(row: _Row) -> tuple[str, ...]:
    ports = (ports_words(each) if each else "" for each in (row.open.certain, row.open.undecidable, row.open.partly))
    return (_ranges_text(row.source), _ranges_text(row.destination), *ports)


def _ranges_text(end: End) -> str:
    value = end_value(end)
    return value if isinstance(value, str) else " ".join(value)


def _line(row: _Row) -> str:
    return f"{end_text(row.source)} -> {end_text(row.destination)}: {open_words(row.open)}"


def open_words(open_: Open) -> str:
    """Return what is open between two ends, in words."""
    said = [ports_words(open_.certain)] if open_.certain else []
    if open_.undecidable:
        said.append(tr("undecidable: {ports}", ports=ports_words(open_.undecidable)))
    if open_.partly:
        said.append(tr("some pods only: {ports}", ports=ports_words(open_.partly)))
    return "; ".join(said) or tr("no port")
