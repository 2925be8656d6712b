"""One fetch serves all threads; what it brought is kept until it expires or is refused; no storm of fetches."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.identity import Fetched, Identity, IdentitySource
from desktop.errors import BulkheadError, Cancelled, SignInFailed
from tests.helpers.waiting import eventually

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


class World:
    """A clock, and fetches that are counted."""

    def __init__(self, life: timedelta | None = None) -> None:
        self.now, self.seconds, self.runs = NOON, 0.0, 0
        self.life = life
        self.fails: Exception | None = None
        self.go = threading.Event()
        self.go.set()
        self.tokens: list[CancelToken] = []
        self.source = IdentitySource(self.fetch, now=lambda: self.now, clock=lambda: self.seconds)

    def fetch(self, token: CancelToken) -> Fetched:
        self.runs += 1
        self.tokens.append(token)
        while not self.go.wait(0.01):
            token.check()
        if self.fails:
            raise self.fails
        return Fetched(Identity(f"Bearer {self.runs}"), self.now + self.life if self.life else None)

    def get(self, token: CancelToken | None = None) -> str:
        return self.source.get(token or CancelToken()).authorization

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.seconds += timedelta(**time).total_seconds()


def test_many_threads_share_one_fetch() -> None:
    world = World()
    world.go.clear()
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(world.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    world.go.set()
    for thread in threads:
        thread.join(20)
    assert got == ["Bearer 1"] * 8
    assert world.runs == 1


def test_what_lasts_four_minutes_serves_four_minutes() -> None:
    world = World(timedelta(minutes=4))
    for _ in range(10):
        assert world.get() == "Bearer 1"
    world.later(minutes=3, seconds=59)
    assert world.get() == "Bearer 1"
    world.later(seconds=1)
    assert world.get() == "Bearer 2"


def test_what_has_no_end_is_kept_until_it_is_refused() -> None:
    world = World()
    world.get()
    world.later(days=3)
    assert world.get() == "Bearer 1"
    assert world.source.refused(Identity("Bearer 1"))
    assert world.get() == "Bearer 2"


def test_what_has_expired_already_does_not_start_a_program_at_each_request() -> None:
    world = World(timedelta(hours=-1))
    assert [world.get() for _ in range(5)] == ["Bearer 1"] * 5
    world.later(seconds=10)
    assert world.get() == "Bearer 2"


def test_a_clock_that_is_set_back_keeps_nothing_beyond_its_end() -> None:
    world = World(timedelta(minutes=4))
    world.now += timedelta(days=365)  # wrong when it was fetched
    world.get()
    world.now = NOON
    assert world.get() == "Bearer 1"
    world.now = NOON + timedelta(days=366)
    assert world.get() == "Bearer 2"


def test_only_one_more_identity_is_fetched_where_each_is_refused() -> None:
    world = World()
    assert world.source.refused(world.source.get(CancelToken()))
    second = world.source.get(CancelToken())
    assert not world.source.refused(second)
    assert (world.get(), world.runs) == ("Bearer 2", 2)
    world.source.accepted()
    assert world.source.refused(second)
    assert world.get() == "Bearer 3"


def test_a_refusal_of_what_was_replaced_meanwhile_takes_nothing_away() -> None:
    world = World()
    first = world.source.get(CancelToken())
    assert world.source.refused(first)
    world.get()
    assert world.source.refused(first)
    assert (world.get(), world.runs) == ("Bearer 2", 2)


def test_a_fetch_that_fails_is_not_repeated_at_once_but_later() -> None:
    world = World()
    world.fails = SignInFailed("plugin.failed", command="x", status=1)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            world.get()
    assert world.runs == 1
    world.later(seconds=5)
    with pytest.raises(SignInFailed):
        world.get()
    world.later(seconds=9.9)
    with pytest.raises(SignInFailed):
        world.get()
    assert world.runs == 2
    world.fails = None
    world.later(seconds=0.2)
    assert (world.get(), world.runs) == ("Bearer 3", 3)


def test_a_fault_of_ours_reaches_whoever_waits() -> None:
    world = World()
    world.fails = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        world.get()


def waiting(world: World, token: CancelToken) -> tuple[threading.Thread, Callable[[], BulkheadError | None]]:
    caught: list[BulkheadError] = []

    def wait() -> None:
        try:
            world.get(token)
        except BulkheadError as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread, lambda: caught[0] if caught else None


def test_whoever_cancels_leaves_the_fetch_to_the_others_and_the_last_ends_it() -> None:
    world = World()
    world.go.clear()
    tokens = [CancelToken(), CancelToken()]
    (first, first_error), (second, second_error) = [waiting(world, token) for token in tokens]
    eventually(lambda: bool(world.tokens))
    tokens[0].cancel()
    first.join(20)
    assert isinstance(first_error(), Cancelled)
    assert second.is_alive()
    assert [token.cancelled for token in world.tokens] == [False]
    tokens[1].cancel()
    second.join(20)
    assert isinstance(second_error(), Cancelled)
    assert [token.cancelled for token in world.tokens] == [True]
    world.go.set()
    assert world.get() == "Bearer 2"
