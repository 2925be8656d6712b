"""Where threads meet Qt: results come home to the UI thread, once, and only while somebody still wants them."""

import sys
import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import pytest
from PySide6.QtCore import QObject, QSize, QThread, QTimer, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop import turns
from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError, FileError
from desktop.reach.snapshot import Snapshot
from desktop.session.notices import NoticeBoard
from desktop.session.sessions import Sessions
from desktop.session.state import Progress, SessionState, SessionUpdate
from desktop.session.tasks import ProgressSink, TaskPool
from desktop.ui.bridge import Pump, TaskRunner, in_turn
from desktop.ui.scrolling import FocusScroll


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    pool = TaskPool("test")
    yield TaskRunner(pool)
    assert pool.cancel_all(5)


@dataclass
class Heard:
    """What a runner told, and in which thread."""

    values: list[object] = field(default_factory=list)
    errors: list[BulkheadError] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    threads: set[QThread] = field(default_factory=set)

    def done(self, value: object) -> None:
        self.threads.add(QThread.currentThread())
        self.values.append(value)

    def failed(self, error: BulkheadError) -> None:
        self.threads.add(QThread.currentThread())
        self.errors.append(error)

    def progressed(self, progress: Progress) -> None:
        self.threads.add(QThread.currentThread())
        self.progress.append(progress)


def test_a_job_runs_elsewhere_and_its_value_comes_home(runner: TaskRunner, qtbot: QtBot) -> None:
    heard, home = Heard(), threading.get_ident()

    def job(_: CancelToken, progress: ProgressSink) -> bool:
        progress(Progress(1, 2))
        return threading.get_ident() != home

    runner.run("group", job, heard.done, heard.failed, heard.progressed)
    qtbot.waitUntil(lambda: bool(heard.values))
    assert heard.values == [True]
    assert heard.threads == {QThread.currentThread()}


def test_an_error_comes_home_as_an_error(runner: TaskRunner, qtbot: QtBot) -> None:
    heard = Heard()

    def job(_: CancelToken, __: ProgressSink) -> None:
        raise FileError("file.not-read", path="/x")

    runner.run("group", job, heard.done, heard.failed)
    qtbot.waitUntil(lambda: bool(heard.errors))
    assert [error.code for error in heard.errors] == ["file.not-read"]
    assert not heard.values


def test_what_a_replaced_job_still_says_is_dropped(runner: TaskRunner, qtbot: QtBot) -> None:
    heard, release = Heard(), threading.Event()

    def stubborn(_: CancelToken, __: ProgressSink) -> str:
        release.wait(5)
        return "old"

    old = runner.run("group", stubborn, heard.done, heard.failed)
    runner.run("group", lambda _, __: "new", heard.done, heard.failed)
    qtbot.waitUntil(lambda: bool(heard.values))
    release.set()
    assert old.wait(5)
    qtbot.wait(50)
    assert heard.values == ["new"]
    assert not heard.errors


def test_of_a_cancelled_group_nothing_more_is_heard(runner: TaskRunner, qtbot: QtBot) -> None:
    heard = Heard()
    task = runner.run("group", lambda token, _: token.wait(30), heard.done, heard.failed)
    runner.cancel("group")
    assert task.wait(5)
    qtbot.wait(50)
    assert heard == Heard()


def test_of_a_cancelled_task_it_is_told_what_came_of_it(runner: TaskRunner, qtbot: QtBot) -> None:
    heard, started = Heard(), threading.Event()

    def job(token: CancelToken, _: ProgressSink) -> str:
        started.set()
        while not token.cancelled:
            time.sleep(0.001)
        return "half"

    task = runner.run("group", job, heard.done, heard.failed)
    assert started.wait(5)
    task.cancel()
    qtbot.waitUntil(lambda: heard.values == ["half"])


def test_jobs_without_a_group_are_all_told_once(runner: TaskRunner, qtbot: QtBot) -> None:
    heard = Heard()
    for number in range(20):

        def job(_: CancelToken, progress: ProgressSink, number: int = number) -> int:
            progress(Progress(number, None))
            return number

        runner.run("", job, heard.done, heard.failed)
    qtbot.waitUntil(lambda: len(heard.values) == 20)
    qtbot.wait(50)
    assert sorted(cast("list[int]", heard.values)) == list(range(20))


def test_progress_that_comes_faster_than_it_is_looked_at_is_told_as_of_the_last(
    runner: TaskRunner, qtbot: QtBot
) -> None:
    heard, over = Heard(), threading.Event()

    def job(_: CancelToken, progress: ProgressSink) -> None:
        for done in range(1000):
            progress(Progress(done, 1000))
        over.wait(5)

    runner.run("group", job, heard.done, heard.failed, heard.progressed)
    qtbot.waitUntil(lambda: bool(heard.progress) and heard.progress[-1].done == 999)
    over.set()
    qtbot.waitUntil(lambda: heard.values == [None])
    assert len(heard.progress) < 500


def test_a_signal_costs_no_reference_to_true(qtbot: QtBot) -> None:
    class Emitter(QObject):
        rung = Signal(bool)

    emitter = Emitter()
    rings: list[bool] = []
    emitter.rung.connect(rings.append)
    before = sys.getrefcount(True)
    for _ in range(200):
        emitter.rung.emit(False)
    assert sys.getrefcount(True) >= before - 20
    assert len(rings) == 200


class Slow:
    """A session whose every drain has news and takes its time."""

    def __init__(self, id_: str, seconds: float) -> None:
        self.id = id_
        self.seconds = seconds

    def drain(self) -> SessionUpdate | None:
        time.sleep(self.seconds)
        return SessionUpdate(SessionState(), Snapshot())


class These:
    """Sessions of a test."""

    def __init__(self, *sessions: Slow) -> None:
        self._sessions = sessions
        self.notices = NoticeBoard()

    def all(self) -> tuple[Slow, ...]:
        return self._sessions


def pumping(*sessions: Slow) -> tuple[Pump, list[str]]:
    pump, told = Pump(cast(Sessions, These(*sessions))), []
    pump.stop()
    pump.updated.connect(lambda cluster, _: told.append(cluster))
    return pump, told


def test_a_tick_of_the_pump_ends_when_its_time_is_used_up_and_the_next_goes_on_there(qtbot: QtBot) -> None:
    pump, told = pumping(*(Slow(id_, 0.005) for id_ in "abcde"))
    pump.tick()
    first = len(told)
    assert 1 <= first <= 2
    while len(told) < 5:
        pump.tick()
    assert told[:5] == list("abcde")


def test_a_tick_of_the_pump_asks_no_session_twice(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.ui.bridge._PUMP_BUDGET_S", 60)
    pump, told = pumping(Slow("a", 0), Slow("b", 0))
    pump.tick()
    assert told == ["a", "b"]


def test_the_pump_beats_by_itself(qtbot: QtBot) -> None:
    pump = Pump(cast(Sessions, These(Slow("a", 0))))
    with qtbot.waitSignal(pump.updated, timeout=2000):
        pass
    pump.stop()


@pytest.mark.parametrize("ending", ["told", "cancelled", "replaced"])
def test_whoever_was_to_be_told_is_let_go_of_although_the_worker_lives_on(
    runner: TaskRunner, qtbot: QtBot, ending: str
) -> None:
    class Listener:
        def hear(self, _: object) -> None:
            told.append(True)

    told: list[bool] = []
    listener = Listener()
    alive = weakref.ref(listener)
    release = threading.Event()

    def job(_: CancelToken, __: ProgressSink) -> None:
        release.wait(5)

    runner.run("group", job, listener.hear, listener.hear)
    del listener
    if ending == "told":
        release.set()
        qtbot.waitUntil(lambda: bool(told))
    elif ending == "cancelled":
        runner.cancel("group")
    else:
        runner.run("group", job, lambda _: None, lambda _: None)
    assert alive() is None
    release.set()


def test_what_is_put_off_to_the_next_turn_lets_what_waits_go_first(qtbot: QtBot) -> None:
    owner, order = QObject(), list[str]()
    waits = QTimer(singleShot=True, interval=0)
    waits.timeout.connect(lambda: order.append("what waited"))
    waits.start()
    in_turn(owner, lambda: order.append("in turn"))
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["what waited", "in turn"]


class _Sized(QWidget):
    """A widget whose size Python tells, and which notes whether others may work when it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[bool] = []

    def sizeHint(self) -> QSize:
        self.asked.append(turns._idle.is_set())
        return QSize(10, 10)


def test_others_give_way_while_a_page_is_laid_out_anew(qtbot: QtBot) -> None:
    sized = _Sized()
    page = FocusScroll(sized)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    sized.asked.clear()
    sized.updateGeometry()
    qtbot.waitUntil(lambda: bool(sized.asked))
    assert not any(sized.asked)
