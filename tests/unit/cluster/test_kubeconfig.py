"""Kubeconfig files are read as kubectl reads them, except that what is broken hides nothing else."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktop.cluster.kubeconfig import Kubeconfig, default_paths, load
from desktop.errors import BulkheadError, ConfigError
from tests.helpers import kubeconfig_files
from tests.helpers.kubeconfig_files import KUBECTL
from tests.helpers.odd_files import make_pipe

A = """
apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: c
  cluster: {server: "https://a.example:6443", certificate-authority: pki/ca.crt}
contexts:
- name: dev
  context: {cluster: c, user: u}
- name: bare
  context: {cluster: c}
users:
- name: u
  user: {token: A, client-key: ../key.pem}
"""
B = """
current-context: prod
clusters:
- name: c
  cluster: {server: "https://b.example:6443", insecure-skip-tls-verify: true}
- name: d
  cluster: {server: "https://d.example", tls-server-name: other, certificate-authority: ca.crt}
contexts:
- name: prod
  context: {cluster: c, user: u, namespace: shop}
- name: bare
  context: {cluster: d, namespace: ignored}
- name: lost
  context: {cluster: gone, user: nobody}
users:
- name: u
  user: {username: someone, password: secret, client-key: key.pem}
"""


@dataclass
class Case:
    """Files, the order in which they are merged, and what kubectl makes of them (recorded with 1.32)."""

    files: dict[str, str]
    order: list[str]
    current: str
    contexts: dict[str, list[str]]  # cluster, user, namespace, server, its CA file, the user's key file
    options: dict[str, str] = field(default_factory=dict)


CASES = {
    "one file": Case(
        {"a": A},
        ["a"],
        "dev",
        {
            "dev": ["c", "u", "", "https://a.example:6443", "pki/ca.crt", "../key.pem"],
            "bare": ["c", "", "", "https://a.example:6443", "pki/ca.crt", ""],
        },
    ),
    "the first file wins for entries and for the current context": Case(
        {"a": A, "b/b": B},
        ["a", "b/b"],
        "dev",
        {
            "dev": ["c", "u", "", "https://a.example:6443", "pki/ca.crt", "../key.pem"],
            "bare": ["c", "", "", "https://a.example:6443", "pki/ca.crt", ""],
            "prod": ["c", "u", "shop", "https://a.example:6443", "pki/ca.crt", "../key.pem"],
            "lost": ["gone", "nobody", "", "", "", ""],
        },
    ),
    "the other way round": Case(
        {"a": A, "b/b": B},
        ["b/b", "a"],
        "prod",
        {
            "prod": ["c", "u", "shop", "https://b.example:6443", "", "b/key.pem"],
            "bare": ["d", "", "ignored", "https://d.example", "b/ca.crt", ""],
            "lost": ["gone", "nobody", "", "", "", ""],
            "dev": ["c", "u", "", "https://b.example:6443", "", "b/key.pem"],
        },
    ),
    "empty names, missing files, duplicates and empty files count for nothing": Case(
        {"a": A, "empty": "", "comment": "# nothing\n", "blank": "  \n"},
        ["", "missing", "empty", "comment", "blank", "a", "a"],
        "dev",
        {
            "dev": ["c", "u", "", "https://a.example:6443", "pki/ca.crt", "../key.pem"],
            "bare": ["c", "", "", "https://a.example:6443", "pki/ca.crt", ""],
        },
    ),
    "an empty current context does not hide a later one": Case(
        {"x": 'current-context: ""\n', "y": "current-context: later\n"}, ["x", "y"], "later", {}
    ),
    "null lists, JSON, unknown fields, and only the first document": Case(
        {
            "x": '{"clusters": null, "users": null, "future": {"a": 1}, "contexts": [{"name": "n", "context": null}]}',
            "y": "contexts: [{name: m, context: {cluster: q}}]\n---\ncontexts: [{name: second}]\n",
        },
        ["x", "y"],
        "",
        {"n": ["", "", "", "", "", ""], "m": ["q", "", "", "", "", ""]},
    ),
    "of a key that stands twice the last counts": Case(
        {"x": "current-context: a\ncurrent-context: b\n"}, ["x"], "b", {}
    ),
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def from_root(folder: Path, name: str) -> str:
    """Write a resolved path as the cases do: relative to the folder of the case."""
    return os.path.relpath(folder / name, folder).replace(os.sep, "/") if name else ""


def ours(config: Kubeconfig, folder: Path) -> tuple[str, dict[str, list[str]]]:
    contexts = {}
    for context in config.contexts:
        found = config.stanzas.get((context.file, context.name))
        authority = key = ""
        if found and found.cluster.certificate_authority:
            authority = from_root(folder, str(found.cluster_folder / found.cluster.certificate_authority))
        if found and found.user.client_key:
            key = from_root(folder, str(found.user_folder / found.user.client_key))
        namespace = "" if context.namespace == "default" else context.namespace
        contexts[context.name] = [context.cluster, context.user, namespace, context.server, authority, key]
    return config.current, contexts


def kubectls(folder: Path, order: list[str]) -> tuple[str, dict[str, list[str]]] | None:
    """Ask kubectl, who tells no resolved paths here; None where it refuses the files."""
    answer = kubeconfig_files.kubectls(folder, order)
    if answer is None:
        return None
    contexts = {}
    for name, told in answer["contexts"].items():
        namespace = "" if told["namespace"] == "default" else told["namespace"]
        contexts[name] = [told["cluster"], told["user"], namespace, told["server"]]
    return answer["current"], contexts


def without_paths(contexts: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: facts[:4] for name, facts in contexts.items()}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_merged_as_kubectl_merges_them(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, case.files)
    names = os.pathsep.join(str(tmp_path / name) if name else "" for name in case.order)
    monkeypatch.setenv("KUBECONFIG", names)
    config = load()
    assert not config.file_errors
    assert ours(config, tmp_path) == (case.current, case.contexts)


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_recorded_answers_are_kubectls(case: Case, tmp_path: Path) -> None:
    write(tmp_path, case.files)
    assert kubectls(tmp_path, case.order) == (case.current, without_paths(case.contexts))


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@pytest.mark.parametrize("context", ["dev", "prod"])
def test_kubectl_too_resolves_a_path_from_the_file_where_the_stanza_stands(context: str, tmp_path: Path) -> None:
    case = CASES["the first file wins for entries and for the current context"]
    write(tmp_path, case.files)
    asked = kubeconfig_files.kubectl(tmp_path, case.order, "get", "ns", "--context", context)
    assert f"unable to read certificate-authority {tmp_path / case.contexts[context][4]} " in asked.stderr


def test_unset_or_empty_variable_means_the_file_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(os.environ["HOME"])
    assert default_paths() == (home / ".kube" / "config",)
    monkeypatch.setenv("KUBECONFIG", "")
    assert default_paths() == (home / ".kube" / "config",)
    write(home, {".kube/config": A})
    assert [context.name for context in load().contexts] == ["dev", "bare"]


def test_no_file_at_all_is_an_empty_configuration() -> None:
    config = load()
    assert (config.contexts, config.current, config.file_errors) == ((), "", ())


def test_each_added_file_stands_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a": A, "b": A.replace("a.example", "b.example")})
    config = load([tmp_path / "a"], [tmp_path / "b", tmp_path / "a"])
    assert [(c.name, c.file.name, c.server) for c in config.contexts] == [
        ("dev", "a", "https://a.example:6443"),
        ("bare", "a", "https://a.example:6443"),
        ("dev", "b", "https://b.example:6443"),
        ("bare", "b", "https://b.example:6443"),
    ]
    assert config.extra == (tmp_path / "b",)


BROKEN_FILES = {
    "not YAML": ("a: [", "kubeconfig.not-yaml"),
    "a list": ("[1]", "kubeconfig.not-a-kubeconfig"),
    "another kind": ("apiVersion: v1\nkind: Pod\n", "kubeconfig.not-a-kubeconfig"),
    "another version": ("apiVersion: v2\nkind: Config\n", "kubeconfig.not-a-kubeconfig"),
    "a list that is none": ("clusters: 5\n", "kubeconfig.wrong-type"),
    "an entry that is none": ("clusters: [5]\n", "kubeconfig.wrong-type"),
    "a name that is a number": ("contexts: [{name: 1, context: {}}]\n", "kubeconfig.wrong-type"),
    "a current context that is a number": ("current-context: 1\n", "kubeconfig.wrong-type"),
}


@pytest.mark.parametrize(("text", "code"), BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_a_broken_file_is_told_and_hides_no_other(text: str, code: str, tmp_path: Path) -> None:
    write(tmp_path, {"broken": text, "a": A})
    config = load([tmp_path / "broken", tmp_path / "a"])
    assert [error.code for error in config.file_errors] == [code]
    assert config.file_errors[0].facts["file"] == str(tmp_path / "broken")
    assert [context.name for context in config.contexts if context.error is None] == ["dev", "bare"]
    if KUBECTL:
        assert kubectls(tmp_path, ["broken"]) is None


def test_a_file_of_a_thousand_clusters_with_their_certificates_is_read(tmp_path: Path) -> None:
    data, items = "QUJD" * 600, range(1000)
    clusters = (
        f"- {{name: c{i}, cluster: {{server: https://c{i}, certificate-authority-data: {data}}}}}" for i in items
    )
    users = (f"- {{name: u{i}, user: {{client-certificate-data: {data}, client-key-data: {data}}}}}" for i in items)
    contexts = (f"- {{name: x{i}, context: {{cluster: c{i}, user: u{i}}}}}" for i in items)
    text = "\n".join(["clusters:", *clusters, "users:", *users, "contexts:", *contexts])
    write(tmp_path, {"many": text})
    config = load([tmp_path / "many"])
    assert (len(config.contexts), config.file_errors) == (1000, ())
    assert not any(context.error for context in config.contexts)


def test_bytes_that_are_no_text_and_places_that_are_no_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\x00")
    (tmp_path / "large").write_bytes(b"#" * ((16 << 20) + 1))
    make_pipe(tmp_path / "pipe")
    names = ["bytes", "large", "pipe", ".", "missing"]
    config = load([], [tmp_path / name for name in names])
    assert [error.code for error in config.file_errors] == [
        "kubeconfig.not-yaml",
        "file.too-large",
        "file.not-ordinary",
        "file.not-ordinary",
        "file.not-read",
    ]


@pytest.mark.parametrize(
    "text",
    [
        A + "extensions: []\nx: !!python/object/apply:os.system [exit]\n",
        A.replace("name: dev", "name: !mine dev"),
        "%YAML 1.1\n---\n" + A,
        A + "...\nwhat follows: [\n",
        A + "preferences: {}\npreferences: {}\n",
    ],
    ids=["a language tag", "a tag of one's own", "a directive", "text after the end", "a key twice"],
)
def test_what_kubectl_makes_nothing_of_is_passed_over(text: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(text)
    config = load([tmp_path / "config"])
    assert not config.file_errors
    assert [context.name for context in config.contexts if context.error is None] == ["dev", "bare"]
    if KUBECTL:
        assert kubectls(tmp_path, ["config"]) is not None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_a_file_as_powershell_writes_it_is_read(encoding: str, tmp_path: Path) -> None:
    mark = "" if encoding == "utf-8-sig" else "\ufeff"
    (tmp_path / "config").write_bytes(f"{mark}{A}".replace("\n", "\r\n").encode(encoding))
    config = load([tmp_path / "config"])
    assert not config.file_errors
    assert [context.name for context in config.contexts if context.error is None] == ["dev", "bare"]
    if KUBECTL:
        assert kubectls(tmp_path, ["config"]) is not None


def test_a_context_is_found_by_name(tmp_path: Path) -> None:
    write(tmp_path, {"a": A})
    config = load([tmp_path / "a"])
    assert config.find("bare").cluster == "c"
    with pytest.raises(ConfigError) as caught:
        config.find("none")
    assert caught.value.code == "kubeconfig.no-such-context"


def test_file_errors_are_errors_of_ours(tmp_path: Path) -> None:
    write(tmp_path, {"closed/config": A})
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for error in load([], [loop, tmp_path / "closed" / "config" / "below"]).file_errors:
        assert isinstance(error, BulkheadError)
        assert error.code == "file.not-read"
