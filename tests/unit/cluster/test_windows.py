"""What is done on Windows only, as far as that can be held elsewhere: what is decided, not what the system does."""

import locale
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster import kubeconfig, login_shell, named_files, places, plugin, plugin_run
from desktop.cluster.plugin import Plugin
from desktop.errors import FileError, SignInFailed
from tests.helpers.sign_in_program import VERSION, program


@pytest.fixture(autouse=True)
def _windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (places, plugin, plugin_run, named_files):
        monkeypatch.setattr(module, "_WINDOWS", True)


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Path]:
    def made(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        path.chmod(0o755)
        return path

    return made


def test_a_program_is_found_with_the_endings_that_programs_have(
    tmp_path: Path, make: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PATHEXT", raising=False)
    make("a/aws")  # for another system
    exe = make("a/aws.exe")
    tool = make("b/tool.v2.cmd")
    path = f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}"
    assert plugin.find("aws", tmp_path, path) == exe
    assert plugin.find("aws.exe", tmp_path, path) == exe
    assert plugin.find("tool.v2", tmp_path, path) == tool
    assert plugin.find("./a/aws", tmp_path, "") == exe
    monkeypatch.setenv("PATHEXT", ";PY;.EXE")
    script = make("a/gcp.py")
    assert plugin.find("gcp", tmp_path, path) == script
    assert plugin.find("tool.v2", tmp_path, path) is None


def test_a_place_on_the_path_may_stand_in_quotes(tmp_path: Path, make: Callable[[str], Path]) -> None:
    exe = make("with space/aws.exe")
    assert plugin.find("aws", tmp_path, f'"{tmp_path / "with space"}"') == exe


def test_the_list_of_kubeconfigs_may_quote_what_holds_a_separator(monkeypatch: pytest.MonkeyPatch) -> None:
    separator = os.pathsep
    monkeypatch.setenv("KUBECONFIG", f'one{separator}"tw{separator}o"/x{separator}{separator}"three"{separator}"four')
    assert kubeconfig.default_paths() == (Path("one"), Path(f"tw{separator}o/x"), Path("three"), Path("four"))


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three places that Windows' variables name as the user's home."""
    for name, value in (("HOME", "own"), ("USERPROFILE", "profile"), ("HOMEPATH", "network")):
        (tmp_path / value).mkdir()
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setenv("HOMEDRIVE", str(tmp_path)[:2])
    monkeypatch.setenv("HOMEPATH", str(tmp_path / "network")[2:])
    return tmp_path


def _with_kubeconfig(folder: Path) -> Path:
    (folder / ".kube").mkdir()
    (folder / ".kube" / "config").write_text("")
    return folder


def test_home_is_the_first_that_has_a_kubeconfig_as_for_kubectl(homes: Path) -> None:
    for name in ("profile", "network", "own"):  # from the last to the first
        found = _with_kubeconfig(homes / name)
        assert kubeconfig.default_paths() == (found / ".kube" / "config",)


def test_without_a_kubeconfig_home_is_the_first_that_can_be_written_to(
    homes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert places.home() == homes / "own"
    (homes / "own").rmdir()
    assert places.home() == homes / "profile"
    mode = places._mode
    monkeypatch.setattr(places, "_mode", lambda path: mode(path) & ~(stat.S_IWUSR if path.name == "profile" else 0))
    assert places.home() == homes / "network"
    (homes / "network").rmdir()
    assert places.home() == homes / "profile"  # it is at least there
    (homes / "profile").rmdir()
    assert places.home() == homes / "own"
    for name in ("HOME", "USERPROFILE", "HOMEDRIVE"):
        monkeypatch.delenv(name)
    assert places.home() == Path()


@pytest.mark.parametrize(
    "name", ["NUL", "con", "a\\COM1", "b/lpt9.txt", "AUX.crt", "com²", "CONIN$", "nul ", "NUL:stream", "prn .pem"]
)
def test_a_device_is_no_file_of_a_kubeconfig(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        named_files.resolve(tmp_path, name)
    assert caught.value.code == "file.not-ordinary"


@pytest.mark.parametrize("name", ["null", "console.crt", "com10", "a/nul-ca.pem", "lpt", "C:\\certs\\ca.pem"])
def test_a_name_that_only_resembles_a_device_is_a_file(name: str, tmp_path: Path) -> None:
    assert named_files.resolve(tmp_path, name) == tmp_path / name


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done with jobs, of which there are none elsewhere; here they end nothing."""
    done: list[str] = []

    class Job:
        def __init__(self, pid: int) -> None:
            assert pid
            done.append("made")

        def end(self) -> None:
            done.append("ended")

        def close(self) -> None:
            done.append("closed")

    monkeypatch.setattr(plugin_run, "Job", Job)
    return done


@pytest.mark.usefixtures("jobs")
def test_a_variable_replaces_the_one_of_the_same_name_however_it_is_written(tmp_path: Path) -> None:
    made = program(tmp_path)
    asked = Plugin("x", *made.started, (("Path", "/mine"), ("home", "/h")), tmp_path / "config", VERSION, "/usr/bin")
    plugin_run.run(asked, CancelToken(), lambda _: None)
    environment = made.runs[0]["environment"]
    assert isinstance(environment, dict)
    assert (environment["PATH"], environment["HOME"]) == ("/mine", "/h")
    assert not {"Path", "home"} & environment.keys()


def test_a_program_that_takes_too_long_goes_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: list[str]
) -> None:
    monkeypatch.setattr(plugin_run, "LIMIT", 0.3)
    made = program(tmp_path, "time.sleep(60)")
    asked = Plugin("x", *made.started, (), tmp_path / "config", VERSION, "/usr/bin")
    with pytest.raises(SignInFailed) as caught:  # and the program itself goes also where it got no job
        plugin_run.run(asked, CancelToken(), lambda _: None)
    assert caught.value.code == "plugin.timeout"
    assert jobs == ["made", "ended", "closed"]


@pytest.mark.usefixtures("jobs")
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_what_a_program_says_in_the_encoding_of_the_system_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(locale, "getpreferredencoding", lambda **_: "gbk")
    made = program(tmp_path, f"sys.stderr.buffer.write({'请登录'.encode(encoding)!r}); answer(token='t')")
    asked = Plugin("x", *made.started, (), tmp_path / "config", VERSION, "/usr/bin")
    heard: list[str] = []
    plugin_run.run(asked, CancelToken(), heard.append)
    assert heard == ["请登录"]


def test_what_a_program_left_behind_goes_on_when_it_has_ended(tmp_path: Path, jobs: list[str]) -> None:
    made = program(tmp_path)
    asked = Plugin("x", *made.started, (), tmp_path / "config", VERSION, "/usr/bin")
    plugin_run.run(asked, CancelToken(), lambda _: None)
    assert jobs == ["made", "closed"]


def test_no_login_shell_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(login_shell, "_WINDOWS", True)
    assert not login_shell.is_from_desktop()
