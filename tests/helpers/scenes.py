"""Small clusters and questions in a notation that anyone can read; ``tests/cases/README.md`` explains it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from desktop.cluster.gateway import Put as Seen
from desktop.cluster.wire import Decoder
from desktop.policy.objects import NetworkPolicy
from desktop.policy.tiers import Action
from desktop.reach.explain import End, Side, Verdict
from desktop.reach.impact import Changes
from desktop.reach.objects import (
    FOREIGN_KINDS,
    TIERED_KINDS,
    ContainerPort,
    Coverage,
    ForeignPolicy,
    Kind,
    Namespace,
    OwnerReference,
    Pod,
    Service,
    ServicePort,
    StoredPolicy,
    Thing,
    Workload,
)
from desktop.reach.settings import NP_GUARD, Settings
from desktop.reach.snapshot import Put, Snapshot

CASES = Path(__file__).parents[1] / "cases"
_SETTINGS = {
    "blocks match pods": Settings(blocks_match_pods=True),
    "blocks do not match pods": Settings(blocks_match_pods=False),
    "np-guard": NP_GUARD,
}
_QUESTION = re.compile(r"(\S+) -> (\S+) (?:(tcp|udp|sctp)/)?(\d+)")
_VERDICTS = {"allowed": Verdict.ALLOWED, "not allowed": Verdict.NOT_ALLOWED, "undecidable": Verdict.UNDECIDABLE}


@dataclass(frozen=True)
class Question:
    """A connection that is asked about, and what is to be said of it; ``out`` and ``into`` where the reasons count."""

    text: str
    source: End
    destination: End
    protocol: str
    port: int
    verdict: Verdict
    out: str = ""
    into: str = ""


@dataclass(frozen=True)
class Case:
    """One fact."""

    title: str
    file: str
    snapshot: Snapshot
    settings: Settings
    questions: tuple[Question, ...] = ()
    value: Mapping[str, Any] = field(default_factory=dict)


def cases(*files: str) -> list[Case]:
    """Return the cases of some files of ``tests/cases``."""
    return [case(value, file) for file in files for value in yaml.safe_load((CASES / file).read_text("utf-8"))]


def case(value: Mapping[str, Any], file: str = "") -> Case:
    """Read a case."""
    snapshot = scene(value)
    questions = tuple(_question(snapshot, text, told) for text, told in value.get("questions", {}).items())
    settings = _SETTINGS[value["settings"]] if "settings" in value else Settings()
    return Case(value["title"], file, snapshot, settings, questions, value)


def scene(value: Mapping[str, Any]) -> Snapshot:
    """Read the cluster of a case."""
    snapshot = Snapshot().apply(Put(thing) for thing in _things(value))
    for kind in Kind:
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    for kind, listed in value.get("listed only", {}).items():
        if listed == "nowhere":
            snapshot = snapshot.covering(Kind(kind), Coverage.FORBIDDEN)
        else:
            snapshot = snapshot.covering(Kind(kind), Coverage.PARTIAL, frozenset(listed))
    return snapshot


def policy_of(key: str, spec: object) -> Thing:
    """Read a NetworkPolicy from ``namespace/name`` and its spec, as an API server's JSON is read."""
    namespace, name = key.split("/")
    value = {"metadata": {"namespace": namespace, "name": name}, "spec": spec}
    return _read(Kind.NETWORK_POLICY, value)


def changes_of(case: Case) -> Changes:
    """Return the policies that a case changes, as they shall be."""
    return {
        (namespace, name): None if spec is None else _policy(f"{namespace}/{name}", spec)
        for key, spec in case.value["change"].items()
        for namespace, name in [key.split("/")]
    }


def _policy(key: str, spec: object) -> NetworkPolicy:
    stored = policy_of(key, spec)
    assert isinstance(stored, StoredPolicy)
    assert stored.policy is not None
    return stored.policy


def _read(kind: Kind, value: object) -> Thing:
    event = Decoder(kind).event(json.dumps({"type": "ADDED", "object": value}).encode())
    assert isinstance(event, Seen)
    return event.thing


def _things(value: Mapping[str, Any]) -> Iterator[Thing]:
    pods = [_pod(key, told or {}) for key, told in value.get("pods", {}).items()]
    workloads = [_workload(key, told or {}) for key, told in value.get("workloads", {}).items()]
    named = {*(pod.namespace for pod in pods), *(each.namespace for each in workloads)}
    labels = {name: dict[str, str]() for name in named} | value.get("namespaces", {})
    for name, more in labels.items():
        if more != "not listed":
            yield Namespace(name, {"kubernetes.io/metadata.name": name, **(more or {})})
    yield from pods
    yield from workloads
    for key, told in value.get("services", {}).items():
        yield _service(key, told)
    for key, spec in value.get("policies", {}).items():
        yield policy_of(key, spec)
    for kind in TIERED_KINDS:
        for name, spec in value.get(kind.value, {}).items():
            yield _read(kind, {"metadata": {"name": name}, "spec": spec})
    for kind in FOREIGN_KINDS:
        for name in value.get(kind.value, ()):
            yield ForeignPolicy(kind, *name.rpartition("/")[::2])


def _pod(key: str, told: Mapping[str, Any]) -> Pod:
    namespace, name = key.split("/")
    ips = told.get("ip", ())
    owner = OwnerReference(*told["owner"].split("/")) if "owner" in told else None
    return Pod(
        namespace,
        name,
        told.get("labels", {}),
        (ips,) if isinstance(ips, str) else tuple(ips),
        _ports(told.get("ports", {})),
        host_network=told.get("host network", False),
        node=told.get("node", ""),
        owner=owner,
    )


def _workload(key: str, told: Mapping[str, Any]) -> Workload:
    kind, namespace, name = key.split("/")
    owner = OwnerReference(*told["owner"].split("/")) if "owner" in told else None
    return Workload(
        Kind(kind),
        namespace,
        name,
        told.get("labels", {}),
        _ports(told.get("ports", {})),
        host_network=told.get("host network", False),
        owner=owner,
    )


def _service(key: str, told: Mapping[str, Any]) -> Service:
    namespace, name = key.split("/")
    ports = []
    for text, target in told.get("ports", {}).items():
        protocol, _, number = str(text).rpartition("/")
        ports.append(ServicePort("", int(number), target, protocol.upper() or "TCP"))
    ips = told.get("ip", ())
    return Service(namespace, name, told.get("selector"), tuple(ports), (ips,) if isinstance(ips, str) else tuple(ips))


def _ports(told: Mapping[str, object]) -> tuple[ContainerPort, ...]:
    """Read ``{name: 80}`` or ``{name: udp/53}``; a name that starts with ``-`` is none."""
    ports = []
    for name, port in told.items():
        protocol, _, number = str(port).rpartition("/")
        ports.append(ContainerPort("" if name.startswith("-") else name, int(number), protocol.upper() or "TCP"))
    return tuple(ports)


def _question(snapshot: Snapshot, text: str, told: str) -> Question:
    match = _QUESTION.fullmatch(text)
    assert match, f"this is no question: {text}"
    source, destination, protocol, port = match.groups()
    verdict, *reasons = (part.strip() for part in told.split(";"))
    sides = dict(part.split(" ", 1) for part in reasons)
    assert sides.keys() <= {"out", "into"}, f"out or into? {told}"
    return Question(
        text,
        end(snapshot, source),
        end(snapshot, destination),
        (protocol or "tcp").upper(),
        int(port),
        _VERDICTS[verdict],
        **sides,
    )


def end(snapshot: Snapshot, text: str) -> End:
    """Return the pod that a text names, or the address that it is."""
    namespace, slash, name = text.partition("/")
    return snapshot.pods[namespace][name] if slash else text


def reason(side: Side, target: End) -> str:
    """Write why a side is as it is, as the cases do."""
    if side.passed is not None:
        return f"{side.passed.policy} rule {side.passed.index + 1} passes, {reason(replace(side, passed=None), target)}"
    if not side.applies:
        return "outside" if isinstance(target, str) else "host network"
    if side.verdict is Verdict.UNDECIDABLE:
        return f"unknown ({', '.join(doubt.value for doubt in side.doubts)})"
    if side.decided is not None:
        verb = "allows" if side.decided.action is Action.ALLOW else "denies"
        return f"{side.decided.policy} rule {side.decided.index + 1} {verb}"
    if side.admitting:
        return " and ".join(f"{each.policy} rule {each.index + 1}" for each in side.admitting) + " admits"
    if side.selecting:
        return f"none of {', '.join(side.selecting)} admits"
    return "open"
