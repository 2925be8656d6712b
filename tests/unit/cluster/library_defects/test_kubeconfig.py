"""Reading kubeconfigs: P1 to P8, P15."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kubernetes.config import ConfigException

from desktop.cluster.kubeconfig import default_paths
from desktop.errors import ConfigError
from tests.unit.cluster.library_defects.theirs_and_ours import config, library, loaded, ours, theirs, write


def listed(*paths: Path) -> object:
    """Let the library list the contexts."""
    return library.list_kube_config_contexts(os.pathsep.join(map(str, paths)))


def test_p01_the_first_current_context_wins(tmp_path: Path) -> None:
    other = config(contexts=[{"name": "y", "context": {"cluster": "c", "user": "u"}}]) | {"current-context": "y"}
    files = write(tmp_path / "1", config()), write(tmp_path / "2", other)
    contexts, active = library.list_kube_config_contexts(os.pathsep.join(map(str, files)))
    assert [context["name"] for context in contexts] == ["x", "y"]
    assert active["name"] == "y"
    assert loaded(*files).current == "x"


def test_p02_an_empty_variable_is_none_and_it_is_read_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "from kubernetes.config import kube_config as k; k.list_kube_config_contexts()"
    write(tmp_path / ".kube" / "config", config())
    environment = {"HOME": str(tmp_path), "KUBECONFIG": ""}
    failed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    assert b"ConfigException" in failed.stderr
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", "")
    assert default_paths() == (tmp_path / ".kube" / "config",)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "mine"))
    assert str(tmp_path / "mine") != library.KUBE_CONFIG_DEFAULT_LOCATION
    assert default_paths() == (tmp_path / "mine",)


def test_p03_an_empty_file_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    files = tmp_path / "empty", write(tmp_path / "full", config())
    with pytest.raises(ConfigException):
        listed(*files)
    assert [context.name for context in loaded(*files).contexts] == ["x"]
    assert not loaded(*files).file_errors


def test_p04_contexts_are_listed_without_a_current_one(tmp_path: Path) -> None:
    content = config()
    del content["current-context"]
    path = write(tmp_path / "config", content)
    with pytest.raises(ConfigException):
        listed(path)
    assert [context.name for context in loaded(path).contexts] == ["x"]


def test_p05_a_bad_entry_breaks_only_itself(tmp_path: Path) -> None:
    contexts = [{"context": {"cluster": "c"}}, {"name": "gone", "context": {"cluster": "nowhere"}}]
    good = {"name": "x", "context": {"cluster": "c", "user": "u"}}
    path = write(tmp_path / "config", config(contexts=[*contexts, good]))
    with pytest.raises(ConfigException):
        listed(path)
    assert [(context.name, context.error is None) for context in loaded(path).contexts][-2:] == [
        ("gone", False),
        ("x", True),
    ]


def test_p06_a_relative_path_starts_where_its_stanza_stands(tmp_path: Path) -> None:
    user = {"client-certificate": "crt", "client-key": "key"}
    cluster_file = write(tmp_path / "clusters" / "config", config() | {"users": [], "contexts": []})
    user_file = write(tmp_path / "users" / "config", config(user=user) | {"clusters": []})
    for folder, text in (("clusters", "wrong"), ("users", "right")):
        for name in ("crt", "key"):
            (tmp_path / folder / name).write_text(text)
    assert Path(theirs(cluster_file, user_file).cert_file).read_text() == "wrong"
    made = ours(cluster_file, user_file)
    assert (made.client_certificate, made.client_key) == (b"right", b"right")


def test_p07_empty_data_hide_no_file(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("the authority")
    path = write(tmp_path / "config", config({"certificate-authority": "ca", "certificate-authority-data": ""}))
    assert not theirs(path).ssl_ca_cert or "the authority" not in Path(theirs(path).ssl_ca_cert).read_text()
    assert ours(path).authority == b"the authority"


def refusal(path: Path) -> str:
    (context,) = loaded(path).contexts
    assert isinstance(context.error, ConfigError)
    return context.error.code


def test_p08_verification_is_switched_off_by_a_boolean_only_and_not_beside_an_authority(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config({"insecure-skip-tls-verify": "false"}))
    assert theirs(path).verify_ssl is False
    assert refusal(path) == "kubeconfig.wrong-type"
    authority = base64.b64encode(b"ca").decode()
    path = write(path, config({"insecure-skip-tls-verify": True, "certificate-authority-data": authority}))
    assert theirs(path).verify_ssl is False
    assert refusal(path) == "kubeconfig.authority-and-insecure"
    path = write(path, config({"server": "a.example:6443", "certificate-authority-data": authority}))
    assert (theirs(path).host, theirs(path).ssl_ca_cert) == ("a.example:6443", None)
    assert refusal(path) == "kubeconfig.no-scheme"


def test_p15_who_is_to_be_acted_as_is_sent_or_refused(tmp_path: Path) -> None:
    user = {"token": "t", "as": "alice", "as-groups": ["a", "b"]}
    path = write(tmp_path / "config", config(user=user))
    settings = theirs(path)
    assert "alice" not in json.dumps({key: str(value) for key, value in vars(settings).items()})
    acting = ours(path).acting_as
    assert acting is not None
    assert acting.headers() == (
        ("Impersonate-User", "alice"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
    )
    path = write(path, config(user={"token": "t", "as-role": "admin"}))
    assert theirs(path).api_key
    assert refusal(path) == "kubeconfig.impersonation-unknown"
