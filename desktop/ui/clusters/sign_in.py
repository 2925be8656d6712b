"""Sign-in programs as the user meets them: asked about before they run, shown, and no longer let run."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.cancellation import CancelToken
from desktop.errors import ConsentNeeded
from desktop.language import tr
from desktop.session.catalog import ClusterEntry
from desktop.session.consents import Consents, program_of
from desktop.session.state import SessionState
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.clusters import program_dialog
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.cluster.plugin import Plugin


@dataclass(frozen=True, slots=True)
class _Known:
    """The program of a cluster (None: none is run), whether it may run, and since when (None: not known)."""

    program: "Plugin | None"
    allowed: bool = False
    since: datetime | None = None


class SignInPrograms(QObject):
    """Asks once about each program of a cluster that is shown; and again whenever the user comes back to it."""

    allowed = Signal(object)
    """A ClusterEntry whose program may run from now on."""

    def __init__(self, context: UiContext, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._consents = Consents(context.settings)
        self._asked: set[tuple[str, Plugin]] = set()

    def ask_about(self, entry: ClusterEntry, state: SessionState) -> None:
        """Ask, once for each program, where a cluster that is shown cannot go on without a word of the user's."""
        program = _waiting(state)
        if program is not None and (entry.id, program) not in self._asked:
            self._ask(entry, program)

    def forget_answers(self, entry: ClusterEntry) -> None:
        """Ask about a cluster's programs again: the user wants to go on there."""
        self._asked = {(id_, program) for id_, program in self._asked if id_ != entry.id}

    def waits(self, entry: ClusterEntry) -> bool:
        """Whether a cluster waits for the user's consent."""
        return _waiting(self._context.sessions.get(entry).state) is not None

    def show(self, entry: ClusterEntry) -> None:
        """Show a cluster's program: as a question where it may not run, else with the way to take that back."""
        program = _waiting(self._context.sessions.get(entry).state)
        if program is not None:
            self._ask(entry, program)
            return

        def look(_token: CancelToken, _progress: ProgressSink) -> _Known:
            found = program_of(entry)
            if found is None or not self._consents.allows(found):
                return _Known(found)
            return _Known(found, allowed=True, since=self._consents.since(found))

        self._context.tasks.run(
            f"consent:{entry.id}", look, lambda known: self._tell(entry, known), self._context.messages.error
        )

    def _tell(self, entry: ClusterEntry, known: _Known) -> None:
        program = known.program
        if program is None:
            words = tr("{title} is signed in to by other means: no program is run.", title=plain(entry.title))
            self._context.messages.note(words)
        elif known.allowed:
            program_dialog.tell(self._window, entry, program, known.since, lambda: self._withdraw(entry, program))
        else:
            self._ask(entry, program)

    def _ask(self, entry: ClusterEntry, program: "Plugin") -> None:
        self._asked.add((entry.id, program))

        def allow() -> None:
            self._context.tasks.run(
                f"consent:{entry.id}",
                lambda _token, _progress: self._consents.allow(program),
                lambda _: self.allowed.emit(entry),
                self._context.messages.error,
            )

        program_dialog.ask(self._window, entry, program, allow)

    def _withdraw(self, entry: ClusterEntry, program: "Plugin") -> None:
        self.forget_answers(entry)

        def withdrawn(_: None) -> None:
            words = tr("You are asked before {command} is run again.", command=plain(str(program.path)))
            self._context.messages.note(words)

        self._context.tasks.run(
            f"consent:{entry.id}",
            lambda _token, _progress: self._consents.withdraw(program),
            withdrawn,
            self._context.messages.error,
        )


def _waiting(state: SessionState) -> "Plugin | None":
    """Return the program that waits for the user's consent."""
    from desktop.cluster.plugin import Plugin  # noqa: PLC0415  not before the window shows

    error = state.error
    program = error.program if isinstance(error, ConsentNeeded) else None
    return program if isinstance(program, Plugin) else None
