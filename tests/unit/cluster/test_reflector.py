"""A reflector keeps following, whatever goes wrong, and is never a burden to a server in trouble."""

import random
from collections.abc import Generator, Iterator
from datetime import timedelta

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import (
    Bookmark,
    Gone,
    Listing,
    Put,
    WatchEvent,
)
from desktop.cluster.reflector import (
    CALM,
    FIRST_DELAY,
    LONGEST_DELAY,
    SELDOM,
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
    Cancelled,
    Forbidden,
)
from desktop.reach.objects import Kind
from tests.helpers.virtual_time import START, VirtualTime
from tests.unit.cluster.scripted import (
    BROKEN,
    LONG,
    LOST,
    NOT_ALLOWED,
    OLD,
    POD,
    REFUSED,
    SILENCE,
    TAKEN_AWAY,
    After,
    FakeGateway,
    Lists,
    Script,
    Watch,
    busy,
    follow,
    listing,
)


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


ABSENT = Listing((), "", served=False)


def test_a_kind_that_the_server_does_not_have_is_empty_and_asked_for_again_seldom_until_it_is_installed() -> None:
    asked, said, slept = follow([ABSENT], [LONG], until=99, seconds=600)
    assert (asked, slept) == (["list"] * 5, [SELDOM] * 5)
    assert {type(report): report for report in said}[Listed] == Listed(Kind.POD, "shop", ())
    asked, said, slept = follow([ABSENT, ABSENT, listing("5", POD)], [LONG], until=4)
    assert asked == ["list", "list", "list", "watch 5"]
    assert said[-2:] == [Listed(Kind.POD, "shop", (POD,)), Live(Kind.POD, "shop")]


def test_a_kind_that_is_taken_away_while_it_is_watched_is_listed_again() -> None:
    lists: Lists = [listing("5", POD), ABSENT]
    asked, said, _ = follow(lists, [[After(9.0), TAKEN_AWAY]], until=9, seconds=60)
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


class Counting(FakeGateway):
    """Knows how many of its watches are open."""

    open = 0

    def _events(self, script: Script) -> Generator[WatchEvent]:
        self.open += 1
        try:
            yield from super()._events(script)
        finally:
            self.open -= 1


def test_a_watch_that_is_not_believed_any_more_is_ended_before_that_is_told() -> None:
    token = CancelToken()
    time = VirtualTime(token, chance=lambda: 0.0)
    gateway = Counting(time, [listing("5")], [[Bookmark("4")]])
    told: list[tuple[Failing, int]] = []  # the errors are kept, and so is all that they have seen

    def hear(report: Report) -> None:
        if isinstance(report, Failing):
            told.append((report, gateway.open))
        if len(told) == 3:
            token.cancel()

    Reflector(gateway, Kind.POD, "shop", hear, token, clock=time.clock).run()
    assert [open_ for _, open_ in told] == [0, 0, 0]


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


def test_what_is_not_permitted_is_told_and_asked_for_again_seldom() -> None:
    asked, said, slept = follow([NOT_ALLOWED], [LONG], until=99, seconds=600)
    assert (asked, slept) == (["list"] * 5, [SELDOM] * 5)
    assert set(said) == {Denied(Kind.POD, "shop", NOT_ALLOWED, listed=False, pause=SELDOM)}


@pytest.mark.parametrize("watch", [NOT_ALLOWED, [NOT_ALLOWED], [After(9.0), NOT_ALLOWED]])
def test_what_may_be_listed_but_not_watched_is_listed_anew_seldom(watch: Watch) -> None:
    asked, said, slept = follow([listing()], [watch], until=99, seconds=600)
    assert (asked, slept) == (["list", "watch 5"] * 5, [SELDOM] * 5)
    assert said[-1] == Denied(Kind.POD, "shop", NOT_ALLOWED, listed=True, pause=SELDOM)


def test_a_right_that_is_taken_away_and_given_back_needs_nobody_to_ask_anew() -> None:
    lists: Lists = [listing("5", POD), NOT_ALLOWED, NOT_ALLOWED, listing("90")]
    asked, said, slept = follow(lists, [[After(9.0), OLD], LONG], until=6)
    assert asked == ["list", "watch 5", "list", "list", "list", "watch 90"]
    assert [report.listed for report in said if isinstance(report, Denied)] == [True, True]
    assert said[-2:] == [Listed(Kind.POD, "shop", ()), Live(Kind.POD, "shop")]
    assert slept[-2:] == [SELDOM, SELDOM]


@pytest.mark.parametrize("quiet", [ABSENT, NOT_ALLOWED], ids=["not there", "not allowed"])
def test_a_later_outage_is_not_told_as_begun_in_an_earlier_one(quiet: Listing | Forbidden) -> None:
    """What is not followed grows not old meanwhile."""
    _, said, _ = follow([quiet, REFUSED, quiet, REFUSED, quiet, REFUSED, listing()], [LONG], until=7)
    begins = [report.since for report in said if isinstance(report, Failing)]
    assert begins == sorted(set(begins))
    assert len(begins) == 3


def test_what_was_listed_is_old_from_when_the_right_to_it_went_and_not_from_a_later_outage() -> None:
    lists: Lists = [listing("5", POD), NOT_ALLOWED, REFUSED, NOT_ALLOWED, REFUSED, listing("90")]
    _, said, _ = follow(lists, [[After(9.0), NOT_ALLOWED], LONG], until=7)
    begins = {report.since for report in said if isinstance(report, Failing)}
    assert begins == {START + timedelta(seconds=9)}


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
