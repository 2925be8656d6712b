"""The main window: puts the parts together and carries news from one to the other; no more."""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QMessageBox, QSplitter, QVBoxLayout, QWidget

from desktop import __version__
from desktop.language import tr
from desktop.session.catalog import SAMPLE_ID
from desktop.session.state import SessionUpdate
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import Pump, UiContext, at_once, in_turn
from desktop.ui.clusters.panel import Choice, ClusterPanel
from desktop.ui.elided import Elided
from desktop.ui.icons import application_icon
from desktop.ui.messages import MessageBar
from desktop.ui.plain import tooltip
from desktop.ui.sync_strip import SyncStrip
from desktop.ui.window_size import bring_onto_screen, open_at
from desktop.wording import states
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.cluster.notices import Notice
    from desktop.ui.editor.drafts import StoredDraft

_SIZE = (1280, 720)
_TREE_WIDTH, _TREE_SHARE = 420, 0.31
_MARGIN = 8
_TIMES_INTERVAL_MS = 30_000
_GEOMETRY, _CHOSEN = "ui/geometry", "ui/chosen"


def local_now() -> datetime:
    """Return the time in the user's time zone."""
    return datetime.now().astimezone()


class MainWindow(QMainWindow):
    """Clusters at the left, policies at the right, messages and the status below."""

    painted = Signal()
    """The window is on the screen, with its menus and clusters; only now is the rest of it made, and are files read."""

    def __init__(self, context: UiContext, now: Callable[[], datetime] = local_now) -> None:
        super().__init__()
        self.context, self._now = context, now
        self._seen = False
        self.setWindowTitle("Bulkhead")
        self.setObjectName("main")
        self.actions_ = Actions(self)
        self.clusters = ClusterPanel(context.catalog, self.actions_, now, self)
        self.messages = MessageBar(context.messages, self)
        self.synchronizations = SyncStrip(self)
        self.status = Elided()
        self.pump = Pump(context.sessions, self)
        self._arrange()
        self._fill_menu_bar()
        self._restore()
        self.clusters.refresh()
        self.painted.connect(lambda: in_turn(self, self.start))

    def start(self) -> None:
        """Make the right side, choose the cluster chosen last, and read the kubeconfigs; nothing is contacted."""
        self._complete()
        self._connect()
        self.clusters.select_cluster(self.context.settings.get(_CHOSEN, str, SAMPLE_ID))
        self.cluster_commands.reload()

    def event(self, event: QEvent) -> bool:
        """Paint without others between."""
        return at_once(event, super().event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Begin the work once the window is on the screen."""
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the arrangement of the window, and stop fetching."""
        geometry = self.saveGeometry().toBase64().data()
        self.context.settings.set(_GEOMETRY, bytes(geometry).decode("ascii"))
        if self.clusters.choice is not None:
            self.context.settings.set(_CHOSEN, self.clusters.choice.entry.id)
        self.pump.stop()
        super().closeEvent(event)

    # Arrangement

    def _complete(self) -> None:
        """Make what a person does not need to see the window, and what costs as much to load as all the rest."""
        from desktop.ui.clusters.commands import ClusterCommands  # noqa: PLC0415  see above
        from desktop.ui.connections.commands import ConnectionCommands  # noqa: PLC0415
        from desktop.ui.editor.left_drafts import LeftDrafts  # noqa: PLC0415
        from desktop.ui.impact.ahead import Ahead  # noqa: PLC0415
        from desktop.ui.policies.commands import PolicyCommands  # noqa: PLC0415
        from desktop.ui.policies.panel import PolicyPanel  # noqa: PLC0415
        from desktop.ui.views import Views  # noqa: PLC0415

        self.policies = PolicyPanel(self.context, self.actions_, self._now, self)
        self.views = Views(self.context, self.actions_, self.policies, self)
        self.cluster_commands = ClusterCommands(self.context, self.actions_, self.clusters, self)
        self.policy_commands = PolicyCommands(self.context, self.actions_, self.policies, self)
        self.connection_commands = ConnectionCommands(
            self.context, self.actions_, self.policies, self.views, self.policy_commands, self
        )
        self.left_drafts = LeftDrafts(self.context, self)
        self.ahead = Ahead(self.context, self)
        self._column.insertWidget(self._column.indexOf(self.messages), self.left_drafts)
        sizes = self._sides.sizes()
        self._sides.replaceWidget(1, self.views)
        self._right.deleteLater()
        self._sides.setSizes(sizes)
        for one, next_ in pairwise((*self.clusters.tab_order, *self.policies.tab_order)):
            self.setTabOrder(one, next_)

    def _arrange(self) -> None:
        self._sides = sides = QSplitter(Qt.Orientation.Horizontal, self)
        sides.addWidget(self.clusters)
        self._right = QWidget(self)  # the place of the right side until that is made
        sides.addWidget(self._right)
        sides.setStretchFactor(0, 0)
        sides.setStretchFactor(1, 1)
        sides.setChildrenCollapsible(False)
        centre = QWidget(self)
        self._column = layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(sides, 1)
        layout.addWidget(self.messages)  # below: a message that comes or goes must not move what is being clicked
        self.setCentralWidget(centre)
        bar = self.statusBar()
        bar.addWidget(self.status, 1)
        bar.addPermanentWidget(self.synchronizations)

    def _fill_menu_bar(self) -> None:
        bar = self.menuBar()
        fill = self.actions_.fill
        fill(bar.addMenu(tr("&File")), [Command.ADD_KUBECONFIG, Command.ADD_FOLDER, None, Command.QUIT])
        fill(bar.addMenu(tr("&Edit")), [Command.FIND, Command.COPY_NAME])
        cluster = bar.addMenu(tr("&Cluster"))
        cluster.aboutToShow.connect(lambda: self.cluster_commands.menus.fill(cluster))
        self.addAction(self.actions_[Command.CONNECTION])  # its key counts before that menu was ever opened
        fill(
            bar.addMenu(tr("&Policy")),
            [
                *(Command.CREATE, Command.CREATE_FROM_YAML, None),
                *(Command.EDIT_YAML, Command.UPDATE, Command.DUPLICATE, Command.EXPORT, None),
                *(Command.WHY, Command.CONNECTIONS, None, Command.DELETE),
            ],
        )
        self._fill_view_menu(bar.addMenu(tr("&View")))
        fill(bar.addMenu(tr("&Help")), [Command.ABOUT])

    def _fill_view_menu(self, menu: QMenu) -> None:
        for text, show in (
            (tr("&Clusters"), self._show_clusters),
            (tr("&Details"), self._show_details),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(True)
            action.toggled.connect(show)

    @Slot(bool)
    def _show_clusters(self, wanted: bool) -> None:
        self.clusters.setVisible(wanted)
        self._sides.setContentsMargins(0 if wanted else _MARGIN, 0, 0, 0)

    @Slot(bool)
    def _show_details(self, wanted: bool) -> None:
        self.policies.show_details(wanted)

    def _connect(self) -> None:
        self.actions_.on(Command.QUIT, self.close)
        self.actions_.on(Command.ABOUT, self._about)
        self.clusters.chosen.connect(self._choose)
        self.cluster_commands.changed.connect(self._list_changed)
        self.cluster_commands.changed.connect(self._look_for_drafts, Qt.ConnectionType.SingleShotConnection)
        self.left_drafts.taken.connect(self._restore_draft)
        self.pump.updated.connect(self._follow)
        self.pump.noticed.connect(self._notice)
        self.synchronizations.cancelled.connect(self._cancel)
        times = QTimer(self, interval=_TIMES_INTERVAL_MS)
        times.timeout.connect(self._refresh_times)
        times.start()

    def _restore(self) -> None:
        stored = self.context.settings.get(_GEOMETRY, str, "")
        if stored and self.restoreGeometry(QByteArray.fromBase64(stored.encode("ascii", "replace"))):
            bring_onto_screen(self)
        else:
            open_at(self, *_SIZE)
        tree = min(_TREE_WIDTH, round(self.width() * _TREE_SHARE))
        self._sides.setSizes([tree, self.width() - tree])

    # News

    @Slot(object)
    def _choose(self, choice: Choice | None) -> None:
        usable = choice is not None and choice.entry.error is None
        session = self.context.sessions.get(choice.entry) if choice and usable else None
        self.policies.show_choice(choice, session)
        self.views.show_choice(session, choice.namespace if choice else "")
        self.ahead.show(session)
        self._tell_standing()

    @Slot(str, object)
    def _follow(self, cluster: str, update: SessionUpdate) -> None:
        self.clusters.tree.update(cluster, update.state, update.snapshot)
        entry = self.clusters.tree.entry(cluster)
        if entry is not None:
            self.synchronizations.show_state(entry, update.state)
        if self._is_shown(cluster):  # of the others there may be fifty
            in_turn(self, lambda: self._follow_shown(cluster, update))

    def _is_shown(self, cluster: str) -> bool:
        return self.policies.session is not None and self.policies.session.id == cluster

    def _follow_shown(self, cluster: str, update: SessionUpdate) -> None:
        if self.policies.session is not None and self._is_shown(cluster):  # still
            self.policies.follow(update)
            self.cluster_commands.programs.ask_about(self.policies.session.entry, update.state)
            self.views.follow()
            self._tell_standing()

    @Slot(str, object)
    def _notice(self, cluster: str, notice: "Notice") -> None:
        entry = self.clusters.tree.entry(cluster)
        self.context.messages.notice(cluster, entry.title if entry else "", notice)

    @Slot(str)
    def _cancel(self, cluster: str) -> None:
        entry = self.clusters.tree.entry(cluster)
        if entry is not None:
            self.context.sessions.get(entry).cancel()

    @Slot()
    def _list_changed(self) -> None:
        self._choose(self.clusters.choice)

    @Slot()
    def _look_for_drafts(self) -> None:
        """Offer what an earlier run left, now that it is known which clusters there are."""
        self.left_drafts.look(lambda _: True)

    @Slot(object)
    def _restore_draft(self, draft: "StoredDraft") -> None:
        entry = self.left_drafts.entry(draft)
        if entry is not None:
            self.policy_commands.restore(self.context.sessions.get(entry), draft)

    @Slot()
    def _refresh_times(self) -> None:
        self.clusters.tree.refresh_times()
        self.policies.refresh_times()
        self._tell_standing()
        for problem in self.context.settings.take_problems():
            self.context.messages.error(problem)

    def _tell_standing(self) -> None:
        """Tell in the status bar how the cluster shown stands, and what can be done with it."""
        choice = self.clusters.choice
        title = choice.entry.title if choice else ""
        told = states.status_words(title, self.policies.state, self._now()) if choice else ""
        self.status.say(told)
        self.status.setToolTip(tooltip(told))
        name = plain(title)
        self.setWindowTitle(tr("{cluster} – Bulkhead", cluster=name) if name else tr("Bulkhead"))
        self.cluster_commands.enable()
        self.policy_commands.enable()
        self.connection_commands.enable()

    def _about(self) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(tr("About Bulkhead"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIconPixmap(application_icon().pixmap(64, 64))
        box.setText(tr("Bulkhead {version}", version=__version__))
        box.setInformativeText(tr("Manage Kubernetes NetworkPolicies, and see what a policy does before it does it."))
        box.open()
