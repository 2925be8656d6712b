"""The one door to every write: what will change and what the server says of it, then what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop import turns
from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError, Cancelled
from desktop.language import tr, tr_n
from desktop.policy.findings import Severity
from desktop.reach.impact import Changes
from desktop.session import carrying_out, planning
from desktop.session.carrying_out import Result
from desktop.session.catalog import Source
from desktop.session.meaning import planned_changes
from desktop.session.planning import Draft, Intent, Plan
from desktop.session.state import Progress
from desktop.session.tasks import ProgressSink, Task
from desktop.ui.bridge import UiContext
from desktop.ui.impact.panel import ImpactPanel
from desktop.ui.plain import label, tooltip
from desktop.ui.review.item_list import ItemList
from desktop.ui.review.item_panel import ItemPanel
from desktop.ui.review.items import Item, Standing, carried_out, planned
from desktop.ui.scrolling import Shrinking
from desktop.wording import errors as error_words

if TYPE_CHECKING:
    from desktop.session.session import Session


@dataclass(frozen=True)
class _Planned:
    """What a task brings home: the plan, and what to show of it."""

    plan: Plan
    items: tuple[Item, ...]
    changes: Changes | None


@dataclass(frozen=True)
class Written:
    """What became of the drafts."""

    results: tuple[Result, ...]
    items: tuple[Item, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return all(item.standing in {Standing.DONE, Standing.NOTHING} for item in self.items)


class _ApplyButton(QPushButton):
    """Takes a key that is pressed, not one still held down since before the review was there."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            super().keyPressEvent(event)


class ReviewPage(QWidget):
    """Plans drafts, shows the plan, and carries it out when told to."""

    back = Signal()
    """The user wants to go back to the text."""

    picked = Signal(object)
    """A Finding whose place in the text the user wants to see."""

    chosen = Signal(object, object)
    """A Choice in a conflict, and the Item it is about."""

    written = Signal(object)
    """A Written: the plan was carried out, wholly or in part."""

    def __init__(self, context: UiContext, session: "Session", group: str) -> None:
        super().__init__()
        self._context, self._session, self._group = context, session, f"{group} review"
        self._drafts: tuple[Draft, ...] = ()
        self._plan: Plan | None = None
        self._items: tuple[Item, ...] = ()
        self._weighed = False  # whether it was said once what these drafts mean
        self._remark = ""
        self._task: Task | None = None
        self._writing = False
        self.meaning = ImpactPanel(context, session, self)
        self.meaning.changed.connect(self._judge)
        self.meaning.told.connect(self._share_out)
        self.items, self.panel = ItemList(), ItemPanel()
        self.items.chosen.connect(self.panel.show_item)
        self.panel.picked.connect(self.picked)
        self.panel.conflict.chosen.connect(self.chosen)
        self._splitter, self._halves = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Vertical)
        self._state = label(wrap=True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self.stop = QPushButton(tr("&Stop"))
        self.stop.clicked.connect(self._stop)
        self.back_button = QPushButton(tr("&Back"))
        self.back_button.clicked.connect(self.back)
        self.apply = _ApplyButton(tr("&Apply"))
        self.apply.setEnabled(False)
        self.apply.clicked.connect(self.carry_out)
        self._lay_out()

    @property
    def writing(self) -> bool:
        """Whether a write is under way."""
        return self._writing

    @property
    def shown(self) -> tuple[Item, ...]:
        """The policies under review, as they stand."""
        return self._items

    @property
    def reason(self) -> str:
        """How it stands; while Apply is off, why."""
        return self._state.text()

    def start(self, drafts: Sequence[Draft], intent: Intent, remark: str = "") -> None:
        """Find out what these drafts would change; nothing is written. ``remark`` is told with the result."""
        self._drafts, self._plan, self._weighed = tuple(drafts), None, False
        self.meaning.show_changes({})
        self._show(())
        session, on_server = self._session, self._session.entry.source is Source.CONTEXT
        wanted, self._remark = self._drafts, remark

        def job(token: CancelToken, progress: ProgressSink) -> _Planned:
            plan = planning.plan(session, wanted, token, progress, intent)
            items = []
            for write, draft in zip(plan.items, wanted, strict=True):
                turns.give_way()
                items.append(planned(write, draft.entry, on_server=on_server))
            return _Planned(plan, tuple(items), planned_changes(plan))

        self._run(tr("Asking what would change…"))
        self._task = self._context.tasks.run(self._group, job, self._show_plan, self._fail, self._advance)

    @Slot()
    def carry_out(self) -> None:
        """Write what is planned."""
        if not self.apply.isEnabled() or self._plan is None:
            return
        session, plan, drafts, items = self._session, self._plan, self._drafts, self._items

        def job(token: CancelToken, progress: ProgressSink) -> Written:
            results = carrying_out.carry_out(session, plan, token, progress)
            told = zip(results, plan.items, items, drafts, strict=True)
            return Written(results, tuple(carried_out(done, was, item, d.entry) for done, was, item, d in told))

        self._writing = True
        self.meaning.follower.stop()
        self._run(tr("Applying…"))
        self._task = self._context.tasks.run(self._group, job, self._show_results, self._fail, self._advance)

    def leave(self) -> None:
        """Forget the plan."""
        self._context.tasks.cancel(self._group)
        self.meaning.clear()
        self._drafts, self._plan, self._items = (), None, ()

    def _lay_out(self) -> None:
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.items)
        self._splitter.addWidget(self.panel)
        self._splitter.setStretchFactor(1, 1)
        self._halves.setChildrenCollapsible(False)
        self._halves.addWidget(self.meaning)
        self._halves.addWidget(self._splitter)
        self._halves.setStretchFactor(1, 1)
        below = QHBoxLayout()
        below.addWidget(self._state, 1)
        below.addWidget(self._progress)
        for button in (self.stop, self.back_button, self.apply):
            button.setAutoDefault(False)
            below.addWidget(button)
        layout = QVBoxLayout(self)
        self._scroll = Shrinking(self._halves)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(below)

    def _run(self, state: str) -> None:
        self._state.setText(state)
        self._progress.setRange(0, 0)
        for widget in (self._progress, self.stop):
            widget.show()
        self.apply.setEnabled(False)
        self.back_button.setEnabled(not self._writing)

    def _rest(self) -> None:
        self._task, self._writing = None, False
        for widget in (self._progress, self.stop):
            widget.hide()
        self.back_button.setEnabled(True)

    @Slot()
    def _stop(self) -> None:
        """Stop planning, or write no more than what is being written."""
        if self._task is not None:
            self._task.cancel()

    def _advance(self, progress: Progress) -> None:
        self._progress.setRange(0, progress.total or 0)
        self._progress.setValue(progress.done)

    def _show(self, items: tuple[Item, ...]) -> None:
        self._items = items
        self.items.setVisible(len(items) > 1)
        self.panel.clear()
        self.items.show_items(items)
        wanted = min(self.items.sizeHint().width(), self.width() // 3)
        self._splitter.setSizes([wanted, self.width() - wanted])

    def _show_plan(self, planned_: _Planned) -> None:
        self._rest()
        self._plan = planned_.plan
        self._show(planned_.items)
        self.meaning.show_changes(planned_.changes)
        self._judge()

    @Slot()
    def _share_out(self) -> None:
        """Give the meaning the height that it needs, up to half; and go to what has to be confirmed."""
        height = self._halves.height()
        wanted = min(self.meaning.sizeHint().height(), height // 2)
        self._halves.setSizes([wanted, height - wanted])
        if not self._weighed:  # later on somebody is at something else
            self._scroll.verticalScrollBar().setValue(0)
            if self.meaning.boxes:
                self.meaning.boxes[0].box.setFocus()
        self._weighed = True

    @Slot()
    def _judge(self) -> None:
        """Say whether the plan can be carried out, and if not, why."""
        if self._plan is None or self._task is not None:
            return
        items = self._items
        ready = sum(item.standing is Standing.READY for item in items)
        conflicts = sum(item.standing is Standing.CONFLICT for item in items)
        refused = sum(item.standing is Standing.FAILED for item in items)
        words = []
        if ready:
            words.append(tr_n("{count} policy will be written.", "{count} policies will be written.", ready))
        elif not conflicts and not refused:
            words.append(tr("There is nothing to apply: all of this is there already."))
        if conflicts:
            words.append(
                tr_n(
                    "Choose what to do about {count} conflict.", "Choose what to do about {count} conflicts.", conflicts
                )
            )
        if refused:
            words.append(tr_n("{count} policy is refused.", "{count} policies are refused.", refused))
        missing = self.meaning.missing if ready else ""
        self._state.setText(" ".join(filter(None, (missing, *words, self._remark))))
        self.apply.setEnabled(ready > 0 and not missing)
        why_off = missing or " ".join(words)
        on = self.apply.isEnabled()
        self.apply.setToolTip(tr("Write this (Ctrl+Enter)") if on else tooltip(tr("Apply is off."), why_off))
        self.apply.setDefault(True)
        if self.apply.isEnabled() and not self.meaning.boxes:
            self.apply.setFocus()

    def _show_results(self, written: Written) -> None:
        self._rest()
        self._plan = None
        self.meaning.show_changes({})
        self._show(written.items)
        left = sum(item.standing not in {Standing.DONE, Standing.NOTHING} for item in written.items)
        self._state.setText(
            tr_n("{count} policy was not applied.", "{count} policies were not applied.", left) if left else ""
        )
        self.written.emit(written)

    def _fail(self, error: BulkheadError) -> None:
        self._rest()
        if isinstance(error, Cancelled):
            self._state.setText(tr("Stopped."))
            self.back.emit()
            return
        self._state.setText(error_words.sentence(error))
        self.panel.verdict.say(Severity.ERROR, error_words.sentence(error), error_words.hint(error))
