"""What benchmarks of the window share."""

import gc
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from desktop.app import let_the_window_go_first
from desktop.ui.garbage import GarbageCollector


@pytest.fixture
def as_in_the_application(qapp: QApplication) -> Iterator[None]:
    """Let threads take turns, and garbage be collected, as they are in the application."""
    turn = sys.getswitchinterval()
    let_the_window_go_first(qapp)
    yield
    for collector in qapp.findChildren(GarbageCollector):
        delete(collector)
    gc.enable()
    gc.collect()  # nothing of one benchmark is in the way of the next
    sys.setswitchinterval(turn)
