"""A reflector that is roused, because the network may have changed or a watch is late, looks whether it is right."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import (
    Bookmark,
    Listing,
    OnPage,
    Put,
    WatchEvent,
)
from desktop.cluster.reflector import (
    SHORT_WATCH,
    Failing,
    Live,
    Reflector,
    Report,
)
from desktop.reach.objects import Kind
from tests.helpers.virtual_time import START, VirtualTime
from tests.unit.cluster.scripted import (
    BROKEN,
    LONG,
    LOST,
    POD,
    REFUSED,
    After,
    FakeGateway,
    Lists,
    Script,
    Watch,
    busy,
    listing,
)


@dataclass
class Rouse:
    """Somebody rouses the reflector, from ``since`` seconds before now on; or looks whether it is overdue (None)."""

    since: float | None


@dataclass
class Roused(FakeGateway):
    """Its watches stay open until they are ended; amid a script the reflector is roused."""

    reflector: Reflector | None = None
    token: CancelToken = field(default_factory=CancelToken)

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Generator[WatchEvent]:
        self.token = token
        return super().watch(kind, namespace, version, token)

    def _events(self, script: Script) -> Generator[WatchEvent]:
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


@dataclass
class Hanging(FakeGateway):
    """Leaves the first request of one sort unanswered: amid it the machine sleeps, and whoever follows is roused."""

    hangs: str = ""
    pages: int = 0
    reflector: Reflector | None = None

    def _hang(self, sort: str, token: CancelToken) -> None:
        if self.hangs == sort:
            self.hangs = ""
            self.time.seconds += 10
            assert self.reflector is not None
            self.reflector.rouse(self.time.seconds - 5)
            token.check()

    def list(self, kind: Kind, namespace: str | None, token: CancelToken, on_page: OnPage) -> Listing:
        for page in range(self.pages):
            on_page(page, None)
        listing = super().list(kind, namespace, token, on_page)
        self._hang("list", token)
        return listing

    def latest(self, kind: Kind, namespace: str | None, token: CancelToken) -> str:
        latest = super().latest(kind, namespace, token)
        self._hang("latest", token)
        return latest

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Generator[WatchEvent]:
        events = super().watch(kind, namespace, version, token)
        self._hang("watch", token)
        return events


@pytest.mark.parametrize(
    ("hangs", "asked"),
    [
        ("list", ["list", "list", "watch 5", "latest", "watch 5"]),
        ("watch", ["list", "watch 5", "latest", "watch 5", "watch 6"]),
        ("latest", ["list", "watch 5", "latest", "latest", "watch 5"]),
    ],
)
@pytest.mark.parametrize("pages", [0, 3])
def test_whatever_was_asked_before_the_machine_slept_is_asked_anew_at_once(
    hangs: str, asked: list[str], pages: int
) -> None:
    token = CancelToken()
    time = VirtualTime(token)
    watches: list[Watch] = [[After(300.0)], [After(300.0), Put(POD, "6")], LONG]
    gateway = Hanging(time, [listing()], watches, hangs=hangs, pages=pages)
    said: list[Report] = []

    def hear(report: Report) -> None:
        said.append(report)
        if len(gateway.asked) >= 5:
            token.cancel()

    gateway.reflector = Reflector(gateway, Kind.POD, "shop", hear, token, clock=time.clock)
    gateway.reflector.run()
    assert gateway.asked == asked
    assert not [report for report in said if isinstance(report, Failing)]
    assert all(seconds <= SHORT_WATCH for seconds in time.slept)


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
