"""The commands without a screen say what is there and what is wrong, to people and to programs."""

import errno
import gettext
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop import cli, language
from desktop.cli import sources
from desktop.cluster.connection import connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.plugin import Plugin
from desktop.errors import ConsentNeeded, ServerError, Unreachable
from desktop.reach.objects import Kind, Namespace, Pod
from desktop.session.consents import Consents
from desktop.session.settings import Settings
from tests.helpers.api_server import ApiServer
from tests.helpers.api_server.faults import Fault
from tests.helpers.api_server.faults import Kind as FaultKind
from tests.helpers.fake_gateway import FakeGateway
from tests.helpers.sign_in_program import Program, kubeconfig, program

GOOD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: good
spec:
  podSelector: {}
"""
MISSPELT = GOOD + "  ingres: []\n"
SCTP = GOOD + "  ingress:\n  - ports:\n    - protocol: SCTP\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"

Write = Callable[[str, str], str]


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_catalogue", gettext.NullTranslations())
    monkeypatch.setenv("LANGUAGE", "en")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path."""

    def to(name: str, text: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return str(path)

    return to


# check


def test_a_good_file_is_counted_and_nothing_else_is_said(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", write("good.yaml", GOOD)]) == 0
    assert capsys.readouterr().out == "1 file, 1 policy: 0 errors, 0 warnings\n"


def test_an_error_is_told_with_its_place_and_fails(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("bad.yaml", MISSPELT)
    assert cli.main(["check", path]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{path}:7:3: error: There is no field “ingres” here. Did you mean ingress? [field.unknown]",
        "1 file, 1 policy: 1 error, 0 warnings",
    ]


def test_programs_get_every_finding_as_an_object(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("bad.yaml", MISSPELT)
    assert cli.main(["check", "-o", "json", path]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "path": path,
            "line": 7,
            "column": 3,
            "end_line": 7,
            "end_column": 9,
            "severity": "error",
            "code": "field.unknown",
            "field": "spec.ingres",
            "message": "There is no field “ingres” here. Did you mean ingress?",
            "reason": "",
            "fix": "",
        }
    ]


def test_no_finding_is_an_empty_list_to_programs(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "-o", "json", write("good.yaml", GOOD)]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_a_profile_lacks_is_a_warning_that_does_not_fail(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("sctp.yaml", SCTP)
    assert cli.main(["check", path]) == 0
    assert "0 warnings" in capsys.readouterr().out
    assert cli.main(["check", "--profile", "cce-tunnel", path]) == 0
    said = capsys.readouterr().out
    assert f"{path}:9:17: warning: Rules for SCTP have no effect on this cluster" in said
    assert "[limit.sctp]" in said


def test_standard_input_is_checked_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MISSPELT.encode())))
    assert cli.main(["check", "-"]) == 1
    assert capsys.readouterr().out.startswith("-:7:3: error: ")


def test_a_folder_is_searched_for_manifests_and_other_objects_are_no_errors(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write("deep/down/bad.yml", MISSPELT)
    write(
        "good.json",
        '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a","namespace":"b"}}',
    )
    write("web.yaml", DEPLOYMENT)
    write("values.yaml", "replicas: 3\n")
    write("notes.txt", "::: not YAML")
    write(".git/hidden.yaml", "::: not YAML")
    assert cli.main(["check", str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0].rsplit(":", 2)[0] for line in said[:-1]] == [bad]
    assert said[-1] == "4 files, 2 policies: 1 error, 0 warnings"


def test_a_template_in_a_folder_is_a_warning_and_a_named_one_an_error(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("chart/policy.yaml", GOOD + "  ingress: {{ .Values.ingress }}\n  x: {{ nothing\n")
    assert cli.main(["check", str(tmp_path)]) == 0
    assert ": warning: This file is a template" in capsys.readouterr().out
    assert cli.main(["check", path]) == 1


def test_a_named_file_without_a_policy_is_an_error(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", write("web.yaml", DEPLOYMENT)]) == 1
    assert "Deployment web is no NetworkPolicy" in capsys.readouterr().out


PEERED = GOOD + "  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: web}}\n"
CLOSED = GOOD.replace("name: good", "name: closed") + "  policyTypes: [Egress]\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: db, labels: {app: db}}\nspec: {containers: []}\n"


def test_what_is_true_of_every_policy_is_said_once(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = write("one.yaml", PEERED), write("two.yaml", PEERED.replace("good", "other"))
    assert cli.main(["check", one, two, "--profile", "flannel"]) == 0
    said = capsys.readouterr().out
    assert said.count("[limit.enforcement]") == said.count("[limit.cluster-ip]") == 1
    assert "profile flannel: warning: " in said
    assert said.rstrip().endswith("2 warnings")  # the policies are duplicates of each other


def test_of_files_alone_nothing_is_claimed_that_needs_the_pods(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "-o", "json", write("closed.yaml", CLOSED), write("peered.yaml", PEERED)]) == 0
    found = {each["code"]: each for each in json.loads(capsys.readouterr().out)}
    assert set(found) == {"advice.dns-cut-off", "limit.cluster-ip"}
    assert found["advice.dns-cut-off"]["severity"] == "info"
    assert found["advice.dns-cut-off"]["fix"] == "Allow DNS"
    assert "RFC 1035" in found["advice.dns-cut-off"]["reason"]


def test_a_folder_is_held_against_all_that_it_holds(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("closed.yaml", CLOSED)
    write("peered.yaml", PEERED)
    write("pod.yaml", POD)
    assert cli.main(["check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "warning: Some of these pods cannot resolve names" in said
    assert "[advice.peer-no-pods]" in said


def test_a_folder_without_pods_may_be_a_part_and_claims_nothing_of_them(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("peered.yaml", PEERED)
    assert cli.main(["check", str(tmp_path)]) == 0
    assert "advice." not in capsys.readouterr().out


def test_a_file_given_twice_is_checked_once(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("good.yaml", GOOD)
    assert cli.main(["check", path, path]) == 0
    assert capsys.readouterr().out.startswith("1 file, 1 policy")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xff\xff", "yaml.not-utf8"), (b"# \xc3\xa4\n" * 1_000_000, "yaml.too-large"), (b"a:\n\tb: 1\n", "yaml.tab")],
)
def test_a_file_that_is_no_yaml_is_an_error_in_it(
    tmp_path: Path, content: bytes, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    assert cli.main(["check", str(path)]) == 1
    assert f"[{code}]" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_does_not_hide_the_others(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    bad = write("bad.yaml", MISSPELT)
    assert cli.main(["check", "missing.yaml", bad]) == 1
    said = capsys.readouterr().out
    assert "missing.yaml:1:1: error: missing.yaml cannot be read: No such file or directory. [file.not-read]" in said
    assert f"{bad}:7:3" in said


def test_a_hostile_file_name_is_shown_plain(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\u202e" if os.name == "nt" else "a\u202e\x1b"  # on Windows no file has a name with the second
    cli.main(["check", write(f"{name}.yaml", MISSPELT)])
    said = capsys.readouterr().out
    assert f"{ascii(name)[1:-1]}.yaml:7:3" in said
    assert not {"\u202e", "\x1b"} & set(said)


# sync


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """Give the cluster that ``sync`` finds, of two kinds only."""
    fake = FakeGateway(Namespace("shop"), Pod("shop", "a"), Pod("shop", "b"))
    fake.kinds = (Kind.NAMESPACE, Kind.POD, Kind.NETWORK_POLICY)
    monkeypatch.setattr(sources, "open_gateway", lambda *_: fake)
    return fake


def synced(capsys: pytest.CaptureFixture[str]) -> Any:
    values = json.loads(capsys.readouterr().out)
    assert all(each.pop("seconds") >= 0 for each in values["kinds"])
    return values


def test_every_kind_is_counted_and_timed(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sync", "--context", "prod"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == "prod: version v1.31.0"
    assert [line.rpartition(" (")[0] for line in lines[1:-1]] == ["Namespaces: 1", "Pods: 2", "Network policies: 0"]
    assert lines[-1].startswith("Together: ")
    assert said.err == ""
    assert gateway.closed


def test_programs_get_counts_and_seconds(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sync", "--context", "prod", "-o", "json"]) == 0
    values = synced(capsys)
    assert values.pop("seconds") >= 0
    assert values == {
        "cluster": "prod",
        "version": "v1.31.0",
        "kinds": [
            {"kind": "Namespace", "coverage": "complete", "count": 1, "error": None},
            {"kind": "Pod", "coverage": "complete", "count": 2, "error": None},
            {"kind": "NetworkPolicy", "coverage": "complete", "count": 0, "error": None},
        ],
    }


def test_rare_kinds_are_told_only_where_there_are_any_or_may_be(
    gateway: FakeGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.kinds = (Kind.NETWORK_POLICY, Kind.CLUSTER_NETWORK_POLICY, Kind.CILIUM_NETWORK_POLICY)
    gateway.denied.add((Kind.CILIUM_NETWORK_POLICY, None))
    assert cli.main(["sync", "--context", "prod"]) == 0
    said = capsys.readouterr().out
    assert "Cluster network policies" not in said
    assert "Cilium network policies: not permitted to list" in said


def test_what_may_not_be_listed_is_not_told_as_none(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    gateway.denied.add((Kind.POD, None))
    assert cli.main(["sync", "--context", "prod"]) == 0
    assert "Pods: not permitted to list" in capsys.readouterr().out
    assert cli.main(["sync", "--context", "prod", "-o", "json"]) == 0
    assert synced(capsys)["kinds"][1] == {"kind": "Pod", "coverage": "forbidden", "count": None, "error": None}


def test_policies_that_may_not_be_listed_fail(gateway: FakeGateway) -> None:
    gateway.denied.add((Kind.NETWORK_POLICY, None))
    assert cli.main(["sync", "--context", "prod"]) == 1


def test_a_kind_that_cannot_be_listed_fails_but_hides_no_other(
    gateway: FakeGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.failures[Kind.POD] = ServerError("api.server-error", status=500, message="etcd")
    assert cli.main(["sync", "--context", "prod", "-o", "json"]) == 1
    kinds = synced(capsys)["kinds"]
    assert kinds[1] == {
        "kind": "Pod",
        "coverage": "unknown",
        "count": None,
        "error": "The server failed (500): etcd",
    }
    assert kinds[2]["coverage"] == "complete"


def test_a_server_that_is_not_there_is_told_once(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    gateway.version_failures.append(Unreachable("unreachable.refused", host="10.0.0.1", port=6443))
    assert cli.main(["sync", "--context", "prod"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Error: 10.0.0.1:6443 refuses connections.\n")
    assert gateway.closed


def test_progress_is_shown_on_a_terminal_and_wiped_away(gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert cli.main(["sync", "--context", "prod"]) == 0
    assert "Pods: 2 of 2" in terminal.getvalue()
    assert terminal.getvalue().rpartition("\r")[0].endswith("  ")  # the last is blanked out
    assert "\x1b" not in terminal.getvalue()


def test_an_unknown_context_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sync", "--context", "nowhere"]) == 1
    assert capsys.readouterr().err == "Error: There is no context called nowhere.\n"


@pytest.mark.parametrize("wrong", [["sync"], ["sync", "--context", "a", "--folder", "b"], ["check"], ["frobnicate"]])
def test_wrong_usage_exits_with_two(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(wrong)
    assert left.value.code == 2


def test_an_interrupt_cancels_what_is_under_way(gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    gateway.held[Kind.NAMESPACE] = threading.Event()  # it would wait for 30 s
    monkeypatch.setattr(sources, "wait", interrupted)
    assert cli.main(["sync", "--context", "prod"]) == 130
    assert gateway.closed


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
