"""Jobs run off the calling thread, the newest of a group counts, and closing never hangs."""

import logging
import threading
import time

import pytest

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError, Cancelled, Unreachable
from desktop.session.state import Progress
from desktop.session.tasks import Outcome, ProgressSink, TaskPool


def wait_for_cancel(token: CancelToken, _progress: ProgressSink) -> str:
    token.wait(30)
    return "not cancelled"


def test_a_job_runs_on_a_worker_and_tells_progress_and_value() -> None:
    pool, outcomes, heard = TaskPool("reads"), list[Outcome[str]](), list[Progress]()

    def job(_token: CancelToken, progress: ProgressSink) -> str:
        progress(Progress(1, 2))
        return threading.current_thread().name

    assert pool.submit("a", job, outcomes.append, heard.append).wait(5)
    assert outcomes[0].unwrap() == "reads-1"
    assert heard == [Progress(1, 2)]
    assert pool.cancel_all()


def test_a_new_job_in_a_group_cancels_the_older_and_leaves_other_groups_alone() -> None:
    pool, outcomes = TaskPool(), dict[str, Outcome[str]]()
    older = pool.submit("text", wait_for_cancel, lambda o: outcomes.update(older=o))
    other = pool.submit("else", wait_for_cancel, lambda o: outcomes.update(other=o))
    newer = pool.submit("text", lambda _t, _p: "new", lambda o: outcomes.update(newer=o))
    assert older.wait(5)
    assert newer.wait(5)
    assert isinstance(outcomes["older"].error, Cancelled)
    assert outcomes["newer"].value == "new"
    assert not other.wait(0)
    assert pool.cancel_all()


def test_a_job_cancelled_while_it_queues_never_starts() -> None:
    pool, outcomes, started = TaskPool(workers=1), list[Outcome[str]](), list[int]()

    def job(_token: CancelToken, _progress: ProgressSink) -> str:
        started.append(1)
        return "ran"

    first = pool.submit("first", wait_for_cancel, lambda _o: None)
    second = pool.submit("second", job, outcomes.append)
    pool.cancel("second")
    first.cancel()
    assert second.wait(5)
    assert not started
    assert isinstance(outcomes[0].error, Cancelled)
    pool.cancel_all()


def test_an_error_of_ours_is_the_outcome() -> None:
    pool, outcomes = TaskPool(), list[Outcome[str]]()

    def job(_token: CancelToken, _progress: ProgressSink) -> str:
        raise Unreachable("unreachable", host="a")

    assert pool.submit("a", job, outcomes.append).wait(5)
    with pytest.raises(Unreachable):
        outcomes[0].unwrap()
    pool.cancel_all()


def test_a_fault_is_logged_and_told_and_the_worker_lives_on(caplog: pytest.LogCaptureFixture) -> None:
    pool, outcomes = TaskPool(workers=1), list[Outcome[str]]()

    def fault(_token: CancelToken, _progress: ProgressSink) -> str:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        assert pool.submit("a", fault, outcomes.append).wait(5)
    assert "failed unexpectedly" in caplog.text
    caplog.clear()
    assert outcomes[0].error is not None
    assert outcomes[0].error.code == "unexpected"
    assert outcomes[0].error.facts == {"exception": "ZeroDivisionError"}
    assert pool.submit("a", lambda _t, _p: "alive", outcomes.append).wait(5)
    assert outcomes[1].value == "alive"
    pool.cancel_all()


def test_a_failing_listener_does_not_end_the_worker(caplog: pytest.LogCaptureFixture) -> None:
    pool, outcomes = TaskPool(workers=1), list[Outcome[str]]()

    def deaf(_outcome: Outcome[str]) -> None:
        raise RuntimeError

    assert pool.submit("a", lambda _t, _p: "x", deaf).wait(5)
    caplog.clear()
    assert pool.submit("a", lambda _t, _p: "alive", outcomes.append).wait(5)
    assert outcomes[0].value == "alive"
    pool.cancel_all()


def test_closing_waits_no_longer_than_asked_for_a_job_that_does_not_listen() -> None:
    pool, started_working, release = TaskPool(), threading.Event(), threading.Event()

    def deaf(_token: CancelToken, _progress: ProgressSink) -> None:
        started_working.set()
        release.wait(30)

    pool.submit("deaf", deaf, lambda _o: None)
    assert started_working.wait(5)
    started = time.monotonic()
    assert not pool.cancel_all(timeout=0.1)
    assert time.monotonic() - started < 2
    release.set()


def test_after_closing_a_job_is_cancelled_without_running() -> None:
    pool, outcomes = TaskPool(), list[Outcome[str]]()
    pool.cancel_all()
    task = pool.submit("late", lambda _t, _p: "ran", outcomes.append)
    assert task.wait(0)
    assert isinstance(outcomes[0].error, Cancelled)


def test_workers_are_no_more_than_asked_and_do_not_keep_the_program_alive() -> None:
    pool, names = TaskPool("few", workers=2), set[str]()
    daemons: set[bool] = set()

    def job(_token: CancelToken, _progress: ProgressSink) -> None:
        names.add(threading.current_thread().name)
        daemons.add(threading.current_thread().daemon)

    tasks = [pool.submit("", job, lambda _o: None) for _ in range(50)]
    assert all(task.wait(5) for task in tasks)
    assert names <= {"few-1", "few-2"}
    assert daemons == {True}
    pool.cancel_all()


def test_an_outcome_without_error_may_hold_none() -> None:
    nothing: Outcome[str | None] = Outcome()
    assert nothing.unwrap() is None
    with pytest.raises(BulkheadError):
        Outcome(error=BulkheadError("x")).unwrap()
