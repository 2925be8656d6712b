"""The right side of the window: which cluster, what to know about it, its policies, and the details of one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Snapshot
from desktop.session.state import PolicyRow, SessionState, SessionUpdate
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import UiContext, in_turn
from desktop.ui.clusters.panel import Choice
from desktop.ui.clusters.tree_model import state_of
from desktop.ui.flow import Flow
from desktop.ui.policies import standing
from desktop.ui.policies.empty_page import EmptyPage
from desktop.ui.policies.headline import Headline
from desktop.ui.policies.subject import Subject
from desktop.ui.policies.table_model import Key, PolicyTable
from desktop.ui.policies.table_view import PolicyView
from desktop.ui.strip import Strip
from desktop.wording import states

if TYPE_CHECKING:
    from desktop.session.session import Session
    from desktop.ui.policies.details import Details

_HEIGHTS = [360, 240]
_LOCAL = (Command.DELETE, Command.COPY_NAME)
_TOOLBAR = (Command.CREATE, Command.CREATE_FROM_YAML, Command.SYNCHRONIZE, Command.DELETE)


class PolicyPanel(QWidget):
    """Shows the policies of the cluster or namespace chosen."""

    selection_changed = Signal()
    menu_asked = Signal(QPoint)
    """Where on the screen."""
    why_asked = Signal(str)
    """A pod that somebody wants to know more of, as a question names it."""
    fix_wanted = Signal(object)
    """A Finding of the policy chosen: its fix is to be shown in the editor."""

    def __init__(
        self, context: UiContext, actions: Actions, now: Callable[[], datetime], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context, self._actions, self._now = context, actions, now
        self._choice: Choice | None = None
        self._session: Session | None = None
        self._awaited: set[Key] = set()
        self._details_wanted = True
        self.headline, self.insecure, self.notices = Headline(self), Strip(self), Strip(self)
        self.notes = Strip(self)
        self.headline.notes.toggled.connect(self._show_standing)
        self.table = PolicyTable(now, self)
        self.view = PolicyView(self.table, self)
        self.empty = EmptyPage(actions, self)
        self.search = self._make_search()
        self._arrange(actions)
        self.view.selection_changed.connect(self._selection_changed)
        self.view.menu_asked.connect(self.menu_asked)
        self.view.opened.connect(actions[Command.UPDATE].trigger)
        details = self.notices.add_button(tr("De&tails…"), actions[Command.CONNECTION].trigger)
        details.setToolTip(actions[Command.CONNECTION].toolTip())
        self.view.addActions([actions[command] for command in _LOCAL])
        self.table.counts_changed.connect(self._show_standing)
        actions.on(Command.FIND, self._find)
        self.show_choice(None, None)

    @property
    def choice(self) -> Choice | None:
        """What is shown."""
        return self._choice

    @property
    def session(self) -> "Session | None":
        """The session of the cluster shown."""
        return self._session

    @property
    def state(self) -> SessionState:
        """The state of the cluster shown."""
        state = self._session.state if self._session else SessionState()
        return state_of(self._choice.entry, state) if self._choice else state

    @cached_property
    def details(self) -> "Details":
        """The details pane; it is made when the first policy is shown."""
        from desktop.ui.policies.details import Details  # noqa: PLC0415  not before the window shows

        details = Details(self._context, self._actions, self)
        details.pods.why_asked.connect(self.why_asked)
        details.findings.fix_wanted.connect(self.fix_wanted)
        self.splitter.addWidget(details)
        self.splitter.setSizes(_HEIGHTS)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        for one, next_ in pairwise((self.view, *details.tab_order)):
            self.setTabOrder(one, next_)
        return details

    @property
    def _has_details(self) -> bool:
        return self.splitter.count() > 1

    def show_choice(self, choice: Choice | None, session: "Session | None") -> None:
        """Show a cluster or a namespace of it; the search stays."""
        other = session is not self._session
        self._choice, self._session = choice, session
        self.table.set_filter(choice.namespace if choice else "", self.search.text())
        if other:
            self.table.replace(session.rows.values() if session else ())
        self._show_standing()
        self._show_details()

    def follow(self, update: SessionUpdate) -> None:
        """Follow the session shown."""
        if self._session is None:
            return
        if update.reset:
            self.view.setUpdatesEnabled(False)
            self.table.replace(update.changed)
            in_turn(self, lambda: self.view.setUpdatesEnabled(True))
        elif update.changed or update.removed:
            self.table.update(update.changed, update.removed)
        self._select_awaited()
        self._show_standing()
        self._show_details()

    def select_when_there(self, keys: set[Key]) -> None:
        """Select policies as soon as the table has them, such as those just written."""
        self._awaited = set(keys)
        self._select_awaited()

    @Slot(bool)
    def show_details(self, wanted: bool) -> None:
        """Show or hide the details pane; without a policy it is hidden in any case."""
        self._details_wanted = wanted
        self._show_standing()
        self._show_details()

    @Slot()
    def refresh_times(self) -> None:
        """Tell anew how old things are."""
        self.table.refresh_times()
        self._show_standing()

    # Arrangement

    def _make_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setPlaceholderText(tr("Search  (Ctrl+F)"))
        search.setAccessibleName(tr("Search the policies"))
        search.setClearButtonEnabled(True)
        search.setMaximumWidth(260)
        search.textChanged.connect(self._search)
        search.returnPressed.connect(self._enter_table)
        QShortcut(QKeySequence(Qt.Key.Key_Down), search, self._enter_table).setContext(
            Qt.ShortcutContext.WidgetShortcut
        )
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self._leave_search)
        return search

    def _arrange(self, actions: Actions) -> None:
        tools = Flow()
        buttons = [actions.button(command, self) for command in _TOOLBAR]
        for button in buttons:
            tools.addWidget(button)
        tools.add_stretch()
        tools.addWidget(self.search)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.empty)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.addWidget(self.stack)
        self.splitter.setChildrenCollapsible(False)
        self.tab_order = (self.headline.notes, *buttons, self.search, self.empty.button, self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 8, 0)
        layout.addWidget(self.headline)
        layout.addWidget(self.insecure)
        layout.addWidget(self.notices)
        layout.addWidget(self.notes)
        layout.addLayout(tools)
        layout.addWidget(self.splitter, 1)

    # What is shown

    @Slot(str)
    def _search(self, text: str) -> None:
        self.table.set_filter(self._choice.namespace if self._choice else "", text)

    def _find(self) -> None:
        if not self.isVisible():
            return
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @Slot()
    def _enter_table(self) -> None:
        """Go from the search to what it found."""
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _leave_search(self) -> None:
        self.search.clear()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _selection_changed(self) -> None:
        self._show_details()
        self.selection_changed.emit()

    def _select_awaited(self) -> None:
        if self._awaited and self.table.rows_of(self._awaited):
            self.view.select(self._awaited)
            self._awaited = set()

    def _show_details(self) -> None:
        if not self._has_details:
            return
        row: PolicyRow | None = self.view.current_row()
        session = self._session
        subject = Subject(session, session.snapshot, row) if session and row else None
        self.details.show_subject(subject, len(self.view.selected_rows()))

    @Slot()
    def _show_standing(self) -> None:
        """Show how the cluster stands: the headline, the warnings, and the reason where there is no policy."""
        choice, state, now = self._choice, self.state, self._now()
        self.headline.show_choice(choice, state, now)
        insecure = choice is not None and (choice.entry.insecure or state.insecure)
        words = states.insecure_words(unencrypted=choice.entry.unencrypted) if choice and insecure else ""
        self.insecure.say(Severity.WARNING, words)
        told = list(standing.notices(state, now)) if choice else []
        of_cluster = list(standing.cluster_notices(self._session.profile)) if self._session else []
        told += [each for each in of_cluster if each.severity is Severity.WARNING]
        self._show_notes([each for each in of_cluster if each.severity is Severity.INFO])
        worst = Severity.WARNING if any(each.severity is Severity.WARNING for each in told) else Severity.INFO
        self.notices.say(
            worst, "\n".join(each.sentence for each in told), " ".join(each.hint for each in told if each.hint)
        )
        empty = None if self.table.rowCount() else self._emptiness()
        self.stack.setCurrentWidget(self.empty if empty else self.view)
        if empty is None and self._details_wanted:
            self.details.show()
        elif self._has_details:
            self.details.hide()
        if empty:
            self.empty.show_reason(empty)

    def _show_notes(self, notes: Sequence[standing.Notice]) -> None:
        """Show the notes on the cluster where the user wants to see them."""
        self.headline.offer_notes(len(notes))
        shown = notes if self.headline.notes.isChecked() else ()
        self.notes.say(
            Severity.INFO, "\n".join(each.sentence for each in shown), "\n".join(each.hint for each in shown)
        )

    def _emptiness(self) -> standing.Empty:
        choice = self._choice
        if choice is None:
            return standing.nothing_chosen()
        if self.table.total:
            return standing.no_match(self.search.text())
        known = self._session is not None and _known(self._session.snapshot, choice.namespace)
        return standing.no_policies(choice.entry, choice.namespace, self.state, known)


def _known(snapshot: Snapshot, namespace: str) -> bool:
    """Whether all policies of a namespace ("": of the cluster) are known."""
    if namespace:
        return snapshot.knows(Kind.NETWORK_POLICY, namespace)
    return snapshot.coverage_of(Kind.NETWORK_POLICY) is Coverage.COMPLETE
