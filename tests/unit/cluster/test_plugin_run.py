"""A sign-in program runs alone: no shell, no input, not for ever, and nothing of it is left when it is cancelled."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster import plugin_answer, plugin_run
from desktop.cluster.identity import Fetched
from desktop.cluster.plugin import Plugin
from desktop.errors import Cancelled, SignInFailed
from tests.helpers.sign_in_program import VERSION, Program, program
from tests.helpers.waiting import eventually


def plugin(made: Program, *arguments: str, **variables: str) -> Plugin:
    path, first = made.started
    search_path = os.environ.get("PATH", os.defpath)
    return Plugin("login", path, (*first, *arguments), tuple(variables.items()), made.path, VERSION, search_path)


def run(made: Program, *arguments: str, heard: list[str] | None = None, token: CancelToken | None = None) -> bytes:
    hear = heard.append if heard is not None else lambda _: None
    return plugin_run.run(plugin(made, *arguments, MINE="mine"), token or CancelToken(), hear)


def failure(made: Program) -> SignInFailed:
    with pytest.raises(SignInFailed) as caught:
        run(made)
    return caught.value


def test_it_gets_its_arguments_untouched_no_input_and_our_folder(tmp_path: Path) -> None:
    made = program(tmp_path)
    odd = ["", " ", "a b", "$HOME", "`id`", ";${IFS}touch x", "*", "'\"", "é"]
    run(made, *odd)
    (seen,) = made.runs
    assert seen["arguments"] == odd
    assert seen["input"] in (os.devnull, "")
    assert seen["folder"] == str(Path.cwd())
    environment = seen["environment"]
    assert isinstance(environment, dict)
    assert environment["MINE"] == "mine"
    assert made.told() == {"apiVersion": VERSION, "kind": "ExecCredential", "spec": {"interactive": False}}


def test_it_never_has_our_terminal(tmp_path: Path) -> None:
    is_alone = "os.getsid(0) == os.getpid()"
    if sys.platform == "win32":
        is_alone = "not __import__('ctypes').windll.kernel32.GetConsoleWindow()"
    made = program(tmp_path, f"note('alone', [{is_alone}]); answer(token='t')")
    run(made)
    assert (tmp_path / "alone").read_text() == "[true]\n"
    assert made.runs


def test_what_it_says_is_heard_as_it_comes_and_told_with_its_failure_but_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    heard: list[str] = []
    made = program(tmp_path, "print('go to CANARY', file=sys.stderr); print(file=sys.stderr); sys.exit(3)")
    with pytest.raises(SignInFailed) as caught:
        run(made, heard=heard)
    error = caught.value
    assert heard == ["go to CANARY"]
    assert (error.code, error.facts["status"], error.said) == ("plugin.failed", 3, "go to CANARY")
    assert "CANARY" not in f"{error}{error!r}{error.args}{caplog.text}"


def test_what_it_says_is_heard_while_it_still_runs(tmp_path: Path) -> None:
    made = program(tmp_path, "print('enter the code', file=sys.stderr, flush=True); time.sleep(60)")
    token, heard = CancelToken(), threading.Event()
    thread = threading.Thread(target=run_until_cancelled, args=(made, token, heard.set))
    thread.start()
    assert heard.wait(20)
    token.cancel()
    thread.join(20)
    assert not thread.is_alive()


def run_until_cancelled(made: Program, token: CancelToken, hear: Callable[[], None] = lambda: None) -> None:
    with pytest.raises(Cancelled):
        plugin_run.run(plugin(made), token, lambda _: hear())


def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    made = program(tmp_path)
    made.path.write_text("#!/no/such/interpreter\n")
    broken = replace(plugin(made), path=made.path.rename(tmp_path / "login.exe"), arguments=())
    with pytest.raises(SignInFailed) as caught:
        plugin_run.run(broken, CancelToken(), lambda _: None)
    assert caught.value.code == "plugin.not-started"


def test_too_long_an_answer_is_refused_and_much_talk_does_no_harm(tmp_path: Path) -> None:
    assert failure(program(tmp_path, "print('x' * (1 << 21))")).code == "plugin.answer-too-long"
    made = program(tmp_path, "sys.stderr.write('word ' * 500_000); sys.stderr.flush(); answer(token='t')")
    assert b'"token": "t"' in run(made)


def is_running(pid: int) -> bool:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        handle, code = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid), ctypes.c_ulong()
        is_there = handle and ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(handle)
        return bool(is_there) and code.value == 259  # STILL_ACTIVE
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


_WITH_CHILD = """
import subprocess
child = subprocess.Popen([sys.executable, "-IS", "-c", "import time; time.sleep(60)"])
note("pids", [os.getpid(), child.pid])
child.wait()
"""


def pids(folder: Path) -> list[int]:
    text = (folder / "pids").read_text() if (folder / "pids").exists() else ""
    return [int(word) for word in text.strip("[]\n").split(",")] if text.endswith("\n") else []


def test_to_cancel_ends_it_and_what_it_started(tmp_path: Path) -> None:
    made, token = program(tmp_path, _WITH_CHILD), CancelToken()
    thread = threading.Thread(target=run_until_cancelled, args=(made, token))
    thread.start()
    eventually(lambda: len(pids(tmp_path)) == 2)
    started = time.monotonic()
    token.cancel()
    thread.join(20)
    assert time.monotonic() - started < 5
    eventually(lambda: not any(is_running(pid) for pid in pids(tmp_path)))


class Clock:
    """The time, which a test can let pass."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.passed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(plugin_run, "time", clock)
    return clock


def test_after_its_time_it_is_ended_with_what_it_started(tmp_path: Path, clock: Clock) -> None:
    made, caught = program(tmp_path, _WITH_CHILD), []

    def wait() -> None:
        with pytest.raises(SignInFailed) as error:
            run(made)
        caught.append(error.value)

    thread = threading.Thread(target=wait)
    thread.start()
    eventually(lambda: len(pids(tmp_path)) == 2)
    clock.passed = plugin_run.LIMIT
    thread.join(20)
    assert [(error.code, error.facts["limit"]) for error in caught] == [("plugin.timeout", 60)]
    eventually(lambda: not any(is_running(pid) for pid in pids(tmp_path)))


def test_a_program_that_asks_a_person_has_more_time(tmp_path: Path, clock: Clock) -> None:
    made = program(
        tmp_path, "print('open your browser', file=sys.stderr, flush=True); time.sleep(0.5); answer(token='t')"
    )

    def hear(_: str) -> None:
        clock.passed = plugin_run.LIMIT_ASKING - 60

    assert b"token" in plugin_run.run(plugin(made), CancelToken(), hear)


def test_a_child_that_stays_does_not_hold_the_answer_back(tmp_path: Path) -> None:
    made = program(
        tmp_path,
        "import subprocess\nchild = subprocess.Popen([sys.executable, '-IS', '-c', 'import time; time.sleep(30)'])\n"
        "note('pids', [child.pid])\nanswer(token='t')",
    )
    assert b"token" in run(made)
    os.kill(pids(tmp_path)[0], signal.SIGTERM)


# --- what it answers -------------------------------------------------------------------------------------------------


def read(made: Program) -> Fetched:
    return plugin_answer.read(run(made), plugin(made))


def test_a_token_a_certificate_and_the_end_of_both_are_read(tmp_path: Path) -> None:
    got = read(program(tmp_path, "answer(token='abc', expirationTimestamp='2026-11-27T10:00:00.5+01:00')"))
    assert got.identity.authorization == "Bearer abc"
    assert got.until == datetime(2026, 11, 27, 9, 0, 0, 500_000, tzinfo=UTC)
    got = read(program(tmp_path, "answer(clientCertificateData='crt', clientKeyData='key', expirationTimestamp=None)"))
    assert (got.identity.authorization, got.identity.certificate, got.identity.key) == ("", b"crt", b"key")
    assert got.until is None


YAML = f"""# made by hand
apiVersion: {VERSION}
kind: ExecCredential
status:
  token: abc
  expirationTimestamp: 2026-11-27T10:00:00Z
"""


@pytest.mark.parametrize(
    "body",
    [
        "answer(token='abc', expirationTimestamp='2026-11-27T10:00:00Z', kind=None)",
        "sys.stdout.write('\\ufeff'); answer(token='abc', expirationTimestamp='2026-11-27T10:00:00Z')",
        f"print({YAML!r})",
    ],
    ids=["no kind", "a byte order mark", "YAML"],
)
def test_what_kubectl_takes_for_an_answer_is_one(body: str, tmp_path: Path) -> None:
    got = read(program(tmp_path, body))
    assert (got.identity.authorization, got.until) == ("Bearer abc", datetime(2026, 11, 27, 10, tzinfo=UTC))


ANSWERS = {
    "print('Bearer CANARY')": "plugin.answer-unreadable",
    "pass": "plugin.answer-unreadable",
    "print('[' * 100_000)": "plugin.answer-unreadable",
    'sys.stdout.buffer.write(b\'{"status": {"token": "\\xff"}}\')': "plugin.answer-unreadable",
    "answer(token=['CANARY'])": "plugin.answer-unreadable",
    "answer(token='CANARY\\nX: y')": "plugin.answer-unreadable",
    "answer(token='CANARY', expirationTimestamp='soon')": "plugin.answer-unreadable",
    "answer(token='CANARY', version='client.authentication.k8s.io/v1beta1')": "plugin.answer-of-other-version",
    "answer(token='CANARY', kind='Secret')": "plugin.answer-of-other-version",
    "answer()": "plugin.answer-empty",
    "answer(token='')": "plugin.answer-empty",
    "answer(clientCertificateData='CANARY')": "plugin.half-a-certificate",
    "answer(token='CANARY', clientKeyData='CANARY')": "plugin.half-a-certificate",
}


@pytest.mark.parametrize(("body", "code"), ANSWERS.items())
def test_an_answer_that_is_none_is_refused_and_not_shown(body: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(SignInFailed) as caught:
        read(program(tmp_path, body))
    assert caught.value.code == code
    assert "CANARY" not in f"{caught.value}{caught.value.__cause__}{caught.value.said}"
