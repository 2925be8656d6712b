"""A cancelled piece of work stops at once, wherever it waits."""

import threading
import time

import pytest

from desktop.cancellation import CancelToken
from desktop.errors import Cancelled


def test_a_cancelled_wait_ends_at_once() -> None:
    token = CancelToken()
    threading.Timer(0.05, token.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        token.wait(30)
    assert time.monotonic() - started < 5


def test_callback_runs_once_and_also_when_already_cancelled() -> None:
    token = CancelToken()
    calls: list[str] = []
    with token.on_cancel(lambda: calls.append("first")):
        token.cancel()
        token.cancel()
    with token.on_cancel(lambda: calls.append("late")):
        pass
    assert calls == ["first", "late"]


def test_callback_is_forgotten_after_its_block() -> None:
    token = CancelToken()
    with token.on_cancel(lambda: pytest.fail("called after its block")):
        pass
    token.cancel()
    with pytest.raises(Cancelled):
        token.check()
