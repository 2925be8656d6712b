"""Keeps the text of one open editor on disk while it is unsaved, and lets go of it in the end."""

from collections.abc import Callable
from itertools import count

from PySide6.QtCore import QObject, QTimer, Slot

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import TaskRunner
from desktop.ui.editor.drafts import DraftFile, StoredDraft, remove_draft

INTERVAL_MS = 1000
"""How long a change waits at most until it is on disk."""

_numbers = count(1)


class DraftKeeper(QObject):
    """Writes a draft soon after each change; ``draft`` returns the draft as of now, or None if there is nothing."""

    def __init__(
        self,
        tasks: TaskRunner,
        draft: Callable[[], StoredDraft | None],
        failed: Callable[[BulkheadError], None],
        parent: QObject,
        file: str = "",
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._draft = draft
        self._failed = failed
        self._file = DraftFile(file)
        self._group = f"draft {next(_numbers)}"
        self._number = 0
        self._taken_over = ""
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.save)

    @Slot()
    def changed(self) -> None:
        """Say that the text has changed: it is saved in a moment."""
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save now; ``then`` is called once it is on disk, and never if that fails."""
        self._timer.stop()
        self._number += 1
        file, draft, number = self._file, self._draft(), self._number
        self._run(lambda: file.save(draft, number) if draft else file.remove(number), then)

    def take_over(self, file: str) -> None:
        """Keep from now on what was in another draft's file, which goes once our own is on disk."""
        self._taken_over = file
        self.save()

    def remove(self, then: Callable[[], None] | None = None) -> None:
        """Remove the draft for good: its text was applied or discarded."""
        self._timer.stop()
        self._run(self._file.end, then)

    def release(self) -> None:
        """Let others have the draft that is left."""
        self._timer.stop()
        self._file.release()

    def _run(self, work: Callable[[], None], then: Callable[[], None] | None) -> None:
        taken_over = self._taken_over

        def job(_: CancelToken, __: ProgressSink) -> None:
            work()
            if taken_over:
                remove_draft(taken_over)

        self._tasks.run(self._group, job, lambda _: then() if then is not None else None, self._failed)
