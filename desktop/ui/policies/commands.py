"""What the user does to policies: create, edit, duplicate, export, delete."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import PolicyDocument
from desktop.language import tr, tr_n
from desktop.policy.findings import Finding
from desktop.policy.findings import Path as FieldPath
from desktop.session.rights import Question
from desktop.session.tasks import ProgressSink
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import UiContext
from desktop.ui.file_dialog import file_dialog
from desktop.ui.policies.export import export, file_name
from desktop.ui.policies.panel import PolicyPanel
from desktop.ui.policies.rights import MOST_ASKED, Permissions
from desktop.ui.policies.table_model import Key
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.session.session import Session
    from desktop.ui.editor.drafts import StoredDraft
    from desktop.ui.editor.policy_window import PolicyWindow
    from desktop.ui.review.page import Written

Opener = Callable[["Session", PolicyDocument], object]
"""What is to be done with a policy of a cluster, once it is read."""
_ROW_MENU = (
    Command.EDIT_YAML,
    Command.UPDATE,
    Command.DUPLICATE,
    Command.EXPORT,
    None,
    Command.WHY,
    Command.CONNECTIONS,
    None,
    Command.COPY_NAME,
    None,
    Command.DELETE,
)
"""The commands on a row, None where a line parts them."""


class PolicyCommands(QObject):
    """Carries out the commands on policies, and makes the menu of a row."""

    def __init__(self, context: UiContext, actions: Actions, panel: PolicyPanel, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._actions, self._panel, self._window = context, actions, panel, window
        self._permissions = Permissions(context, self.enable)
        for command, slot in {
            Command.CREATE: lambda: self._create(as_form=True),
            Command.CREATE_FROM_YAML: lambda: self._create(as_form=False),
            Command.EDIT_YAML: lambda: self._edit(as_form=False),
            Command.UPDATE: lambda: self._edit(as_form=True),
            Command.DUPLICATE: self._duplicate,
            Command.EXPORT: self._export,
            Command.DELETE: self._delete,
            Command.COPY_NAME: self._copy_name,
        }.items():
            actions.on(command, slot)
        self.row_menu = actions.fill(QMenu(window), _ROW_MENU)
        panel.menu_asked.connect(self._show_menu)
        panel.fix_wanted.connect(self._fix)
        panel.selection_changed.connect(self.enable)
        self.enable()

    @Slot()
    def enable(self) -> None:
        """Switch the commands on or off for what is chosen and selected now."""
        choice = self._panel.choice
        missing = "" if choice else tr("Choose a cluster first.")
        broken = missing or (tr("This cluster cannot be used.") if choice and choice.entry.error else "")
        selected = len(self._panel.view.selected_rows())
        none = broken or ("" if selected else tr("Select a policy first."))
        several = none or ("" if selected == 1 else tr("Select one policy only."))
        session = None if broken else self._panel.session
        reason, here = self._permissions.reason, self._namespaces_here()
        there = sorted({row.namespace for row in self._panel.view.selected_rows()})
        for command in (Command.CREATE, Command.CREATE_FROM_YAML):
            self._actions.allow(command, broken or reason(session, "create", here))
        for command in (Command.EDIT_YAML, Command.UPDATE):
            self._actions.allow(command, several or reason(session, "update", there))
        self._actions.allow(Command.DUPLICATE, several or reason(session, "create", here or there))
        self._actions.allow(Command.DELETE, none or self._undeletable(session, there))
        for command in (Command.EXPORT, Command.COPY_NAME):
            self._actions.allow(command, none)
        wanted: list[Question] = [("create", tuple(here))] if here else []
        wanted += [(verb, (namespace,)) for verb in ("update", "delete") for namespace in there]
        self._permissions.look(session, wanted)

    def _namespaces_here(self) -> list[str]:
        """Return where a policy could be created: in the namespace chosen, or in any that is known."""
        choice, session = self._panel.choice, self._panel.session
        if choice is None or session is None:
            return []
        if choice.namespace:
            return [choice.namespace]
        known = {*choice.entry.namespaces, *session.snapshot.namespaces}
        own = choice.entry.namespace  # likely one where they may: then no other is asked about
        return sorted(known, key=lambda name: (name != own, name)) if len(known) <= MOST_ASKED else []

    def _undeletable(self, session: "Session | None", namespaces: list[str]) -> str:
        """Return why what is selected cannot be deleted: in one of the namespaces at least the user may not."""
        reasons = (self._permissions.reason(session, "delete", [namespace]) for namespace in namespaces)
        return next(filter(None, reasons), "")

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        self.row_menu.popup(place)

    def _create(self, *, as_form: bool) -> None:
        choice, session = self._panel.choice, self._panel.session
        if choice is not None and session is not None:
            namespace = choice.namespace or choice.entry.namespace or "default"
            self._open_editor(session, namespace, None, as_form=as_form)

    def _edit(self, *, as_form: bool) -> None:
        self._read_current(
            lambda session, document: self._open_editor(session, document.namespace, document, as_form=as_form)
        )

    def _duplicate(self) -> None:
        self._read_current(
            lambda session, document: self._open_editor(
                session, document.namespace, document, duplicate=True, as_form=True
            )
        )

    def open_policy(self, session: "Session", key: Key, path: FieldPath) -> None:
        """Open a policy for editing, at the line of a value of it."""

        def opened(session: "Session", document: PolicyDocument) -> None:
            self._open_editor(session, document.namespace, document).show_path(path)

        self._read(session, key, opened)

    @Slot(object)
    def _fix(self, finding: Finding) -> None:
        """Open the policy chosen with the fix of a finding made, to be reviewed."""

        def opened(session: "Session", document: PolicyDocument) -> None:
            self._open_editor(session, document.namespace, document).make_fix(finding)

        self._read_current(opened)

    def _read_current(self, then: Opener) -> None:
        session, row = self._panel.session, self._panel.view.current_row()
        if session is not None and row is not None:
            self._read(session, row.key, then)

    def _read(self, session: "Session", key: Key, then: Opener) -> None:
        """Read a policy as it is now, so that an edit starts from there."""
        namespace, name = key

        def read(token: CancelToken, _progress: ProgressSink) -> PolicyDocument:
            from desktop.session import planning  # noqa: PLC0415  YAML is not read before the window shows

            return planning.read(session, namespace, name, token)

        def done(document: PolicyDocument) -> None:
            then(session, document)  # of this cluster, whichever is chosen by now

        self._context.tasks.run("policies:read", read, done, self._context.messages.error)

    def _open_editor(
        self,
        session: "Session",
        namespace: str,
        document: PolicyDocument | None,
        *,
        duplicate: bool = False,
        as_form: bool = False,
    ) -> "PolicyWindow":
        from desktop.ui.editor.policy_window import PolicyWindow  # noqa: PLC0415  not before the window shows
        from desktop.ui.wizard.view_switch import View  # noqa: PLC0415

        return self._show_editor(
            PolicyWindow(
                self._context,
                session,
                namespace=namespace,
                document=document,
                duplicate=duplicate,
                parent=self._window,
                view=View.FORM if as_form else View.YAML,
            )
        )

    def restore(self, session: "Session", draft: "StoredDraft") -> None:
        """Open a draft that was left, on the cluster that it is meant for."""
        from desktop.ui.editor.policy_window import PolicyWindow  # noqa: PLC0415  not before the window shows

        self._show_editor(PolicyWindow.restore(self._context, session, draft, self._window))

    def _show_editor(self, dialog: "PolicyWindow") -> "PolicyWindow":
        dialog.review.written.connect(self._select_written)
        dialog.show()
        return dialog

    @Slot(object)
    def _select_written(self, written: "Written") -> None:
        """Show what was just written, as soon as the cluster tells of it."""
        self._panel.select_when_there(
            {(result.namespace, result.name) for result in written.results if result.document}
        )

    def _delete(self) -> None:
        from desktop.ui.review.delete_dialog import DeleteDialog  # noqa: PLC0415  not before the window shows

        rows = self._panel.view.selected_rows()
        if self._panel.session is not None and rows:
            DeleteDialog(self._context, self._panel.session, tuple(rows), self._window).open()

    def _copy_name(self) -> None:
        names = [plain(row.name) for row in self._panel.view.selected_rows()]
        QGuiApplication.clipboard().setText("\n".join(names))

    def _export(self) -> None:
        session, rows = self._panel.session, self._panel.view.selected_rows()
        if session is None or not rows:
            return

        def save(chosen: str) -> None:
            def job(token: CancelToken, progress: ProgressSink) -> int:
                return export(session, rows, Path(chosen), token, progress)

            def saved(count: int) -> None:
                words = tr_n(
                    "{count} policy saved in {file}", "{count} policies saved in {file}", count, file=plain(chosen)
                )
                self._context.messages.note(words)

            self._context.tasks.run("policies:export", job, saved, self._context.messages.error)

        dialog = file_dialog(self._window, tr("Export Policies"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.selectFile(file_name(rows))
        dialog.fileSelected.connect(save)
        dialog.open()
