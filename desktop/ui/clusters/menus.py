"""The menus of the cluster tree, made when they are opened, as they then are."""

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.language import tr
from desktop.session.catalog import Catalog, ClusterEntry, Source
from desktop.ui.actions import Actions, Command
from desktop.ui.clusters.panel import ClusterPanel
from desktop.ui.clusters.tree_model import Level, NodeKey
from desktop.ui.icons import swatch
from desktop.ui.plain import menu_text


def colours() -> tuple[tuple[str, str], ...]:
    """Return colours that are easy to tell apart, also with the common kinds of colour blindness (Okabe and Ito)."""
    return (
        (tr("Orange"), "#e69f00"),
        (tr("Sky blue"), "#56b4e9"),
        (tr("Green"), "#009e73"),
        (tr("Yellow"), "#f0e442"),
        (tr("Blue"), "#0072b2"),
        (tr("Red"), "#d55e00"),
        (tr("Purple"), "#cc79a7"),
        (tr("Grey"), "#7f7f7f"),
    )


class ClusterMenus(QObject):
    """Fills the menus; projects and colours, which differ from cluster to cluster, are set from here."""

    changed = Signal()
    """The catalog was changed."""
    new_project_asked = Signal(object)
    """For the ClusterEntry that is to move there."""
    other_colour_asked = Signal(object)
    """For a ClusterEntry."""

    def __init__(self, catalog: Catalog, actions: Actions, panel: ClusterPanel, window: QWidget) -> None:
        super().__init__(window)
        self._catalog, self._actions, self._panel, self._window = catalog, actions, panel, window

    def fill(self, menu: QMenu) -> None:
        """Put the commands on the chosen cluster into a menu."""
        menu.clear()
        choice = self._panel.choice
        entry = choice.entry if choice else None
        self._actions.fill(menu, [Command.SYNCHRONIZE, Command.CANCEL_SYNCHRONIZATION, Command.SYNCHRONIZE_ALL, None])
        self._actions.fill(menu, [Command.CONNECTION, Command.RENAME])
        projects, colouring = menu.addMenu(tr("Mo&ve to Project")), menu.addMenu(tr("&Colour"))
        projects.setEnabled(entry is not None)
        colouring.setEnabled(entry is not None)
        if entry is not None:
            self._fill_projects(projects, entry)
            self._fill_colours(colouring, entry)
        self._actions.fill(menu, [Command.NAMESPACES, Command.PROFILE, Command.SIGN_IN_PROGRAM, None])
        if entry is not None and entry.source is Source.SAMPLE:
            self._actions.fill(menu, [Command.RESET_SAMPLE])
        self._actions.fill(menu, [Command.REMOVE])
        self._fill_removed(menu)

    @Slot(object, QPoint)
    def show(self, key: NodeKey | None, place: QPoint) -> None:
        """Show the menu of a row, or of the space below the rows."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if key is None or key.level is Level.PROJECT:
            self._actions.fill(menu, [Command.NEW_PROJECT, Command.REMOVE_PROJECT, None])
            self._actions.fill(menu, [Command.ADD_KUBECONFIG, Command.ADD_FOLDER])
            self._fill_removed(menu)
        else:
            self.fill(menu)
        menu.popup(place)

    def _fill_projects(self, menu: QMenu, entry: ClusterEntry) -> None:
        group = QActionGroup(menu)
        for name in (*self._catalog.projects(), ""):
            action = menu.addAction(menu_text(name) or tr("No project"))
            _check(action, group, name == entry.project)
            action.triggered.connect(lambda _checked, to=name: self._move(entry, to))
        menu.addSeparator()
        menu.addAction(tr("&New Project…")).triggered.connect(lambda _checked: self.new_project_asked.emit(entry))

    def _fill_colours(self, menu: QMenu, entry: ClusterEntry) -> None:
        group = QActionGroup(menu)
        for name, value in ((tr("None"), ""), *colours()):
            action = menu.addAction(name)
            if value:
                action.setIcon(swatch(value))
            _check(action, group, value == entry.colour)
            action.triggered.connect(lambda _checked, to=value: self._colour(entry, to))
        menu.addSeparator()
        menu.addAction(tr("&Other…")).triggered.connect(lambda _checked: self.other_colour_asked.emit(entry))

    def _fill_removed(self, menu: QMenu) -> None:
        removed = self._catalog.removed()
        if removed:
            submenu = menu.addMenu(tr("Put &Back into the List"))
            for entry in removed:
                action = submenu.addAction(menu_text(entry.title))
                action.triggered.connect(lambda _checked, id_=entry.id: self._put_back(id_))

    def _move(self, entry: ClusterEntry, project: str) -> None:
        self._catalog.move(entry.id, project)
        self.changed.emit()

    def _colour(self, entry: ClusterEntry, colour: str) -> None:
        self._catalog.colour(entry.id, colour)
        self.changed.emit()

    def _put_back(self, id_: str) -> None:
        self._catalog.restore(id_)
        self.changed.emit()


def _check(action: QAction, group: QActionGroup, checked: bool) -> None:
    action.setCheckable(True)
    action.setChecked(checked)
    group.addAction(action)
