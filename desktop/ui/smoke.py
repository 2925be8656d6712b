"""``bulkhead --smoke-test``: the real window on the sample cluster, timed; whatever goes wrong is told and ends it."""

import json
import logging
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QObject,
    QTimer,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)

from desktop.policy.findings import Severity
from desktop.reach.objects import Kind
from desktop.session.catalog import SAMPLE_ID
from desktop.session.state import Connection, SessionUpdate
from desktop.ui.bridge import in_turn
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import Message, Messages

_LIMIT_S = 60
# Without a screen (QT_QPA_PLATFORM=offscreen) Qt says this of every window with a size of its own.
_HARMLESS = {"This plugin does not support propagateSizeHints()"}
_HOPELESS = {Connection.FORBIDDEN, Connection.OFFLINE, Connection.ERROR}


class SmokeTest(QObject):
    """Watches a window until the sample cluster is live and on the screen, or something is wrong; then leaves."""

    failed = Signal(str)
    """What is wrong; from any thread."""

    def __init__(self, window: MainWindow, messages: Messages, started: float) -> None:
        super().__init__(window)
        self.code = 1
        self._window, self._started = window, started
        self._first_paint = 0.0
        self._update: SessionUpdate | None = None
        self._over = False
        self.failed.connect(self._fail)
        window.painted.connect(self._painted)
        window.pump.updated.connect(self._updated)
        messages.said.connect(self._said)
        QTimer.singleShot(_LIMIT_S * 1000, self, lambda: self._fail(f"not done after {_LIMIT_S} seconds"))
        logging.getLogger().addHandler(_ErrorWatch(self))
        qInstallMessageHandler(self._qt_said)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See the table painted once it holds everything."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._report)
        return super().eventFilter(watched, event)

    @Slot()
    def _painted(self) -> None:
        self._first_paint = time.perf_counter()
        in_turn(self, lambda: self._window.clusters.select_cluster(SAMPLE_ID))  # after the window chose a cluster

    @Slot(str, object)
    def _updated(self, cluster: str, update: SessionUpdate) -> None:
        if cluster != SAMPLE_ID or self._update is not None:
            return
        if update.state.connection in _HOPELESS:
            self._fail(f"the sample cluster is {update.state.connection.value}: {update.state.error}")
        elif update.state.connection is Connection.LIVE:
            self._update = update
            table = self._window.policies.view.viewport()
            table.installEventFilter(self)
            table.update()

    @Slot(object)
    def _said(self, message: Message) -> None:
        if message.severity is Severity.ERROR:
            self._fail(message.sentence)

    def _qt_said(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind not in {QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg} and text not in _HARMLESS:
            self.failed.emit(f"Qt says: {text}")

    def _report(self) -> None:
        counts = self._update.state.counts if self._update else {}
        shown = self._window.policies.table.rowCount()
        policies = counts.get(Kind.NETWORK_POLICY, 0)
        if not shown or shown != policies:
            self._fail(f"{shown} policies are shown of {policies}")
            return
        report = {
            "first_paint_ms": round((self._first_paint - self._started) * 1000),
            "synced_ms": round((time.perf_counter() - self._started) * 1000),
            "policies": policies,
            "pods": counts.get(Kind.POD, 0),
        }
        self._leave(0, sys.stdout.write, json.dumps(report))

    @Slot(str)
    def _fail(self, reason: str) -> None:
        self._leave(1, sys.stderr.write, f"bulkhead --smoke-test: {reason}")

    def _leave(self, code: int, write: Callable[[str], object], line: str) -> None:
        if not self._over:
            self._over, self.code = True, code
            write(f"{line}\n")
            # What goes wrong before the event loop runs ends it as soon as it does.
            QTimer.singleShot(0, self, lambda: QCoreApplication.exit(code))


class _ErrorWatch(logging.Handler):
    """Takes every logged error as a failure."""

    def __init__(self, test: SmokeTest) -> None:
        super().__init__(logging.ERROR)
        self._test = test

    def emit(self, record: logging.LogRecord) -> None:
        self._test.failed.emit(f"logged: {record.getMessage()}")
