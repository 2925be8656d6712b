"""What a kubeconfig asks to be run is found as kubectl finds it, shown whole, and not run before the user says so."""

import base64
import os
import subprocess
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster import login_shell, plugin, plugin_policy, plugin_run
from desktop.cluster.connection import Connection, connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.plugin import Plugin
from desktop.errors import BulkheadError, ConfigError, ConsentNeeded, FileError
from tests.helpers import kubectl
from tests.helpers.sign_in_program import VERSION, kubeconfig, program


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without preferences."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUBERC", raising=False)
    monkeypatch.delenv("KUBECTL_KUBERC", raising=False)
    (tmp_path / "home" / ".kube").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    login_shell.search_path.cache_clear()
    return tmp_path / "home"


def connect(path: Path, *, allowed: bool = True) -> Connection:
    config = load([path])
    return connection(config, config.contexts[0], allows=lambda _: allowed)


def found(path: Path) -> Plugin:
    wanted = connect(path).plugin
    assert wanted is not None
    return wanted


def refused(path: Path) -> BulkheadError:
    with pytest.raises((ConfigError, FileError)) as caught:
        connect(path)
    return caught.value


def test_nothing_runs_before_the_user_lets_it(tmp_path: Path) -> None:
    made = program(tmp_path / "bin")
    path = kubeconfig(tmp_path / "config", {"command": "login", "args": ["--for", "a b"]})
    with pytest.raises(ConsentNeeded) as caught:
        connect(path, allowed=False)
    asked = caught.value.program
    assert isinstance(asked, Plugin)
    assert (asked.path, asked.arguments) == (made.path, ("--for", "a b"))
    assert caught.value.facts == {"command": str(made.path), "context": "x", "file": str(path)}
    connect(path)
    assert made.runs == []


def test_a_program_that_may_run_no_more_does_not_run_once_more(tmp_path: Path) -> None:
    made = program(tmp_path / "bin", "answer(token='a', expirationTimestamp='2020-01-01T00:00:00Z')")
    read = load([kubeconfig(tmp_path / "config", {"command": str(made.path)})])
    may = [True]
    signs_in = connection(read, read.find("x"), allows=lambda _: may[0])
    assert signs_in.source is not None
    identity = signs_in.source.get(CancelToken())
    may[0] = False
    signs_in.source.refused(identity)
    with pytest.raises(ConsentNeeded):
        signs_in.source.get(CancelToken())
    assert len(made.runs) == 1


def test_a_name_is_searched_on_the_path_and_one_with_a_slash_starts_at_its_kubeconfig(tmp_path: Path) -> None:
    on_path, beside = program(tmp_path / "bin"), program(tmp_path / "kube" / "own")
    assert found(kubeconfig(tmp_path / "kube" / "a", {"command": "login"})).path == on_path.path
    assert found(kubeconfig(tmp_path / "kube" / "b", {"command": "./own/login"})).path == beside.path
    assert found(kubeconfig(tmp_path / "kube" / "c", {"command": "../bin/login"})).path == on_path.path
    assert found(kubeconfig(tmp_path / "kube" / "d", {"command": str(beside.path)})).path == beside.path


def test_a_program_is_never_looked_for_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", "../here"]))
    login_shell.search_path.cache_clear()
    assert refused(kubeconfig(tmp_path / "config", {"command": "login"})).code == "plugin.not-found"


def test_a_missing_program_is_told_with_the_advice_of_the_kubeconfig(tmp_path: Path) -> None:
    error = refused(kubeconfig(tmp_path / "config", {"command": "login", "installHint": " get it at x \n"}))
    assert (error.code, error.facts["advice"]) == ("plugin.not-found", "get it at x")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "login").write_text("no program")
    assert refused(tmp_path / "config").code == "plugin.not-found"
    assert refused(kubeconfig(tmp_path / "config", {"command": "//server/share/login"})).code == "file.not-local"


@pytest.mark.parametrize("argument", ["a&calc", "a|b", "%PATH%", 'a"b', "a\r\nb", "a^b"])
def test_a_batch_file_gets_no_argument_that_a_shell_would_read(argument: str, tmp_path: Path) -> None:
    made = program(tmp_path / "bin", name="login.cmd")
    path = kubeconfig(tmp_path / "config", {"command": str(made.path), "args": [argument]})
    assert refused(path).code == "plugin.arguments-unsafe"
    assert found(kubeconfig(path, {"command": str(made.path), "args": ["--name", "a b"]})).path == made.path


def test_what_a_plugin_is_does_not_show_what_may_be_secret(tmp_path: Path) -> None:
    program(tmp_path / "bin")
    exec_ = {"command": "login", "args": ["CANARY"], "env": [{"name": "A", "value": "CANARY"}]}
    path = kubeconfig(tmp_path / "config", exec_)
    config = load([path])
    with pytest.raises(ConsentNeeded) as caught:
        connection(config, config.contexts[0])
    assert "CANARY" not in f"{config!r}{found(path)!r}{caught.value!r}{caught.value}{connect(path)!r}"


# --- what it is told of the cluster ----------------------------------------------------------------------------------


def test_the_cluster_is_told_with_its_authority_as_bytes_and_its_extension(tmp_path: Path) -> None:
    program(tmp_path / "bin")
    (tmp_path / "ca").write_bytes(b"the authority")
    path = kubeconfig(
        tmp_path / "config",
        {"command": "login", "provideClusterInfo": True},
        "https://127.0.0.1:1/base/",
        **{
            "certificate-authority": "ca",
            "tls-server-name": "api",
            "extensions": [
                {"name": "other", "extension": {"z": 1}},
                {"name": "client.authentication.k8s.io/exec", "extension": {"audience": ["a"]}},
            ],
        },
    )
    assert found(path).cluster == {
        "server": "https://127.0.0.1:1/base/",
        "tls-server-name": "api",
        "certificate-authority-data": base64.b64encode(b"the authority").decode(),
        "config": {"audience": ["a"]},
    }


@kubectl.needs_kubectl
@pytest.mark.parametrize("provides", [True, False])
@pytest.mark.parametrize("more", [{}, {"tls-server-name": "api", "disable-compression": True}])
@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_program_is_told_what_kubectl_tells_it(
    provides: bool, more: dict[str, object], version: str, tmp_path: Path
) -> None:
    made = program(tmp_path / "bin", f"answer(token='t', version='client.authentication.k8s.io/{version}')")
    exec_ = {"apiVersion": f"client.authentication.k8s.io/{version}", "command": str(made.path)}
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"b": [1, None]}}
    path = kubeconfig(
        tmp_path / "config",
        {**exec_, "provideClusterInfo": provides, "args": ["a b", ""], "env": [{"name": "MINE", "value": "é"}]},
        "https://127.0.0.1:1/x/",
        **{"insecure-skip-tls-verify": True, "extensions": [extension] if more else [], **more},
    )
    command = [str(kubectl.KUBECTL), "--kubeconfig", str(path), "get", "--raw", "/version"]
    subprocess.run(command, capture_output=True, check=False, timeout=20)
    plugin_run.run(found(path), CancelToken(), lambda _: None)
    theirs, ours = made.runs
    assert made.told(0) == made.told(1)
    assert theirs["arguments"] == ours["arguments"] == ["a b", ""]
    assert theirs["environment"]["MINE"] == ours["environment"]["MINE"] == "é"  # type: ignore[index]


# --- the user's preferences for kubectl -------------------------------------------------------------------------------

_HEAD = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n"
_LIST = "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: "
PREFERENCES = {
    "none": ("", ""),
    "another subject": ("aliases: []", ""),
    "all": ("credentialPluginPolicy: AllowAll", ""),
    "nothing": ("credentialPluginPolicy: DenyAll", "plugin.forbidden"),
    "by its name": (_LIST + "[{name: login}]", ""),
    "by its path": (_LIST + "[{name: other}, {name: BIN/login}]", ""),
    "by another path": (_LIST + "[{name: /usr/bin/login}]", "plugin.forbidden"),
    "others": (_LIST + "[{name: other}]", "plugin.forbidden"),
    "an empty list": (_LIST + "[]", "plugin.preferences-unclear"),
    "no list": ("credentialPluginPolicy: Allowlist", "plugin.preferences-unclear"),
    "a list beside another rule": (
        "credentialPluginPolicy: AllowAll\ncredentialPluginAllowlist: [{name: login}]",
        "plugin.preferences-unclear",
    ),
    "a list without a rule": ("credentialPluginAllowlist: [{name: login}]", "plugin.preferences-unclear"),
    "a rule that is not known": ("credentialPluginPolicy: AskMe", "plugin.preferences-unclear"),
    "a nameless entry": (_LIST + "[{name: BIN/login}, {name: ''}]", "plugin.preferences-unclear"),
    "a path that is not straight": (_LIST + "[{name: BIN/../bin/login}]", "plugin.preferences-unclear"),
    "a rule of the wrong type": ("credentialPluginPolicy: [DenyAll]", "plugin.preferences-unclear"),
    "what is no YAML": ("bad: [", "plugin.preferences-unclear"),
}


@pytest.mark.parametrize(("text", "code"), PREFERENCES.values(), ids=PREFERENCES)
def test_the_preferences_for_kubectl_say_what_may_run(text: str, code: str, home: Path, tmp_path: Path) -> None:
    made = program(tmp_path / "bin")
    straight = text.replace("BIN/login", str(tmp_path / "bin" / "login")).replace("BIN", str(tmp_path / "bin"))
    elsewhere = straight.replace("/usr/bin/login", os.path.normpath("/usr/bin/login"))
    (home / ".kube" / "kuberc").write_text(_HEAD + elsewhere, "utf-8")
    wanted = plugin.Plugin("login", made.path, (), (), tmp_path, VERSION, str(tmp_path / "bin"))
    if code:
        with pytest.raises(ConfigError) as caught:
            plugin_policy.check(wanted)
        assert caught.value.code == code
    else:
        plugin_policy.check(wanted)


@pytest.mark.parametrize(("version", "forbids"), [("v1alpha1", False), ("v1beta2", True), ("v1", True)])
def test_preferences_of_a_later_version_hold_too(version: str, forbids: bool, home: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin")
    path = kubeconfig(tmp_path / "config", {"command": "login"})
    head = _HEAD.replace("v1beta1", version)
    (home / ".kube" / "kuberc").write_text(head + "credentialPluginPolicy: DenyAll", "utf-8")
    if forbids:
        assert refused(path).code == "plugin.forbidden"
    else:
        assert found(path).command == "login"


def test_the_preferences_may_stand_elsewhere_or_be_off(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin")
    path = kubeconfig(tmp_path / "config", {"command": "login"})
    (home / ".kube" / "kuberc").write_text(_HEAD + "credentialPluginPolicy: DenyAll")
    assert refused(path).code == "plugin.forbidden"
    for name, value in (("KUBERC", "off"), ("KUBECTL_KUBERC", "false")):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            assert found(path).command == "login"
    monkeypatch.setenv("KUBERC", str(tmp_path / "mine"))
    assert refused(path).code == "plugin.preferences-unclear"  # not there
    (tmp_path / "mine").write_text(f"{_HEAD}---\n{_HEAD}credentialPluginPolicy: DenyAll")
    assert found(path).command == "login"


# --- the login shell's path -------------------------------------------------------------------------------------------


def _started_from_an_icon(monkeypatch: pytest.MonkeyPatch, shell: Path) -> None:
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(login_shell, "_is_terminal", lambda _: False)
    monkeypatch.setenv("SHELL", str(shell))
    login_shell.search_path.cache_clear()


def _shell(path: Path, lines: str) -> Path:
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(os.name == "nt", reason="no login shell is asked on Windows; test_windows says so")
def test_started_from_an_icon_programs_are_found_where_the_login_shell_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = program(tmp_path / "far")
    shell = _shell(tmp_path / "sh", f'echo welcome; PATH={tmp_path}/far:/usr/bin; shift 3; eval "$1"; echo bye')
    _started_from_an_icon(monkeypatch, shell)
    wanted = found(kubeconfig(tmp_path / "config", {"command": "login"}))
    assert (wanted.path, wanted.search_path) == (made.path, f"{tmp_path}/far:/usr/bin")


def test_a_shell_that_does_not_answer_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_shell, "LIMIT", 0.2)
    for lines in ("/bin/sleep 60", "exit 3", "echo nothing of use"):
        _started_from_an_icon(monkeypatch, _shell(tmp_path / "sh", lines))
        assert login_shell.search_path() == str(tmp_path / "bin")
    _started_from_an_icon(monkeypatch, tmp_path / "no-shell")
    assert login_shell.search_path() == str(tmp_path / "bin")


def test_started_from_a_terminal_no_shell_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _started_from_an_icon(monkeypatch, _shell(tmp_path / "sh", f"touch {tmp_path}/asked"))
    monkeypatch.setenv("TERM", "xterm")
    assert login_shell.search_path() == str(tmp_path / "bin")
    assert not (tmp_path / "asked").exists()
