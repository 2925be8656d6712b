"""The one place where errors reach the user: each once, as a sentence, a hint and details to copy, in a quiet bar."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop import __version__, faults
from desktop.errors import BulkheadError, Cancelled
from desktop.language import tr, tr_n
from desktop.policy.findings import Severity
from desktop.ui.plain import label
from desktop.ui.strip import Strip
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.cluster.notices import Notice

_NOTE_SECONDS = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """What is said: ``details`` is for a report to the maintainers and holds no secrets, as errors hold none.

    ``passing``: it goes away by itself. ``topic``: it goes away when that is over.
    """

    sentence: str
    severity: Severity
    hint: str = ""
    details: str = field(default="", compare=False)
    passing: bool = False
    topic: str = ""


class Messages(QObject):
    """Takes every message to the user; the window shows them."""

    said = Signal(object)
    """A Message."""

    over = Signal(str)
    """A topic: nothing that was said of it matters any more."""

    def error(self, error: BulkheadError) -> None:
        """Tell of an error; Cancelled is none, as the user asked for it."""
        if isinstance(error, Cancelled):
            return
        from desktop.wording import errors  # noqa: PLC0415  not before the window shows

        _log.info("told the user: %s", error.code)
        self.said.emit(Message(errors.sentence(error), Severity.ERROR, errors.hint(error), "\n".join(_details(error))))

    def fault(self, exception: BaseException) -> None:
        """Tell of a fault of our own: an exception nobody expected, logged with its traceback."""
        _log.error("unexpected exception", exc_info=exception)
        unexpected = BulkheadError("unexpected", exception=type(exception).__name__)
        unexpected.__cause__ = exception
        self.error(unexpected)

    def note(self, sentence: str) -> None:
        """Tell of something that went well; it goes away by itself."""
        self.said.emit(Message(sentence, Severity.INFO, passing=True))

    def notice(self, cluster: str, title: str, notice: "Notice") -> None:
        """Tell what came from a cluster (its id and title), or from its sign-in program; it is not logged."""
        from desktop.cluster.notices import PluginEnded, PluginSays  # noqa: PLC0415  not before the window shows
        from desktop.wording import notices  # noqa: PLC0415

        topic = f"{cluster} {notice.command}" if isinstance(notice, PluginSays | PluginEnded) else ""
        if isinstance(notice, PluginEnded):
            self.over.emit(topic)
        else:
            self.said.emit(Message(notices.sentence(title, notice), notices.severity(notice), topic=topic))


def _details(error: BulkheadError) -> Iterator[str]:
    import platform  # noqa: PLC0415  as above

    yield f"Bulkhead {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}"
    yield from map(plain, faults.lines(error))


class MessageBar(Strip):
    """Shows the latest message until it is closed; then the one before it."""

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open: list[Message] = []
        self._more = label(parent=self)
        self.add_widget(self._more)
        self._copy = self.add_button(tr("Copy &Details"), self._copy_details)
        self.add_button(tr("C&lose"), self._close_latest)
        self._timer = QTimer(self, singleShot=True, interval=_NOTE_SECONDS * 1000)
        self._timer.timeout.connect(self._forget_note)
        messages.said.connect(self._add)
        messages.over.connect(self._forget)

    @Slot(object)
    def _add(self, message: Message) -> None:
        """Show a message on top; one that is still open is not shown twice."""
        self._open = [other for other in self._open if other != message and not other.passing]
        self._open.append(message)
        self._show_latest()
        if message.passing:
            self._timer.start()

    @Slot()
    def _forget_note(self) -> None:
        self._open = [message for message in self._open if not message.passing]
        self._show_latest()

    @Slot(str)
    def _forget(self, topic: str) -> None:
        self._open = [message for message in self._open if message.topic != topic]
        self._show_latest()

    def _close_latest(self) -> None:
        self._open.pop()
        self._show_latest()

    def _copy_details(self) -> None:
        from desktop.wording.reaching import scrubbed  # noqa: PLC0415  not before the window shows

        latest = self._open[-1]
        parts = filter(None, (latest.sentence, latest.hint, latest.details))
        QGuiApplication.clipboard().setText(scrubbed("\n".join(parts)))

    def _show_latest(self) -> None:
        if not self._open:
            self.say(Severity.INFO, "")
            return
        latest, others = self._open[-1], len(self._open) - 1
        self.say(latest.severity, latest.sentence, latest.hint)
        self._more.setText(tr_n("and {count} more", "and {count} more", others) if others else "")
        self._copy.setVisible(bool(latest.details))
