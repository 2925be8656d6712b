"""A token of an identity provider is used while it lasts and renewed by verified TLS; the kubeconfig stays as it is."""

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import trustme

from desktop.cancellation import CancelToken
from desktop.cluster import oidc
from desktop.cluster.connection import Connection, connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.oidc_provider import Provider
from desktop.cluster.transport import Transport
from desktop.errors import BulkheadError, SignInFailed, TlsError, Unreachable
from tests.unit.cluster.small_server import answer, read_request, serve, server_context

CA = trustme.CA()
TLS = server_context(CA, "127.0.0.1")
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def jwt(end: datetime | None, name: str = "me") -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"sub": name} | ({"exp": int(end.timestamp())} if end else {})
    return f"{part({'alg': 'none'})}.{part(claims)}.sig"


@dataclass
class Issuer:
    """An identity provider that notes what it is asked."""

    renewed: str = ""
    refresh_token: str = ""
    wants_header: bool = True
    broken: str = ""
    port: int = 0
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)

    def __call__(self, connection: socket.socket) -> None:
        while got := read_request(connection).decode():
            head, _, body = got.partition("\r\n\r\n")
            line, *headers = head.split("\r\n")
            basic = next((each.split(" ")[2] for each in headers if each.startswith("Authorization: Basic ")), "")
            credentials = base64.b64decode(basic).decode()
            self.asked.append((line.split(" ")[1], credentials, parse_qs(body)))
            if "/.well-known/" in line:
                endpoint = (
                    "http://127.0.0.1/token" if self.broken == "plain" else f"https://127.0.0.1:{self.port}/token?x=1"
                )
                value: object = {} if self.broken == "no-endpoint" else {"token_endpoint": endpoint}
                answer(connection, b"<html>" if self.broken == "html" else json.dumps(value).encode())
            elif bool(credentials) != self.wants_header:
                answer(connection, b'{"error":"invalid_client"}', status="401 Unauthorized")
            elif self.broken == "refuses":
                answer(connection, b'{"error":"invalid_grant"}', status="400 Bad Request")
            elif self.broken == "no-id-token":
                answer(connection, b'{"access_token":"CANARY"}')
            else:
                tokens = {"id_token": self.renewed, "refresh_token": self.refresh_token or None}
                answer(connection, json.dumps(tokens).encode())


@contextmanager
def serving(issuer: Issuer) -> Iterator[str]:
    with serve(issuer, TLS) as port:
        issuer.port = port
        yield f"https://127.0.0.1:{port}/realm"


def provider(url: str, **more: str) -> Provider:
    fields = {"client_secret": "s/1", "refresh_token": "CANARY-1"} | more
    return Provider(url, "bulk head", authority=CA.cert_pem.bytes(), **fields)


def renewing(asked: Provider) -> oidc.Renewal:
    return oidc.Renewal(asked, lambda: NOW)


def token(renewal: oidc.Renewal) -> str:
    return renewal.fetch(CancelToken()).identity.authorization


def refused(renewal: oidc.Renewal) -> BulkheadError:
    with pytest.raises(BulkheadError) as caught:
        token(renewal)
    assert "CANARY" not in f"{caught.value}{caught.value.__cause__}"
    return caught.value


def test_a_token_that_lasts_is_used_and_nobody_is_asked() -> None:
    given = jwt(NOW + timedelta(minutes=1))
    fetched = renewing(provider("https://127.0.0.1:1", id_token=given)).fetch(CancelToken())
    assert fetched.identity.authorization == f"Bearer {given}"
    assert fetched.until is not None
    assert abs(fetched.until - NOW - timedelta(seconds=50)) < timedelta(seconds=2)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:1", "https://", "https://me@i", "https://i:x", "i"])
def test_a_provider_without_tls_is_never_spoken_to_but_a_token_that_lasts_is_used(issuer: str) -> None:
    given = jwt(NOW + timedelta(minutes=1))
    renewal = renewing(provider(issuer, id_token=given))
    assert token(renewal) == f"Bearer {given}"
    assert refused(renewal).code == "oidc.issuer-not-https"


@pytest.mark.parametrize(
    "given", ["", jwt(NOW - timedelta(hours=1)), jwt(NOW + timedelta(seconds=9)), "a.b.c", jwt(None)]
)
def test_any_other_is_renewed(given: str) -> None:
    fresh = jwt(NOW + timedelta(hours=1), "fresh")
    issuer = Issuer(fresh)
    with serving(issuer) as url:
        assert token(renewing(provider(f"{url}/", id_token=given))) == f"Bearer {fresh}"
    discovery, renewal = issuer.asked
    assert discovery == ("/realm/.well-known/openid-configuration", "", {})
    assert renewal == (
        "/token?x=1",
        "bulk+head:s%2F1",
        {"grant_type": ["refresh_token"], "refresh_token": ["CANARY-1"]},
    )


@pytest.mark.parametrize("secret", ["s/1", ""])
def test_a_client_may_have_to_name_itself_in_the_body_and_may_have_no_secret(secret: str) -> None:
    issuer = Issuer(jwt(None), wants_header=False)
    with serving(issuer) as url:
        assert token(renewing(provider(url, client_secret=secret))) == f"Bearer {jwt(None)}"
    form = issuer.asked[-1][2]
    assert form["client_id"] == ["bulk head"]
    assert form.get("client_secret") == ([secret] if secret else None)


def test_a_refresh_token_that_is_replaced_serves_the_next_time() -> None:
    issuer = Issuer(jwt(None), refresh_token="CANARY-2")
    with serving(issuer) as url:
        renewal = renewing(provider(url, id_token=jwt(NOW + timedelta(hours=1))))
        for _ in range(3):
            token(renewal)
    assert [form["refresh_token"] for _, _, form in issuer.asked if form] == [["CANARY-1"], ["CANARY-2"]]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("html", "oidc.no-discovery"),
        ("no-endpoint", "oidc.no-discovery"),
        ("plain", "oidc.no-discovery"),
        ("refuses", "oidc.refused"),
        ("no-id-token", "oidc.no-id-token"),
    ],
)
def test_a_provider_that_does_not_renew_is_told(broken: str, code: str) -> None:
    issuer = Issuer(broken=broken)
    with serving(issuer) as url:
        error = refused(renewing(provider(url)))
    assert isinstance(error, SignInFailed)
    assert (error.code, error.facts["issuer"]) == (code, url)


def test_without_a_refresh_token_the_end_is_told() -> None:
    gone = jwt(NOW - timedelta(hours=1))
    assert refused(renewing(provider("https://127.0.0.1:1", id_token=gone, refresh_token=""))).code == "oidc.expired"


def test_a_provider_has_to_prove_itself() -> None:
    with serving(Issuer(jwt(None))) as url:
        stranger = Provider(url, "c", refresh_token="CANARY", authority=trustme.CA().cert_pem.bytes())
        error = refused(renewing(stranger))
    assert isinstance(error, TlsError)
    assert error.code == "tls.unknown-authority"


def test_a_provider_that_cannot_be_reached_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert isinstance(refused(renewing(provider(f"https://127.0.0.1:{port}"))), Unreachable)


def kubeconfig(path: Path, server: str, url: str, **config: str) -> Path:
    (path.parent / "ca.pem").write_bytes(CA.cert_pem.bytes())
    settings = {"idp-issuer-url": url, "client-id": "c", "idp-certificate-authority": "ca.pem", **config}
    content = {
        "clusters": [{"name": "c", "cluster": {"server": server, "certificate-authority": "ca.pem"}}],
        "users": [{"name": "u", "user": {"auth-provider": {"name": "oidc", "config": settings}}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    }
    path.write_text(json.dumps(content))
    return path


def connect(path: Path) -> Connection:
    config = load([path])
    return connection(config, config.contexts[0])


def test_a_session_renews_when_it_has_to_and_writes_nothing(tmp_path: Path) -> None:
    old, fresh = (jwt(datetime.now(UTC) + timedelta(hours=1), name) for name in ("old", "fresh"))
    seen: list[str] = []

    def talk(connection: socket.socket) -> None:
        while got := read_request(connection).decode():
            seen.append(got)
            good = fresh in got
            answer(connection, status="200 OK" if good else "401 Unauthorized")

    with serving(Issuer(fresh)) as url, serve(talk, TLS) as port:
        path = kubeconfig(
            tmp_path / "config", f"https://127.0.0.1:{port}", url, **{"id-token": old, "refresh-token": "r"}
        )
        before = path.read_bytes()
        made = Transport(connect(path))
        for _ in range(3):
            made.call("GET", "/version", CancelToken())
        made.close()
    assert len(seen) == 4  # the first token was refused although it lasts, once
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ca.pem", "config"]


def test_what_was_renewed_is_kept_while_the_kubeconfig_says_the_same(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", "https://a", "https://i", **{"refresh-token": "one"})
    made = connect(path)
    assert made.renew
    assert made.renew().source is made.source
    kubeconfig(path, "https://a", "https://i", **{"refresh-token": "two"})
    assert made.renew().source is not made.source
