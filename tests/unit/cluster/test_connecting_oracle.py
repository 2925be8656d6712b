"""What kubectl connects with, we connect with, and send the same; where we differ from it, it is told here and why.

What kubectl sends was seen with versions 1.32 and 1.35; where one is installed, it is asked again.
"""

import base64
import json
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from desktop.cancellation import CancelToken
from desktop.cluster.connection import connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.transport import Transport
from desktop.errors import BulkheadError
from tests.helpers import kubectl
from tests.unit.cluster.small_server import answer, read_request, serve, server_context

CA, OTHER = trustme.CA(), trustme.CA()
AUTHORITY, ANOTHER = CA.cert_pem.bytes().decode(), OTHER.cert_pem.bytes().decode()
MINE = CA.issue_cert("me@example.org")
CERTIFICATE, KEY = MINE.cert_chain_pems[0].bytes().decode(), MINE.private_key_pem.bytes().decode()
STRANGE = OTHER.issue_cert("x@example.org").private_key_pem.bytes().decode()
REFUSED = ""

Fields = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """A cluster's and a user's entry, and what the server gets: the path, then what proves or claims who is there.

    ``TLS``, ``NAMED`` and ``PLAIN`` stand for servers: one by its address, one that bears another name, and one that
    is not encrypted. ``text`` is done to the kubeconfig's text. ``differs`` says why we do not as kubectl does.
    """

    sent: str
    user: Fields = field(default_factory=lambda: {"token": "t"})
    cluster: Fields = field(default_factory=dict)
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    text: tuple[str, str] = ("", "")
    encoding: str = "utf-8"
    differs: str = ""
    theirs: str = ""


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def at(sent: str, server: str, cluster: Fields | None = None, user: Fields | None = None) -> Case:
    return Case(sent, user or {"token": "t"}, {"server": server, **(cluster or {})})


def user(sent: str, fields: Fields, files: Mapping[str, str | bytes] | None = None) -> Case:
    return Case(sent, fields, files=files or {})


def authority(sent: str, text: str | bytes) -> Case:
    fields = {"certificate-authority-data": None, "certificate-authority": "ca"}
    return Case(sent, cluster=fields, files={"ca": text})


def certificate(sent: str, text: str, key: str = KEY, **more: object) -> Case:
    return Case(sent, {"client-certificate-data": b64(text), "client-key-data": b64(key), **more})


def login(sent: str, answer_: object, user_: Fields | None = None, **fields: object) -> Case:
    text = answer_ if isinstance(answer_, str) else json.dumps({**_CREDENTIAL, "status": answer_})
    stanza = {"apiVersion": _VERSION, "command": "./login", "interactiveMode": "Never", **fields}
    return Case(sent, {"exec": stanza, **(user_ or {})}, files={"login": f"#!/bin/sh\ncat <<'EOF'\n{text}\nEOF\n"})


_VERSION = "client.authentication.k8s.io/v1"
_CREDENTIAL = {"apiVersion": _VERSION, "kind": "ExecCredential"}
BASIC = f"Basic {b64('me:p@w')}"
CASES = {
    # the address
    "an address": at("/version Bearer t", "https://TLS"),
    "a path": at("/k8s/clusters/c-1/version Bearer t", "https://TLS/k8s/clusters/c-1/"),
    "a path with more slashes": at("/a/b/version Bearer t", "https://TLS/a//b//"),
    "an escaped path": at("/a/b%20c/version Bearer t", "https://TLS/a%2fb%20c"),
    "a query and fragment": at("/p/version Bearer t", "https://TLS/p?a=b"),
    "capitals": at("/version Bearer t", "HTTPS://TLS"),
    "no scheme": at("/version", "PLAIN", {"certificate-authority-data": None}),
    "no scheme and a path": at(REFUSED, "PLAIN/p", {"certificate-authority-data": None}),
    "another scheme": at(REFUSED, "ftp://TLS"),
    "no address": at(REFUSED, ""),
    "no encryption": at("/p/version", "http://PLAIN/p"),
    "no encryption, and all there is": at(
        "/version impersonate-user:bob", "http://PLAIN", user={"token": "t", "as": "bob", "tokenFile": "missing"}
    ),
    "a name and password within": at(f"/version {BASIC}", "https://me:p%40w@TLS"),
    "a name and password within, unencrypted": at(f"/version {BASIC}", "http://me:p%40w@PLAIN"),
    # whom to trust
    "another name": at("/version Bearer t", "https://NAMED", {"tls-server-name": "api.example"}),
    "a name that it does not bear": at(REFUSED, "https://NAMED", {"tls-server-name": "b.example"}),
    "no verification": at(
        "/version Bearer t", "https://NAMED", {"certificate-authority-data": None, "insecure-skip-tls-verify": True}
    ),
    "no verification beside an authority": at(REFUSED, "https://TLS", {"insecure-skip-tls-verify": True}),
    "a text for a boolean": at(
        REFUSED, "https://TLS", {"certificate-authority-data": None, "insecure-skip-tls-verify": "true"}
    ),
    "two authorities": at(REFUSED, "https://TLS", {"certificate-authority": "ca"}),
    "an authority in a file": authority("/version Bearer t", AUTHORITY),
    "a bundle": authority("/version Bearer t", f"# old\n{ANOTHER}\n# new\n{AUTHORITY}"),
    "a bundle from Windows": authority("/version Bearer t", f"{ANOTHER}{AUTHORITY}".replace("\n", "\r\n")),
    "a damaged one in a bundle": authority("/version Bearer t", ANOTHER.replace("MII", "!!!") + AUTHORITY),
    "another authority": authority(REFUSED, ANOTHER),
    "no authority at all": authority(REFUSED, "hello"),
    "an authority in DER": authority(REFUSED, ssl.PEM_cert_to_DER_cert(AUTHORITY)),
    "a missing file": at(REFUSED, "https://TLS", {"certificate-authority-data": None, "certificate-authority": "x"}),
    # who we are
    "a token with white space": user("/version Bearer  t", {"token": " t "}),
    "a token of two lines": user(REFUSED, {"token": "a\nb"}),
    "a token beyond ASCII": user("/version Bearer tö", {"token": "tö"}),
    "a token file": user("/version Bearer f", {"tokenFile": "f"}, {"f": " f\r\n"}),
    "a token file beside a token": user("/version Bearer f", {"tokenFile": "f", "token": "t"}, {"f": "f"}),
    "a missing token file beside a token": user("/version Bearer t", {"tokenFile": "f", "token": "t"}),
    "a missing token file": user(REFUSED, {"tokenFile": "f"}),
    "an empty token file": user(REFUSED, {"tokenFile": "f"}, {"f": ""}),
    "a password": user(f"/version {BASIC}", {"username": "me", "password": "p@w"}),
    "a password and a token": user(REFUSED, {"username": "me", "password": "p@w", "token": "t"}),
    "a certificate": certificate("/version certificate", CERTIFICATE),
    "a certificate and a token": certificate("/version Bearer t certificate", CERTIFICATE, token="t"),
    "certificate and key in one": certificate("/version certificate", KEY + CERTIFICATE, CERTIFICATE + KEY),
    "a certificate with text": certificate("/version certificate", f"Bag Attributes\n{CERTIFICATE}", f"x\n{KEY}"),
    "a key under another name": certificate("/version certificate", CERTIFICATE, KEY.replace("EC PRI", "PRI")),
    "another's key": certificate(REFUSED, CERTIFICATE, STRANGE),
    "no key": user(REFUSED, {"client-certificate-data": b64(CERTIFICATE)}),
    "acting": user(
        "/version Bearer t impersonate-extra-a%2fb:v impersonate-group:a impersonate-group:b impersonate-user:bob",
        {"token": "t", "as": " bob ", "as-groups": ["a", "b"], "as-user-extra": {"a/b": ["v"]}},
    ),
    "acting as nobody": user(REFUSED, {"token": "t", "as-groups": ["a"]}),
    "a removed provider": user(REFUSED, {"auth-provider": {"name": "gcp"}}),
    # sign-in programs
    "a program": login("/version Bearer p", {"token": "p"}),
    "a program's certificate": login(
        "/version certificate", {"clientCertificateData": CERTIFICATE, "clientKeyData": KEY}
    ),
    "an answer in YAML": login("/version Bearer p", f"apiVersion: {_VERSION}\nstatus:\n  token: p"),
    "an answer that has expired": login(
        "/version Bearer p", {"token": "p", "expirationTimestamp": "2001-01-01T00:00:00Z"}
    ),
    "an answer of another version": login(REFUSED, json.dumps({**_CREDENTIAL, "apiVersion": f"{_VERSION}beta1"})),
    "an answer that is none": login(REFUSED, "hello"),
    "an answer without anything": login(REFUSED, {}),
    "a program beside a token": login("/version Bearer t", {"token": "p"}, {"token": "t"}),
    "a program beside a certificate": login(
        "/version certificate",
        {"token": "p"},
        {"client-certificate-data": b64(CERTIFICATE), "client-key-data": b64(KEY)},
    ),
    "an old version": login(REFUSED, {"token": "p"}, apiVersion=f"{_VERSION}alpha1"),
    "a program for a terminal": login(REFUSED, {"token": "p"}, interactiveMode="Always"),
    "a program that is not there": login(REFUSED, {"token": "p"}, command="./nowhere"),
    # the text
    "UTF-16": Case("/version Bearer t", encoding="utf-16"),
    "a byte order mark": Case("/version Bearer t", encoding="utf-8-sig"),
    "JSON with a key twice": Case("/version Bearer t", text=('"token"', '"token": "x", "token"')),
    "another version of kubeconfig": Case(REFUSED, text=('"kind"', '"apiVersion": "v2", "kind"')),
    "a number for a name": Case(REFUSED, text=('"name": "u"', '"name": 5')),
    # where we differ
    "nobody": Case("/version", {}, differs="kubectl asks for a password on the terminal; servers may let anybody in"),
    "no scheme beside an authority": Case(
        REFUSED,
        cluster={"server": "PLAIN"},
        differs="kubectl sends all in the clear, though the entry speaks of certificates",
        theirs="/version",
    ),
    "a later field of impersonation": Case(
        REFUSED,
        {"token": "t", "as": "bob", "as-planet": "mars"},
        differs="kubectl leaves out what it does not know, and may do more than was meant",
        theirs="/version Bearer t impersonate-user:bob",
    ),
    "acting as a blank": Case(
        REFUSED,
        {"token": "t", "as": " "},
        differs="kubectl sends an empty name, which the server takes for none",
        theirs="/version Bearer t impersonate-user:",
    ),
    "another entry that is broken": Case(
        "/version Bearer t",
        text=('"users": [', '"users": [{"name": "v", "user": {"token": 5}}, '),
        differs="kubectl reads no file of which a part is broken",
    ),
}


class Server:
    """Notes what it is sent."""

    def __init__(self) -> None:
        self.got: list[str] = []

    def __call__(self, connection_: socket.socket) -> None:
        while request := read_request(connection_):
            first, *lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
            headers = sorted((name.lower(), value) for name, _, value in (line.partition(": ") for line in lines))
            said = [value for name, value in headers if name == "authorization"]
            if isinstance(connection_, ssl.SSLSocket) and connection_.getpeercert():
                said.append("certificate")
            said += [f"{name}:{value}" for name, value in headers if name.startswith("impersonate")]
            self.got.append(" ".join([first.split(" ")[1].partition("?")[0], *said]))
            answer(connection_, b'{"major": "1", "minor": "35"}')


@contextmanager
def scene(case: Case, folder: Path) -> Iterator[Server]:
    """Run the servers, and write the kubeconfig with what it names."""
    server = Server()
    with ExitStack() as stack:
        ports = {"PLAIN": stack.enter_context(serve(server))}
        for name, bears in (("TLS", "127.0.0.1"), ("NAMED", "api.example")):
            context = server_context(CA, bears, clients=CA)
            context.verify_mode = ssl.CERT_OPTIONAL
            ports[name] = stack.enter_context(serve(server, context))
        cluster = {"server": "https://TLS", "certificate-authority-data": b64(AUTHORITY), **case.cluster}
        config = {
            "kind": "Config",
            "clusters": [
                {"name": "c", "cluster": {name: value for name, value in cluster.items() if value is not None}}
            ],
            "users": [{"name": "u", "user": case.user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        text = re.sub(r"\b(TLS|NAMED|PLAIN)\b", lambda found: f"127.0.0.1:{ports[found[0]]}", json.dumps(config))
        (folder / "config").write_text(text.replace(*case.text), encoding=case.encoding)
        for name, content in case.files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
            (folder / name).chmod(0o700)
        yield server


@pytest.mark.skipif(os.name == "nt", reason="the sign-in programs are shell scripts")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_server_gets_what_kubectl_sends(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # where nothing forbids a program
    with scene(case, tmp_path) as server:
        made = None
        try:
            config = load([tmp_path / "config"])
            made = Transport(connection(config, config.find("x"), allows=lambda _: True))
            made.call("GET", "/version", CancelToken())
        except BulkheadError:
            assert case.sent == REFUSED
        finally:
            if made:
                made.close()
    assert server.got == ([case.sent] if case.sent else [])


@kubectl.needs_kubectl
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_kubectl_sends_that(case: Case, tmp_path: Path) -> None:
    with scene(case, tmp_path) as server:
        command = [str(kubectl.KUBECTL), "get", "--raw", "/version", "--request-timeout", "5s"]
        answered = subprocess.run(
            command,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "config")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=30,
        )
    expected = case.theirs if case.differs else case.sent
    assert (answered.returncode == 0) is bool(expected)
    if expected:
        assert expected in server.got  # some kubectls ask for the version by themselves, too
