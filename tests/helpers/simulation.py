"""A client, a network and an API server in one thread, on one virtual clock, with faults by chance: all from one seed.

The client is the real one, from the reflector down to the splitting of lines; the server's answers are those of the
test server; between them is a transport that breaks in every way a network does. The same seed gives the same course,
second by second, so that what was found once is found again.
"""

import random
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from desktop.cancellation import CancelToken
from desktop.cluster import failures, live
from desktop.cluster.clock import Clock
from desktop.cluster.connection import Connection
from desktop.cluster.gateway import Gone, Put
from desktop.cluster.live import LiveGateway
from desktop.cluster.pulse import Pulse
from desktop.cluster.reflector import Failing, Happened, Listed, Live, Reflector, Report
from desktop.cluster.transport import Answer, Query, _lines
from desktop.errors import ConnectionLost, Unreachable
from desktop.reach.objects import Kind, StoredPolicy, Thing
from tests.helpers.api_server.access import Access
from tests.helpers.api_server.resources import NETWORK_POLICIES, Json, parse_path
from tests.helpers.api_server.service import Answer as Served
from tests.helpers.api_server.service import Request, Service
from tests.helpers.api_server.status import too_old
from tests.helpers.api_server.store import Backup, Event, Store, path_of, typed
from tests.helpers.policies import policy

CONNECT_LIMIT = 15.0
ASKED_AGAIN = (1.0, 3.0, 7.0)
"""Seconds after which TCP asks again for a connection that nobody answered."""
READ_LIMIT = 60.0
KEEPALIVE = 165.0
"""Seconds after which the system gives up a connection on which nobody answers (30, then 9 times 15)."""
BOOKMARK_EVERY = 60.0
SOON = 60.0
"""Seconds after the last fault within which the picture has to be right (requirement 2)."""
NOTICED = 80.0
"""Seconds of an outage that are surely noticed: a silence, two questions without an answer, and what is between."""
LATEST_AGAIN = 120.0
"""The longest that TCP waits before it sends again what was lost; it waits as long as it did all the time before."""
PROBED = 30.0
"""Seconds within which a dead connection is probed once the network is back (keepalive)."""
AFTER = 300.0
"""Seconds that are watched after the last fault."""
LONGEST_OUTAGE = 300.0
LONG_BEFORE = 100_000
"""The versions between a backup and what it is restored over."""

Key = tuple[str, str]


@dataclass(eq=False)
class _Link:
    """One connection with a watch on it.

    ``silent``: nothing comes through, and nobody says so, before the network is back (``back_at``) and for some time
    after: then either what was lost is sent again, or the far end says that it knows nothing of it (``reset``), or it
    stays ``dead``, as where a firewall has forgotten it.
    """

    since: int = 0
    unsent: list[Event] = field(default_factory=list)
    broken: bool = False
    silent: bool = False
    silent_since: float = 0.0
    back_at: float = 0.0
    fate: str = ""
    cut_next: bool = False
    repeat_next: bool = False
    swap_next: bool = False


@dataclass
class Course:
    """What came of a seed. ``late``: the seconds from the last fault until the picture was right for good.

    ``unseen``: a connection died for good in an outage so short that nobody could notice.
    """

    seed: int
    right: bool
    late: float
    faults: dict[str, int]
    unseen: bool = False
    log: list[str] = field(default_factory=list)


class World:
    """See the module. ``faults`` names those that may happen.

    Without ``pulse`` nobody asks whether the server is there, and a connection that fell silent is dead for good.
    """

    def __init__(self, seed: int, faults: tuple[str, ...] = (), *, duration: float = 0.0, pulse: bool = True) -> None:
        self.chance = random.Random(seed)
        self.fates = random.Random(-seed - 1)
        self.seed = seed
        self.seconds = 1000.0
        self.offset = 0.0  # of the wall clock
        self.slept = 0.0
        self.token = CancelToken()
        self.store = Store()
        self.service = Service(self.store, Access())
        self.namespace = self.chance.choice([None, "shop"])
        self.quiet_at = self.seconds + (duration or self.chance.uniform(60, 1500))
        self.happened: dict[str, int] = {}
        self.log: list[str] = []
        self.links: list[_Link] = []
        self.cache: dict[Key, str] = {}
        self.is_live = False
        self.unseen = False
        self._pulse: Pulse | None = None
        self._wants_pulse = pulse
        self._feeling = False
        self._beat_at = self.seconds
        self.right_since: float | None = None
        self._faults = [name for name in FAULTS if not faults or name in faults]
        self._backup: Backup = self.store.backup()
        self._refusing_until = self._deaf_until = self._failing_until = self._closing_until = 0.0
        self._sleeps_amid = False  # whether the machine sleeps while the next request is under way
        self._failing: tuple[int, str] = (500, "")
        self._reflector: Reflector | None = None
        for name in ("a", "b", "c", "d", "e"):
            self._write(name)

    @property
    def clock(self) -> Clock:
        """The client's clock."""
        return Clock(
            lambda: self.seconds, self._now, self.chance.random, self._sleep, lambda: self.seconds + self.slept
        )

    def run(self) -> Course:
        """Let the client follow until all is over."""
        gateway = LiveGateway(Connection("https://simulated"), randint=self.chance.randint)
        gateway._transport = Transport(self)  # type: ignore[assignment]
        clock = self.clock
        self._reflector = Reflector(gateway, Kind.NETWORK_POLICY, self.namespace, self._hear, self.token, clock=clock)
        if self._wants_pulse:
            following = [self._reflector]
            self._pulse = Pulse(lambda: gateway.knock(self.token), lambda: following, clock)
        self._reflector.run()
        late = (self.right_since or self.seconds) - self.quiet_at
        return Course(self.seed, self._is_right(), max(0.0, late), self.happened, self.unseen, self.log)

    # --- time --------------------------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.seconds + self.offset)

    def _sleep(self, token: CancelToken, seconds: float) -> None:
        self.wait(seconds, token)
        token.check()

    def wait(self, seconds: float, token: CancelToken | None = None) -> None:
        """Let time pass, and happen what happens meanwhile; until the token, if any, is cancelled."""
        end = self.seconds + seconds
        while self.seconds < end and not (token and token.cancelled):
            step = min(end - self.seconds, self.chance.uniform(0.5, 5.0))
            self.seconds += step
            self._happen(step)
            right = self._is_right()
            self.right_since = (self.right_since or self.seconds) if right else None
            if self.seconds >= self.quiet_at + AFTER:
                self.token.cancel()
            self._feel()
        self.token.check()

    def _feel(self) -> None:
        """Do what goes on beside the reflector; time passes meanwhile."""
        if self._pulse and not self._feeling and self.seconds >= self._beat_at:
            self._feeling = True
            try:
                self._beat_at = self.seconds + self._pulse.beat()
            finally:
                self._feeling = False

    # --- what happens ------------------------------------------------------------------------------------------------

    def _happen(self, seconds: float) -> None:
        if self.seconds >= self.quiet_at:
            self._calm()
            return
        if self.chance.random() < 0.3:
            self._write(self.chance.choice("abcdefgh"))
        if self._faults and self.chance.random() < seconds / 25:
            name = self.chance.choice(self._faults)
            self.happened[name] = self.happened.get(name, 0) + 1
            self._say(name)
            FAULTS[name](self)

    def _calm(self) -> None:
        self._refusing_until = self._deaf_until = self._failing_until = self._closing_until = 0.0
        self._sleeps_amid = False
        for link in self.links:
            link.cut_next = link.repeat_next = link.swap_next = False

    def _say(self, what: str) -> None:
        self.log.append(f"{self.seconds - 1000:8.1f} v{self.store.version} {what}")

    def _write(self, name: str) -> None:
        namespace = self.chance.choice(["shop", "other"])
        there = self.store.get(NETWORK_POLICIES, path_of(namespace, name))
        if there is not None and self.chance.random() < 0.4:
            self.store.remove(NETWORK_POLICIES, there.path)
            return
        obj = {key: value for key, value in policy(name, namespace).items() if key not in ("kind", "apiVersion")}
        self.store.put(NETWORK_POLICIES, obj)

    def _outage(self) -> float:
        return self.seconds + self.chance.uniform(1, LONGEST_OUTAGE)

    def break_links(self) -> None:
        """Break every connection, so that the client is told."""
        for link in self.links:
            link.broken = True

    def silence_links(self, until: float = 0.0, *, noticed: bool = False) -> None:
        """Let nothing come through until then, and tell nobody; ``noticed``: however short it is."""
        for link in self.links:
            if not link.silent:
                link.silent, link.silent_since, link.back_at = True, self.seconds, self.seconds
                link.fate = self.fates.choice(["again", "reset", "dead"])
            link.back_at = max(link.back_at, min(until, self.quiet_at))
            unseen = link.fate == "dead" and not noticed and link.back_at - link.silent_since < NOTICED
            self.unseen = self.unseen or unseen

    def go_on_silently(self, link: _Link, patience: float) -> None:
        """Let happen to a silent connection what does; raises ConnectionLost where the client is told."""
        if not self._pulse or link.fate == "dead" or self.seconds < link.back_at:
            if self.seconds - link.silent_since > patience:
                raise ConnectionLost("connection.timeout", host="simulated", port=443)
        elif link.fate == "reset" and self.seconds >= link.back_at + PROBED:
            raise ConnectionLost("connection.lost", host="simulated", port=443)
        elif link.fate == "again":
            link.silent = self.seconds < link.back_at + min(link.back_at - link.silent_since, LATEST_AGAIN)

    def _forget_history(self) -> None:
        """Compact; watches that are open still get what has happened."""
        for link in self.links:
            link.unsent += self.store.events_after(NETWORK_POLICIES, link.since)
            link.since = self.store.version
        self.store.compact()

    def _restart(self) -> None:
        self.store.compact()
        self.break_links()

    def _back_up(self) -> None:
        """Make a backup, after which much happens that nobody here sees; the client follows that far."""
        if self._is_right():
            self._backup = self.store.backup()
            self.store.jump(LONG_BEFORE)

    def _restore(self) -> None:
        """Go back to the backup, as a restart of etcd and of the API server.

        Not where the client had not got far beyond it: a server that goes back a little and is ahead again within
        minutes, unheard, cannot be told from one that never went back. Real ones go back by hours.
        """
        if self.client_version() >= self._backup.version + LONG_BEFORE:
            self.store.restore(self._backup)
            self.break_links()

    def _jump(self) -> None:
        """Change what nobody here sees; or restore as etcd should be, with a much higher version and no history."""
        by = self.chance.choice([1, 1000, 10**9])
        self.store.jump(by)
        if by > 1000:
            self._restart()

    def _partition(self) -> None:
        self._refusing_until = max(self._refusing_until, self._outage())
        if self.chance.choice([True, False]):
            self.break_links()
        else:
            self.silence_links(self._refusing_until)

    def _black_hole(self) -> None:
        self._deaf_until = max(self._deaf_until, self._outage())
        self.silence_links(self._deaf_until)

    def _fail(self) -> None:
        self._failing_until = self._outage()
        self._failing = self.chance.choice([(500, ""), (503, ""), (429, "7"), (429, ""), (410, "")])

    def _close_watches(self) -> None:
        self._closing_until = self._outage()

    def _mark(self, what: str) -> None:
        for link in self.links:
            setattr(link, what, True)

    def _jump_clock(self) -> None:
        self.offset += self.chance.uniform(-86_400, 86_400)

    def _suspend(self) -> None:
        """The machine sleeps: its clock for waiting stands still, the world goes on, connections die unseen."""
        for _ in range(self.chance.randrange(20)):
            self._write(self.chance.choice("abcdefgh"))
        slept = self.chance.uniform(60, 50_000)
        self.offset += slept
        self.slept += slept
        self.silence_links(noticed=True)

    def _suspend_amid(self) -> None:
        """Sleep as soon as something is asked: the answer never comes, and only silence tells."""
        self._sleeps_amid = True

    def client_version(self) -> int:
        """Return how far the client has followed."""
        version = self._reflector.version if self._reflector else ""
        return int(version or 0)

    # --- the network -------------------------------------------------------------------------------------------------

    def reach(self, token: CancelToken, patience: float = READ_LIMIT) -> None:
        """Have a request reach the server, or raise what the client sees instead."""
        self.wait(self.chance.uniform(0.01, 0.3))
        if self._sleeps_amid:
            self._sleeps_amid = False
            self._suspend()
            self.wait(patience, token)
            token.check()
            raise ConnectionLost("connection.timeout", host="simulated", port=443)
        asked = self.seconds
        for after in (*ASKED_AGAIN, CONNECT_LIMIT):
            if self.seconds >= self._deaf_until:
                break
            self.wait(asked + after - self.seconds)
            if after == CONNECT_LIMIT:
                raise Unreachable("unreachable.timeout", host="simulated", port=443)
        if self.seconds < self._refusing_until:
            raise Unreachable("unreachable.refused", host="simulated", port=443)
        if self.seconds < self._failing_until:
            code, retry_after = self._failing
            raise failures.api_error(code, b"", retry_after=retry_after)

    @property
    def closes_watches(self) -> bool:
        """Whether each watch ends at once."""
        return self.seconds < self._closing_until

    # --- the picture -------------------------------------------------------------------------------------------------

    def _hear(self, report: Report) -> None:
        match report:
            case Listed(things=things):
                self.cache = {key_of(thing): version_of(thing) for thing in things}
                self._say(f"listed {len(things)}")
            case Happened(event=Put(thing=thing)):
                self.cache[key_of(thing)] = version_of(thing)
            case Happened(event=Gone(namespace=namespace, name=name)):
                self.cache.pop((namespace, name), None)
            case Live():
                self.is_live = True
            case Failing(error=error, pause=pause):
                self.is_live = False
                self._say(f"{error.code}, next try in {pause:.1f} s")
            case _:
                pass

    def _is_right(self) -> bool:
        there = {
            (item.namespace, item.name): str(item.value()["metadata"]["resourceVersion"])
            for item in self.store.items(NETWORK_POLICIES)
            if self.namespace in (None, item.namespace)
        }
        return self.cache == there


def key_of(thing: Thing) -> Key:
    assert isinstance(thing, StoredPolicy)
    return thing.namespace, thing.name


def version_of(thing: Thing) -> str:
    assert isinstance(thing, StoredPolicy)
    return thing.version


FAULTS: dict[str, Callable[[World], object]] = {
    "forget history": World._forget_history,
    "restart": World._restart,
    "back up": World._back_up,
    "restore": World._restore,
    "version jumps": World._jump,
    "partition": World._partition,
    "black hole": World._black_hole,
    "errors": World._fail,
    "watches close": World._close_watches,
    "cut within a line": lambda world: world._mark("cut_next"),
    "events twice": lambda world: world._mark("repeat_next"),
    "events late": lambda world: world._mark("swap_next"),
    "clock jumps": World._jump_clock,
    "suspend": World._suspend,
    "suspend amid a request": World._suspend_amid,
}


class Transport:
    """What ``desktop.cluster.transport.Transport`` is to a gateway, over the simulated network."""

    def __init__(self, world: World) -> None:
        self._world = world

    def call(self, method: str, path: str, token: CancelToken, *, query: Query = (), **_: Any) -> Answer:
        self._world.reach(token)
        served = self._world.service.answer(self._request(method, path, query))
        assert isinstance(served, Served)
        if served.code >= 300:
            raise failures.api_error(served.code, served.body)
        return Answer(served.body)

    def knock(self, path: str, token: CancelToken) -> None:
        self._world.reach(token, CONNECT_LIMIT)

    def lines(self, path: str, token: CancelToken, *, query: Query, read_limit: float) -> Generator[bytes]:
        self._world.reach(token)
        link = _Link()
        self._world.links = [link]
        chunks = self._pieces(self._chunks(path, dict(query), link, min(read_limit, KEEPALIVE), token))
        return _lines(_Response(chunks), token, ExitStack())  # type: ignore[arg-type]

    def close(self) -> None:
        """Nothing to let go of."""

    def _request(self, method: str, path: str, query: Query) -> Request:
        token = self._world.service.access.tokens["admin"]
        return Request(method, path, dict(query), {"authorization": f"Bearer {token}"})

    def _pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Part chunks anywhere, as TCP and TLS do."""
        for chunk in chunks:
            at = self._world.chance.randrange(len(chunk) + 1)
            yield from (piece for piece in (chunk[:at], chunk[at:]) if piece)

    def _chunks(
        self, path: str, query: dict[str, str], link: _Link, patience: float, token: CancelToken
    ) -> Iterator[bytes]:
        """Yield what comes through of a watch; raises ConnectionLost where the connection breaks."""
        world, store = self._world, self._world.store
        target = parse_path(path)
        assert target
        since = link.since = int(query["resourceVersion"])
        namespace = target.namespace
        deadline = world.seconds + float(query["timeoutSeconds"])
        bookmark_at = world.seconds + BOOKMARK_EVERY
        sent: list[bytes] = []
        if since < store.oldest:
            yield _line("ERROR", msgspec.json.encode(too_old(since, store.oldest).status))
            return
        while not world.closes_watches and (world.seconds < deadline or link.silent):
            if link.broken:
                raise ConnectionLost("connection.lost", host="simulated", port=443)
            token.check()
            if link.silent:
                world.go_on_silently(link, patience)
            else:
                events = [*link.unsent, *store.events_after(NETWORK_POLICIES, link.since)]
                link.unsent.clear()
                link.since = max(link.since, events[-1].version) if events else link.since
                lines = [_event(event) for event in events if namespace in ("", event.item.namespace)]
                if not lines and world.seconds >= min(bookmark_at, deadline - 5) and store.version >= link.since:
                    bookmark_at = world.seconds + BOOKMARK_EVERY
                    link.since = store.version
                    lines = [_line("BOOKMARK", _bookmark(link.since))]
                if link.cut_next and lines:
                    line = b"".join(lines)
                    yield line[: world.chance.randrange(1, len(line))]
                    return
                lines = _disturbed(lines, sent, link)
                sent += lines
                yield from lines
            world.wait(world.chance.uniform(0.5, 3.0), token)


def _disturbed(lines: list[bytes], sent: list[bytes], link: _Link) -> list[bytes]:
    """Send again what was sent before, or in another order."""
    if link.repeat_next and sent and lines:
        link.repeat_next = False
        return [*lines, *sent[-3:]]
    if link.swap_next and len(lines) > 1:
        link.swap_next = False
        return [*lines[1:], lines[0]]
    return lines


def _event(event: Event) -> bytes:
    return _line(event.type, typed(NETWORK_POLICIES, event.item.raw))


def _line(type_: str, raw: bytes) -> bytes:
    return b'{"type":"%b","object":%b}\n' % (type_.encode(), raw)


def _bookmark(version: int) -> bytes:
    value: Json = {"metadata": {"resourceVersion": str(version)}, "spec": {"podSelector": {}}}
    return typed(NETWORK_POLICIES, msgspec.json.encode(value))


class _Response:
    """The body of an answer that comes in pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read1(self, _size: int) -> bytes:
        return next(self._pieces, b"")


def simulate(seed: int, faults: tuple[str, ...] = (), *, pulse: bool = True) -> Course:
    """Run one course, with pages so small that every list has several."""
    before, live.PAGE_SIZE = live.PAGE_SIZE, 3
    try:
        return World(seed, faults, pulse=pulse).run()
    finally:
        live.PAGE_SIZE = before


def allowed(course: Course) -> float:
    """Return the seconds after the last fault within which the picture has to be right."""
    return SOON + (KEEPALIVE if course.unseen else 0)
