"""Keeps the form and the text two views of one draft: the text is the truth, and its undo serves both.

A text that was edited is read anew, in a task, and shown in the form. A draft that was changed in the form is judged
in a task and written into the text by the smallest edit of the text as it was read: so a change that is taken back in
the form brings back all that it took away. What cannot be read of a draft is held back until it can, also while the
text is edited elsewhere.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.policy.draft import Draft, recognised
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import TaskRunner
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.wizard.fields import Field
from desktop.ui.wizard.judging import Held, Judged, Terms, judge
from desktop.ui.wizard.opening import Opened, held_over, new_draft, open_form
from desktop.ui.wizard.text_edit import TextEdit, smallest_edit

_PAUSE_MS = 150
_ONE_STEP_S = 2.0


@dataclass(frozen=True)
class _Work:
    """What a task brings home: a draft judged, and the edit that brings it into the text."""

    before: str
    judged: Judged
    edit: TextEdit | None


@dataclass(frozen=True)
class _TakenBack:
    """A draft of which fields cannot be read, that undo took back; the text was and stayed this."""

    draft: Draft
    text: str


class DraftLink(QObject):
    """Links an editor to a form. ``terms`` is asked, in the UI thread, what a draft is judged by."""

    opened = Signal(object, bool)
    """An Opened: the text was read anew; and whether it is decided what is to be restricted."""

    judged = Signal(object)
    """A Judged, of the draft as it is now."""

    failed = Signal(object)
    """A BulkheadError: the work itself failed."""

    def __init__(self, tasks: TaskRunner, edit: CodeEdit, terms: Callable[[], Terms], group: str) -> None:
        super().__init__(edit)
        self._tasks, self._edit, self._terms, self._group = tasks, edit, terms, f"{group} form"
        self.form_shown = False
        self._opened = Opened(None)
        self._draft = self._last = new_draft("")
        self._read = Held(self._draft, "")
        self._decided = False
        self._applying = self._stepping = self._reading = False
        self._judged: Judged | None = None
        self._resumed: tuple[Draft, bool] | None = None
        self._held: Draft | None = None
        self._taken_back: _TakenBack | None = None
        self._joined: tuple[QWidget | None, float, int] = (None, 0.0, -1)
        self._then: list[Callable[[], None]] = []
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.read)
        edit.edited.connect(self._outdate)

    @property
    def draft(self) -> Draft:
        """The draft as it is now."""
        return self._draft

    @property
    def decided(self) -> bool:
        """Whether someone said what is to be restricted."""
        return self._decided

    @property
    def current(self) -> Judged | None:
        """What was found about the draft as it is now; None while that is not known."""
        return self._judged

    @property
    def holds_back(self) -> bool:
        """Whether fields that cannot be read are not in the text."""
        return self._judged is not None and self._judged.written != self._judged.draft

    @Slot()
    def read(self) -> None:
        """Read the text now, as it may be another."""
        self._pause.stop()
        text, line, namespace = self._edit.text(), self._edit.place()[0], self._terms().namespace

        def job(token: CancelToken, _: ProgressSink) -> Opened:
            token.check()
            return open_form(text, line, namespace)

        self._judged, self._reading = None, True
        self._tasks.run(self._group, job, self._show, self._fail)

    def resume(self, draft: Draft, *, decided: bool) -> None:
        """Show, once the text is read, a draft that was left: it may hold what the text does not."""
        self._resumed = (draft, decided)
        self.read()

    def change(self, draft: Draft, *, decided: bool) -> None:
        """Take a draft that was changed in the form."""
        self._draft, self._decided, self._taken_back = draft, decided, None
        self._judge()

    @Slot()
    def judge_again(self) -> None:
        """Judge the draft anew, as the cluster is another."""
        if self._judged is not None and not self._then:
            self._judge()

    def when_settled(self, then: Callable[[], None]) -> None:
        """Call ``then`` when form and text are one again, with ``current`` about them as they are now; in turn."""
        if self.settled and not self._then:
            then()
            return
        self._then.append(then)
        if self._pause.isActive():
            self.read()

    @Slot()
    def undo(self) -> None:
        """Take back the last change, once that has arrived; what the text does not hold goes first."""
        self.when_settled(self._undo)

    def _undo(self) -> None:
        if self.holds_back:
            self._taken_back = _TakenBack(self._draft, self._edit.text())
            self._show_again(self._last)
        else:
            self._step(self._edit.undo)

    @Slot()
    def redo(self) -> None:
        """Bring back what was taken back last."""
        self.when_settled(self._redo)

    def _redo(self) -> None:
        taken, self._taken_back = self._taken_back, None
        if taken is not None and taken.text == self._edit.text():
            self._show_again(taken.draft)
        else:
            self._taken_back = taken
            self._step(self._edit.redo)

    def stop(self) -> None:
        """Be quiet."""
        self._pause.stop()
        self._tasks.cancel(self._group)

    @property
    def settled(self) -> bool:
        """Whether nothing is under way between form and text."""
        return self._judged is not None or (self._opened.draft is None and not self._reading)

    def _step(self, step: Callable[[], None]) -> None:
        """Go back or forth in the text, and to where that leads; what the form said stays said."""
        self._stepping = True
        step()
        self._stepping = False
        if self._reading:
            self.read()  # not before: only now the cursor is there

    def _show_again(self, draft: Draft) -> None:
        """Show another draft of the same text."""
        self._draft = draft
        opened = Opened(draft, "", self._opened.number, self._opened.of, self._opened.kept)
        self.opened.emit(opened, self._decided)
        self._judge()

    @Slot()
    def _outdate(self) -> None:
        if self._applying:
            return
        self._held = self._draft if self.holds_back else self._held
        self._judged, self._reading = None, True
        if not self._stepping:
            self._taken_back = None
            self._decided = True  # who writes or takes YAML sees what it restricts
        if self._stepping:
            return
        if self.form_shown:
            self.read()
        else:
            self._pause.start()

    def _show(self, opened: Opened) -> None:
        if self._pause.isActive():
            return  # the text was edited meanwhile, and is read anew in a moment
        self._opened, self._reading = opened, False
        if opened.draft is None:
            self.opened.emit(opened, self._decided)
            self._settle()
            return
        self._decided = not opened.is_new and (self._decided or _chosen(opened.draft))
        held, last, self._held = self._held, self._last, None
        self._draft = self._last = opened.draft
        self._read = Held(opened.draft, self._edit.text())
        if held:
            self._draft = recognised(held_over(opened.draft, last, held), opened.draft)
        if self._resumed is not None:
            (resumed, self._decided), self._resumed = self._resumed, None
            self._draft = recognised(resumed, opened.draft)
        self.opened.emit(opened, self._decided)
        self._judge()

    def _judge(self) -> None:
        text, draft, last, opened = self._edit.text(), self._draft, self._last, self._opened
        terms, decided, read = self._terms(), self._decided, self._read
        self._judged = None

        def job(token: CancelToken, _: ProgressSink) -> _Work:
            token.check()
            judged = judge(draft, last, read, opened, terms, decided=decided)
            before, after = (each.replace("\r\n", "\n") for each in (text, judged.text))
            return _Work(text, judged, smallest_edit(before, after) if before != after else None)

        self._tasks.run(self._group, job, self._write, self._fail)

    def _write(self, work: _Work) -> None:
        """Bring a draft into the text, unless that was edited meanwhile: then it is read anew instead."""
        if self._edit.text() != work.before:
            self.read()
            return
        if work.edit is not None:
            self._apply(work.edit)
        self._last = work.judged.written
        self._judged = work.judged
        self.judged.emit(work.judged)
        self._settle()

    def _settle(self) -> None:
        while self._then and self.settled:
            self._then.pop(0)()

    def _apply(self, edit: TextEdit) -> None:
        """Edit the text; what is typed in one field in one go is one step of undo."""
        focus = QApplication.focusWidget()
        field = focus if isinstance(focus, Field) else None
        before, when, revision = self._joined
        document = self._edit.document()
        join = field is not None and (field, revision) == (before, document.revision())
        join = join and time.monotonic() - when < _ONE_STEP_S
        self._applying = True
        self._edit.change_text(edit.start, edit.end, edit.new, join=join)
        self._applying = False
        self._joined = (field, time.monotonic(), document.revision())

    def _fail(self, error: BulkheadError) -> None:
        self._then.clear()
        self.failed.emit(error)


def _chosen(draft: Draft) -> bool:
    """Whether a draft says of a direction what no new one does."""
    fresh = new_draft("")
    return (draft.inbound, draft.outbound) != (fresh.inbound, fresh.outbound)
