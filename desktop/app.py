"""Builds every object once and wires it."""

import gc
import signal
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from desktop import __version__
from desktop.language import use_language
from desktop.session.catalog import Catalog
from desktop.session.consents import Consents
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.tasks import TaskPool
from desktop.ui.bridge import TaskRunner, UiContext
from desktop.ui.garbage import GarbageCollector
from desktop.ui.icons import application_icon
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import Messages
from desktop.ui.qt_language import translate_qt

if TYPE_CHECKING:
    from desktop.ui.smoke import SmokeTest

_PATIENCE_S = 2.0
_TURN_S = 0.0002
"""The longest a busy thread keeps the interpreter while others want it.

The window stands in line with all of them, and many times in each of its turns: of fifty clusters twenty may be busy.
"""


def let_the_window_go_first(application: QApplication) -> None:
    """Keep what else goes on from stalling the window."""
    sys.setswitchinterval(_TURN_S)
    GarbageCollector(application)


def run(*, started: float, smoke_test: bool) -> int:
    """Open the window and return the exit code once it is closed; ``started`` is a time of ``time.perf_counter``."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends the program, as one expects there
    application = _application()
    let_the_window_go_first(application)
    pool, engine, settings = TaskPool("task"), TaskPool("engine", workers=1), Settings()
    catalog = Catalog(settings)
    sessions = Sessions(allows=Consents(settings).allows)
    messages = Messages()
    _tell_faults(messages)
    context = UiContext(TaskRunner(pool), messages, settings, catalog, sessions, TaskRunner(engine))
    window = MainWindow(context)
    test = _smoke_test(window, messages, started) if smoke_test else None
    window.painted.connect(_when_painted)
    window.show()
    code = application.exec()
    sessions.close_all(_PATIENCE_S)
    for each in (pool, engine):
        each.cancel_all(_PATIENCE_S)
    settings.flush()
    return test.code if test else code


def _smoke_test(window: MainWindow, messages: Messages, started: float) -> "SmokeTest":
    from desktop.ui.smoke import SmokeTest  # noqa: PLC0415  a test is no part of an ordinary start

    return SmokeTest(window, messages, started)


def _when_painted() -> None:
    """Do what could wait for the window."""
    gc.freeze()  # nothing made so far is garbage
    QApplication.setWindowIcon(application_icon())


def _application() -> QApplication:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  for Windows alone

        # Or the task bar would take it for Python, whose window it is there.
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID("bulkhead")
    application = QApplication(sys.argv[:1])
    application.setApplicationName("bulkhead")
    application.setApplicationDisplayName("Bulkhead")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("bulkhead")
    language = use_language([language.replace("-", "_") for language in QLocale.system().uiLanguages()])
    translate_qt(application, language)
    return application


def _tell_faults(messages: Messages) -> None:
    """Tell the user of every exception that nobody expected, wherever it was raised."""

    def in_window(_type: type[BaseException], fault: BaseException, _traceback: TracebackType | None) -> None:
        messages.fault(fault)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            messages.fault(args.exc_value)

    sys.excepthook = in_window
    threading.excepthook = in_thread
