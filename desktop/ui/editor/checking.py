"""Checks the text while it is edited: a moment after typing stops, off the UI thread, the newest text only."""

from collections.abc import Callable
from itertools import count

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.manifest.checking import Checked
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import TaskRunner, in_turn
from desktop.ui.editor.code_edit import CodeEdit

PAUSE_MS = 150
"""How long nothing must be typed before the text is checked."""

Check = Callable[[str], Checked]
_numbers = count(1)


class Checking(QObject):
    """Keeps what was found in an editor's text up to date."""

    checked = Signal(object)
    """A Checked, of the text as it is now."""

    failed = Signal(object)
    """A BulkheadError: the check itself failed."""

    def __init__(self, tasks: TaskRunner, editor: CodeEdit, check: Check) -> None:
        super().__init__(editor)
        self._tasks = tasks
        self._editor = editor
        self._check = check
        self._group = f"check {next(_numbers)}"
        self._current: Checked | None = None
        self._then: Callable[[Checked], None] | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._start)
        editor.edited.connect(self._outdate)

    @property
    def current(self) -> Checked | None:
        """What was found in the text as it is now; None while that is not known yet."""
        return self._current

    def when_checked(self, then: Callable[[Checked], None]) -> None:
        """Call ``then`` with what is found in the text as it is now: at once if it is known, else when it is."""
        if self._current is not None:
            then(self._current)
            return
        self._then = then
        self._pause.stop()
        self._start()

    def again(self) -> None:
        """Check the same text again, as the cluster is another; what is known of it stays until then."""
        if self._current is not None:
            self._start()

    def stop(self) -> None:
        """Check no more, and know nothing that could be checked again."""
        self._current = self._then = None
        self._pause.stop()
        self._tasks.cancel(self._group)

    @Slot()
    def _outdate(self) -> None:
        self._current = self._then = None
        self._pause.start()

    @Slot()
    def _start(self) -> None:
        text, check = self._editor.text(), self._check

        def job(token: CancelToken, _: ProgressSink) -> Checked:
            token.check()
            return check(text)

        self._tasks.run(self._group, job, self._done, self._fail)

    def _done(self, checked: Checked) -> None:
        if self._pause.isActive():
            return  # the text was edited meanwhile
        self._current = checked
        self.checked.emit(checked)
        then, self._then = self._then, None
        if then is not None:
            in_turn(self, lambda: self._tell(then, checked))  # what was found is shown first

    def _tell(self, then: Callable[[Checked], None], checked: Checked) -> None:
        """Tell who waited for what is found, unless the text is another meanwhile."""
        if self._current is checked:
            then(checked)

    def _fail(self, error: BulkheadError) -> None:
        self._then = None
        self.failed.emit(error)
