"""A cluster-wide policy as YAML, to read: these policies are evaluated, and not edited here."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError, NotFound
from desktop.language import tr
from desktop.policy.findings import Place
from desktop.reach.explain import Reason
from desktop.reach.objects import Kind
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.cluster_banner import ClusterBanner
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.window_size import open_at
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.session.session import Session

_SIZE = (620, 520)


class RuleWindow(QDialog):
    """Shows the policy of one rule, at the rule; blocks nothing."""

    def __init__(self, context: UiContext, session: "Session", rule: Reason, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name = plain(f"{rule.kind} {rule.policy}")
        self.setWindowTitle(tr("{policy} – {cluster}", policy=name, cluster=plain(session.entry.title)))
        self._context, self._group = context, f"rule {id(self)}"
        self.edit = CodeEdit(read_only=True)
        self.edit.setAccessibleName(tr("The policy as YAML"))
        self.edit.setTabChangesFocus(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        subject = tr("{policy}. Policies of this kind are evaluated, and not edited here.", policy=name)
        layout.addWidget(ClusterBanner(session.entry, subject))
        layout.addWidget(self.edit, 1)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        open_at(self, *_SIZE)
        self._read(session, rule)

    def done(self, result: int) -> None:
        """Be gone."""
        self._context.tasks.cancel(self._group)
        super().done(result)

    def _read(self, session: "Session", rule: Reason) -> None:
        held = session.snapshot.tiered.get("", {}).get((Kind(rule.kind), rule.policy))

        def job(_token: CancelToken, _progress: ProgressSink) -> tuple[str, Place]:
            from desktop.manifest.presentation import as_yaml  # noqa: PLC0415  YAML is not read before the window shows
            from desktop.manifest.reader import read  # noqa: PLC0415

            if held is None:
                raise NotFound("api.not-found", status=404, reason="NotFound", message=f"{rule.kind} {rule.policy}")
            text = as_yaml(held.raw)
            return text, read(text).documents[0].place(rule.path)

        def show(read: tuple[str, Place]) -> None:
            text, place = read
            self.edit.set_text("\n".join(map(plain, text.split("\n"))))
            self.edit.mark_lines(frozenset(range(place.line, place.end_line + (place.end_column > 1))))
            self.edit.go_to(place)

        def fail(error: BulkheadError) -> None:
            self.close()
            self._context.messages.error(error)

        self._context.tasks.run(self._group, job, show, fail)
