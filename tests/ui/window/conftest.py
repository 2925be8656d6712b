"""The whole main window with sessions that a test holds in its hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.reach.snapshot import Snapshot
from desktop.session.catalog import Catalog, ClusterEntry
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.state import SessionState
from desktop.session.tasks import TaskPool
from desktop.ui.bridge import TaskRunner, UiContext
from desktop.ui.clusters.tree_model import Level, NodeKey
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import Message, Messages
from tests.helpers.fake_sessions import NOON, FakeSession, FakeSessions, live

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: prod
clusters:
- {name: prod, cluster: {server: "https://prod.example:6443"}}
- {name: stage, cluster: {server: "https://stage.example:6443", insecure-skip-tls-verify: true}}
users:
- {name: me, user: {token: abc}}
contexts:
- {name: prod, context: {cluster: prod, user: me}}
- {name: stage, context: {cluster: stage, user: me}}
- {name: broken, context: {cluster: nowhere, user: me}}
"""


@dataclass
class Desk:
    """A window and what a test needs to drive and watch it."""

    window: MainWindow
    catalog: Catalog
    sessions: FakeSessions
    settings: Settings
    bot: QtBot
    pool: TaskPool
    said: list[Message] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until every job has ended, and what came of it was told."""
        self.bot.waitUntil(lambda: self.pool.idle)
        QApplication.processEvents()

    def entry(self, title: str) -> ClusterEntry:
        """Return the cluster of a title."""
        return next(entry for entry in self.catalog.entries() if entry.title == title)

    def session(self, title: str) -> FakeSession:
        """Return the session of a cluster."""
        return self.sessions.get(self.entry(title))

    def key(self, title: str, namespace: str = "") -> NodeKey:
        """Return the row of a cluster, or of a namespace of it."""
        id_ = self.entry(title).id
        return NodeKey(Level.NAMESPACE, namespace, id_) if namespace else NodeKey(Level.CLUSTER, id_)

    def choose(self, title: str, namespace: str = "") -> None:
        """Choose a cluster or a namespace of it."""
        assert self.window.clusters.select(self.key(title, namespace))

    def click(self, title: str) -> None:
        """Click on a cluster's row."""
        view = self.window.clusters.view
        place = view.visualRect(self.window.clusters.tree.index_of(self.key(title))).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def says(self, title: str, state: SessionState | Snapshot, snapshot: Snapshot | None = None) -> None:
        """Have a cluster say how it stands: live with a picture, or another state."""
        if isinstance(state, Snapshot):
            self.session(title).says(live(state), state)
        else:
            self.session(title).says(state, snapshot)
        self.window.pump.tick()
        self.bot.wait(5)  # the table follows in a turn of its own
        policies, shown = self.window.policies, self.window.clusters.choice
        if shown is not None and shown.entry.title == title:
            there = [key for key in self.session(title).rows if shown.namespace in ("", key[0])]
            self.bot.waitUntil(lambda: policies.table.total == len(there))


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Show the window on three contexts, of which one is broken, and the sample."""
    (tmp_path / "config").write_text(KUBECONFIG)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    settings, sessions, messages, pool = Settings(), FakeSessions(), Messages(), TaskPool("test")
    catalog = Catalog(settings)
    engine = TaskPool("engine", workers=1)
    context = UiContext(TaskRunner(pool), messages, settings, catalog, cast(Sessions, sessions), TaskRunner(engine))
    window = MainWindow(context, lambda: NOON)
    qtbot.addWidget(window)
    desk = Desk(window, catalog, sessions, settings, qtbot, pool)
    messages.said.connect(desk.said.append)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: len(catalog.entries()) == 4 and len(list(window.clusters.tree.clusters())) == 4)
    window.pump.stop()
    yield desk
    assert pool.cancel_all(5)
    assert engine.cancel_all(5)
    settings.flush()
