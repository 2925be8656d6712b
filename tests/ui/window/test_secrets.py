"""No secret leaves memory by the window: not by what is copied, exported, kept as a draft, or told of a fault."""

import io
import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop import faults
from desktop.cluster import client
from desktop.errors import BulkheadError
from desktop.paths import data_dir
from desktop.session.catalog import Catalog, Source
from desktop.session.consents import Consents
from desktop.session.session import Session
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.state import Connection
from desktop.session.tasks import TaskPool
from desktop.ui.actions import Command
from desktop.ui.bridge import TaskRunner, UiContext
from desktop.ui.clusters.connection_details import ConnectionDetails
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import Message, Messages
from tests.helpers.canaries import CANARY, LIVE, Scene, ask, canaries

BUSY = {Connection.IDLE, Connection.CONNECTING, Connection.SYNCHRONIZING}


class Log(logging.Handler):
    """The log as the program writes it, at the lowest level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._out = io.StringIO()
        self.setFormatter(faults.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        # As if no other handler had been there before.
        own = logging.makeLogRecord({**record.__dict__, "exc_text": None})
        self._out.write(self.format(own) + "\n")

    def text(self) -> str:
        """What was written."""
        return self._out.getvalue()


class Visit:
    """A window on the contexts of a scene, and all that was copied out of it."""

    def __init__(self, window: MainWindow, settings: Settings, bot: QtBot) -> None:
        self.window, self.settings, self.bot = window, settings, bot
        self.copied: dict[str, bytes] = {}
        self.said: list[Message] = []
        window.context.messages.said.connect(self.said.append)

    def take(self, what: str) -> None:
        """Keep what was just copied, and empty the clipboard."""
        clipboard = QGuiApplication.clipboard()
        data = clipboard.mimeData()
        content = b"\n".join(bytes(data.data(form).data()) for form in data.formats())
        assert content, f"nothing was copied: {what}"
        self.copied[f"{what} {len(self.copied)}"] = content + clipboard.text().encode()
        clipboard.clear()

    def copy_messages(self) -> None:
        """Copy the details of each message that is shown, and close it."""
        bar = self.window.messages
        copy, close = (_button(bar, words) for words in ("Copy Details", "Close"))
        while bar.sentence:
            if not copy.isHidden():
                copy.click()
                self.take(f"message {bar.sentence}")
            close.click()

    def copy_connection(self) -> None:
        """Copy how the chosen cluster is reached, by the button and by hand."""
        self.window.actions_[Command.CONNECTION].trigger()
        dialog = self.window.findChildren(ConnectionDetails)[-1]
        dialog.copy.click()
        self.take(f"connection {dialog.windowTitle()}")
        dialog.facts.selectAll()
        dialog.facts.copy()
        self.take(f"facts {dialog.windowTitle()}")
        dialog.close()

    def export(self, path: Path) -> None:
        """Answer the question for a file that is open, and wait for it."""
        (dialog,) = [each for each in self.window.findChildren(QFileDialog) if each.isVisible()]
        dialog.fileSelected.emit(str(path))
        dialog.close()
        self.bot.waitUntil(path.exists, timeout=60_000)


def _button(within: QWidget, words: str) -> QPushButton:
    return next(each for each in within.findChildren(QPushButton) if each.text().replace("&", "") == words)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with canaries(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def visit(scene: Scene, qtbot: QtBot) -> Iterator[Visit]:
    settings, pool, engine = Settings(), TaskPool("test"), TaskPool("engine", workers=1)
    catalog = Catalog(settings)
    sessions = Sessions(allows=partial(ask, Consents(settings)))
    context = UiContext(TaskRunner(pool), Messages(), settings, catalog, sessions, TaskRunner(engine))
    window = MainWindow(context)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: len(list(window.clusters.tree.clusters())) == 13, timeout=60_000)
    yield Visit(window, settings, qtbot)
    window.pump.stop()
    assert sessions.close_all(20)
    assert pool.cancel_all(5)
    assert engine.cancel_all(5)
    settings.flush()


@pytest.mark.timeout(300)
def test_no_secret_is_copied_exported_kept_or_logged(
    scene: Scene, visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    log = Log()
    logging.getLogger().addHandler(log)
    exports = tmp_path / "exports"
    exports.mkdir()
    try:
        _open_all(visit)
        _use_one(visit, exports)
        _fail_in_one(visit, monkeypatch)
    finally:
        logging.getLogger().removeHandler(log)
        caplog.clear()
    assert any(CANARY in message.sentence for message in visit.said)  # people are shown what programs say
    visit.settings.flush()
    kept = scene.kept([exports])
    exported = {name.rpartition(".")[2]: content for name, content in kept.items() if name.startswith(str(exports))}
    assert b"kind: NetworkPolicy" in exported["yaml"]
    assert exported["png"].startswith(b"\x89PNG")
    assert b"<svg" in exported["svg"]
    assert b"source,destination" in exported["csv"]
    assert any("drafts" in name for name in kept)
    everything = {**visit.copied, **kept, "log": log.text().encode()}
    assert len(visit.copied) > 20
    assert scene.found(everything) == []


def _open_all(visit: Visit) -> None:
    """Open every context, and copy what is said of it."""
    window, sessions = visit.window, visit.window.context.sessions
    ends = {}
    for entry in [entry for entry in window.context.catalog.entries() if entry.source is Source.CONTEXT]:
        window.clusters.select_cluster(entry.id)
        session = sessions.get(entry)
        session.open()
        visit.bot.waitUntil(partial(_has_settled, session), timeout=60_000)
        window.pump.tick()
        ends[entry.title] = session.state.connection
        if session.state.error is not None:
            window.context.messages.error(session.state.error)
        visit.copy_messages()
        visit.copy_connection()
    assert {title for title, end in ends.items() if end is Connection.LIVE} == LIVE


def _has_settled(session: Session) -> bool:
    return session.state.connection not in BUSY


def _use_one(visit: Visit, exports: Path) -> None:
    """Copy and export what can be of one cluster, and leave a draft there."""
    window = visit.window
    entry = next(entry for entry in window.context.catalog.entries() if entry.title == "token")
    window.clusters.select_cluster(entry.id)
    window.pump.tick()
    visit.bot.waitUntil(lambda: window.policies.view.model().rowCount() == 2, timeout=60_000)
    window.policies.view.selectAll()
    window.policy_commands.enable()
    window.actions_[Command.COPY_NAME].trigger()
    visit.take("names")
    window.actions_[Command.EXPORT].trigger()
    visit.export(exports / "policies.yaml")
    window.views.setCurrentIndex(1)
    connections = window.views.connections
    visit.bot.waitUntil(lambda: connections.shown is not None, timeout=60_000)
    for kind in ("png", "svg", "csv"):
        connections.tools.export_asked.emit()
        visit.export(exports / f"connections.{kind}")
    window.views.setCurrentIndex(0)
    window.policies.view.selectRow(0)
    window.policy_commands.enable()
    window.actions_[Command.EDIT_YAML].trigger()
    visit.bot.waitUntil(lambda: bool(window.findChildren(PolicyWindow)), timeout=60_000)
    (editor,) = window.findChildren(PolicyWindow)
    edit = editor.page.pane.edit
    visit.bot.waitUntil(lambda: "podSelector" in edit.toPlainText(), timeout=60_000)
    edit.selectAll()
    edit.copy()
    visit.take("yaml")
    edit.appendPlainText("# further")
    drafts = data_dir() / "drafts"
    visit.bot.waitUntil(lambda: any("# further" in each.read_text() for each in drafts.glob("[!.]*")), timeout=60_000)
    editor.done(0)


def _fail_in_one(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a request fail by a fault of ours whose text holds all that was to be sent."""

    request = client.Rest.request

    def fail(rest: client.Rest, method: str, url: str, *, headers: Any, **more: Any) -> object:
        if "/networkpolicies/" in url:  # what is asked in the background goes on
            raise RuntimeError(f"cannot send {dict(headers)}")
        return request(rest, method, url, headers=headers, **more)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(client.Rest, "request", fail)
    before = len(visit.said)
    visit.window.actions_[Command.EDIT_YAML].trigger()
    visit.bot.waitUntil(lambda: len(visit.said) > before, timeout=60_000)
    visit.copy_messages()
    assert b"RuntimeError" in visit.copied[list(visit.copied)[-1]]
    try:
        raise BulkheadError("unexpected", exception="x") from RuntimeError(CANARY)
    except BulkheadError as error:
        visit.window.context.messages.fault(error)
    visit.copy_messages()
