"""Collects garbage where and when it does not show.

Left to itself, Python does so in whatever thread makes objects, and now and then walks through all there are: with a
big cluster that takes a fifth of a second, in which no thread runs. And what belongs to Qt must end in the window's
thread. So it is done here: often and briefly among the young objects, where nearly all garbage is, and among all of
them where that is quick, or while the user is elsewhere.
"""

import gc
import sys
import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from desktop import pauses

_INTERVAL_MS = 100
_ALL_MS = 10_000
_AWAY_MS = 3000
"""How long the user is elsewhere before all objects are looked at, however long that takes."""
_QUICK_S = 0.02
"""What nobody notices."""
_SECONDS_A_BLOCK = 7e-8
"""What to look at all objects takes for each block of memory, on an ordinary computer, until it is known better."""
_YOUNG, _ALL = (0, 1), 2


class GarbageCollector(QObject):
    """Takes the place of Python's own collections while it lives."""

    def __init__(self, application: QGuiApplication) -> None:
        super().__init__(application)
        gc.disable()
        self.destroyed.connect(gc.enable)
        self._seconds_a_block = _SECONDS_A_BLOCK
        for interval, look in ((_INTERVAL_MS, self._collect_young), (_ALL_MS, self._collect_all_if_quick)):
            timer = QTimer(self, interval=interval)
            timer.timeout.connect(look)
            timer.start()
        self._away = QTimer(self, interval=_AWAY_MS, singleShot=True)
        self._away.timeout.connect(self._collect_all)
        application.applicationStateChanged.connect(self._turn_to)

    @Slot()
    def _collect_young(self) -> None:
        """Collect the generations whose turn it is by Python's own counts."""
        for generation in _YOUNG:
            if gc.get_count()[generation] <= gc.get_threshold()[generation]:
                return
            pauses.collect(generation)

    @Slot()
    def _collect_all_if_quick(self) -> None:
        if sys.getallocatedblocks() * self._seconds_a_block <= _QUICK_S:
            self._collect_all()

    @Slot(Qt.ApplicationState)
    def _turn_to(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self._away.stop()
        else:
            self._away.start()

    @Slot()
    def _collect_all(self) -> None:
        started = time.perf_counter()
        if pauses.collect(_ALL):
            self._seconds_a_block = (time.perf_counter() - started) / sys.getallocatedblocks()
