"""A plain HTTPS client for tests: what the program's own client is checked against."""

import base64
import http.client
import json
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import yaml

from desktop.cluster.tls_socket import TlsSocket

Json = dict[str, Any]
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; ``value`` is its JSON, or its text."""

    status: int
    value: Any
    headers: http.client.HTTPMessage


class RawClient:
    """One connection, as one user, to the server that a kubeconfig's context names."""

    def __init__(self, kubeconfig: str, context: str = "", *, folder: Path = Path()) -> None:
        """Read the text of a kubeconfig; relative paths in it count from ``folder``."""
        config = yaml.safe_load(kubeconfig)
        chosen = _named(config["contexts"], context or config["current-context"])["context"]
        cluster = _named(config["clusters"], chosen["cluster"])["cluster"]
        user = _named(config["users"], chosen["user"])["user"]
        assert not user.keys() & {"exec", "auth-provider"}, "only tokens and client certificates can be used here"
        self._headers = {"User-Agent": "contract-test/1"}
        token = user.get("token") or (_text(folder / user["tokenFile"]) if "tokenFile" in user else "")
        if token:
            self._headers["Authorization"] = f"Bearer {token.strip()}"
        if acts_as := user.get("as"):
            self._headers["Impersonate-User"] = acts_as
        server = urlsplit(cluster["server"])
        assert server.hostname, "a cluster needs a server"
        if server.scheme == "http":
            self._connection = http.client.HTTPConnection(server.hostname, server.port, timeout=20)
        else:
            context_ = _tls(cluster, user, folder)
            self._connection = http.client.HTTPSConnection(server.hostname, server.port, context=context_, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Json | str | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Reply:
        """Send one request and read its answer whole; ``headers`` are written with ``_`` for ``-``."""
        sent = None if body is None else body if isinstance(body, str) else json.dumps(body)
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, sent, {**self._headers, "Content-Type": content_type, **more})
        response = self._connection.getresponse()
        text = response.read()
        is_json = (response.headers.get_content_type() == "application/json") and not response.headers.get(
            "Content-Encoding"
        )
        value = _value(text.decode()) if is_json else text
        return Reply(response.status, value, response.headers)


def _value(text: str) -> Any:
    """Read one JSON value, or the lines of a watch."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


def _named(entries: list[Json], name: str) -> Json:
    return next(entry for entry in entries if entry["name"] == name)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _tls(cluster: Json, user: Json, folder: Path) -> ssl.SSLContext:
    ca = _pem(cluster, "certificate-authority", folder)
    context = ssl.create_default_context(cadata=ca or None)
    context.sslsocket_class = TlsSocket  # closed where the server hangs up too early
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    certificate, key = _pem(user, "client-certificate", folder), _pem(user, "client-key", folder)
    if certificate:
        with _file(certificate) as certificate_file, _file(key) as key_file:
            context.load_cert_chain(certificate_file, key_file)
    return context


def _pem(entry: Json, key: str, folder: Path) -> str:
    if f"{key}-data" in entry:
        return base64.b64decode(entry[f"{key}-data"]).decode()
    return _text(folder / entry[key]) if key in entry else ""


@contextmanager
def _file(text: str) -> Iterator[str]:
    """Give ``text`` as a file for as long as needed: the standard library reads keys from files only."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pem"
        path.write_text(text, "utf-8")
        yield str(path)
