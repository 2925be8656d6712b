"""The command ``bulkhead`` starts what it is asked for, and loads no more than that."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop import __main__, __version__

# Imports fail as they do where a system library of Qt is missing.
_WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "PySide6":
            raise ImportError({complaint!r})
sys.meta_path.insert(0, Missing())
from desktop.__main__ import main
sys.exit(main({arguments!r}))
"""


def run(*arguments: str, complaint: str) -> subprocess.CompletedProcess[str]:
    code = _WITHOUT.format(complaint=complaint, arguments=list(arguments))
    environment = {"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False, env=environment
    )


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        __main__.main(["--version"])
    assert (left.value.code, capsys.readouterr().out) == (0, f"bulkhead {__version__}\n")


def test_the_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        __main__.main(["--help"])
    said = capsys.readouterr().out
    assert all(word in said for word in ("sync", "check", "--smoke-test"))


def test_what_is_no_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        __main__.main(["--nonsense"])
    assert left.value.code == 2
    assert "--nonsense" in capsys.readouterr().err


def test_a_missing_system_library_is_told_in_one_sentence() -> None:
    ended = run(complaint="libEGL.so.1: cannot open shared object file: No such file or directory")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "apt-get install --yes " in ended.stderr
    assert "libegl1" in ended.stderr


def test_another_fault_on_the_way_in_is_not_hidden() -> None:
    ended = run(complaint="cannot import name 'x'")
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr


def test_the_commands_need_no_qt() -> None:
    ended = run("check", "--help", complaint="PySide6 must not be imported")
    assert ended.returncode == 0
    assert "check" in ended.stdout
