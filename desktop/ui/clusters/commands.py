"""What the user does to the list of clusters: add, arrange, synchronize, remove."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError, Cancelled
from desktop.language import tr
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.state import Connection, SessionState
from desktop.session.tasks import ProgressSink
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import UiContext
from desktop.ui.clusters import dialogs
from desktop.ui.clusters.menus import ClusterMenus
from desktop.ui.clusters.panel import ClusterPanel
from desktop.ui.clusters.sign_in import SignInPrograms
from desktop.ui.clusters.tree_model import Level, NodeKey
from desktop.ui.file_dialog import file_dialog
from desktop.wording.plain import plain

_RELOAD = "catalog:reload"
_SYNCHRONIZE = "synchronize all"
_STAGGER_SECONDS = 0.1
_LOOK = "catalog:look"
_LOOK_MS, _LOOK_AGAIN_MS = 2000, 30_000
"""How often it looks whether somebody (a login tool, ``kubectl config``) wrote a kubeconfig; and after a failure."""


class ClusterCommands(QObject):
    """Carries out the commands on clusters, and makes their menus."""

    changed = Signal()
    """What the list says about the clusters may have changed."""

    def __init__(self, context: UiContext, actions: Actions, panel: ClusterPanel, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._catalog = context, context.catalog
        self._actions, self._panel, self._window = actions, panel, window
        self.programs = SignInPrograms(context, window)
        self.programs.allowed.connect(self._synchronize)
        for command, slot in {
            Command.ADD_KUBECONFIG: self._add_kubeconfig,
            Command.ADD_FOLDER: self._add_folder,
            Command.SYNCHRONIZE_ALL: self._synchronize_all,
            Command.SYNCHRONIZE: self._with_entry(self._synchronize),
            Command.CANCEL_SYNCHRONIZATION: self._with_entry(self._cancel),
            Command.CONNECTION: self._with_entry(self._show_connection),
            Command.RENAME: self._with_entry(self._rename),
            Command.SIGN_IN_PROGRAM: self._with_entry(self.programs.show),
            Command.NAMESPACES: self._with_entry(self._name_namespaces),
            Command.PROFILE: self._with_entry(self._choose_profile),
            Command.REMOVE: self._with_entry(self._remove),
            Command.RESET_SAMPLE: self._reset_sample,
            Command.NEW_PROJECT: lambda: self._new_project(None),
            Command.REMOVE_PROJECT: self._remove_project,
        }.items():
            actions.on(command, slot)
        panel.view.addAction(actions[Command.RENAME])
        self.menus = ClusterMenus(self._catalog, actions, panel, window)
        panel.menu_asked.connect(self.menus.show)
        self.menus.changed.connect(self._refresh)
        self.menus.new_project_asked.connect(self._new_project)
        self.menus.other_colour_asked.connect(self._other_colour)
        panel.open_asked.connect(self.open)
        self._failure = ""  # what kept it from reading the files the last time
        self._look_timer = QTimer(self)
        self._look_timer.setSingleShot(True)
        self._look_timer.timeout.connect(self._look)
        for group in (_RELOAD, _LOOK, _SYNCHRONIZE):
            self.destroyed.connect(partial(self._context.tasks.cancel, group))

    def reload(self) -> None:
        """Read the kubeconfig files anew; the window shows what is there meanwhile."""
        self._context.tasks.run(_RELOAD, lambda _token, _progress: self._catalog.reload(), self._reloaded, self._failed)

    def open(self, entry: ClusterEntry) -> None:
        """Connect to a cluster, unless it cannot be used or is open already."""
        if entry.error is None:
            self._context.sessions.get(entry).open()

    def enable(self) -> None:
        """Switch the commands on or off for what is chosen now."""
        key, choice = self._panel.key, self._panel.choice
        entry = choice.entry if choice else None
        missing = "" if entry else tr("Choose a cluster first.")
        broken = missing or (tr("This cluster cannot be used.") if entry and entry.error else "")
        for command in (Command.CONNECTION, Command.RENAME, Command.REMOVE):
            self._actions.allow(command, missing)
        for command in (Command.SYNCHRONIZE, Command.PROFILE):
            self._actions.allow(command, broken)
        folder = tr("A folder is always read whole.") if entry and entry.source is not Source.CONTEXT else ""
        self._actions.allow(Command.NAMESPACES, broken or folder)
        runs = entry is not None and not broken and (bool(entry.runs) or self.programs.waits(entry))
        self._actions.allow(
            Command.SIGN_IN_PROGRAM, "" if runs else missing or tr("No program is run to sign in to this cluster.")
        )
        busy = entry is not None and not broken and self._busy(entry)
        self._actions.allow(
            Command.CANCEL_SYNCHRONIZATION, "" if busy else missing or tr("No synchronization is under way.")
        )
        project = key is not None and key.level is Level.PROJECT and bool(key.name)
        self._actions.allow(Command.REMOVE_PROJECT, "" if project else tr("Choose a project first."))

    def _with_entry(self, slot: Callable[[ClusterEntry], object]) -> Callable[[], None]:
        def act() -> None:
            if self._panel.choice is not None:
                slot(self._panel.choice.entry)

        return act

    def _change(self, how: Callable[[str, str], object], entry: ClusterEntry, to: str) -> None:
        how(entry.id, to)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Let the sessions and the tree follow the catalog."""
        for session in self._context.sessions.all():
            entry = self._catalog.get(session.id)
            if entry is None:
                self._context.sessions.close(session.id)
            elif entry != session.entry:
                self._context.sessions.update(entry)
        self._panel.refresh()
        self.changed.emit()

    def _reloaded(self, _: None) -> None:
        self._refresh()
        self._look_timer.start(_LOOK_MS)

    @Slot()
    def _look(self) -> None:
        self._context.tasks.run(_LOOK, lambda _token, _progress: self._catalog.refresh(), self._looked, self._failed)

    def _looked(self, changed: bool) -> None:
        self._failure = ""
        if changed:
            self._refresh()
        self._look_timer.start(_LOOK_MS)

    def _failed(self, error: BulkheadError) -> None:
        """Tell what kept it from reading the files, once for as long as that lasts, and look again."""
        if isinstance(error, Cancelled):  # the program ends
            return
        if str(error) != self._failure:
            self._failure = str(error)
            self._context.messages.error(error)
        self._look_timer.start(_LOOK_AGAIN_MS)

    def _show_connection(self, entry: ClusterEntry) -> None:
        """Show how a cluster is reached, for as long as it is in the list."""
        from desktop.ui.clusters.connection_details import ConnectionDetails  # noqa: PLC0415  seldom asked for

        def told() -> tuple[ClusterEntry, SessionState] | None:
            now = self._catalog.get(entry.id)
            sessions = {session.id: session for session in self._context.sessions.all()}
            known = sessions.get(entry.id)
            return None if now is None else (now, known.state if known else SessionState())

        ConnectionDetails(told, self._actions, self._panel.now, self._window).show()

    def _add_kubeconfig(self) -> None:
        dialog = file_dialog(self._window, tr("Add Kubeconfig File"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._add_kubeconfigs)
        dialog.open()

    def _add_kubeconfigs(self, files: list[str]) -> None:
        def add(_token: CancelToken, _progress: ProgressSink) -> None:
            for file in files:
                self._catalog.add_kubeconfig(Path(file))

        self._context.tasks.run(_RELOAD, add, self._reloaded, self._failed)

    def _add_folder(self) -> None:
        dialog = file_dialog(self._window, tr("Add Folder of Manifests"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._folder_chosen)
        dialog.open()

    def _folder_chosen(self, folder: str) -> None:
        entry = self._catalog.add_folder(Path(folder))
        self._refresh()
        self._panel.select(NodeKey(Level.CLUSTER, entry.id))

    def _synchronize_all(self) -> None:
        """Begin with one cluster after the other, on a worker: to start a thread waits for the threads there are."""
        entries = [entry for entry in self._panel.tree.clusters() if entry.error is None]
        for entry in entries:
            self.programs.forget_answers(entry)

        def begin(token: CancelToken, _progress: ProgressSink) -> None:
            for entry in entries:
                self._context.sessions.get(entry).synchronize()
                token.wait(_STAGGER_SECONDS)

        self._context.tasks.run(_SYNCHRONIZE, begin, lambda _: None, self._failed)

    @Slot(object)
    def _synchronize(self, entry: ClusterEntry) -> None:
        self.programs.forget_answers(entry)
        self._context.sessions.get(entry).synchronize()

    def _cancel(self, entry: ClusterEntry) -> None:
        self._context.sessions.get(entry).cancel()

    def _busy(self, entry: ClusterEntry) -> bool:
        state = self._context.sessions.get(entry).state
        return state.connection in {Connection.CONNECTING, Connection.SYNCHRONIZING} or state.progress is not None

    def _rename(self, entry: ClusterEntry) -> None:
        caption = tr("The name of this cluster in Bulkhead. No file is changed.")
        dialogs.ask_name(
            self._window,
            tr("Rename Cluster"),
            caption,
            entry.title,
            lambda title: self._change(self._catalog.rename, entry, title),
        )

    @Slot(object)
    def _new_project(self, entry: ClusterEntry | None) -> None:
        def make(name: str) -> None:
            self._catalog.add_project(name)
            if entry is not None:
                self._catalog.move(entry.id, name)
            self._refresh()

        dialogs.ask_name(self._window, tr("New Project"), tr("The name of the project:"), "", make)

    def _remove_project(self) -> None:
        key = self._panel.key
        if key is not None and key.level is Level.PROJECT and key.name:
            self._catalog.remove_project(key.name)
            self._refresh()

    @Slot(object)
    def _other_colour(self, entry: ClusterEntry) -> None:
        dialogs.ask_colour(
            self._window, entry.colour or "#0072b2", lambda colour: self._change(self._catalog.colour, entry, colour)
        )

    def _name_namespaces(self, entry: ClusterEntry) -> None:
        def name(names: tuple[str, ...]) -> None:
            self._catalog.set_namespaces(entry.id, names)
            self._refresh()

        dialogs.ask_namespaces(self._window, entry.namespaces, name)

    def _choose_profile(self, entry: ClusterEntry) -> None:
        def choose(name: str) -> None:
            self._catalog.set_profile(entry.id, name)
            self._refresh()

        dialogs.ask_profile(self._window, entry.profile, choose)

    def _remove(self, entry: ClusterEntry) -> None:
        def remove() -> None:
            self._catalog.remove(entry.id)
            self._refresh()

        dialogs.confirm(
            self._window,
            tr("Remove {title} from the list?", title=plain(entry.title)),
            tr("No file and no cluster is changed."),
            tr("&Remove"),
            remove,
        )

    def _reset_sample(self) -> None:
        def reset() -> None:
            self._context.tasks.run(
                "catalog:sample",
                lambda _token, _progress: self._catalog.reset_sample(),
                self._reloaded,
                self._context.messages.error,
            )

        dialogs.confirm(
            self._window,
            tr("Put the sample cluster back as it was shipped?"),
            tr("What was changed in it is lost."),
            tr("&Reset"),
            reset,
        )
