"""Whatever a kubeconfig, the environment, a sign-in program or a proxy says: an error of ours, never another."""

import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.cluster import oidc, plugin_answer, proxies, socks
from desktop.cluster.connection import connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.plugin import Plugin
from desktop.cluster.proxies import Proxy
from desktop.errors import BulkheadError, ConfigError, SignInFailed, Unreachable
from tests.helpers.sign_in_program import VERSION

PLUGIN = Plugin("a", Path("/a"), (), (), Path("/c"), VERSION, "/bin")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
status = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("token", "clientCertificateData", "clientKeyData", "expirationTimestamp"), values),
)
addresses = st.text(max_size=30) | st.from_regex(
    r"(https?|socks5h?|ftp)://[^/]{0,20}(:[0-9x]{0,6})?(/.{0,5})?", fullmatch=True
)


@given(st.binary(max_size=200))
def test_any_answer_of_a_program_is_read_or_refused(answer: bytes) -> None:
    with pytest.raises(SignInFailed):
        plugin_answer.read(answer, PLUGIN)


@given(status | values)
def test_any_status_is_read_or_refused(inner: object) -> None:
    answer = json.dumps({"apiVersion": VERSION, "kind": "ExecCredential", "status": inner}).encode()
    try:
        fetched = plugin_answer.read(answer, PLUGIN)
    except SignInFailed:
        return
    identity = fetched.identity
    assert identity.authorization or identity.certificate
    assert bool(identity.certificate) == bool(identity.key)
    assert identity.authorization.isprintable()
    assert fetched.until is None or fetched.until.tzinfo is not None


@given(st.text(max_size=60))
def test_any_token_of_a_provider_has_an_end_or_none(token: str) -> None:
    oidc.end(token)
    oidc.end(f"a.{token}.c")


@given(
    addresses,
    st.sampled_from(["https://api.example:6443", "http://a", "https://[2001:db8::1]", "https://192.0.2.1"]),
    addresses,
    st.text(max_size=30) | st.from_regex(r"([0-9a-f.:*\[\]/-]{0,12},?){0,3}", fullmatch=True),
)
def test_any_address_of_a_proxy_is_one_or_refused(url: str, server: str, of_environment: str, no_proxy: str) -> None:
    environment = {"HTTPS_PROXY": of_environment, "HTTP_PROXY": of_environment, "NO_PROXY": no_proxy}
    try:
        found = proxies.of(url, server, environment)
    except ConfigError:
        return
    if found is not None:
        assert found.scheme in {"http", "https", "socks5"}
        assert found.host
        assert 0 <= found.port < 65536
        assert "@" not in str(found)


@given(st.binary(max_size=40), st.booleans(), st.text(max_size=20))
def test_whatever_a_socks_proxy_says_it_connects_or_is_refused(said: bytes, password: bool, host: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        drain = threading.Thread(target=lambda: [None for _ in iter(lambda: theirs.recv(4096), b"")], daemon=True)
        drain.start()
        try:
            socks.ask(ours, Proxy("socks5", "p", 1, "me" if password else "", ""), host, 443)
        except (Unreachable, OSError, UnicodeError):
            pass
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            drain.join(5)


stanzas = st.fixed_dictionaries(
    {"apiVersion": st.sampled_from([VERSION, VERSION + "beta1"])},
    optional={
        "command": st.text(max_size=10) | st.sampled_from(["/", "..", "./", "sh", "/bin/sh"]) | values,
        "args": st.lists(st.text(max_size=5) | st.none(), max_size=3) | values,
        "env": st.lists(st.fixed_dictionaries({"name": st.text(max_size=3), "value": st.text(max_size=3)}), max_size=2),
        "interactiveMode": st.sampled_from(["Never", "IfAvailable", "Always"]) | values,
        "provideClusterInfo": st.booleans() | values,
        "installHint": st.text(max_size=5) | values,
    },
)


@given(exec_=stanzas | values, provider=st.none() | values)
def test_any_way_to_sign_in_is_understood_or_refused(
    exec_: Any, provider: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    user = {"exec": exec_} | ({"auth-provider": provider} if provider is not None else {})
    config = {
        "clusters": [{"name": "c", "cluster": {"server": "https://a"}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    }
    path = tmp_path_factory.mktemp("any") / "config"
    path.write_text(json.dumps(config))
    read = load([path])
    try:
        made = connection(read, read.find("x"), allows=lambda _: True)
    except BulkheadError:
        return
    assert made.plugin is None or made.plugin.path.is_absolute()
