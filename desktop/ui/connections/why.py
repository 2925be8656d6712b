"""Whether two ends may talk, and why: the question a person asks, and all that can be said of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from desktop.policy.objects import PROTOCOLS
from desktop.reach.explain import End, Explanation, explain
from desktop.reach.questions import Answer, Named, alike, answers, named
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.workloads import WorkloadRef, top_owner


@dataclass(frozen=True, slots=True)
class PortAsked:
    """The ports a question is about: "" is every protocol, and None every port."""

    protocol: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The ends as a person names them (see ``desktop.reach.questions.named``); an address may stand for a range."""

    source: str
    destination: str
    port: PortAsked = PortAsked()


@dataclass(frozen=True, slots=True)
class Part:
    """What holds between some pods of the ends that no rule tells apart."""

    sources: tuple[End, ...]
    destinations: tuple[End, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a question; several parts where the pods of a workload differ."""

    source: Named
    destination: Named
    parts: tuple[Part, ...]


def tell(snapshot: Snapshot, question: Question, settings: Settings) -> Told:
    """Find out what can be said of two ends (off the UI thread). Raises NoSuchEnd."""
    source, destination = named(snapshot, question.source), named(snapshot, question.destination)
    parts = tuple(
        Part(sources, destinations, tuple(_answers(snapshot, sources, destinations, question.port, settings)))
        for sources in alike(snapshot, source.ends, destination.ends, settings)
        for destinations in alike(snapshot, destination.ends, source.ends, settings)
    )
    return Told(source, destination, parts)


def _answers(
    snapshot: Snapshot, sources: tuple[End, ...], destinations: tuple[End, ...], port: PortAsked, settings: Settings
) -> Iterable[Answer]:
    source = sources[0]
    destination = next((end for end in destinations if end != source), destinations[0])
    if port.number is None:
        return _of_protocol(answers(snapshot, source, destination, settings), port.protocol)
    found: dict[Explanation, list[str]] = {}
    for protocol in (port.protocol,) if port.protocol else PROTOCOLS:
        told = explain(snapshot, source, destination, protocol, port.number, settings)
        found.setdefault(told, []).append(protocol)
    span = (port.number, port.number)
    return [Answer(dict.fromkeys(protocols, (span,)), told) for told, protocols in found.items()]


def _of_protocol(found: Iterable[Answer], protocol: str) -> Iterator[Answer]:
    for answer in found:
        if not protocol:
            yield answer
        elif protocol in answer.ports:
            yield Answer({protocol: answer.ports[protocol]}, answer.explanation)


def offered(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the workloads and the pods of a cluster as a question names them, workloads first."""
    workloads: set[WorkloadRef] = set()
    pods: list[str] = []
    for namespace, table in sorted(snapshot.pods.items()):
        for name, pod in sorted(table.items()):
            owner = top_owner(snapshot, pod)
            workloads.add(owner)
            if owner.kind != "Pod":
                pods.append(f"{namespace}/{name}")
    for table_of_workloads in snapshot.workloads.values():
        for each in table_of_workloads.values():
            if each.owner is None:
                workloads.add(WorkloadRef(each.namespace, each.name, each.kind.value))
    return (*map(str, sorted(workloads)), *pods)
