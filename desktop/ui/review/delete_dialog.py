"""Deleting policies: one confirmation that names each and says what its deletion means, then a result for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QStyle, QVBoxLayout, QWidget

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.language import tr, tr_n
from desktop.policy.findings import Severity
from desktop.reach.impact import Changes
from desktop.session import carrying_out, planning
from desktop.session.carrying_out import Outcome, Result
from desktop.session.meaning import planned_changes
from desktop.session.planning import DeletionPlan
from desktop.session.state import PolicyRow, Progress
from desktop.session.tasks import ProgressSink, Task
from desktop.ui.bridge import UiContext, at_once, in_turn
from desktop.ui.cluster_banner import ClusterBanner
from desktop.ui.impact.panel import ImpactPanel
from desktop.ui.plain import label, tooltip
from desktop.ui.review.deletion_list import DeletionList, Ending
from desktop.ui.review.deletions import Consequence, consequences
from desktop.ui.review.items import ending, outcome_words
from desktop.ui.review.opening import Key
from desktop.ui.scrolling import Shrinking
from desktop.ui.strip import Strip
from desktop.ui.style import heading
from desktop.ui.window_size import open_at
from desktop.wording import errors as error_words
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.session.session import Session

_SIZE = (720, 560)
_SPACING = 6
_numbers = count(1)


@dataclass(frozen=True)
class _Planned:
    plan: DeletionPlan
    consequences: Mapping[Key, Sequence[Consequence]]
    changes: Changes | None


class DeleteDialog(QDialog):
    """Asks once, deletes what was named and nothing else, and says what became of each."""

    def __init__(
        self, context: UiContext, session: "Session", rows: Sequence[PolicyRow], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._session, self._rows = context, session, tuple(rows)
        self._group = f"delete {next(_numbers)}"
        self._plan: DeletionPlan | None = None
        self._task: Task | None = None
        self._deleting = False
        self.list = DeletionList(self._rows)
        self.meaning = ImpactPanel(context, session, self, released=False)
        self.meaning.changed.connect(self._judge)
        self.trouble = Strip()
        self._title = label(wrap=True)
        self._state, self._progress = label(wrap=True), QProgressBar()
        self.delete = QPushButton(tr_n("&Delete {count} Policy", "&Delete {count} Policies", len(self._rows)))
        self.cancel = QPushButton(tr("Cancel"))
        self._lay_out()
        self._start_planning()

    @property
    def busy(self) -> bool:
        """Whether something is being looked up or deleted."""
        return self._task is not None

    @property
    def reason(self) -> str:
        """How it stands; while Delete is off, why."""
        return self._state.text()

    def event(self, event: QEvent) -> bool:
        """Paint without others between."""
        return at_once(event, super().event)

    def reject(self) -> None:
        """Leave; while policies are being deleted, stop before the next one instead."""
        if self._deleting and self._task is not None:
            self._task.cancel()
            return
        super().reject()

    def done(self, result: int) -> None:
        """Be gone."""
        self._context.tasks.cancel(self._group)
        self._task = None
        self.meaning.follower.stop()
        super().done(result)

    def _lay_out(self) -> None:
        if len(self._rows) == 1:
            self._title.setText(tr("Delete {name}?", name=plain(self._rows[0].name)))
        else:
            self._title.setText(tr_n("Delete {count} policy?", "Delete these {count} policies?", len(self._rows)))
        self.setWindowTitle(tr("Delete – {cluster}", cluster=plain(self._session.entry.title)))
        self._progress.setTextVisible(False)
        self.delete.setAutoDefault(False)
        self.delete.clicked.connect(self._start_deleting)
        self.cancel.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        below = QHBoxLayout()
        below.addWidget(self._state, 1)
        for widget in (self._progress, self.delete, self.cancel):
            below.addWidget(widget)
        page = QWidget()
        told, body = QVBoxLayout(page), QVBoxLayout()
        for row in (below, told, body):
            row.setSpacing(_SPACING)
        told.setContentsMargins(0, 0, 0, 0)
        told.addWidget(self.list)
        told.addWidget(self.meaning, 1)
        told.addWidget(self.trouble)
        body.addWidget(heading(self._title, 1.1))
        body.addWidget(Shrinking(page), 1)
        body.addLayout(below)
        body.setContentsMargins(*[self.style().pixelMetric(QStyle.PixelMetric.PM_LayoutLeftMargin)] * 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(ClusterBanner(self._session.entry, ""))
        layout.addLayout(body, 1)
        open_at(self, *_SIZE)
        self.cancel.setFocus()

    def _start_planning(self) -> None:
        session, rows = self._session, self._rows

        def job(token: CancelToken, progress: ProgressSink) -> _Planned:
            plan = planning.plan_delete(session, rows, token, progress)
            notes = {(item.namespace, item.name): item.notes for item in plan.items}
            return _Planned(plan, consequences(session.snapshot, rows, notes), planned_changes(plan))

        def planned(found: _Planned) -> None:
            in_turn(self, lambda: self._show_plan(found))  # once the window itself is painted

        self._run(tr("Looking at what this means…"))
        self._task = self._context.tasks.run(self._group, job, planned, self._fail, self._advance)

    def _show_plan(self, planned: _Planned) -> None:
        if self._task is None:
            return  # the window is gone
        self._rest()
        self._plan = planned.plan
        self.list.show_consequences(planned.consequences)
        standing, _, _ = ending(Outcome.REFUSED)
        refused = {(item.namespace, item.name): item.error for item in planned.plan.items if item.error is not None}
        self.list.show_results({key: (standing, _told(error)) for key, error in refused.items()})
        self.meaning.show_changes(planned.changes)
        self._judge()

    @Slot()
    def _judge(self) -> None:
        """Say whether these can be deleted, and if not, why."""
        if self._plan is None or self._task is not None:
            return
        if any(item.error is None for item in self._plan.items):
            missing = self.meaning.missing
        else:
            missing = tr("Delete is off: none of these can be deleted.")
        self._state.setText(missing)
        self.delete.setToolTip(tooltip(missing))
        self.delete.setEnabled(not missing)

    @Slot()
    def _start_deleting(self) -> None:
        if self._plan is None:
            return
        session, plan = self._session, self._plan

        def job(token: CancelToken, progress: ProgressSink) -> tuple[Result, ...]:
            return carrying_out.carry_out(session, plan, token, progress)

        self._plan, self._deleting = None, True
        self.meaning.follower.stop()
        self.cancel.setText(tr("&Stop"))
        self._run(tr("Deleting…"))
        self._task = self._context.tasks.run(self._group, job, self._show_results, self._fail, self._advance)

    def _show_results(self, results: Sequence[Result]) -> None:
        self._rest()
        self.meaning.show_changes({})
        if all(result.outcome is Outcome.DELETED for result in results):
            self._context.messages.note(outcome_words(results, self._session.entry.title))
            self.accept()
            return
        self.list.show_results({(result.namespace, result.name): _ended(result) for result in results})
        left = sum(result.outcome is not Outcome.DELETED for result in results)
        self._title.setText(tr("{done} of {all} deleted", done=len(results) - left, all=len(results)))
        self._state.setText(tr_n("{count} policy was not deleted.", "{count} policies were not deleted.", left))

    def _fail(self, error: BulkheadError) -> None:
        self._rest()
        self._state.setText("")
        self.trouble.say(Severity.ERROR, error_words.sentence(error), error_words.hint(error))

    def _advance(self, progress: Progress) -> None:
        self._progress.setRange(0, progress.total or 0)
        self._progress.setValue(progress.done)

    def _run(self, state: str) -> None:
        self._state.setText(state)
        self._progress.setRange(0, 0)
        self._progress.show()
        self.delete.setEnabled(False)

    def _rest(self) -> None:
        """Nothing is under way any more; the other button closes."""
        if self._deleting:
            self.cancel.setText(tr("Close"))
        self._task, self._deleting = None, False
        self._progress.hide()


def _ended(result: Result) -> Ending:
    standing, _, word = ending(result.outcome)
    return standing, _told(result.error) if result.error else [word]


def _told(error: BulkheadError) -> list[str]:
    return [words for words in (error_words.sentence(error), error_words.hint(error)) if words]
