"""A cluster to which one signs in by every kind of secret, each of which can be told from all else that is written.

In all contexts the same server, behind a proxy that wants a password; some secrets are right, some are wrong.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from desktop.paths import cache_dir, config_dir, data_dir
from desktop.session.consents import Consents
from tests.helpers.api_server import ApiServer
from tests.helpers.policies import policy
from tests.helpers.proxy_server import ProxyServer, proxy
from tests.helpers.sign_in_program import VERSION, program

CANARY = "CANARY-0815"
LIVE = {"plug-in", "token"}
"""The contexts whose secrets are right."""
FIRST_OF_AN_EXCERPT = 2
"""The line of a PEM that is looked for: the first is the same in all keys."""


@dataclass(frozen=True)
class Scene:
    """The kubeconfig, and what must be found nowhere: the secrets as they are, and in base64 at each offset."""

    kubeconfig: Path
    needles: tuple[bytes, ...]
    token: str
    proxied: ProxyServer
    temp: Path

    def found(self, places: Mapping[str, bytes]) -> list[str]:
        """Return the places that hold a secret."""
        return sorted(place for place, content in places.items() if any(needle in content for needle in self.needles))

    def kept(self, more: Iterable[Path] = ()) -> dict[str, bytes]:
        """Return every file that the program may have written, with its content."""
        folders = (config_dir(), data_dir(), cache_dir(), self.temp, *more)
        return {str(file): file.read_bytes() for folder in folders for file in folder.rglob("*") if file.is_file()}


@contextmanager
def canaries(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Run the server and the proxy, and name the kubeconfig in the environment."""
    temp = folder / "temp"
    temp.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temp))
    leaf = trustme.CA().issue_cert("me.example")
    key = leaf.private_key_pem.bytes()
    with ApiServer() as server, proxy(ProxyServer(to=server.port, password=f"me:{CANARY}")) as by:
        token = f"{CANARY}-{server.access.tokens['admin']}"
        server.access.tokens["admin"] = token
        server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}, policy("web"), policy("db"))
        cluster = {
            "server": server.url,
            "certificate-authority-data": b64(server.ca_pem.encode()),
            "proxy-url": f"http://me:{CANARY}@127.0.0.1:{by.port}",
        }
        clusters = {
            "c": cluster,
            "wrong proxy": {**cluster, "proxy-url": f"http://me:{CANARY}-wrong@127.0.0.1:{by.port}"},
            "password in the address": {**cluster, "server": server.url.replace("://", f"://me:{CANARY}@")},
            "no address": {"server": f"https://me:{CANARY}@"},
            "another scheme": {"server": f"ftp://me:{CANARY}@a.example"},
            "no scheme": {"server": f"me:{CANARY}@a.example/path"},
        }
        users = _users(folder, token, {"crt": leaf.cert_chain_pems[0].bytes(), "key": key})
        config = {
            "clusters": [{"name": name, "cluster": each} for name, each in clusters.items()],
            "users": [{"name": name, "user": user} for name, user in users.items()],
            "contexts": [
                *({"name": name, "context": {"cluster": "c", "user": name}} for name in users),
                *({"name": name, "context": {"cluster": name, "user": "token"}} for name in clusters if name != "c"),
            ],
        }
        path = folder / "config"
        path.write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(path))
        in_base64 = [base64.b64encode(b"x" * offset + CANARY.encode())[4:-4] for offset in range(3)]
        needles = (CANARY.encode(), key.splitlines()[FIRST_OF_AN_EXCERPT], *in_base64)
        yield Scene(path, needles, token, by, temp)


def _users(folder: Path, token: str, pems: Mapping[str, bytes]) -> dict[str, Mapping[str, object]]:
    says = f"print('code {CANARY}', file=sys.stderr, flush=True)"
    exec_: dict[str, object] = {"apiVersion": VERSION, "interactiveMode": "Never", "args": [CANARY]}
    exec_["env"] = [{"name": "A", "value": CANARY}]
    signs_in = program(folder / "a", f"{says}; answer(token={token!r})")
    breaks = program(folder / "b", f"{says}; print({CANARY!r}); sys.exit(1)")
    certificate = {"client-certificate-data": b64(pems["crt"]), "client-key-data": b64(pems["key"])}
    settings = {
        "idp-issuer-url": "https://127.0.0.1:1",
        "client-id": "c",
        "client-secret": CANARY,
        "refresh-token": CANARY,
        "id-token": CANARY,
    }
    return {
        "plug-in": {"exec": {**exec_, "command": str(signs_in.path)}},
        "broken plug-in": {"exec": {**exec_, "command": str(breaks.path)}},
        "token": {"token": token},
        "wrong token": {"token": CANARY},
        "certificate": {**certificate, "token": token},
        "password": {"username": "me", "password": CANARY},
        "provider": {"auth-provider": {"name": "oidc", "config": settings}},
    }


def ask(consents: Consents, plugin: Any) -> bool:
    """Let everything run, as a user would who says yes each time."""
    consents.allow(plugin)
    return consents.allows(plugin)


def b64(content: bytes) -> str:
    """Return bytes as a kubeconfig holds them."""
    return base64.b64encode(content).decode()
