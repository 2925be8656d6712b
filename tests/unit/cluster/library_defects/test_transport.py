"""The way to the server: P16 to P19, P21, P22, P25, P26."""

import base64
import contextlib
import io
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import trustme
import urllib3
from kubernetes import client

from desktop import __version__
from desktop.cancellation import CancelToken
from desktop.cluster import transport as transport_module
from desktop.cluster.transport import Transport
from desktop.errors import Unauthorized
from tests.helpers.proxy_server import ProxyServer, proxy
from tests.unit.cluster.library_defects.theirs_and_ours import VERSION, config, ours, theirs, write
from tests.unit.cluster.small_server import answer, read_request, serve, server_context

CA = trustme.CA()
AUTHORITY = {"certificate-authority-data": base64.b64encode(CA.cert_pem.bytes()).decode()}


@contextmanager
def server(status: str = "200 OK") -> Iterator[tuple[int, list[str]]]:
    """Run a server; gives its port and what it was asked."""
    seen: list[str] = []

    def talk(connection: socket.socket) -> None:
        while got := read_request(connection):
            seen.append(got.decode())
            answer(connection, VERSION, "Set-Cookie: CANARY-COOKIE\r\n", status)

    with serve(talk, server_context(CA, "127.0.0.1", "api.example")) as port:
        yield port, seen


def ask_theirs(settings: Any) -> None:
    """Ask for the version by the library's client."""
    settings.retries = False
    with client.ApiClient(settings) as made:
        client.VersionApi(made).get_code()


def ask_ours(path: Path) -> None:
    """Ask for the version our way."""
    made = Transport(ours(path))
    try:
        made.call("GET", "/version", CancelToken())
    finally:
        made.close()


def test_p16_a_proxy_that_is_named_is_used_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with server() as (port, _), proxy(ProxyServer(to=port)) as by:
        url = f"http://127.0.0.1:{by.port}"
        path = write(
            tmp_path / "config", config({**AUTHORITY, "proxy-url": url, "server": f"https://127.0.0.1:{port}"})
        )
        ask_theirs(theirs(path))
        assert by.seen == []
        ask_ours(path)
        assert [way for way, _, _ in by.seen] == ["connect"]


def test_p17_the_name_and_password_of_a_proxy_are_sent(tmp_path: Path) -> None:
    with server() as (port, _), proxy(ProxyServer(to=port, password="me:p@ss")) as by:
        url = f"http://me:p%40ss@127.0.0.1:{by.port}"
        path = write(tmp_path / "config", config({**AUTHORITY, "proxy-url": url, "server": "https://api.example:6443"}))
        with pytest.raises(urllib3.exceptions.ProxyError):
            ask_theirs(theirs(path))
        assert by.seen == [("connect", "api.example:6443", "")]
        ask_ours(path)
        assert by.seen[1:] == [("connect", "api.example:6443", "me:p@ss")]


@pytest.mark.filterwarnings("ignore:SOCKS support in urllib3")
def test_p18_socks5_works_as_it_is_installed(tmp_path: Path) -> None:
    with server() as (port, _), proxy(ProxyServer(to=port)) as by:
        url = f"socks5://127.0.0.1:{by.port}"
        path = write(tmp_path / "config", config({**AUTHORITY, "proxy-url": url, "server": "https://api.example:6443"}))
        with pytest.raises(ImportError):
            ask_theirs(theirs(path))
        ask_ours(path)
        assert by.seen == [("socks", "api.example:6443", "")]


def test_p19_a_server_on_this_computer_is_behind_no_proxy_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server() as (port, _), proxy(ProxyServer(to=port)) as by:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{by.port}")
        path = write(tmp_path / "config", config({**AUTHORITY, "server": f"https://127.0.0.1:{port}"}))
        ask_theirs(theirs(path))
        assert len(by.seen) == 1
        ask_ours(path)
        assert len(by.seen) == 1


def test_p21_no_key_is_ever_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    leaf = CA.issue_cert("me.example")
    user = {
        "client-certificate-data": base64.b64encode(leaf.cert_chain_pems[0].bytes()).decode(),
        "client-key-data": base64.b64encode(leaf.private_key_pem.bytes()).decode(),
    }
    with server() as (port, _):
        path = write(tmp_path / "config", config({**AUTHORITY, "server": f"https://127.0.0.1:{port}"}, user))
        theirs(path)
        kept = {each: each.read_bytes() for each in folder.iterdir()}
        assert leaf.private_key_pem.bytes() in kept.values()
        ask_ours(path)
    assert {each: each.read_bytes() for each in folder.iterdir()} == kept


def test_p22_what_is_replaced_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's pool is made once; of a CA file, that pool's next connection takes the new content, though."""
    monkeypatch.setattr(transport_module, "LOOK_EVERY", 0.0)
    first, second = trustme.CA(), trustme.CA()
    contexts = [server_context(first, "127.0.0.1")]

    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError), contexts[-1].wrap_socket(connection, server_side=True) as secure:
            good = f"Bearer {(tmp_path / 'token').read_text()}\r\n" in read_request(secure).decode()
            answer(secure, VERSION, "Connection: close\r\n", "200 OK" if good else "401 Unauthorized")

    with serve(talk) as port:

        def rotate(authority: trustme.CA, token: str) -> Path:
            (tmp_path / "token").write_text(token)
            encoded = base64.b64encode(authority.cert_pem.bytes()).decode()
            cluster = {"certificate-authority-data": encoded, "server": f"https://127.0.0.1:{port}"}
            return write(tmp_path / "config", config(cluster, {"tokenFile": "token"}))

        path = rotate(first, "old")
        settings = theirs(path)
        settings.retries = False
        made = Transport(ours(path))
        with client.ApiClient(settings) as library:
            client.VersionApi(library).get_code()
            made.call("GET", "/version", CancelToken())
            rotate(first, "new")
            with pytest.raises(client.ApiException) as refused:
                client.VersionApi(library).get_code()
            assert refused.value.status == 401  # the token it read first, for ever
            made.call("GET", "/version", CancelToken())
            contexts.append(server_context(second, "127.0.0.1"))
            rotate(second, "new")
            with pytest.raises(client.ApiException) as distrusted:
                client.VersionApi(library).get_code()
            assert "CERTIFICATE_VERIFY_FAILED" in str(distrusted.value)  # the authority it read first, for ever
            monkeypatch.setattr(transport_module, "_RENEW_AT_MOST_EVERY", 0.0)
            made.call("GET", "/version", CancelToken())
            made.close()


def test_p25_no_token_is_printed_and_no_header_is_in_an_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with server("401 Unauthorized") as (port, _):
        cluster = {**AUTHORITY, "server": f"https://127.0.0.1:{port}"}
        path = write(tmp_path / "config", config(cluster, {"token": "CANARY-TOKEN"}))
        settings, printed = theirs(path), io.StringIO()
        settings.debug = True
        with redirect_stdout(printed), pytest.raises(client.ApiException) as library:
            ask_theirs(settings)
        settings.debug = False
        assert "CANARY-TOKEN" in printed.getvalue()
        assert "CANARY-COOKIE" in str(library.value)
        caplog.clear()
        silent = io.StringIO()
        with redirect_stdout(silent), pytest.raises(Unauthorized) as own:
            ask_ours(path)
    assert "CANARY" not in f"{silent.getvalue()}{own.value}{own.value!r}{caplog.text}"


def test_p26_a_server_sees_who_asks(tmp_path: Path) -> None:
    with server() as (port, seen):
        path = write(tmp_path / "config", config({**AUTHORITY, "server": f"https://127.0.0.1:{port}"}))
        ask_theirs(theirs(path))
        ask_ours(path)
    assert "OpenAPI-Generator" in seen[0]
    assert f"\r\nUser-Agent: bulkhead/{__version__}\r\n" in seen[1]
