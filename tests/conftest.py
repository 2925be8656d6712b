"""What holds for every test: no surprise in the log, no file of the user touched, no network but loopback."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from desktop import faults
from tests.helpers.token_mark import TOKEN_MARK

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
"""How long an example takes is for the benchmarks: on a busy machine it says nothing."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test its own home, so that no test reads or writes the user's files or kubeconfig."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE"):  # the second is the one of Windows
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("BULKHEAD_HOME", str(home / "bulkhead"))
    for name in ("KUBECONFIG", "HOMEDRIVE", "HOMEPATH"):
        monkeypatch.delenv(name, raising=False)
    return home  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def _no_unexpected_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that leaves a warning or error in the log; a test that expects one calls ``caplog.clear()``."""
    yield
    for phase in ("setup", "call"):
        surprises = [
            record
            for record in caplog.get_records(phase)
            if record.levelno >= logging.WARNING and not record.name.startswith("hypothesis")
        ]
        assert not surprises, f"unexpected log records: {[r.getMessage() for r in surprises]}"


class _Listener(logging.Handler):
    """Notes the loggers that told a token."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(faults.Formatter())
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if TOKEN_MARK in self.format(logging.makeLogRecord({**record.__dict__, "exc_text": None})):
            self.told.append(record.name)


@pytest.fixture(autouse=True)
def _no_token_in_the_log() -> Iterator[None]:
    """Run each test at the lowest level of the log, and fail it where a token of the test server is told there."""
    root, listener = logging.getLogger(), _Listener()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    yield
    root.removeHandler(listener)
    root.setLevel(level)
    assert not listener.told
