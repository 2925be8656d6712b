"""Every command of the window in one place: its words, its keys, and why it is off when it is off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop.language import tr
from desktop.ui.plain import tooltip

Key = QKeySequence.StandardKey


class Command(Enum):
    """What the user can ask the window for."""

    ADD_KUBECONFIG = "add kubeconfig"
    ADD_FOLDER = "add folder"
    QUIT = "quit"
    FIND = "find"
    COPY_NAME = "copy name"
    SYNCHRONIZE_ALL = "synchronize all"
    SYNCHRONIZE = "synchronize"
    CANCEL_SYNCHRONIZATION = "cancel synchronization"
    CONNECTION = "connection"
    RENAME = "rename"
    SIGN_IN_PROGRAM = "sign-in program"
    NAMESPACES = "namespaces"
    PROFILE = "profile"
    REMOVE = "remove"
    RESET_SAMPLE = "reset sample"
    NEW_PROJECT = "new project"
    REMOVE_PROJECT = "remove project"
    CREATE = "create"
    CREATE_FROM_YAML = "create from yaml"
    EDIT_YAML = "edit yaml"
    UPDATE = "update"
    DUPLICATE = "duplicate"
    EXPORT = "export"
    DELETE = "delete"
    WHY = "why"
    CONNECTIONS = "connections"
    ABOUT = "about"


@dataclass(frozen=True)
class _Spec:
    """``local`` keys work in widgets that have the action only; ``button`` is its text on a button, if not ``text``."""

    text: str
    tip: str = ""
    keys: tuple[str | Key, ...] = ()
    local: bool = False
    button: str = ""


def _specs() -> Mapping[Command, _Spec]:
    return {
        Command.ADD_KUBECONFIG: _Spec(
            tr("Add &Kubeconfig File…"), tr("List the clusters of another kubeconfig file"), (Key.Open,)
        ),
        Command.ADD_FOLDER: _Spec(
            tr("Add &Folder…"), tr("Open a folder of manifests like a cluster"), ("Ctrl+Shift+O",)
        ),
        Command.QUIT: _Spec(tr("&Quit"), keys=("Ctrl+Q",)),
        Command.FIND: _Spec(tr("&Find"), tr("Search the policies shown"), (Key.Find,)),
        Command.COPY_NAME: _Spec(
            tr("&Copy Name"), tr("Copy the names of the selected policies"), (Key.Copy,), local=True
        ),
        Command.SYNCHRONIZE_ALL: _Spec(
            tr("Synchronize &All"), tr("Read every cluster in the list anew"), ("Shift+F5",), button=tr("Synchronize")
        ),
        Command.SYNCHRONIZE: _Spec(tr("&Synchronize"), tr("Read this cluster anew"), ("F5",)),
        Command.CANCEL_SYNCHRONIZATION: _Spec(tr("Cance&l Synchronization"), tr("Stop reading this cluster")),
        Command.CONNECTION: _Spec(
            tr("Connection &Details…"), tr("See what happened, what is tried, and what you can do"), ("Ctrl+I",)
        ),
        Command.RENAME: _Spec(tr("&Rename…"), tr("Give the cluster another name in this program"), ("F2",), local=True),
        Command.SIGN_IN_PROGRAM: _Spec(
            tr("Sign-in Pro&gram…"),
            tr("See the program that signs in to this cluster, and say whether it may run"),
        ),
        Command.NAMESPACES: _Spec(
            tr("&Namespaces I May See…"), tr("Name the namespaces to read where you may not list them all")
        ),
        Command.PROFILE: _Spec(tr("&Profile…"), tr("Say what the cluster's network plug-in can do")),
        Command.REMOVE: _Spec(tr("Re&move from the List…"), tr("Take the cluster off the list; no file is changed")),
        Command.RESET_SAMPLE: _Spec(tr("Rese&t the Sample…"), tr("Put the sample cluster back as it was shipped")),
        Command.NEW_PROJECT: _Spec(tr("Ne&w Project…"), tr("Make a group for clusters")),
        Command.REMOVE_PROJECT: _Spec(tr("Remo&ve Project"), tr("Dissolve the group; its clusters stay in the list")),
        Command.CREATE: _Spec(tr("Create &Network Policy"), tr("Write a new policy for this cluster"), (Key.New,)),
        Command.CREATE_FROM_YAML: _Spec(
            tr("Create from &YAML"), tr("Type or import policies as YAML"), ("Ctrl+Shift+N",)
        ),
        Command.EDIT_YAML: _Spec(tr("&Edit YAML"), tr("Open the policy as YAML"), ("Ctrl+Shift+U",)),
        Command.UPDATE: _Spec(tr("&Update"), tr("Change the policy"), ("Ctrl+U",)),
        Command.DUPLICATE: _Spec(tr("Dup&licate"), tr("Start a new policy from this one"), ("Ctrl+D",)),
        Command.EXPORT: _Spec(tr("E&xport…"), tr("Save the selected policies as a YAML file"), ("Ctrl+E",)),
        Command.DELETE: _Spec(tr("&Delete"), tr("Delete the selected policies"), (Key.Delete,), local=True),
        Command.WHY: _Spec(
            tr("&Why?…"), tr("Ask whether two ends may talk, and by which rules"), ("Ctrl+Shift+Y",), button=tr("Why?")
        ),
        Command.CONNECTIONS: _Spec(
            tr("C&onnections"), tr("Show who may talk to the workloads that the selected policies select")
        ),
        Command.ABOUT: _Spec(tr("&About Bulkhead")),
    }


class Actions(QObject):
    """The window's actions, made once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._specs = _specs()
        self._actions: dict[Command, QAction] = {}
        for command, spec in self._specs.items():
            action = QAction(spec.text, self)
            action.setObjectName(command.value)
            if spec.button:
                action.setIconText(spec.button)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            if spec.local:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._actions[command] = action
            self.allow(command)

    def __getitem__(self, command: Command) -> QAction:
        return self._actions[command]

    def on(self, command: Command, slot: Callable[[], object]) -> None:
        """Call ``slot`` when the user asks for ``command``."""
        self._actions[command].triggered.connect(lambda _checked: slot())

    def allow(self, command: Command, reason: str = "") -> None:
        """Switch a command on, or off with the reason why, which its tooltip then tells."""
        action, spec = self._actions[command], self._specs[command]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setEnabled(not reason)
        action.setToolTip(tooltip(f"{spec.tip} ({keys})" if spec.tip and keys else spec.tip, reason))

    def fill(self, menu: QMenu, commands: Sequence[Command | None]) -> QMenu:
        """Put commands into a menu; None is a line between them."""
        menu.setToolTipsVisible(True)
        for command in commands:
            if command is None:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[command])
        return menu

    def button(self, command: Command, parent: QWidget | None = None) -> QToolButton:
        """Return a button for a command."""
        button = QToolButton(parent)
        button.setDefaultAction(self._actions[command])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setAccessibleName(self._actions[command].text().replace("&", ""))
        return button
