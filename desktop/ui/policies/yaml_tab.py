"""A policy's YAML, to read: a folder's own text, and a live object as kubectl would write it."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QWidget

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.language import tr
from desktop.reach.objects import StoredPolicy
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.policies.subject import NoteOrContent, Subject
from desktop.wording import errors
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.session.session import Session
    from desktop.ui.editor.code_edit import CodeEdit

_GROUP = "details:yaml"


def yaml_text(session: "Session", stored: StoredPolicy, token: CancelToken) -> str:
    """Return a policy's YAML with what does not show written out (blocks)."""
    from desktop.manifest.presentation import as_yaml  # noqa: PLC0415  YAML is not read before the window shows
    from desktop.session import planning  # noqa: PLC0415

    text = planning.read(session, stored.namespace, stored.name, token).text if stored.origin else as_yaml(stored.raw)
    return "\n".join(map(plain, text.split("\n")))


class YamlTab(NoteOrContent["CodeEdit"]):
    """Shows the text; a task makes it."""

    def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
        super().__init__(_make_edit, parent)
        self._context = context
        self._shown: tuple[str, ...] = ()

    def show_subject(self, subject: Subject | None) -> None:
        """Show a policy's YAML; the same version again is not made anew."""
        stored = subject.stored if subject else None
        if subject is None or stored is None:
            self._context.tasks.cancel(_GROUP)
            self._shown = ()
            self.show_note("")
            return
        wanted = (subject.session.id, stored.namespace, stored.name, stored.uid, stored.version)
        if wanted == self._shown:
            return
        self._shown = wanted
        session = subject.session

        def make(token: CancelToken, _progress: ProgressSink) -> str:
            return yaml_text(session, stored, token)

        self._context.tasks.run(_GROUP, make, self._show, self._failed)

    def _show(self, text: str) -> None:
        if text != self.content.text():
            self.content.set_text(text)
        self.show_content()

    def _failed(self, error: BulkheadError) -> None:
        """Say why there is no text, here, where it would be."""
        self._shown = ()
        self.show_note(" ".join(filter(None, (errors.sentence(error), errors.hint(error)))))


def _make_edit() -> "CodeEdit":
    from desktop.ui.editor.code_edit import CodeEdit  # noqa: PLC0415  not before the window shows

    edit = CodeEdit(read_only=True)
    edit.setFrameShape(QFrame.Shape.NoFrame)
    edit.setAccessibleName(tr("The policy as YAML"))
    edit.setTabChangesFocus(True)
    return edit
