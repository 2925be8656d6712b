"""An API server in trouble for ten minutes of a virtual clock, and what a reflector asks of it meanwhile."""

import random
from dataclasses import dataclass
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.cluster.reflector import Failing, Reflector, Report
from desktop.reach.objects import Kind as Thing
from tests.contract.api_servers import live_gateway
from tests.helpers.api_server import ApiServer, Fault, Kind
from tests.helpers.virtual_time import VirtualTime

MINUTES = 10
RETRY_AFTER = 20


@dataclass(frozen=True, slots=True)
class Trouble:
    """A state of a server; ``client_go``: the requests that client-go makes in one attempt there.

    Those are read from its reflector: it lists a second time, without a version, where the first list has expired; it
    lists anew after a watch that was too short.
    """

    name: str
    faults: tuple[Fault, ...]
    client_go: int = 1


TROUBLES = (
    Trouble("refused", ()),
    Trouble("500", (Fault(Kind.ANSWER, code=500),)),
    Trouble("500 of watches only", (Fault(Kind.ANSWER, code=500, watch=True),)),
    Trouble(
        f"429, Retry-After {RETRY_AFTER}",
        (Fault(Kind.ANSWER, code=429, headers=(("Retry-After", str(RETRY_AFTER)),)),),
    ),
    Trouble("410 of lists and watches", (Fault(Kind.EXPIRE),), client_go=2),
    Trouble("410 of watches", (Fault(Kind.EXPIRE, watch=True),), client_go=2),
    Trouble("closes each watch at once", (Fault(Kind.CLOSE, watch=True),), client_go=2),
)


@dataclass(frozen=True, slots=True)
class Course:
    """What came of it: how often it was tried, how many requests that were, and how long it waited between."""

    attempts: int
    requests: int
    pauses: tuple[float, ...]


def ten_minutes(trouble: Trouble, folder: Path, seed: int) -> Course:
    """Follow pods on a server in trouble, from the first list on."""
    token = CancelToken()
    time = VirtualTime(token, MINUTES * 60.0, random.Random(seed).random)
    failures: list[Failing] = []

    def hear(report: Report) -> None:
        if isinstance(report, Failing):
            failures.append(report)

    with ApiServer() as server:
        path = folder / "kubeconfig"
        path.write_text(server.kubeconfig(), encoding="utf-8")
        if trouble.faults:
            server.faults.add(*trouble.faults)
        else:
            server.refuse()
        gateway = live_gateway(path)
        Reflector(gateway, Thing.POD, None, hear, token, clock=time.clock).run()
        gateway.close()
        requests = server.count(plural="pods") if trouble.faults else len(failures)
    return Course(len(failures), requests, tuple(time.slept))


def client_go_attempts(seed: int, *, at_least: float = 0.0) -> int:
    """Compute how often client-go tries in as long: 0.8 s, doubled up to 30 s, each lengthened by up to itself.

    (``tools/cache/reflector.go``: ``NewExponentialBackoffManager(800ms, 30s, 2m, 2.0, 1.0)``.) ``at_least``: what the
    server asks to wait.
    """
    chance, now, delay, attempts = random.Random(seed), 0.0, 0.8, 0
    while now < MINUTES * 60:
        attempts += 1
        now += max(delay * (1 + chance.random()), at_least)
        delay = min(delay * 2, 30.0)
    return attempts
