"""Offers a draft that was left of the same policy, above the text."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import TaskRunner
from desktop.ui.editor.drafts import Pending, StoredDraft, discard_draft, now, pending_drafts
from desktop.ui.strip import Strip
from desktop.wording import times


def time_of(draft: StoredDraft) -> str:
    """Return when a draft was changed last, in words."""
    return times.clock(draft.changed.astimezone(), now().astimezone())


class DraftOffer(Strip):
    """Shows the newest of the drafts that fit; each can be taken or discarded, then comes the next."""

    taken = Signal(object)
    """A StoredDraft the user wants back."""

    def __init__(
        self, tasks: TaskRunner, group: str, failed: Callable[[BulkheadError], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tasks, self._group, self._failed = tasks, f"{group} offer", failed
        self._groups = {self._group}
        self.destroyed.connect(partial(tasks.cancel, self._group))
        self._drafts: list[StoredDraft] = []
        self.restore = self.add_button(tr("&Restore"), self._take)
        self.discard = self.add_button(tr("&Discard Draft"), self._discard)

    def look(self, fits: Callable[[StoredDraft], bool]) -> None:
        """Look for drafts that fit, and offer them."""

        def job(_: CancelToken, __: ProgressSink) -> Pending:
            return pending_drafts()

        def found(pending: Pending) -> None:
            for error in pending.errors:
                self._failed(error)
            self._drafts = [draft for draft in pending.drafts if fits(draft)]
            self._offer()

        self._tasks.run(self._group, job, found, self._failed)

    def stop(self) -> None:
        """Look no more, and give nothing back."""
        for group in self._groups:
            self._tasks.cancel(group)

    def words(self, draft: StoredDraft) -> tuple[str, str]:
        """Return the sentence that offers a draft, and a hint."""
        return tr("There is a draft of {time} that was never applied.", time=time_of(draft)), ""

    def _offer(self) -> None:
        self.say(Severity.INFO, *(self.words(self._drafts[0]) if self._drafts else ("",)))

    @property
    def more(self) -> int:
        """How many more drafts there are than the one shown."""
        return len(self._drafts) - 1

    def _take(self) -> None:
        draft = self._next()
        group = f"{self._group} {draft.file}"
        self._groups.add(group)

        def job(_: CancelToken, __: ProgressSink) -> StoredDraft | None:
            return next((left for left in pending_drafts().drafts if left.file == draft.file), None)

        def found(left: StoredDraft | None) -> None:
            if left is not None:
                self.taken.emit(left)

        self._tasks.run(group, job, found, self._failed)

    def _discard(self) -> None:
        """Remove the draft shown; that goes on when the window closes."""
        file = self._next().file
        self._tasks.run("", lambda _, __: discard_draft(file), lambda _: None, self._failed)

    def _next(self) -> StoredDraft:
        """Offer the next draft, and return the one shown until now: an editor may have it by now."""
        draft = self._drafts.pop(0)
        self._offer()
        return draft
