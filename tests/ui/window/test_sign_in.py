"""Before a sign-in program runs for the first time, the user sees what it is and says so; what it tells is shown."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QWidget

from desktop.cluster.notices import PluginEnded, PluginSays, ServerWarns
from desktop.cluster.plugin import Plugin
from desktop.errors import ConsentNeeded, SignInFailed
from desktop.policy.findings import Severity
from desktop.session.consents import Consents, program_of
from desktop.session.state import Connection, SessionState
from desktop.ui.actions import Command
from tests.helpers.sign_in_program import VERSION, kubeconfig, program
from tests.ui.window.conftest import Desk

PLUGIN = Plugin(
    "aws",
    Path("/usr/local/bin/aws"),
    ("eks", "get-token", "--cluster-name\u202e", "<b>prod</b>"),
    (("AWS_PROFILE", "SECRET-VALUE"),),
    Path("/home/me/.kube/config"),
    VERSION,
    "/usr/bin",
)
WAITING = SessionState(
    Connection.ERROR,
    error=ConsentNeeded(
        "plugin.consent-needed", program=PLUGIN, command="/usr/local/bin/aws", context="prod", file="/f"
    ),
)


def question(desk: Desk) -> QDialog | None:
    """The question that is open."""
    return next((dialog for dialog in desk.window.findChildren(QDialog) if dialog.isVisible()), None)


def texts(dialog: QDialog) -> str:
    shown = [label.text() for label in dialog.findChildren(QLabel)]
    return "\n".join([*shown, *(field.toPlainText() for field in dialog.findChildren(QPlainTextEdit))])


def texts_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_the_question_shows_all_that_would_run_and_no_value_of_a_variable(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", WAITING)
    dialog = question(desk)
    assert dialog is not None
    shown = texts(dialog)
    program, file = str(Path("/usr/local/bin/aws")), str(Path("/home/me/.kube/config"))
    for text in ("prod", program, "eks\nget-token\n", "AWS_PROFILE", file):
        assert text in shown
    assert "--cluster-name\\u202e\n<b>prod</b>" in shown
    assert "SECRET-VALUE" not in shown
    assert "Needs consent" in texts_of(desk.window.policies.headline)
    default = [button for button in dialog.findChildren(QPushButton) if button.isDefault()]
    assert default == [dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel)]  # type: ignore[union-attr]
    dialog.reject()


def test_to_let_it_run_is_remembered_and_goes_on(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", WAITING)
    dialog = question(desk)
    assert dialog is not None
    dialog.accept()
    desk.bot.waitUntil(lambda: desk.session("prod").asked == ["synchronize"])
    assert Consents(desk.settings).allows(PLUGIN)


def test_who_declines_is_not_asked_again_but_can_come_back_to_it(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", WAITING)
    first = question(desk)
    assert first is not None
    first.reject()
    desk.says("prod", WAITING)
    assert question(desk) is None
    assert not Consents(desk.settings).allows(PLUGIN)
    page = desk.window.policies.empty
    assert "/usr/local/bin/aws" in page.text
    page.button.click()
    again = question(desk)
    assert again is not None
    again.reject()


def test_a_program_that_waits_again_is_asked_about_once_and_another_one_anew(desk: Desk) -> None:
    desk.choose("prod")
    for _ in range(3):
        again = ConsentNeeded("plugin.consent-needed", program=PLUGIN, command="/usr/local/bin/aws")
        desk.says("prod", SessionState(Connection.ERROR, error=again))
        if (dialog := question(desk)) is not None:
            dialog.reject()
    assert question(desk) is None
    other = ConsentNeeded("plugin.consent-needed", program=replace(PLUGIN, arguments=("x",)), command="/b/aws")
    desk.says("prod", SessionState(Connection.ERROR, error=other))
    dialog = question(desk)
    assert dialog is not None
    dialog.reject()


def test_a_consent_can_be_looked_at_and_taken_back(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = program(tmp_path / "bin")
    path = kubeconfig(tmp_path / "signs-in", {"command": str(made.path), "args": ["get-token"]})
    monkeypatch.setenv("KUBECONFIG", str(path))
    desk.window.cluster_commands.reload()
    desk.bot.waitUntil(lambda: any(entry.title == "x" for entry in desk.window.clusters.tree.clusters()))
    consents = Consents(desk.settings)
    found = program_of(desk.entry("x"))
    assert found is not None
    consents.allow(found)
    desk.choose("x")
    action = desk.window.actions_[Command.SIGN_IN_PROGRAM]
    assert action.isEnabled()
    action.trigger()
    desk.bot.waitUntil(lambda: question(desk) is not None)
    dialog = question(desk)
    assert dialog is not None
    shown = texts(dialog)
    assert str(made.path) in shown
    assert "get-token" in shown
    assert f"since {datetime.now().astimezone():%Y-%m-%d}" in shown
    (default,) = [button for button in dialog.findChildren(QPushButton) if button.isDefault()]
    assert default.text().replace("&", "") == "Close"
    again = next(each for each in dialog.findChildren(QPushButton) if "Again" in each.text())
    again.click()
    desk.bot.waitUntil(lambda: not consents.allows(found))
    desk.bot.waitUntil(lambda: any("asked before" in message.sentence for message in desk.said))
    assert made.runs == []


def test_a_cluster_that_is_not_shown_asks_nothing(desk: Desk) -> None:
    desk.choose("stage")
    desk.says("prod", WAITING)
    assert question(desk) is None
    assert not desk.window.actions_[Command.SIGN_IN_PROGRAM].isEnabled()


def test_what_a_program_said_of_its_failure_is_shown_as_it_is(desk: Desk) -> None:
    desk.choose("prod")
    failed = SignInFailed("plugin.failed", command="/usr/bin/aws", status=1, said="<b>no</b>\nrun aws login")
    desk.says("prod", SessionState(Connection.ERROR, error=failed))
    assert "<b>no</b>\nrun aws login" in desk.window.policies.empty.text


def test_warnings_stay_until_they_are_closed_and_words_of_programs_until_they_end(desk: Desk) -> None:
    id_ = desk.entry("prod").id
    desk.sessions.notices.put(id_, PluginSays("aws", "open \x1b[1mhttps://x"))
    for _ in range(2):
        desk.sessions.notices.put(id_, ServerWarns("v1beta1 is old"))
    desk.window.pump.tick()
    assert [(message.severity, message.sentence) for message in desk.said] == [
        (Severity.INFO, "prod: aws says: open \\x1b[1mhttps://x"),
        (Severity.WARNING, "prod: the server warns: v1beta1 is old"),
    ]
    bar = desk.window.messages
    assert "1 more" in texts_of(bar)
    desk.bot.wait(5)
    desk.sessions.notices.put(id_, PluginEnded("aws"))
    desk.window.pump.tick()
    assert "v1beta1 is old" in texts_of(bar)
    assert "1 more" not in texts_of(bar)
