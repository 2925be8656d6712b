"""The synchronizations in the status bar come and go without moving the rest of the window."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from desktop.session.catalog import ClusterEntry, Source
from desktop.session.state import Connection, Progress, SessionState
from desktop.ui.sync_strip import SyncStrip

CLUSTERS = [ClusterEntry(f"context:{number}", Source.CONTEXT, f"prod-{number:02}") for number in range(50)]
RUNNING = [SessionState(Connection.SYNCHRONIZING, progress=Progress(done, 9)) for done in range(9)]
LIVE = SessionState(Connection.LIVE)


class Layouts(QObject):
    """Counts how often a widget lays out what is in it."""

    count = 0

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


def test_while_fifty_clusters_are_synchronized_the_window_is_laid_out_a_few_times(qtbot: QtBot) -> None:
    window, strip, layouts = QMainWindow(), SyncStrip(), Layouts()
    qtbot.addWidget(window)
    window.statusBar().addPermanentWidget(strip)
    with qtbot.waitExposed(window):
        window.show()
    window.installEventFilter(layouts)
    told = [(cluster, state) for cluster in CLUSTERS for state in RUNNING]
    for cluster, state in [*told, *((cluster, LIVE) for cluster in CLUSTERS[:-1])]:
        strip.show_state(cluster, state)
        QApplication.processEvents()
    assert strip.text == "prod-49"
    assert layouts.count < 10
    strip.show_state(CLUSTERS[-1], LIVE)
    assert (strip.text, strip.width()) == ("", 0)


def test_all_of_a_synchronization_can_be_seen(qtbot: QtBot) -> None:
    window, strip = QMainWindow(), SyncStrip()
    qtbot.addWidget(window)
    window.statusBar().addPermanentWidget(strip)
    window.resize(800, 100)
    with qtbot.waitExposed(window):
        window.show()
    for cluster in CLUSTERS[:3]:
        strip.show_state(cluster, RUNNING[0])
    QApplication.processEvents()
    parts = [strip.layout().itemAt(at).geometry() for at in range(strip.layout().count())]  # type: ignore[union-attr]
    assert all(strip.rect().contains(part) for part in parts if not part.isEmpty())
    assert strip.text == "prod-00, prod-01 and 1 more"
