"""A connection holds what its context names, read at the right moment, and shows none of it."""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from desktop.cluster.connection import TOKEN_AGE, Connection, TokenFile, connection
from desktop.cluster.kubeconfig import load
from desktop.errors import BulkheadError, ConfigError, FileError
from tests.helpers.odd_files import make_pipe


def kubeconfig(folder: Path, cluster: Mapping[str, object], user: Mapping[str, object]) -> Path:
    config = {
        "clusters": [{"name": "c", "cluster": {"server": "https://a.example:6443/", **cluster}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
    }
    path = folder / "config"
    path.write_text(json.dumps(config))
    return path


def connect(
    folder: Path, cluster: Mapping[str, object] | None = None, user: Mapping[str, object] | None = None
) -> Connection:
    config = load([kubeconfig(folder, cluster or {}, user or {})])
    return connection(config, config.contexts[0])


def refused(folder: Path, cluster: Mapping[str, object] | None = None, user: Mapping[str, object] | None = None) -> str:
    with pytest.raises((ConfigError, FileError)) as caught:
        connect(folder, cluster, user)
    assert "CANARY" not in str(caught.value)
    return caught.value.code


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_certificates_come_from_data_or_from_files_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    for name in ("ca", "crt", "key"):
        (tmp_path / "pki" / name).write_text(f"file {name}")
    files = {"client-certificate": "pki/crt", "client-key": str(tmp_path / "pki" / "key")}
    made = connect(tmp_path, {"certificate-authority": "pki/ca", "certificate-authority-data": ""}, files)
    assert (made.authority, made.client_certificate, made.client_key) == (b"file ca", b"file crt", b"file key")
    data = {"client-certificate-data": b64("crt"), "client-key-data": b64("key")}
    made = connect(tmp_path, {"certificate-authority-data": b64("ca")}, data)
    assert (made.authority, made.client_certificate, made.client_key) == (b"ca", b"crt", b"key")


def test_the_rest_of_the_stanzas_is_there(tmp_path: Path) -> None:
    made = connect(tmp_path, {"tls-server-name": "api", "insecure-skip-tls-verify": True, "disable-compression": True})
    assert made.server == "https://a.example:6443"
    assert (made.tls_server_name, made.insecure, made.compression, made.namespace) == ("api", True, False, "shop")
    assert connect(tmp_path).compression


@pytest.mark.parametrize(
    ("user", "header"),
    [
        ({}, ""),
        ({"token": "abc"}, "Bearer abc"),
        ({"token": "abc", "tokenFile": "t"}, "Bearer from file"),
        ({"token": "abc", "tokenFile": "missing"}, "Bearer abc"),
        ({"tokenFile": "marked"}, "Bearer from Windows"),
        ({"token": " tökén\tx "}, "Bearer  tökén\tx"),
        ({"username": "me", "password": "p:w"}, "Basic " + b64("me:p:w")),
        ({"username": "mé"}, "Basic " + b64("mé:")),
        ({"password": "alone"}, ""),
    ],
)
def test_credentials_are_chosen_as_kubectl_does(user: Mapping[str, object], header: str, tmp_path: Path) -> None:
    (tmp_path / "t").write_text("\n from file \r\n")
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbffrom Windows\r\n")
    assert connect(tmp_path, user=user).authorization().encode("latin-1").decode() == header


def test_nothing_secret_goes_to_an_unencrypted_server(tmp_path: Path) -> None:
    made = connect(tmp_path, {"server": "http://a:8080"}, {"token": "abc"})
    assert (made.authorization(), made.insecure) == ("", True)


def test_a_name_and_password_in_the_address_come_before_all_others_and_are_not_shown(tmp_path: Path) -> None:
    """As with kubectl, also to an unencrypted server: the address names no other way."""
    basic = "Basic " + b64("me:CANARY@7")
    for scheme in ("https", "http"):
        made = connect(tmp_path, {"server": f"{scheme}://me:CANARY%407@a:8080/p"}, {"token": "abc"})
        assert (made.server, made.authorization()) == (f"{scheme}://a:8080/p", basic)
        assert "CANARY" not in f"{made!r}"
    assert connect(tmp_path, {"server": "https://me@a"}).authorization() == "Basic " + b64("me:")


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("localhost:8001", "http://localhost:8001"),
        ("127.0.0.1:8001/", "http://127.0.0.1:8001"),
        ("[::1]:8001", "http://[::1]:8001"),
        ("HTTPS://a", "https://a"),
        ("https://a//", "https://a"),
        ("https://a//k8s//clusters/c-1/", "https://a/k8s/clusters/c-1"),
        ("https://a/b/../c/./d", "https://a/c/d"),
        ("https://a/b%2fc%20d/é", "https://a/b/c%20d/%C3%A9"),
        ("https://a/p?q=1#f", "https://a/p"),
    ],
)
def test_an_address_is_completed_and_cleaned_as_kubectl_does(written: str, base: str, tmp_path: Path) -> None:
    assert connect(tmp_path, {"server": written}).server == base


def test_a_program_does_not_run_where_the_user_has_something_else_to_show(tmp_path: Path) -> None:
    login = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./missing", "interactiveMode": "Never"}
    mine = {"client-certificate-data": b64("crt"), "client-key-data": b64("key")}
    for other in ({"token": "t"}, {"username": "me"}, mine):
        assert connect(tmp_path, user={"exec": login, **other}).plugin is None
    assert refused(tmp_path, user={"exec": login}) == "plugin.not-found"


def test_a_token_file_is_read_again_each_minute_and_survives_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("one")
    now = [0.0]
    token = TokenFile(path, lambda: now[0])
    path.write_text("two")
    now[0] = TOKEN_AGE - 1
    assert token() == "Bearer one"
    now[0] = TOKEN_AGE
    assert token() == "Bearer two"
    path.unlink()
    now[0] = 2 * TOKEN_AGE
    assert token() == "Bearer two"
    path.write_text("three")
    now[0] = 3 * TOKEN_AGE
    assert token() == "Bearer three"


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ({"tokenFile": "missing"}, "file.not-read"),
        ({"tokenFile": "zero\0byte"}, "file.not-read"),
        ({"tokenFile": "empty"}, "kubeconfig.token-file-empty"),
        ({"tokenFile": "lines"}, "kubeconfig.token-invalid"),
        ({"tokenFile": "large"}, "file.too-large"),
        ({"tokenFile": os.devnull}, "file.not-ordinary"),
        ({"tokenFile": "pipe"}, "file.not-ordinary"),
        ({"tokenFile": "//server/share/token"}, "file.not-local"),
        ({"tokenFile": "\\\\server\\share\\token"}, "file.not-local"),
        ({"tokenFile": "\\\\.\\pipe\\token"}, "file.not-local"),
        ({"token": "CANARY\nX-Other: header"}, "kubeconfig.token-invalid"),
        ({"tokenFile": "wide"}, "kubeconfig.token-invalid"),
        ({"tokenFile": "odd"}, "kubeconfig.token-invalid"),
        ({"client-certificate": "//server/c", "client-key": "k"}, "file.not-local"),
        ({"client-certificate-data": b64("c"), "client-key": "missing"}, "file.not-read"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(user: Mapping[str, object], code: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "lines").write_text("CANARY\nCANARY")
    (tmp_path / "wide").write_text("CANARY", encoding="utf-16")
    (tmp_path / "odd").write_bytes(b"CANARY\xe9")
    (tmp_path / "large").write_bytes(b"a" * (1 << 20) + b"a")
    make_pipe(tmp_path / "pipe")
    assert refused(tmp_path, user=user) == code


def test_a_context_with_an_error_raises_it(tmp_path: Path) -> None:
    assert refused(tmp_path, {"server": "no-scheme/k8s"}) == "kubeconfig.no-scheme"


def test_to_renew_reads_kubeconfig_and_files_again(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("old")
    made = connect(tmp_path, {"certificate-authority": "ca"}, {"token": "old"})
    assert made.renew
    assert made.renew() == made
    (tmp_path / "ca").write_text("new")
    kubeconfig(tmp_path, {"certificate-authority": "ca"}, {"token": "new"})
    again = made.renew()
    assert (again.authority, again.authorization()) == (b"new", "Bearer new")
    (tmp_path / "config").unlink()
    with pytest.raises(BulkheadError):
        made.renew()


def test_no_secret_is_in_what_a_connection_says_of_itself(tmp_path: Path) -> None:
    canary = "CANARY-4711"
    data = {"client-certificate-data": b64(canary), "client-key-data": b64(canary)}
    made = connect(tmp_path, {"certificate-authority-data": b64(canary)}, {"token": canary, **data})
    (tmp_path / "t").write_text(canary)
    said = f"{made!r}{made.authorization!r}{made.renew!r}{TokenFile(tmp_path / 't')!r}"
    assert canary not in said
    assert b64(canary) not in said
