"""A gateway that says what a script tells it to, and a reflector that follows it on a virtual clock."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import (
    Deletion,
    Listing,
    OnPage,
    PolicyDocument,
    ServerVersion,
    Warned,
    WatchEvent,
    Write,
)
from desktop.cluster.reflector import (
    Denied,
    Failing,
    Live,
    Reflector,
    Report,
)
from desktop.errors import (
    BulkheadError,
    ConnectionLost,
    Expired,
    Forbidden,
    NotFound,
    ServerError,
    TooManyRequests,
    Unreachable,
)
from desktop.reach.objects import Kind, Pod
from tests.helpers.virtual_time import VirtualTime

POD = Pod("shop", "web")
REFUSED = Unreachable("unreachable.refused")
LOST = ConnectionLost("connection.lost")
SILENCE = ConnectionLost("connection.timeout")
OLD = Expired("api.expired", status=410)
BROKEN = ServerError("api.server-error", status=500, retry_after=None)
NOT_ALLOWED = Forbidden("api.forbidden", status=403)
TAKEN_AWAY = NotFound("api.not-served", status=404)


def busy(seconds: int | None) -> TooManyRequests:
    return TooManyRequests("api.too-many-requests", status=429, retry_after=seconds)


@dataclass
class After:
    """So many seconds pass."""

    seconds: float


Step = WatchEvent | BulkheadError | After

Script = list[Step]

Watch = BulkheadError | Script

Lists = list[Listing | BulkheadError]


@dataclass
class FakeGateway:
    """Answers as its scripts say, the last line of each for ever; the watch that follows its last step ends."""

    time: VirtualTime
    lists: Lists
    watches: list[Watch] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    version_now: str | BulkheadError = "1000"

    kinds = tuple(Kind)

    def list(self, kind: Kind, namespace: str | None, token: CancelToken, on_page: OnPage) -> Listing:
        token.check()
        self.asked.append("list")
        answer = self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
        if isinstance(answer, BulkheadError):
            raise answer
        on_page(len(answer.things), None)
        return answer

    def knock(self, token: CancelToken) -> None:
        token.check()

    def latest(self, kind: Kind, namespace: str | None, token: CancelToken) -> str:
        token.check()
        self.asked.append("latest")
        if isinstance(self.version_now, BulkheadError):
            raise self.version_now
        return self.version_now

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Generator[WatchEvent]:
        token.check()
        self.asked.append(f"watch {version}")
        script = self.watches.pop(0) if len(self.watches) > 1 else self.watches[0]
        if isinstance(script, BulkheadError):
            raise script
        return self._events(script)

    def _events(self, script: Script) -> Generator[WatchEvent]:
        for step in script:
            if isinstance(step, BulkheadError):
                raise step
            if isinstance(step, After):
                self.time.seconds += step.seconds
            else:
                yield step

    def version(self, token: CancelToken) -> ServerVersion:
        raise NotImplementedError

    def read(self, namespace: str, name: str, token: CancelToken) -> PolicyDocument:
        raise NotImplementedError

    def write(self, write: Write, token: CancelToken, *, dry_run: bool = False) -> Warned:
        raise NotImplementedError

    def delete(self, deletion: Deletion, token: CancelToken, *, dry_run: bool = False) -> bool:
        raise NotImplementedError

    def may(self, verb: str, namespace: str, token: CancelToken) -> bool:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def follow(
    lists: Lists,
    watches: list[Watch],
    *,
    until: int,
    version_now: str = "1000",
    chance: Callable[[], float] = lambda: 0.0,
    seconds: float = 1e9,
) -> tuple[list[str], list[Report], list[float]]:
    """Run a reflector until it has asked ``until`` times, or slept for so long; returns what it asked, said, slept."""
    token = CancelToken()
    time = VirtualTime(token, seconds, chance)
    gateway = FakeGateway(time, lists, watches, version_now=version_now)
    said: list[Report] = []

    def hear(report: Report) -> None:
        said.append(report)
        if len(gateway.asked) >= until and isinstance(report, Denied | Failing | Live):
            token.cancel()

    Reflector(gateway, Kind.POD, "shop", hear, token, clock=time.clock).run()
    return gateway.asked, said, time.slept


def listing(version: str = "5", *things: Pod) -> Listing:
    return Listing(things, version)


LONG: list[Step] = [After(300.0)]
