"""What the program leaves behind where something goes wrong says what and where, and holds no secret."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop import faults
from desktop.errors import Unreachable

_GUARDED = """
import os, signal, sys, threading
from desktop import faults
faults.guard()
secret = "CANARY" + "-0815"
def leak():
    raise ValueError(f"Authorization: Bearer {secret}")
"""


def run(code: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a program that has begun as ours do, in a shell that would let it dump its memory."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    shell = ["/bin/sh", "-c", 'ulimit -c unlimited 2>/dev/null; exec "$@"', "sh"] if os.name == "posix" else []
    return subprocess.run(
        [*shell, sys.executable, "-c", _GUARDED + code],
        cwd=folder,
        env=environment,
        capture_output=True,
        timeout=50,
        check=False,
    )


@pytest.mark.parametrize(
    "code",
    [
        "leak()",
        "try:\n    leak()\nexcept ValueError as error:\n    raise KeyError(secret) from error",
        "try:\n    leak()\nexcept ValueError:\n    raise KeyError(secret)",
        "thread = threading.Thread(target=leak); thread.start(); thread.join()",
        "class Thing:\n    def __del__(self):\n        leak()\nThing()",
    ],
    ids=["main", "cause", "context", "thread", "finalizer"],
)
def test_an_exception_that_nobody_caught_is_told_with_its_place_and_without_its_text(code: str, tmp_path: Path) -> None:
    said = run(code, tmp_path).stderr
    assert b"builtins.ValueError" in said
    assert b"<string>:" in said
    assert b"CANARY" not in said


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_crash_leaves_no_picture_of_the_memory_behind(tmp_path: Path) -> None:
    ended = run("os.kill(os.getpid(), signal.SIGSEGV)", tmp_path)
    assert ended.returncode == -signal.SIGSEGV
    assert list(tmp_path.iterdir()) == []
    assert ended.stderr == b""


@pytest.mark.skipif(os.name != "nt", reason="only Windows writes reports")
def test_a_crash_leaves_no_report_with_parts_of_the_memory_behind(tmp_path: Path) -> None:
    asked = run("import msvcrt; sys.exit(msvcrt.GetErrorMode() & msvcrt.SEM_NOGPFAULTERRORBOX)", tmp_path)
    assert asked.returncode != 0


def test_the_log_tells_an_exception_with_its_place_and_without_its_text() -> None:
    try:
        raise ValueError("CANARY")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, "it failed", (), (type(error), error, error.__traceback__)
        )
    written = faults.Formatter().format(record)
    assert written.startswith("it failed\nbuiltins.ValueError\n  ")
    assert "test_faults.py" in written
    assert "CANARY" not in written


def test_an_error_of_ours_is_told_with_its_facts_and_one_that_is_its_own_cause_once() -> None:
    error = Unreachable("unreachable.refused", host="prod")
    error.__cause__ = error
    assert list(faults.lines(error)) == ["desktop.errors.Unreachable: unreachable.refused host='prod'"]
