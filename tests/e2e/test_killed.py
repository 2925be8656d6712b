"""A program that is killed has lost at most two seconds of what was typed, readable or not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.policy.objects import Direction
from desktop.ui.editor.drafts import pending_drafts
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.view_switch import View
from tests.helpers.writing import WritingDesk

ROOT = Path(__file__).parents[2]
MOST_LOST_S = 2.0


@pytest.fixture
def desk(qapp: object) -> Iterator[WritingDesk]:
    desk = WritingDesk()
    yield desk
    desk.close()


@pytest.mark.parametrize("ports", ["6379", "8000-80x"], ids=["readable", "not readable yet"])
def test_what_was_typed_two_seconds_before_a_kill_is_in_the_form_again(
    qtbot: QtBot, desk: WritingDesk, ports: str
) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.typing_program", "access-demo1", ports],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "typed\n"
    time.sleep(MOST_LOST_S)
    program.send_signal(signal.SIGKILL)
    program.communicate(timeout=10)
    (draft,) = pending_drafts().drafts
    dialog = PolicyWindow.restore(desk.context, desk.session, draft)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.page.form.link.current is not None)
    form = dialog.page.form.form
    assert dialog.page.view is View.FORM
    assert form.basics.name.text() == "access-demo1"
    form.steps.go_to(Step.INBOUND)
    body = form.directions[Direction.INGRESS].cards[0].body
    assert body is not None
    assert body.ports.rows[0].text.text() == ports
    assert bool(dialog.page.form.missing) == (ports != "6379")
    dialog.done(0)
    delete(dialog)
