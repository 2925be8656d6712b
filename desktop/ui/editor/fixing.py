"""Makes the fix of a finding in an editor's text: in a task, and as one step of undo."""

from itertools import count

from PySide6.QtCore import QObject, Signal

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.manifest.fixing import fixed
from desktop.policy.findings import Fix
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import TaskRunner
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.wizard.text_edit import TextEdit, smallest_edit

_numbers = count(1)


class Fixing(QObject):
    """Makes fixes in one editor's text."""

    made = Signal(object)
    """The Fix that was made."""

    failed = Signal(object)
    """A BulkheadError: the fix could not be made."""

    def __init__(self, tasks: TaskRunner, editor: CodeEdit) -> None:
        super().__init__(editor)
        self._tasks, self._editor = tasks, editor
        self._group = f"fix {next(_numbers)}"

    def make(self, number: int, fix: Fix) -> None:
        """Make a fix in the object of this number; in a text that is edited meanwhile nothing is changed."""
        text = self._editor.text()

        def job(_: CancelToken, __: ProgressSink) -> TextEdit:
            before, after = (each.replace("\r\n", "\n") for each in (text, fixed(text, number, fix)))
            return smallest_edit(before, after)

        def done(edit: TextEdit) -> None:
            if self._editor.text() == text:
                self._editor.change_text(edit.start, edit.end, edit.new)
                self._editor.show_offset(edit.start + len(edit.new))
                self.made.emit(fix)

        self._tasks.run(self._group, job, done, self._fail)

    def stop(self) -> None:
        """Make no more."""
        self._tasks.cancel(self._group)

    def _fail(self, error: BulkheadError) -> None:
        self.failed.emit(error)
