"""Asks in the background what the user may do to policies, so that commands can be off with the reason why."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.session.catalog import Source
from desktop.session.rights import Question, Verb
from desktop.session.state import Connection
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext

if TYPE_CHECKING:
    from desktop.session.session import Session

MOST_ASKED = 200
"""More namespaces than that are not asked about one by one: what may be done in one of them stays open until one is
chosen. So many, for who may write in none is asked about all, every few minutes."""
_LIVE = {Connection.LIVE, Connection.SYNCHRONIZING}


class Permissions:
    """Says why a command is off; ``changed`` is called when more is known, ``group`` is that of the task that asks."""

    def __init__(self, context: UiContext, changed: Callable[[], object], group: str = "policies:rights") -> None:
        self._context, self._changed, self._group = context, changed, group
        self._asked: tuple[str, frozenset[Question]] | None = None

    def reason(self, session: "Session | None", verb: Verb, namespaces: Sequence[str]) -> str:
        """Return why the user may not do something in any of these namespaces; empty where they may, or who knows."""
        if session is None or not namespaces:
            return ""
        if session.rights.may(verb, namespaces) is not False:
            return ""
        from desktop.wording import rights  # noqa: PLC0415  not before the window shows

        return rights.denied(verb, namespaces, folder=session.entry.source is not Source.CONTEXT)

    def look(self, session: "Session | None", questions: Sequence[Question]) -> None:
        """Ask what is not known yet of a cluster that is connected; returns at once."""
        if session is None or session.state.connection not in _LIVE:
            return
        missing = session.rights.missing(questions)
        if not missing or self._asked == (session.id, missing):
            return
        self._asked = session.id, missing  # in place of what was asked before, of which the answers so far are kept

        def ask(token: CancelToken, _progress: ProgressSink) -> None:
            session.rights.ask(session.gateway, missing, token)

        def answered(_: None) -> None:
            self._asked = None
            self._changed()

        def failed(error: BulkheadError) -> None:
            self._asked = None
            self._context.messages.error(error)

        self._context.tasks.run(self._group, ask, answered, failed)
