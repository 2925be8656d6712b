"""Signing in: P9 to P14, P20."""

import base64
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import trustme
from kubernetes import client
from kubernetes.config import ConfigException

from desktop.cancellation import CancelToken
from desktop.cluster import plugin_run
from desktop.cluster.connection import Connection
from desktop.cluster.transport import Transport
from desktop.errors import BulkheadError, Cancelled, ConfigError, SignInFailed, TlsError
from tests.helpers.sign_in_program import Program, kubeconfig, program
from tests.unit.cluster.library_defects.theirs_and_ours import VERSION, config, library, loaded, ours, theirs, write
from tests.unit.cluster.small_server import answer, read_request, serve, server_context

CA = trustme.CA()
TLS = server_context(CA, "127.0.0.1")


def identity(path: Path) -> str:
    """Sign in our way."""
    made = ours(path)
    assert made.source is not None
    return made.source.get(CancelToken()).authorization


def asking(folder: Path, made: Program, **exec_: object) -> Path:
    return kubeconfig(folder / "config", {"command": str(made.path), **exec_})


def test_p09_a_program_that_is_never_interactive_gets_no_input(tmp_path: Path) -> None:
    made = program(tmp_path / "bin")
    path = asking(tmp_path, made, interactiveMode="Never")
    reading, writing = os.pipe()
    usual = os.dup(0)
    os.dup2(reading, 0)
    try:
        theirs(path)
        identity(path)
    finally:
        os.dup2(usual, 0)
        for each in (reading, writing, usual):
            os.close(each)
    other, own = made.runs
    assert (str(other["input"])[:5], own["input"]) == ("pipe:", os.devnull)
    path = asking(tmp_path, made, interactiveMode="Always")
    theirs(path)  # runs it all the same
    assert len(made.runs) == 3
    (context,) = loaded(path).contexts
    assert context.error is not None
    assert context.error.code == "plugin.needs-terminal"


def test_p10_a_program_is_told_the_cluster_as_the_protocol_says(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("the authority")
    made = program(tmp_path / "bin")
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}}
    cluster: dict[str, Any] = {"certificate-authority": "ca", "extensions": [extension]}
    path = kubeconfig(tmp_path / "config", {"command": str(made.path), "provideClusterInfo": True}, **cluster)
    theirs(path)
    identity(path)
    other, own = (made.told(run)["spec"]["cluster"] for run in (0, 1))  # type: ignore[index]
    assert {"certificate-authority", "extensions"} <= other.keys()
    assert own == {
        "server": "https://127.0.0.1:1",
        "certificate-authority-data": base64.b64encode(b"the authority").decode(),
        "config": {"audience": "a"},
    }


def test_p11_a_program_has_a_time_limit_can_be_cancelled_and_stays_in_our_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = program(tmp_path / "bin")
    path = asking(tmp_path, made)
    theirs(path)
    identity(path)
    other, own = made.runs
    assert other["folder"] == str(tmp_path)
    assert own["folder"] == str(Path.cwd())
    path = asking(tmp_path, program(tmp_path / "slow", "time.sleep(60)"))
    token = CancelToken()
    threading.Timer(0.5, token.cancel).start()
    source = ours(path).source
    assert source is not None
    started = time.monotonic()
    with pytest.raises(Cancelled):
        source.get(token)
    monkeypatch.setattr(plugin_run, "LIMIT", 0.5)
    with pytest.raises(SignInFailed) as caught:
        identity(path)
    assert caught.value.code == "plugin.timeout"
    assert time.monotonic() - started < 20


def test_p12_a_token_serves_until_its_end_and_one_run_serves_all_threads(tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    made = program(tmp_path / "bin", f"answer(token='abc', expirationTimestamp={soon!r})")
    path = asking(tmp_path, made)
    settings = theirs(path)
    for _ in range(3):
        settings.get_api_key_with_prefix("BearerToken")
    assert len(made.runs) == 4
    source = ours(path).source
    assert source is not None
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: source.get(CancelToken()), range(16)))
    assert len(made.runs) == 4 + 1


def test_p12_a_token_that_is_refused_is_fetched_anew_once(tmp_path: Path) -> None:
    made = program(tmp_path / "bin", "answer(token='run-%d' % len(open(here / 'runs').readlines()))")

    def talk(connection: socket.socket) -> None:
        while got := read_request(connection):
            good = b"run-2" in got or b"run-4" in got
            answer(connection, status="200 OK" if good else "401 Unauthorized")

    with serve(talk, TLS) as port:
        (tmp_path / "ca.pem").write_bytes(CA.cert_pem.bytes())
        path = kubeconfig(
            tmp_path / "config",
            {"command": str(made.path)},
            f"https://127.0.0.1:{port}",
            **{"certificate-authority": "ca.pem"},
        )
        with client.ApiClient(theirs(path)) as theirs_, pytest.raises(client.ApiException) as caught:
            client.VersionApi(theirs_).get_code()
        assert caught.value.status == 401
        (tmp_path / "bin" / "runs").unlink()
        transport = Transport(ours(path))
        transport.call("GET", "/version", CancelToken())
        transport.close()
    assert len(made.runs) == 2


def test_p13_where_a_program_fails_nothing_is_sent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = program(tmp_path / "bin", "print('CANARY', file=sys.stderr); sys.exit(1)")
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while got := read_request(connection):
            seen.append(got)
            answer(connection, VERSION)

    with serve(talk, TLS) as port:
        (tmp_path / "ca.pem").write_bytes(CA.cert_pem.bytes())
        path = kubeconfig(
            tmp_path / "config",
            {"command": str(made.path)},
            f"https://127.0.0.1:{port}",
            **{"certificate-authority": "ca.pem"},
        )
        with client.ApiClient(theirs(path)) as theirs_:
            client.VersionApi(theirs_).get_code()
        assert len(seen) == 1
        assert b"authorization" not in seen[0].lower()  # anonymous
        assert "CANARY" in caplog.text
        caplog.clear()
        caplog.set_level(logging.DEBUG)
        transport = Transport(ours(path))
        with pytest.raises(SignInFailed) as caught:
            transport.call("GET", "/version", CancelToken())
        transport.close()
    assert len(seen) == 1
    assert caught.value.said == "CANARY"
    assert "CANARY" not in caplog.text


def test_p13_a_token_and_a_certificate_are_both_used_and_the_advice_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = program(tmp_path / "bin", "answer(token='t', clientCertificateData='crt', clientKeyData='key')")
    path = asking(tmp_path, made)
    assert theirs(path).cert_file is None
    source = ours(path).source
    assert source is not None
    assert source.get(CancelToken()).certificate == b"crt"
    path = kubeconfig(tmp_path / "config", {"command": "no-such-program", "installHint": "get it at example.com"})
    theirs(path)
    assert "example.com" not in caplog.text
    caplog.clear()
    with pytest.raises(ConfigError) as caught:
        ours(path)
    assert caught.value.facts["advice"] == "get it at example.com"


def test_p14_a_removed_provider_runs_nothing(tmp_path: Path) -> None:
    made = program(tmp_path / "bin", "print('{}')")
    settings = {"cmd-path": str(made.path), "token-key": "{.a}", "expiry-key": "{.b}"}
    user = {"auth-provider": {"name": "gcp", "config": settings}}
    path = write(tmp_path / "config", config(user=user))
    with pytest.raises(KeyError):
        theirs(path)
    assert len(made.runs) == 1
    (context,) = loaded(path).contexts
    assert context.error is not None
    assert context.error.code == "kubeconfig.auth-provider-removed"
    with pytest.raises(ConfigError):
        ours(path)
    assert len(made.runs) == 1


def jwt(end: datetime) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({'exp': int(end.timestamp())})}.sig"


@contextmanager
def provider(seen: list[str]) -> Iterator[str]:
    """Run an identity provider whose certificate nobody knows."""

    def talk(connection: socket.socket) -> None:
        while got := read_request(connection):
            seen.append(got.decode().split(" ")[1])
            answer(connection, b"{}")

    with serve(talk, server_context(trustme.CA(), "127.0.0.1")) as port:
        yield f"https://127.0.0.1:{port}"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_p20_a_provider_has_to_prove_itself(tmp_path: Path) -> None:
    seen: list[str] = []
    with provider(seen) as url:
        settings = {"idp-issuer-url": url, "client-id": "c", "client-secret": "s", "refresh-token": "r"}
        settings["id-token"] = jwt(datetime.now(UTC) - timedelta(hours=1))
        path = write(tmp_path / "config", config(user={"auth-provider": {"name": "oidc", "config": settings}}))
        with pytest.raises(KeyError, match="token_endpoint"):
            theirs(path)
        assert seen == ["/.well-known/openid-configuration"]  # spoken to without knowing who it is
        with pytest.raises(TlsError):
            identity(path)
    assert len(seen) == 1


def test_p20_a_client_may_have_no_secret(tmp_path: Path) -> None:
    settings = {"idp-issuer-url": "https://127.0.0.1:1", "client-id": "c", "refresh-token": "r"}
    loader = library.KubeConfigLoader(
        config(user={"auth-provider": {"name": "oidc", "config": {**settings, "id-token": jwt(datetime.now(UTC))}}})
    )
    discovery = mock.Mock(status=200, data=b'{"token_endpoint": "https://127.0.0.1:1/t"}')
    with mock.patch.object(library.ApiClient, "call_api", return_value=discovery), pytest.raises(ConfigException):
        loader._load_auth_provider_token()
    path = write(tmp_path / "config", config(user={"auth-provider": {"name": "oidc", "config": settings}}))
    made: Connection = ours(path)
    assert made.provider is not None
    assert made.provider.client_secret == ""
    with pytest.raises(BulkheadError) as caught:
        identity(path)
    assert caught.value.code == "unreachable.refused"  # it was on its way
