"""No secret leaves memory: whatever a session is signed in with, it is in no log, no output and no file of ours."""

import logging
from functools import partial
from pathlib import Path

import pytest

from desktop.cluster.notices import PluginSays
from desktop.session.catalog import Catalog
from desktop.session.consents import Consents
from desktop.session.session import Session
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.state import Connection
from desktop.wording import errors
from tests.helpers.canaries import CANARY, LIVE, ask, canaries
from tests.helpers.waiting import eventually


def test_no_secret_is_in_a_log_an_output_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with canaries(tmp_path, monkeypatch) as scene:
        said = _run_all()
        assert [way for way, _, _ in scene.proxied.seen]
    assert CANARY in said.pop("heard")  # people are shown what the program says
    assert CANARY in said.pop("failure")
    ends = {name: end for name, end in said.items() if not name.startswith("error ")}
    assert {name for name, end in ends.items() if end == "live"} == LIVE
    output = capfd.readouterr()
    kept = scene.kept()
    assert kept
    texts = {"log": caplog.text, "output": output.out + output.err, "told": "\n".join(said.values())}
    caplog.clear()
    assert scene.found({**{name: text.encode() for name, text in texts.items()}, **kept}) == []


def _run_all() -> dict[str, str]:
    """Open every context as the window does; returns how each ended, what each said, and what was heard."""
    settings = Settings()
    catalog, consents = Catalog(settings), Consents(settings)
    catalog.reload()
    sessions = Sessions(allows=partial(ask, consents))
    said: dict[str, str] = {"failure": ""}
    entries = [entry for entry in catalog.entries() if entry.context]
    for entry in entries:
        sessions.get(entry).open()
    for entry in entries:
        session = sessions.get(entry)
        eventually(partial(_has_settled, session), 30)
        state = session.state
        said[entry.title] = state.connection.value
        said[f"error {entry.title}"] = f"{session!r}{state!r}{entry!r}"
        if state.error is not None:
            said[f"error {entry.title}"] += f"{state.error}{errors.sentence(state.error)}{errors.hint(state.error)}"
            said["failure"] += errors.said(state.error)
    heard = [notice.text for _, notice in sessions.notices.take() if isinstance(notice, PluginSays)]
    said["heard"] = "\n".join(heard)
    assert sessions.close_all(20)
    settings.flush()
    return said


def _has_settled(session: Session) -> bool:
    return session.state.connection not in {Connection.IDLE, Connection.CONNECTING, Connection.SYNCHRONIZING}
