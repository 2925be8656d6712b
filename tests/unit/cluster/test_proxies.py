"""Requests go by the proxy that kubectl would go by, and an error on the way names it."""

import base64
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import trustme

from desktop.cancellation import CancelToken
from desktop.cluster import client
from desktop.cluster.connection import Connection
from desktop.cluster.flight import dial
from desktop.cluster.impersonation import Impersonation
from desktop.cluster.proxies import Proxy, named, of
from desktop.cluster.transport import Transport
from desktop.errors import BulkheadError, ConfigError, TlsError, TransportError, Unreachable
from desktop.wording import errors
from tests.helpers import kubectl
from tests.helpers.proxy_server import ProxyServer, proxy
from tests.unit.cluster.small_server import Talk, always, answer, read_request, serve, server_context

CA = trustme.CA()
TLS = server_context(CA, "127.0.0.1", "api.example")
PROXY_TLS = server_context(CA, "127.0.0.1")
API, PLAIN = "https://api.example:6443", "http://api.example:8080"


# --- which proxy -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A server and what is said of proxies; ``by`` is the proxy (its letter, its way, its credentials), or none.

    Proxies are named by letters. ``error`` is our code where kubectl refuses, too.
    """

    by: str = ""
    server: str = API
    named: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    kubectl: bool = True


def env(by: str, server: str = API, **environment: str) -> Case:
    return Case(by, server, environment=environment)


def no_proxy(by: str, value: str, server: str = API) -> Case:
    return Case(by, server, environment={"HTTPS_PROXY": "http://B", "NO_PROXY": value})


CASES = {
    "none": Case(),
    # named in the kubeconfig
    "http": Case("A connect", named="http://A"),
    "https": Case("A connect", named="https://A"),
    "socks5": Case("A socks", named="socks5://A"),
    "name and password": Case("A connect me:p@ss", named="http://me:p%40ss@A"),
    "a name alone": Case("A connect me:", named="http://me@A"),
    "socks5 with name and password": Case("A socks me:p@ss", named="socks5://me:p%40ss@A"),
    "in capitals": Case("A connect", named="HTTP://A"),
    "with a path": Case("A connect", named="http://A/path"),
    "for a plain server": Case("A forward", PLAIN, named="http://A"),
    "for loopback": Case("A connect", "https://127.0.0.1:6443", named="http://A"),
    "for localhost": Case("A connect", "https://localhost:6443", named="http://A"),
    "before the environment": Case("A connect", named="http://A", environment={"HTTPS_PROXY": "http://B"}),
    "whatever NO_PROXY says": Case("A connect", named="http://A", environment={"NO_PROXY": "*"}),
    "whatever NO_PROXY says of it": Case("A connect", named="http://A", environment={"NO_PROXY": "api.example"}),
    "without a scheme": Case(named="A", error="kubeconfig.proxy-unreadable"),
    "socks5h": Case(named="socks5h://A", error="kubeconfig.proxy-scheme-unknown"),
    "ftp": Case(named="ftp://A", error="kubeconfig.proxy-scheme-unknown"),
    # named in the environment
    "HTTPS_PROXY": env("B connect", HTTPS_PROXY="http://B"),
    "https_proxy": env("B connect", https_proxy="http://B"),
    "capitals first": env("B connect", HTTPS_PROXY="http://B", https_proxy="http://C"),
    "empty capitals": env("B connect", HTTPS_PROXY="", https_proxy="http://B"),
    "no scheme": env("B connect", HTTPS_PROXY="B"),
    "TLS to the proxy": env("B connect", HTTPS_PROXY="https://B"),
    "socks5 of the environment": env("B socks", HTTPS_PROXY="socks5://B"),
    "socks5h of the environment": env("B socks", HTTPS_PROXY="socks5h://B"),
    "name and password of the environment": env("B connect me:p:w", HTTPS_PROXY="http://me:p%3Aw@B"),
    "HTTP_PROXY for a plain server": env("C forward", PLAIN, HTTP_PROXY="http://C"),
    "http_proxy for a plain server": env("C forward", PLAIN, http_proxy="http://C"),
    "HTTP_PROXY is not for TLS": env("", HTTP_PROXY="http://C"),
    "HTTPS_PROXY is not for plain": env("", PLAIN, HTTPS_PROXY="http://B"),
    "ALL_PROXY": env("", ALL_PROXY="http://B"),
    "an IPv6 server": env("B connect", "https://[2001:db8::1]:6443", HTTPS_PROXY="http://B"),
    "in a web server's program": Case(
        "", PLAIN, environment={"HTTP_PROXY": "http://C", "REQUEST_METHOD": "GET"}, error="proxy.unreadable"
    ),
    "unreadable": Case(environment={"HTTPS_PROXY": "http://B:x:y"}, error="proxy.unreadable"),
    "without a host": Case(environment={"HTTPS_PROXY": "http://"}, error="proxy.unreadable"),
    # kubectl speaks HTTP to it, which no such proxy understands
    "socks4": Case(environment={"HTTPS_PROXY": "socks4://B"}, error="proxy.unreadable", kubectl=False),
    # on this computer
    "loopback": env("", "https://127.0.0.1:6443", HTTPS_PROXY="http://B"),
    "all of loopback": env("", "https://127.1.2.3:6443", HTTPS_PROXY="http://B"),
    "IPv6 loopback": env("", "https://[::1]:6443", HTTPS_PROXY="http://B"),
    "loopback in IPv6": env("", "https://[::ffff:127.0.0.1]:6443", HTTPS_PROXY="http://B"),
    "localhost": env("", "https://localhost:6443", HTTPS_PROXY="http://B"),
    "below localhost": env("B connect", "https://k8s.localhost:6443", HTTPS_PROXY="http://B"),
    # NO_PROXY
    "all": no_proxy("", "*"),
    "the name": no_proxy("", "other, api.example"),
    "no_proxy": env("", HTTPS_PROXY="http://B", no_proxy="api.example"),
    "the name in capitals": no_proxy("", "API.Example"),
    "a server in capitals": no_proxy("", "api.example", "https://API.example:6443"),
    "a domain": no_proxy("", "example", "https://api.prod.example:6443"),
    "a domain with a dot": no_proxy("", ".example"),
    "the name with a dot": no_proxy("B connect", ".api.example"),
    "a domain with a star": no_proxy("", "*.example"),
    "the name with a star": no_proxy("B connect", "*.api.example"),
    "half a name": no_proxy("B connect", "pi.example"),
    "the port": no_proxy("", "api.example:6443"),
    "another port": no_proxy("B connect", "api.example:443"),
    "the port that is not written": no_proxy("", "api.example:443", "https://api.example"),
    "an address": no_proxy("", "192.0.2.1", "https://192.0.2.1:6443"),
    "an address with another port": no_proxy("B connect", "192.0.2.1:443", "https://192.0.2.1:6443"),
    "a block": no_proxy("", "10.0.0.0/8,192.0.2.0/24", "https://192.0.2.1:6443"),
    "another block": no_proxy("B connect", "192.0.3.0/24", "https://192.0.2.1:6443"),
    "a block by an address in it": no_proxy("", "192.0.2.77/24", "https://192.0.2.1:6443"),
    "a block is for no name": no_proxy("B connect", "0.0.0.0/0"),
    "an IPv6 address": no_proxy("", "2001:db8::1", "https://[2001:db8::1]:6443"),
    "an IPv6 address with the port": no_proxy("", "[2001:db8::1]:6443", "https://[2001:db8::1]:6443"),
    "an IPv6 block": no_proxy("", "2001:db8::/32", "https://[2001:db8::1]:6443"),
    "a length with zeros before it": no_proxy("", "192.0.2.0/024", "https://192.0.2.1:6443"),
    "a server with zeros in a block": no_proxy("", "192.0.2.0/24", "https://192.000.002.001:6443"),
    "a block that begins with a space": no_proxy("", "x, 192.0.2.0/24", "https://192.0.2.1:6443"),
    "a length that is too long": no_proxy("B connect", "192.0.2.1/33", "https://192.0.2.1:6443"),
    "a length within IPv6 alone": no_proxy("B connect", "::ffff:192.0.2.0/90", "https://192.0.2.1:6443"),
    "a block with zeros before its numbers": no_proxy("", "192.000.002.0/24", "https://192.0.2.1:6443"),
    "an address with zeros before its numbers": no_proxy("B connect", "192.000.002.001", "https://192.0.2.1:6443"),
    "a server with zeros before its numbers": no_proxy("B connect", "192.0.2.1", "https://192.000.002.001:6443"),
    "a mask in place of a length": no_proxy("B connect", "192.0.2.0/255.255.255.0", "https://192.0.2.1:6443"),
    "a length with a sign": no_proxy("B connect", "192.0.2.0/+24", "https://192.0.2.1:6443"),
    "no length": no_proxy("B connect", "192.0.2.0/", "https://192.0.2.1:6443"),
    "a block that is too short": no_proxy("B connect", "192.0.2/24", "https://192.0.2.1:6443"),
    "a block of IPv4 in IPv6": no_proxy("", "::ffff:192.0.2.0/120", "https://192.0.2.1:6443"),
    "all of IPv6 is no IPv4": no_proxy("B connect", "::/0", "https://192.0.2.1:6443"),
    "an address of IPv4 in IPv6": no_proxy("", "::ffff:192.0.2.1", "https://192.0.2.1:6443"),
    "a block and a server of IPv4 in IPv6": no_proxy("", "192.0.2.0/24", "https://[::ffff:192.0.2.1]:6443"),
    "an IPv6 block with a zone": no_proxy("B connect", "fe80::%eth0/64", "https://[fe80::1]:6443"),
    "an address in capitals": no_proxy("", "2001:DB8::1", "https://[2001:db8::1]:6443"),
    "an address with a star": no_proxy("B connect", "192.0.2.*", "https://192.0.2.1:6443"),
    "spaces part nothing": no_proxy("B connect", "x api.example"),
    "a port alone": no_proxy("B connect", ":6443"),
    "the end of an address": no_proxy("B connect", "0.2.1,.1", "https://192.0.2.1:6443"),
    "nothing after a comma": no_proxy("B connect", "x,,"),
    "a dot at the end": no_proxy("B connect", "example."),
    "a server with a dot at the end": no_proxy("B connect", "api.example", "https://api.example.:6443"),
}


def way(found: Proxy, server: str) -> str:
    """Tell a proxy as the cases do."""
    plain = "connect" if server.startswith("https") else "forward"
    how = "socks" if found.scheme == "socks5" else plain
    credentials = f"{found.user}:{found.password}" if found.user or found.password else ""
    return f"{found.host.upper()} {how} {credentials}".strip()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_proxy_is_the_one_that_kubectl_takes(case: Case) -> None:
    if case.error:
        with pytest.raises(ConfigError) as caught:
            of(case.named, case.server, case.environment)
        assert caught.value.code == case.error
    else:
        found = of(case.named, case.server, case.environment)
        assert (way(found, case.server) if found else "") == case.by


def test_there_are_forty_cases_and_more() -> None:
    assert len(CASES) >= 40


@kubectl.needs_kubectl
@pytest.mark.parametrize(
    "case", [case for case in CASES.values() if case.kubectl], ids=[name for name in CASES if CASES[name].kubectl]
)
def test_kubectl_takes_that_proxy(case: Case, tmp_path: Path) -> None:
    CA.cert_pem.write_to_path(tmp_path / "ca.pem")
    told = f"{case.named} {case.environment}"
    with ExitStack() as stack:
        servers = {
            letter: stack.enter_context(
                proxy(
                    ProxyServer(
                        context=PROXY_TLS if f"https://{letter}" in told else None,
                        password="me:p@ss" if "socks5://me" in told else "",
                    )
                )
            )
            for letter in "ABC"
        }

        def filled(text: str) -> str:
            return re.sub(r"\b[ABC]\b", lambda found: f"127.0.0.1:{servers[found[0]].port}", text)

        cluster = {"server": case.server, "proxy-url": filled(case.named)}
        if case.server.startswith("https"):
            cluster["certificate-authority"] = "ca.pem"
        config = {
            "clusters": [{"name": "c", "cluster": cluster}],
            "contexts": [{"name": "x", "context": {"cluster": "c"}}],
            "current-context": "x",
        }
        (tmp_path / "config").write_text(json.dumps(config))
        environment = {name: filled(value) for name, value in case.environment.items()}
        command = [str(kubectl.KUBECTL), "--kubeconfig", str(tmp_path / "config"), "get", "--raw", "/version"]
        subprocess.run(
            [*command, "--request-timeout", "1s"],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment},
            capture_output=True,
            check=False,
            timeout=30,
        )
        seen = [(letter, *server.seen[0]) for letter, server in servers.items() if server.seen]
    by = [f"{letter} {how} {credentials}".strip() for letter, how, _, credentials in seen]
    assert by == ([case.by] if case.by else [])


# --- through it ------------------------------------------------------------------------------------------------------


def connected(server: str, through: Proxy | None, **more: object) -> Connection:
    made = Connection(server, CA.cert_pem.bytes(), authorization=lambda: "Bearer CANARY", proxy=through)
    return replace(made, **more)  # type: ignore[arg-type]


@contextmanager
def behind(server: ProxyServer, scheme: str, talk: Talk | None = None, **more: object) -> Iterator[Transport]:
    """Give a transport that reaches a server through a proxy only."""
    with serve(talk or always(b"hello"), TLS) as port, proxy(server) as running:
        running.to = running.to or port
        user, _, password = running.password.partition(":")
        made = Transport(connected(API, Proxy(scheme, "127.0.0.1", running.port, user, password), **more))
        try:
            yield made
        finally:
            made.close()


def get(made: Transport) -> bytes:
    return made.call("GET", "/version", CancelToken()).body


@pytest.mark.parametrize("password", ["", "me:p:w ö"])
@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_a_server_that_only_the_proxy_knows_is_reached(scheme: str, password: str) -> None:
    server = ProxyServer(context=PROXY_TLS if scheme == "https" else None, password=password)
    with behind(server, scheme) as made:
        assert get(made) == b"hello"
        assert get(made) == b"hello"
        lines = made.lines("/watch", CancelToken(), query=[], read_limit=20)
        lines.close()
    how = "socks" if scheme == "socks5" else "connect"
    assert server.seen[0] == (how, "api.example:6443", password)
    assert not any("CANARY" in head for head in server.heads)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_the_server_proves_itself_behind_the_proxy_too(scheme: str) -> None:
    other = trustme.CA()
    with (
        serve(always(), server_context(other, "api.example")) as port,
        behind(ProxyServer(to=port), scheme) as made,
        pytest.raises(TlsError) as caught,
    ):
        get(made)
    assert caught.value.code == "tls.unknown-authority"
    assert caught.value.facts["proxy"]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("bears", "answers"), [("*.example", True), ("proxy.lan", False), ("*.lan", False)])
def test_the_server_proves_its_own_name_and_not_the_proxys(
    scheme: str, bears: str, answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have names that are compared here, not by OpenSSL."""
    monkeypatch.setattr(client, "dial", lambda _, *rest: dial("127.0.0.1", *rest))
    server = ProxyServer(context=server_context(CA, "proxy.lan") if scheme == "https" else None)
    with serve(always(b"hello"), server_context(CA, bears)) as port, proxy(server) as running:
        running.to = port
        made = Transport(connected(API, Proxy(scheme, "proxy.lan", running.port)))
        if answers:
            assert get(made) == b"hello"
        else:
            assert failure(made).code == "tls.wrong-name"
        made.close()


def test_a_proxy_that_is_spoken_to_by_tls_has_to_prove_itself() -> None:
    stranger = server_context(trustme.CA(), "127.0.0.1")
    with behind(ProxyServer(context=stranger), "https") as made, pytest.raises(TlsError) as caught:
        get(made)
    assert caught.value.code == "tls.unknown-authority"


def test_a_proxy_proves_itself_by_the_name_that_the_server_has_to_bear() -> None:
    """As with kubectl, where ``tls-server-name`` is given: it is what the proxy is asked for, too."""
    asked: list[str] = []
    named_alike, named_itself = server_context(CA, "api.example"), server_context(CA, "127.0.0.1")
    named_alike.sni_callback = lambda _socket, name, _context: asked.append(name)
    with behind(ProxyServer(context=named_alike), "https", tls_server_name="api.example") as made:
        assert get(made) == b"hello"
    assert asked == ["api.example"]
    for context, name in ((named_alike, ""), (named_itself, "api.example")):
        with behind(ProxyServer(context=context), "https", tls_server_name=name) as made:
            error = failure(made)
        assert (type(error), error.code) == (TlsError, "tls.wrong-name")


def test_the_systems_authorities_count_for_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    company = trustme.CA()
    company.cert_pem.write_to_path(str(tmp_path / "system.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    with behind(ProxyServer(context=server_context(company, "127.0.0.1")), "https") as made:
        assert get(made) == b"hello"


def test_an_unverified_cluster_makes_its_proxy_unverified_but_an_unencrypted_one_does_not() -> None:
    """A password of the proxy's is not for whoever stands in its place."""
    stranger = server_context(trustme.CA(), "elsewhere.example")
    server = ProxyServer(context=stranger, password="me:CANARY")
    with behind(server, "https", authority=b"", insecure=True) as made:
        assert get(made) == b"hello"
    with serve(always(b"hello")) as port, proxy(replace(server, to=port, seen=[])) as running:
        plain = Connection(PLAIN, insecure=True, proxy=Proxy("https", "127.0.0.1", running.port, "me", "CANARY"))
        made = Transport(plain)
        error = failure(made)
        made.close()
    assert (type(error), error.code) == (TlsError, "tls.unknown-authority")
    assert running.seen == []


def test_a_proxy_that_asks_for_a_certificate_is_shown_ours() -> None:
    wants = server_context(CA, "127.0.0.1")
    wants.verify_mode = ssl.CERT_REQUIRED
    CA.configure_trust(wants)
    leaf = CA.issue_cert("me.example")
    certificate, key = leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes()
    with behind(ProxyServer(context=wants), "https", client_certificate=certificate, client_key=key) as made:
        assert get(made) == b"hello"
    with behind(ProxyServer(context=wants), "https") as made, pytest.raises(TransportError):
        get(made)


def test_a_plain_server_gets_its_headers_whole_through_a_proxy() -> None:
    requests: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while got := read_request(connection):
            requests.append(got)
            answer(connection)

    acting = Impersonation("alice", groups=("a", "b"))
    with serve(talk) as port, proxy(ProxyServer(to=port)) as running:
        through = Proxy("http", "127.0.0.1", running.port, "me", "pw")
        made = Transport(Connection(PLAIN, proxy=through, acting_as=acting))
        get(made)
        made.close()
    (request,) = requests
    lines = request.decode().split("\r\n")
    assert lines[0] == "GET http://api.example:8080/version HTTP/1.1"
    assert {"Impersonate-Group: a", "Impersonate-Group: b", "Host: api.example:8080"} <= set(lines)
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'me:pw').decode()}" in lines


def failure(made: Transport) -> TransportError:
    with pytest.raises(TransportError) as caught:
        get(made)
    return caught.value


@pytest.mark.parametrize(
    ("server", "scheme", "code", "status"),
    [
        (ProxyServer(status="403 Forbidden"), "http", "proxy.refused", 403),
        (ProxyServer(status="503 Down"), "http", "proxy.refused", 503),
        (ProxyServer(password="other:pw"), "http", "proxy.refused", 407),
        (ProxyServer(password="other:pw"), "socks5", "proxy.credentials-refused", None),
    ],
)
def test_a_proxy_that_lets_nobody_through_is_named(server: ProxyServer, scheme: str, code: str, status: object) -> None:
    with serve(always(), TLS) as port, proxy(replace(server, seen=[], heads=[])) as running:
        running.to = port
        made = Transport(connected(API, Proxy(scheme, "127.0.0.1", running.port, "me", "CANARY")))
        error = failure(made)
        made.close()
    assert (error.code, error.facts.get("status")) == (code, status)
    assert error.facts["proxy"] == f"{scheme}://127.0.0.1:{running.port}"
    assert f"{scheme}://127.0.0.1:{running.port}" in errors.sentence(error)
    assert "CANARY" not in f"{error}{errors.sentence(error)}{errors.hint(error)}"


def test_a_socks_proxy_that_finds_no_way_is_named() -> None:
    with proxy(ProxyServer()) as running:
        made = Transport(connected(API, Proxy("socks5", "127.0.0.1", running.port)))
        error = failure(made)
        made.close()
    assert (error.code, error.facts["host"], error.facts["port"]) == ("proxy.refused", "api.example", 6443)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_a_proxy_that_is_not_there_is_named(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    made = Transport(connected(API, Proxy(scheme, "127.0.0.1", port, "me", "CANARY")))
    error = failure(made)
    made.close()
    assert isinstance(error, Unreachable)
    assert (error.code, error.facts["proxy"]) == ("unreachable.refused", f"{scheme}://127.0.0.1:{port}")
    assert "CANARY" not in errors.sentence(error)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_what_is_no_proxy_is_told(scheme: str) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH\r\n" * 8)

    with serve(talk) as port:
        made = Transport(connected(API, Proxy(scheme, "127.0.0.1", port)))
        error = failure(made)
        made.close()
    assert isinstance(error, Unreachable)
    assert error.facts["proxy"] == f"{scheme}://127.0.0.1:{port}"


def test_to_cancel_does_not_wait_for_a_silent_proxy() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.recv(1 << 16)

    for scheme in ("http", "socks5"):
        with serve(talk) as port:
            made, token = Transport(connected(API, Proxy(scheme, "127.0.0.1", port))), CancelToken()
            timer = threading.Timer(0.3, token.cancel)
            timer.start()
            started = time.monotonic()
            with pytest.raises(BulkheadError) as caught:
                made.call("GET", "/version", token)
            assert caught.value.code == "cancelled"
            assert time.monotonic() - started < 5
            made.close()
            timer.join()


def test_no_password_is_in_what_a_proxy_says_of_itself() -> None:
    assert "CANARY" not in f"{named('http://me:CANARY@p:1')!r} {named('http://me:CANARY@p:1')}"
    for url in ("//me:CANARY@p", "gopher://me:CANARY@p", "http://me:CANARY@"):
        with pytest.raises(ConfigError) as caught:
            named(url)
        assert "CANARY" not in f"{caught.value}{caught.value.__cause__}"
