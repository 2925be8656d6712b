"""Garbage is collected in the window's thread, young garbage soon and all of it while the user is elsewhere."""

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.pauses import many_objects
from desktop.ui import garbage
from desktop.ui.garbage import GarbageCollector


class Cycle:
    """Garbage as soon as nobody else holds it; tells on which thread it ended."""

    def __init__(self, ended: list[threading.Thread]) -> None:
        self.itself = self
        self._ended = ended

    def __del__(self) -> None:
        self._ended.append(threading.current_thread())


@pytest.fixture
def ended() -> list[threading.Thread]:
    return []


@pytest.fixture
def collector(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[GarbageCollector]:
    monkeypatch.setattr(garbage, "_INTERVAL_MS", 5)
    monkeypatch.setattr(garbage, "_ALL_MS", 5)
    monkeypatch.setattr(garbage, "_AWAY_MS", 5)
    monkeypatch.setattr(garbage, "_QUICK_S", 0.0)
    collector = GarbageCollector(qapp)
    yield collector
    delete(collector)
    assert gc.isenabled()


def many() -> list[list[object]]:
    return [[] for _ in range(2 * gc.get_threshold()[0])]


@pytest.mark.usefixtures("collector")
def test_young_garbage_of_any_thread_ends_soon_and_in_the_windows_thread(
    qtbot: QtBot, ended: list[threading.Thread]
) -> None:
    def work() -> None:
        Cycle(ended)
        kept.extend(many())

    kept: list[list[object]] = []
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert ended == []
    qtbot.waitUntil(lambda: ended == [threading.main_thread()])


@pytest.mark.usefixtures("collector")
def test_nothing_is_collected_while_many_objects_come_in(qtbot: QtBot, ended: list[threading.Thread]) -> None:
    with many_objects():
        Cycle(ended)
        kept = many()
        qtbot.wait(50)
        assert ended == []
    assert kept
    assert not gc.isenabled()


@pytest.mark.usefixtures("collector")
def test_old_garbage_ends_while_the_user_is_elsewhere(
    qtbot: QtBot, qapp: QApplication, ended: list[threading.Thread]
) -> None:
    cycle = Cycle(ended)
    gc.collect()
    del cycle
    gc.collect(1)
    assert ended == []
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    qtbot.waitUntil(lambda: ended == [threading.main_thread()])


@pytest.mark.usefixtures("collector")
def test_old_garbage_ends_at_any_time_where_that_is_quick(
    qtbot: QtBot, ended: list[threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle = Cycle(ended)
    gc.collect()
    del cycle
    qtbot.wait(50)
    assert ended == []
    monkeypatch.setattr(garbage, "_QUICK_S", 60.0)
    qtbot.waitUntil(lambda: ended == [threading.main_thread()])
