"""``bulkhead why``: whether a connection is allowed, and by which rules of which policies."""

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from desktop.cli.connections import spelt
from desktop.cli.pictures import Place, add_reading, caveat_values, pictures, say_caveats, settings
from desktop.cli.sources import Commands, add_output, add_source
from desktop.language import tr
from desktop.policy.objects import PROTOCOLS
from desktop.reach.compare import Ports
from desktop.reach.explain import End, Explanation, Reason, Side, explain
from desktop.reach.objects import Pod
from desktop.reach.questions import Named, alike, answers, named
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import WorkloadRef
from desktop.wording.connections import ports_words, verdict_words
from desktop.wording.lists import listed
from desktop.wording.plain import plain
from desktop.wording.reasons import end_name, side_heading, side_lines

_PORT = re.compile(r"(?:([a-z]+)/)?([0-9]{1,5})", re.IGNORECASE)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "why",
        help=tr("say whether a connection is allowed, and why"),
        description=tr(
            "Say whether a connection is allowed, and by which rules of which policies: at the outbound side of its "
            "source and at the inbound side of its destination."
        ),
    )
    end = tr("NAMESPACE/NAME of a pod or workload, NAMESPACE/NAME[KIND], or an IP address")
    parser.add_argument("source", metavar="SRC", help=end)
    parser.add_argument("destination", metavar="DST", help=end)
    parser.add_argument("--port", type=_port, help=tr("ask about one port only, such as tcp/80"))
    add_source(parser)
    add_reading(parser)
    add_output(parser)
    parser.set_defaults(command=_why)


def _port(text: str) -> tuple[str, int]:
    match = _PORT.fullmatch(text)
    protocol = ((match and match[1]) or "TCP").upper()
    if match is None or protocol not in PROTOCOLS or not 1 <= int(match[2]) <= 65535:
        raise argparse.ArgumentTypeError(tr("{text} is no port such as tcp/80", text=text))
    return protocol, int(match[2])


@dataclass(frozen=True, slots=True)
class _Answer:
    """What holds between some ends that no rule tells apart, for some ports."""

    sources: tuple[End, ...]
    destinations: tuple[End, ...]
    ports: Ports
    explanation: Explanation


def _why(arguments: argparse.Namespace) -> int:
    (snapshot,) = pictures(arguments, Place(arguments.folder, arguments.context, arguments.kubeconfig))
    reading = settings(arguments)
    source, destination = named(snapshot, arguments.source), named(snapshot, arguments.destination)
    found = [
        answer
        for sources in alike(snapshot, source.ends, destination.ends, reading)
        for destinations in alike(snapshot, destination.ends, source.ends, reading)
        for answer in _answers(snapshot, sources, destinations, arguments.port, reading)
    ]
    caveats = [caveat for answer in found for caveat in answer.explanation.caveats]
    if arguments.output == "json":
        ends = {"source": _spelt(source), "destination": _spelt(destination)}
        value = {**ends, "answers": [_value(each) for each in found]}
        print(json.dumps({**value, **caveat_values(tuple(dict.fromkeys(caveats)))}, indent=1))
    else:
        print(f"{plain(source.title)} -> {plain(destination.title)}")
        several = len({(each.sources, each.destinations) for each in found}) > 1
        for answer in found:
            print(*_lines(answer, several=several), sep="\n")
    say_caveats(caveats)
    return 0


def _spelt(named: Named) -> str:
    return spelt(named.end) if isinstance(named.end, WorkloadRef) else named.end


def _answers(
    snapshot: Snapshot,
    sources: tuple[End, ...],
    destinations: tuple[End, ...],
    port: tuple[str, int] | None,
    reading: Settings,
) -> Iterator[_Answer]:
    ends, one, other = (sources, destinations), sources[0], destinations[0]
    if port is not None:
        protocol, number = port
        told = explain(snapshot, one, other, protocol, number, reading)
        yield _Answer(*ends, {protocol: ((number, number),)}, told)
        return
    for answer in answers(snapshot, one, other, reading):
        yield _Answer(*ends, answer.ports, answer.explanation)


def _lines(answer: _Answer, *, several: bool) -> Iterator[str]:
    told, source, destination = answer.explanation, answer.sources[0], answer.destinations[0]
    yield tr("{ports}: {verdict}", ports=ports_words(answer.ports), verdict=verdict_words(told.verdict))
    if several:
        yield f"  {_names(answer.sources)} -> {_names(answer.destinations)}"
    for side in (told.out, told.into):
        yield f"  {side_heading(side, source, destination)}"
        for line in side_lines(side, source, destination):
            yield f"    {line.text}"


def _names(ends: Iterable[End]) -> str:
    return listed(map(end_name, ends))


def _value(answer: _Answer) -> dict[str, object]:
    told, source, destination = answer.explanation, answer.sources[0], answer.destinations[0]
    return {
        "sources": [_name(each) for each in answer.sources],
        "destinations": [_name(each) for each in answer.destinations],
        "ports": answer.ports,
        "verdict": told.verdict.value,
        "out": _side_value(told.out, source, destination),
        "into": _side_value(told.into, source, destination),
    }


def _name(end: End) -> str:
    return f"{end.namespace}/{end.name}" if isinstance(end, Pod) else end


def _side_value(side: Side, source: End, destination: End) -> dict[str, object]:
    return {
        "verdict": side.verdict.value,
        "applies": side.applies,
        "policies": list(side.selecting),
        "admitting": [_rule_value(each) for each in side.admitting],
        "decided": _rule_value(side.decided) if side.decided else None,
        "passed": _rule_value(side.passed) if side.passed else None,
        "doubts": [doubt.value for doubt in side.doubts],
        "unnamed": list(side.unnamed),
        "sentences": [line.text for line in side_lines(side, source, destination)],
    }


def _rule_value(rule: Reason) -> dict[str, object]:
    """Rules count from 0 here, as in paths of the API."""
    return {
        "kind": rule.kind,
        "namespace": rule.namespace,
        "policy": rule.policy,
        "direction": rule.direction.value,
        "rule": rule.index,
        "name": rule.name,
        "action": rule.action.value,
    }
