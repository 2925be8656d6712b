"""A reflector keeps following, whatever goes wrong, and is never a burden to a server in trouble."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import (
    Bookmark,
    Deletion,
    Gone,
    Listing,
    OnPage,
    PolicyDocument,
    Put,
    ServerVersion,
    Warned,
    WatchEvent,
    Write,
)
from desktop.cluster.reflector import (
    CALM,
    FIRST_DELAY,
    LONGEST_DELAY,
    Backoff,
    Counted,
    Denied,
    Failing,
    Happened,
    Listed,
    Live,
    Reflector,
    Report,
)
from desktop.errors import (
    BulkheadError,
    Cancelled,
    ConnectionLost,
    Expired,
    Forbidden,
    NotFound,
    ServerError,
    TooManyRequests,
    Unreachable,
)
from desktop.reach.objects import Kind, Pod
from tests.helpers.virtual_time import START, VirtualTime

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

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Iterator[WatchEvent]:
        token.check()
        self.asked.append(f"watch {version}")
        script = self.watches.pop(0) if len(self.watches) > 1 else self.watches[0]
        if isinstance(script, BulkheadError):
            raise script
        return self._events(script)

    def _events(self, script: Script) -> Iterator[WatchEvent]:
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
) -> tuple[list[str], list[Report], list[float]]:
    """Run a reflector until it has asked ``until`` times; returns what it asked, said, and how long it slept."""
    token = CancelToken()
    time = VirtualTime(token, chance=chance)
    gateway = FakeGateway(time, lists, watches, version_now=version_now)
    said: list[Report] = []

    def hear(report: Report) -> None:
        said.append(report)
        if len(gateway.asked) >= until and isinstance(report, Failing | Live):
            token.cancel()

    Reflector(gateway, Kind.POD, "shop", hear, token, clock=time.clock).run()
    return gateway.asked, said, time.slept


def listing(version: str = "5", *things: Pod) -> Listing:
    return Listing(things, version)


LONG: list[Step] = [After(300.0)]


def test_it_lists_then_watches_from_there_and_hands_on_what_happens() -> None:
    put, gone = Put(POD, "6"), Gone(Kind.POD, "shop", "web", "8")
    asked, said, _ = follow([listing("5", POD)], [[put, Bookmark("7"), gone, After(300.0)], LONG], until=3)
    assert asked == ["list", "watch 5", "watch 8"]
    assert said == [
        Counted(Kind.POD, "shop", 1, None),
        Listed(Kind.POD, "shop", (POD,)),
        Live(Kind.POD, "shop"),
        Happened(Kind.POD, "shop", put),
        Happened(Kind.POD, "shop", gone),
        Live(Kind.POD, "shop"),
    ]


def test_a_bookmark_moves_the_place_to_go_on_from() -> None:
    asked, _, _ = follow([listing("5")], [[After(60), Bookmark("9"), After(240)], LONG], until=3)
    assert asked == ["list", "watch 5", "watch 9"]


def test_an_event_without_a_version_does_not_lose_the_place() -> None:
    asked, _, _ = follow([listing("5")], [[Put(POD, ""), After(300)], LONG], until=3)
    assert asked[-1] == "watch 5"


def test_a_watch_that_came_to_its_end_is_followed_by_the_next_at_once() -> None:
    _, said, slept = follow([listing()], [LONG], until=5)
    assert slept == []
    assert not any(isinstance(report, Failing) for report in said)


@pytest.mark.parametrize("lasted", [1.5, 300.0])
def test_a_watch_cut_off_after_a_while_is_no_failure(lasted: float) -> None:
    asked, said, slept = follow([listing()], [[After(lasted), LOST], LONG], until=4)
    assert asked == ["list", "watch 5", "latest", "watch 5"]
    assert not any(isinstance(report, Failing) for report in said)
    assert slept == []


def test_watches_begin_at_least_a_second_apart() -> None:
    """Also where each brings something, as from a server that repeats itself for ever."""
    _, _, slept = follow([listing()], [[After(0.25), Bookmark("6")], [After(0.25), Bookmark("7")], LONG], until=4)
    assert slept == [0.75, 0.75]


def test_a_watch_that_ends_at_once_is_a_failure() -> None:
    asked, said, slept = follow([listing()], [[], [], LONG], until=6)
    assert asked == ["list", "watch 5", "latest", "watch 5", "latest", "watch 5"]
    assert slept == [FIRST_DELAY, 2 * FIRST_DELAY]
    failing = [report for report in said if isinstance(report, Failing)]
    assert [report.error.code for report in failing] == ["watch.ended-at-once"] * 2


def test_a_version_that_is_too_old_lists_again() -> None:
    lists: Lists = [listing("5"), listing("50", POD)]
    scripts: list[Watch] = [OLD, [After(300.0), OLD]]
    for script in scripts:
        asked, said, _ = follow(list(lists), [script, LONG], until=4)
        assert asked == ["list", "watch 5", "list", "watch 50"]
        assert said[-2:] == [Listed(Kind.POD, "shop", (POD,)), Live(Kind.POD, "shop")]


def test_a_kind_that_the_server_does_not_have_is_listed_as_empty_and_not_watched() -> None:
    asked, said, slept = follow([Listing((), "", served=False)], [LONG], until=9)
    assert (asked, slept) == (["list"], [])
    assert said[-1] == Listed(Kind.POD, "shop", ())


def test_a_kind_that_is_taken_away_while_it_is_watched_is_listed_again() -> None:
    lists: Lists = [listing("5", POD), Listing((), "", served=False)]
    asked, said, _ = follow(lists, [[After(9.0), TAKEN_AWAY]], until=9)
    assert asked == ["list", "watch 5", "list"]
    assert said[-1] == Listed(Kind.POD, "shop", ())


def test_trouble_with_a_watch_does_not_list_again() -> None:
    for refusal in (BROKEN, busy(1)):
        asked, _, _ = follow([listing()], [refusal, LONG], until=3)
        assert asked == ["list", "watch 5", "watch 5"]
    for break_ in (REFUSED, LOST):
        asked, _, _ = follow([listing()], [break_, LONG], until=4)
        assert asked == ["list", "watch 5", "latest", "watch 5"]


def test_a_watch_that_came_to_its_end_and_said_something_is_trusted() -> None:
    asked, _, _ = follow([listing("5")], [[After(300), Bookmark("6")], LONG], until=3)
    assert asked == ["list", "watch 5", "watch 6"]


@pytest.mark.parametrize(
    "watch",
    [[After(9.0), Bookmark("5")], [After(9.0), LOST], [After(300.0)]],
    ids=["ended early", "was lost", "said nothing"],
)
def test_a_server_that_went_back_in_time_is_noticed_after_a_watch_that_is_not_trusted(watch: Script) -> None:
    lists: Lists = [listing("5"), listing("3", POD)]
    asked, said, _ = follow(lists, [watch, LONG], until=5, version_now="3")
    assert asked == ["list", "watch 5", "latest", "list", "watch 3"]
    assert said[-2:] == [Listed(Kind.POD, "shop", (POD,)), Live(Kind.POD, "shop")]


@pytest.mark.parametrize("late", [Put(POD, "4"), Bookmark("4"), Gone(Kind.POD, "shop", "web", "4")])
def test_an_event_from_before_lists_anew_and_is_not_believed(late: WatchEvent) -> None:
    asked, said, _ = follow([listing("5"), listing("7")], [[After(9.0), Bookmark("6"), late], LONG], until=4)
    assert asked == ["list", "watch 5", "list", "watch 7"]
    assert not any(isinstance(report, Happened) for report in said)


def test_versions_that_are_no_numbers_are_never_taken_for_older() -> None:
    asked, _, _ = follow([listing("b/2")], [[After(9.0), Put(POD, "a/1"), LOST], LONG], until=4, version_now="0/x")
    assert asked == ["list", "watch b/2", "latest", "watch a/1"]


def test_after_longer_than_any_watch_without_a_word_all_is_listed_anew() -> None:
    asked, _, _ = follow([listing()], [[After(700.0), LOST], LONG], until=4)
    assert asked == ["list", "watch 5", "list", "watch 5"]


def test_a_watch_that_dies_in_silence_is_a_failure_since_something_was_heard_last() -> None:
    _, said, slept = follow([listing("5")], [[After(60.0), Bookmark("6"), After(165.0), SILENCE], LONG], until=4)
    failing = [report for report in said if isinstance(report, Failing)]
    assert failing == [Failing(Kind.POD, "shop", SILENCE, START + timedelta(seconds=60), FIRST_DELAY)]
    assert slept == [FIRST_DELAY]


def test_a_watch_that_never_opens_is_a_failure_however_long_that_took() -> None:
    """Also where the connection itself was there."""
    time = VirtualTime(CancelToken(), 60.0)
    gateway = FakeGateway(time, [listing()], [])
    tries: list[float] = []

    def never(*_: object) -> Iterator[WatchEvent]:
        tries.append(time.seconds)
        time.seconds += 5.0
        raise LOST

    gateway.watch = never  # type: ignore[assignment]
    token = CancelToken()
    said: list[Report] = []

    def hear(report: Report) -> None:
        said.append(report)
        if len(tries) == 3:
            token.cancel()

    Reflector(gateway, Kind.POD, "shop", hear, token, clock=time.clock).run()
    assert [report.pause for report in said if isinstance(report, Failing)] == [0.8, 1.6, 3.2]


def test_failures_are_told_with_their_beginning_and_the_next_try() -> None:
    _, said, _ = follow([REFUSED, BROKEN, listing()], [LONG], until=4)
    assert said[:2] == [
        Failing(Kind.POD, "shop", REFUSED, START, FIRST_DELAY),
        Failing(Kind.POD, "shop", BROKEN, START, 2 * FIRST_DELAY),
    ]
    assert isinstance(said[-1], Live)


def test_trouble_that_comes_back_at_once_has_not_begun_anew() -> None:
    """A watch that opens only to end does not count as an end of the trouble; one that lasts does."""
    _, said, _ = follow([listing()], [[], [], [After(5.0), BROKEN], LONG], until=5)
    begins = [report.since for report in said if isinstance(report, Failing)]
    assert begins[0] == begins[1] == START
    assert begins[2] > START


def test_what_is_not_permitted_is_told_and_not_tried_again() -> None:
    asked, said, _ = follow([NOT_ALLOWED], [LONG], until=9)
    assert (asked, said) == (["list"], [Denied(Kind.POD, "shop", NOT_ALLOWED, listed=False)])
    asked, said, _ = follow([listing()], [NOT_ALLOWED], until=9)
    assert asked == ["list", "watch 5"]
    assert said[-1] == Denied(Kind.POD, "shop", NOT_ALLOWED, listed=True)


def test_a_server_that_asks_to_wait_is_obeyed() -> None:
    _, said, slept = follow([busy(7), busy(None), busy(0), listing()], [LONG], until=5)
    assert slept == [7, 2 * FIRST_DELAY, 4 * FIRST_DELAY]
    assert [report.pause for report in said if isinstance(report, Failing)] == slept


def test_cancelling_ends_it_wherever_it_is() -> None:
    token = CancelToken()
    token.cancel()
    time = VirtualTime(token)
    gateway = FakeGateway(time, [listing()], [LONG])
    Reflector(gateway, Kind.POD, None, lambda _: None, token, clock=time.clock).run()
    assert gateway.asked == []
    scripts: list[Watch] = [Cancelled(), [Cancelled()]]
    for script in scripts:
        gateway = FakeGateway(time, [listing()], [script])
        Reflector(gateway, Kind.POD, None, lambda _: None, CancelToken(), clock=time.clock).run()
        assert gateway.asked == ["list", "watch 5"]


def test_a_fault_of_ours_is_not_hidden() -> None:
    time = VirtualTime(CancelToken())

    def fail(_: Report) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Reflector(FakeGateway(time, [listing()], [LONG]), Kind.POD, None, fail, CancelToken(), clock=time.clock).run()


TROUBLES: dict[str, tuple[Lists, list[Watch]]] = {
    "refused": ([REFUSED], [REFUSED]),
    "500": ([BROKEN], [BROKEN]),
    "500 of watches only": ([listing()], [BROKEN]),
    "429": ([busy(1)], [busy(1)]),
    "429 of watches only": ([listing()], [busy(1)]),
    "410 of lists": ([OLD], [OLD]),
    "410 of watches": ([listing()], [OLD]),
    "410 as the only event": ([listing()], [[OLD]]),
    "closes each watch at once": ([listing()], [[]]),
    "breaks each watch at once": ([listing()], [[LOST]]),
}


@pytest.mark.parametrize(("lists", "watches"), TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_requirement_1_ten_minutes_of_trouble_are_at_most_thirty_attempts(
    lists: Lists, watches: list[Watch], seed: int | None
) -> None:
    token = CancelToken()
    time = VirtualTime(token, 600.0, (lambda: 0.0) if seed is None else random.Random(seed).random)
    gateway = FakeGateway(time, list(lists), list(watches))
    failures: list[Failing] = []

    def hear(report: Report) -> None:
        if isinstance(report, Failing):
            failures.append(report)

    Reflector(gateway, Kind.POD, None, hear, token, clock=time.clock).run()
    assert time.seconds >= 1600
    assert 10 <= len(failures) <= 30
    assert len(gateway.asked) <= 60
    assert {failure.since for failure in failures} == {START}


def test_delays_double_up_to_a_limit_and_begin_anew_after_calm() -> None:
    time = VirtualTime(CancelToken())
    backoff = Backoff(time.clock)
    delays = []
    for _ in range(8):
        delays.append(backoff.delay())
        time.seconds += delays[-1] + CALM - 1
    assert delays == [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]
    assert delays[-1] == LONGEST_DELAY
    time.seconds += 2
    assert backoff.delay() == FIRST_DELAY


def test_delays_are_lengthened_by_chance_up_to_twice() -> None:
    shares = iter((0.0, 0.5, 1.0))
    clock = VirtualTime(CancelToken(), chance=lambda: next(shares)).clock
    assert [Backoff(clock).delay() for _ in range(3)] == pytest.approx([0.8, 1.2, 1.6])


@dataclass
class Rouse:
    """Somebody rouses the reflector, from ``since`` seconds before now on; or looks whether it is overdue (None)."""

    since: float | None


@dataclass
class Roused(FakeGateway):
    """Its watches stay open until they are ended; amid a script the reflector is roused."""

    reflector: Reflector | None = None
    token: CancelToken = field(default_factory=CancelToken)

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Iterator[WatchEvent]:
        self.token = token
        return super().watch(kind, namespace, version, token)

    def _events(self, script: Script) -> Iterator[WatchEvent]:
        for step in super()._events(script):
            if isinstance(step, Rouse):
                assert self.reflector is not None
                if step.since is None:
                    self.reflector.rouse_if_overdue()
                else:
                    self.reflector.rouse(self.time.seconds - step.since)
                self.token.check()
            else:
                yield step


def roused(*scripts: object, until: int, lists: Lists | None = None) -> tuple[list[str], list[Report], VirtualTime]:
    """Run a reflector on watches that are as the scripts say."""
    token = CancelToken()
    time = VirtualTime(token)
    gateway = Roused(time, lists or [listing()], list(scripts))  # type: ignore[arg-type]
    said: list[Report] = []

    def hear(report: Report) -> None:
        said.append(report)
        if len(gateway.asked) >= until and isinstance(report, Failing | Live):
            token.cancel()

    gateway.reflector = Reflector(gateway, Kind.POD, "shop", hear, token, clock=time.clock)
    gateway.reflector.run()
    return gateway.asked, said, time


def test_a_watch_that_has_told_nothing_since_then_is_ended_and_the_next_begins_by_asking_where_the_server_is() -> None:
    asked, said, time = roused([Put(POD, "6"), After(90), Rouse(since=60)], LONG, until=4)
    assert asked == ["list", "watch 5", "latest", "watch 6"]
    assert not [report for report in said if isinstance(report, Failing)]
    assert time.slept == []


def test_a_watch_that_has_told_something_since_then_goes_on() -> None:
    asked, _, _ = roused([Put(POD, "6"), After(30), Rouse(since=60), Put(POD, "7"), After(300)], LONG, until=3)
    assert asked == ["list", "watch 5", "watch 7"]


def test_where_a_roused_watch_finds_nobody_the_picture_is_as_old_as_what_was_last_heard() -> None:
    _, said, _ = roused([Put(POD, "6"), After(90), Rouse(since=60)], REFUSED, until=4)
    failing = next(report for report in said if isinstance(report, Failing))
    assert failing.since == START


def test_a_watch_that_sent_bookmarks_and_sends_none_for_two_minutes_is_ended() -> None:
    asked, _, _ = roused([Bookmark("6"), After(121), Rouse(None)], LONG, until=4)
    assert asked == ["list", "watch 5", "latest", "watch 6"]


@pytest.mark.parametrize("script", [[Bookmark("6"), After(110), Rouse(None)], [Put(POD, "6"), After(290), Rouse(None)]])
def test_a_watch_that_is_not_late_or_never_sent_a_bookmark_goes_on(script: list[object]) -> None:
    asked, _, _ = roused([*script, After(300)], LONG, until=3)
    assert asked == ["list", "watch 5", "watch 6"]


@pytest.mark.parametrize(
    ("lists", "watches", "was_away", "again"),
    [
        pytest.param([REFUSED, listing()], [LONG], False, True, id="not-reached"),
        pytest.param([listing()], [REFUSED, LONG], False, True, id="not-reached-by-a-watch"),
        pytest.param([BROKEN, listing()], [LONG], False, False, id="it-failed"),
        pytest.param([BROKEN, listing()], [LONG], True, True, id="it-failed-for-all"),
        pytest.param([busy(40), listing()], [LONG], True, False, id="it-asked-for-the-pause"),
        pytest.param([listing()], [[LOST], LONG], False, False, id="it-breaks-watches-at-once"),
    ],
)
def test_a_server_that_answers_ends_the_pauses_that_have_lost_their_reason(
    lists: Lists, watches: list[Watch], was_away: bool, again: bool
) -> None:
    token = CancelToken()
    time = VirtualTime(token)
    gateway = FakeGateway(time, lists, watches)
    slept: list[float] = []
    went_on: list[float] = []

    def sleep(pausing: CancelToken, seconds: float) -> None:
        slept.append(seconds)
        made.rouse(time.seconds if was_away else None)
        if not pausing.cancelled:
            time.seconds += seconds
        pausing.check()

    def hear(report: Report) -> None:
        if isinstance(report, Live) and slept:
            went_on.append(time.seconds)
            token.cancel()

    made = Reflector(gateway, Kind.POD, None, hear, token, clock=replace(time.clock, sleep=sleep))
    started = time.seconds
    made.run()
    assert slept[0] >= 0.8
    assert (went_on[0] == started) == again


def test_where_nothing_was_heard_for_long_all_is_listed_at_once() -> None:
    """It was not the server that said so: there is nobody to spare."""
    token = CancelToken()
    time = VirtualTime(token)
    gateway = FakeGateway(time, [listing("5"), listing("9")], [LOST, LONG])
    clock = time.clock
    jumped = replace(clock, now=lambda: clock.now() + timedelta(hours=3 * len(gateway.asked)))

    def hear(report: Report) -> None:
        if isinstance(report, Live):
            token.cancel()

    Reflector(gateway, Kind.POD, None, hear, token, clock=jumped).run()
    assert gateway.asked == ["list", "watch 5", "list", "watch 9"]
    assert time.slept == [0.8]  # after the watch that could not be begun
