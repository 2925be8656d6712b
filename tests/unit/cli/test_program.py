"""The commands as programs of their system: its encodings, its signals, without a screen."""

import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from desktop import cli
from desktop.cluster.connection import connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.plugin import Plugin
from desktop.errors import ConsentNeeded
from desktop.session.consents import Consents
from desktop.session.settings import Settings
from tests.helpers.api_server import ApiServer
from tests.helpers.api_server.faults import Fault
from tests.helpers.api_server.faults import Kind as FaultKind
from tests.helpers.sign_in_program import Program, kubeconfig, program
from tests.unit.cli.manifests import GOOD, MISSPELT, Write

# On Windows


def test_files_and_programs_get_every_letter_whatever_the_encoding_of_the_system(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_WINDOWS", True)
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, "cp1252"))
    path = write("网络.yaml", MISSPELT)
    cli.main(["check", path])
    assert f"{path}:7:3" in output.getvalue().decode()


def test_without_a_word_of_the_environment_the_language_is_that_of_the_system(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cli, "_language_of_windows", lambda: "zh_CN")
    cli.main(["check", write("good.yaml", GOOD)])
    assert "个文件" in capsys.readouterr().out


def test_a_pipe_that_nobody_reads_is_no_fault(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_WINDOWS", True)
    monkeypatch.setattr(cli, "_NO_READER", (errno.EPIPE, errno.EINVAL))

    class Unread(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

        def fileno(self) -> int:
            return ends[1]

    ends = os.pipe()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(Unread(), write_through=True))
    try:
        assert cli.main(["check", write("good.yaml", GOOD)]) == 1
    finally:
        for end in ends:
            os.close(end)


# As a program


def run(*arguments: str, folder: Path) -> "subprocess.Popen[str]":
    """Start the program with PySide6 made unimportable, and Ctrl+C heard even if the tests run in the background."""
    (folder / "sitecustomize.py").write_text(
        "import signal, sys\nsys.modules['PySide6'] = None\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n",
        "utf-8",
    )
    return subprocess.Popen(
        [sys.executable, "-m", "desktop", *arguments],
        env={
            "PYTHONPATH": os.pathsep.join([str(folder), str(Path(cli.__file__).parents[2])]),
            "PATH": "",
            "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
        },
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("command", [("check",), ("sync", "--folder")])
def test_commands_run_without_qt(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "good.yaml").write_text(GOOD, "utf-8")
    program = run(*command, str(tmp_path / "manifests"), folder=tmp_path)
    output, trouble = program.communicate(timeout=30)
    assert (program.returncode, trouble) == (0, "")
    assert "1 policy" in output or "Network policies: 1" in output


def test_a_reader_that_goes_away_early_is_no_fault(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.yaml").write_text(MISSPELT, "utf-8")
    program = run("check", str(tmp_path), folder=tmp_path)
    assert program.stdout
    assert program.stderr
    program.stdout.close()
    assert program.wait(30) == 1
    assert program.stderr.read() == ""
    program.stderr.close()


def test_a_live_cluster_is_listed(tmp_path: Path) -> None:
    with ApiServer() as server:
        server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        (tmp_path / "config").write_text(server.kubeconfig(), "utf-8")
        program = run("sync", "--context", "viewer", "--kubeconfig", "config", folder=tmp_path)
        output, trouble = program.communicate(timeout=30)
    assert (program.returncode, trouble) == (0, "")
    assert "Namespaces: 1 (" in output
    assert "Services: not permitted to list (" in output


@pytest.mark.skipif(os.name == "nt", reason="there Ctrl+C would be pressed for the tests as well")
def test_ctrl_c_ends_a_command_that_waits_for_a_server(tmp_path: Path) -> None:
    with ApiServer() as server:
        server.faults.add(Fault(FaultKind.BLACK_HOLE, path="/version"))
        (tmp_path / "config").write_text(server.kubeconfig(), "utf-8")
        program = run("sync", "--context", "viewer", "--kubeconfig", "config", folder=tmp_path)
        while not server.seen:
            time.sleep(0.05)
        program.send_signal(signal.SIGINT)
        asked = time.monotonic()
        output, trouble = program.communicate(timeout=30)
    assert (program.returncode, output, trouble) == (130, "", "Cancelled.\n")
    assert time.monotonic() - asked < 5


def signing_in(folder: Path, server: ApiServer, body: str) -> tuple[Program, list[str]]:
    """Make a sign-in program and the arguments of a command that needs it."""
    made = program(folder / "bin", body)
    cluster = yaml.safe_load(server.kubeconfig())["clusters"][0]["cluster"]
    path = kubeconfig(folder / "config", {"command": str(made.path)}, **cluster)
    return made, ["sync", "--kubeconfig", str(path), "--context", "x"]


def test_a_sign_in_program_runs_only_where_the_user_let_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ApiServer() as server:
        token = server.access.tokens["admin"]
        made, command = signing_in(
            tmp_path, server, f"print('enter the code', file=sys.stderr); answer(token={token!r})"
        )
        assert cli.main(command) == 1
        refused = capsys.readouterr().err
        assert str(made.path) in refused
        assert "Open the cluster in the window once" in refused
        assert made.runs == []
        settings, read = Settings(), load([tmp_path / "config"])
        with pytest.raises(ConsentNeeded) as caught:
            connection(read, read.find("x"))
        assert isinstance(caught.value.program, Plugin)
        Consents(settings).allow(caught.value.program)
        settings.flush()
        assert cli.main(command) == 0
    told = capsys.readouterr()
    assert "Network policies: 0" in told.out
    assert "says: enter the code" in told.err
    assert len(made.runs) == 1


def test_what_a_sign_in_program_said_of_its_failure_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Consents, "allows", lambda _self, _plugin: True)
    with ApiServer() as server:
        _, command = signing_in(tmp_path, server, "print('run: company-login', file=sys.stderr); sys.exit(1)")
        assert cli.main(command) == 1
    assert capsys.readouterr().err.rstrip().endswith("run: company-login")
