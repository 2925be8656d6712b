"""Heavy work waits while the window works, but not for ever, and only one piece of it is done at a time."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from desktop import turns
from desktop.policy.objects import LabelSelector, Peer
from desktop.reach import choices
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import Pod
from desktop.reach.snapshot import Put, Snapshot

PICTURE = Snapshot().apply([Put(Pod("shop", "web-0", {"app": "web"}, (), ()))])


def begun(work: threading.Thread) -> threading.Thread:
    work.start()
    return work


def test_work_waits_until_the_window_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 30.0)
    with turns.window_works():
        worker = begun(threading.Thread(target=turns.give_way))
        worker.join(0.05)
        assert worker.is_alive()
        with turns.window_works():
            pass  # what is painted within something else does not end it
        worker.join(0.05)
        assert worker.is_alive()
    worker.join(10)
    assert not worker.is_alive()


@pytest.mark.parametrize(
    "look",
    [
        lambda: choices.pod_labels(PICTURE, None),
        lambda: choices.pod_ports(PICTURE, None),
        lambda: choices.matched(PICTURE, "shop", LabelSelector()),
        lambda: choices.matched_by_peer(PICTURE, "shop", Peer(pod_selector=LabelSelector())),
        lambda: Sight(PICTURE).shapes("shop"),
    ],
)
def test_who_looks_at_a_cluster_for_the_form_lets_it_go_first(
    monkeypatch: pytest.MonkeyPatch, look: Callable[[], object]
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 30.0)
    with turns.window_works():
        worker = begun(threading.Thread(target=look))
        worker.join(0.05)
        assert worker.is_alive()
    worker.join(10)
    assert not worker.is_alive()


def test_a_window_that_is_never_idle_does_not_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.01)
    with turns.window_works():
        worker = begun(threading.Thread(target=turns.give_way))
        worker.join(10)
        assert not worker.is_alive()


def test_a_window_that_goes_on_working_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def work() -> None:
        for _ in range(1000):
            turns.give_way()

    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.05)
    with turns.window_works():
        worker = begun(threading.Thread(target=work))
        worker.join(10)
        assert not worker.is_alive()


def test_what_the_window_began_ends_in_a_later_turn_of_its(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 30.0)
    turns.window_begins()
    with turns.window_works():
        pass
    worker = begun(threading.Thread(target=turns.give_way))
    worker.join(0.05)
    assert worker.is_alive()
    turns.window_ends()
    worker.join(10)
    assert not worker.is_alive()


def test_pieces_are_done_one_at_a_time() -> None:
    at_once: list[int] = []
    now = 0

    def work() -> None:
        nonlocal now
        with turns.piece():
            now += 1
            at_once.append(now)
            time.sleep(0.005)
            now -= 1

    workers = [begun(threading.Thread(target=work)) for _ in range(5)]
    for worker in workers:
        worker.join(10)
    assert at_once == [1] * 5


def test_after_a_piece_that_nobody_waits_for_others_of_its_sort_rest_for_as_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worked = 0.02
    rests: list[tuple[bool, bool, bool]] = []

    def do(kind: Callable[[], AbstractContextManager[None]]) -> bool:
        """Return whether a piece can be done now."""

        def work() -> None:
            with kind():
                pass

        other = begun(threading.Thread(target=work, daemon=True))
        other.join(0.1)
        return not other.is_alive()

    def rest(seconds: float) -> None:
        monkeypatch.undo()
        rests.append((seconds >= worked, do(turns.piece), do(turns.unhurried_piece)))

    monkeypatch.setattr(time, "sleep", rest)
    with turns.unhurried_piece():
        threading.Event().wait(worked)
    assert rests == [(True, True, False)]


def test_where_there_is_no_window_nothing_waits() -> None:
    turns.give_way()
    with turns.piece():
        pass
