"""Whom a kubeconfig says to act as is said with every request, or there is no request."""

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.connection import connection
from desktop.cluster.impersonation import Impersonation
from desktop.cluster.kubeconfig import load
from desktop.cluster.transport import Transport
from desktop.errors import Unauthorized
from tests.unit.cluster.small_server import answer, read_request, serve

KUBECTL = shutil.which("kubectl")
EVERYTHING: dict[str, object] = {
    "as": "Zoë (admin)",
    "as-uid": "42",
    "as-groups": ["system:masters", "a, b", "ünï"],
    "as-user-extra": {"example.org/Scopes": ["one", "two"], "50%": ["x"]},
}
HEADERS = {
    ("impersonate-user", "Zoë (admin)"),
    ("impersonate-uid", "42"),
    ("impersonate-group", "system:masters"),
    ("impersonate-group", "a, b"),
    ("impersonate-group", "ünï"),
    ("impersonate-extra-example.org%2fscopes", "one"),
    ("impersonate-extra-example.org%2fscopes", "two"),
    ("impersonate-extra-50%25", "x"),
}


class Recorder:
    """Keeps what every request says of impersonation."""

    def __init__(self) -> None:
        self.said: list[set[tuple[str, str]]] = []

    def __call__(self, connection: socket.socket) -> None:
        while got := read_request(connection):
            lines = [line.partition(": ") for line in got.decode().split("\r\n")[1:]]
            self.said.append({(n.lower(), value) for n, _, value in lines if n.lower().startswith("impersonate")})
            answer(connection)


def kubeconfig(folder: Path, port: int, user: dict[str, object]) -> Path:
    path = folder / "config"
    config = {
        "current-context": "x",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    }
    path.write_text(json.dumps(config))
    return path


def test_every_part_is_sent_with_every_request(tmp_path: Path) -> None:
    recorder = Recorder()
    with serve(recorder) as port:
        config = load([kubeconfig(tmp_path, port, EVERYTHING)])
        made = Transport(connection(config, config.contexts[0]))
        made.call("GET", "/version", CancelToken())
        made.call("POST", "/x", CancelToken(), body={})
        assert list(made.lines("/watch", CancelToken(), query=[], read_limit=5)) == []
        made.close()
    assert recorder.said == [HEADERS] * 3


def test_white_space_around_a_name_is_not_sent(tmp_path: Path) -> None:
    recorder = Recorder()
    with serve(recorder) as port:
        config = load([kubeconfig(tmp_path, port, {"as": " alice\t", "as-groups": [" a b "]})])
        made = Transport(connection(config, config.contexts[0]))
        made.call("GET", "/version", CancelToken())
        made.close()
    assert recorder.said == [{("impersonate-user", "alice"), ("impersonate-group", "a b")}]


def test_where_nobody_is_named_nothing_is_sent(tmp_path: Path) -> None:
    recorder = Recorder()
    with serve(recorder) as port:
        config = load([kubeconfig(tmp_path, port, {"as": "", "as-groups": [], "as-user-extra": None})])
        assert config.contexts[0].acting_as is None
        made = Transport(connection(config, config.contexts[0]))
        made.call("GET", "/version", CancelToken())
        made.close()
    assert recorder.said == [set()]


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
def test_kubectl_writes_the_same_headers(tmp_path: Path) -> None:
    assert KUBECTL
    recorder = Recorder()
    arguments = ["--as=Zoë (admin)", "--as-uid=42", "--as-group=system:masters", "--as-group=a, b", "--as-group=ünï"]
    with serve(recorder) as port:
        path = kubeconfig(tmp_path, port, {})
        subprocess.run(
            [KUBECTL, "--kubeconfig", str(path), *arguments, "get", "--raw", "/version"],
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    assert recorder.said[0] == {pair for pair in HEADERS if "extra" not in pair[0]}


def test_a_renewed_connection_acts_as_whom_the_file_then_names(tmp_path: Path) -> None:
    config = load([kubeconfig(tmp_path, 1, {"as": "alice"})])
    made = connection(config, config.contexts[0])
    kubeconfig(tmp_path, 1, {"as": "bob"})
    assert made.renew
    assert made.renew().acting_as == Impersonation("bob")
    assert made.acting_as == Impersonation("alice")


def test_somebody_else_than_was_shown_is_never_acted_as(tmp_path: Path) -> None:
    said: list[bytes] = []

    def refuse(connection: socket.socket) -> None:
        while got := read_request(connection):
            said.append(got)
            answer(connection, status="401 Unauthorized")

    with serve(refuse) as port:
        config = load([kubeconfig(tmp_path, port, {"as": "alice"})])
        made = Transport(connection(config, config.contexts[0]))
        kubeconfig(tmp_path, port, {})
        with pytest.raises(Unauthorized):
            made.call("GET", "/version", CancelToken())
        made.close()
    assert said
    assert all(b"Impersonate-User: alice" in request for request in said)
