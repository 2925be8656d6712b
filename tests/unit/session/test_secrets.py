"""No secret leaves memory: whatever a session is signed in with, it is in no log, no output and no file of ours."""

import base64
import json
import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trustme

from desktop.cluster.notices import PluginSays
from desktop.paths import cache_dir, config_dir, data_dir
from desktop.session.catalog import Catalog
from desktop.session.consents import Consents
from desktop.session.session import Session
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.state import Connection
from desktop.wording import errors
from tests.helpers.api_server import ApiServer
from tests.helpers.proxy_server import ProxyServer, proxy
from tests.helpers.sign_in_program import VERSION, program
from tests.helpers.waiting import eventually

CANARY = "CANARY-0815"


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def needles(key: bytes) -> list[bytes]:
    """What must be found nowhere: the secrets, as they are and in base64, at each of its three offsets."""
    words = [CANARY.encode(), key.splitlines()[2]]
    return words + [base64.b64encode(b"x" * offset + CANARY.encode())[4:-4] for offset in range(3)]


def test_no_secret_is_in_a_log_an_output_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temp))
    leaf = trustme.CA().issue_cert("me.example")
    key = leaf.private_key_pem.bytes()
    certificate = {"client-certificate-data": b64(leaf.cert_chain_pems[0].bytes()), "client-key-data": b64(key)}
    with ApiServer() as server, proxy(ProxyServer(to=server.port, password=f"me:{CANARY}")) as by:
        token = server.access.tokens["admin"]
        server.access.tokens["admin"] = token = f"{CANARY}-{token}"
        says = f"print('code {CANARY}', file=sys.stderr, flush=True)"
        exec_: dict[str, object] = {"apiVersion": VERSION, "interactiveMode": "Never", "args": [CANARY]}
        exec_["env"] = [{"name": "A", "value": CANARY}]
        signs_in = program(tmp_path / "a", f"{says}; answer(token={token!r})")
        breaks = program(tmp_path / "b", f"{says}; print({CANARY!r}); sys.exit(1)")
        users: Mapping[str, Mapping[str, object]] = {
            "plug-in": {"exec": {**exec_, "command": str(signs_in.path)}},
            "broken plug-in": {"exec": {**exec_, "command": str(breaks.path)}},
            "token": {"token": token},
            "wrong token": {"token": CANARY},
            "certificate": {**certificate, "token": token},
            "password": {"username": "me", "password": CANARY},
            "provider": {
                "auth-provider": {
                    "name": "oidc",
                    "config": {
                        "idp-issuer-url": "https://127.0.0.1:1",
                        "client-id": "c",
                        "client-secret": CANARY,
                        "refresh-token": CANARY,
                        "id-token": CANARY,
                    },
                }
            },
        }
        cluster = {
            "server": server.url,
            "certificate-authority-data": b64(server.ca_pem.encode()),
            "proxy-url": f"http://me:{CANARY}@127.0.0.1:{by.port}",
        }
        wrong = {**cluster, "proxy-url": f"http://me:{CANARY}-wrong@127.0.0.1:{by.port}"}
        config = {
            "clusters": [{"name": "c", "cluster": cluster}, {"name": "wrong", "cluster": wrong}],
            "users": [{"name": name, "user": user} for name, user in users.items()],
            "contexts": [
                *({"name": name, "context": {"cluster": "c", "user": name}} for name in users),
                {"name": "wrong proxy", "context": {"cluster": "wrong", "user": "token"}},
            ],
        }
        (tmp_path / "config").write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        said = _run_all()
        assert [way for way, _, _ in by.seen]
    assert CANARY in said.pop("heard")  # people are shown what the program says
    assert CANARY in said.pop("failure")
    ends = {name: end for name, end in said.items() if not name.startswith("error ")}
    assert {name for name, end in ends.items() if end == "live"} == {"plug-in", "token"}
    output = capfd.readouterr()
    kept = {
        str(file): file.read_bytes()
        for folder in (config_dir(), data_dir(), cache_dir(), temp)
        for file in folder.rglob("*")
        if file.is_file()
    }
    assert kept
    everything = {"log": caplog.text, "output": output.out + output.err, "told": "\n".join(said.values())}
    caplog.clear()
    for where, content in {**{name: text.encode() for name, text in everything.items()}, **kept}.items():
        for needle in needles(key):
            assert needle not in content, where


def _run_all() -> dict[str, str]:
    """Open every context as the window does; returns how each ended, what each said, and what was heard."""
    settings = Settings()
    catalog, consents = Catalog(settings), Consents(settings)
    catalog.reload()
    sessions = Sessions(allows=partial(_ask, consents))
    said: dict[str, str] = {"failure": ""}
    entries = [entry for entry in catalog.entries() if entry.context]
    for entry in entries:
        sessions.get(entry).open()
    for entry in entries:
        session = sessions.get(entry)
        eventually(partial(_has_settled, session), 30)
        state = session.state
        said[entry.title] = state.connection.value
        said[f"error {entry.title}"] = f"{session!r}{state!r}{entry!r}"
        if state.error is not None:
            said[f"error {entry.title}"] += f"{state.error}{errors.sentence(state.error)}{errors.hint(state.error)}"
            said["failure"] += errors.said(state.error)
    heard = [notice.text for _, notice in sessions.notices.take() if isinstance(notice, PluginSays)]
    said["heard"] = "\n".join(heard)
    assert sessions.close_all(20)
    settings.flush()
    return said


def _has_settled(session: Session) -> bool:
    return session.state.connection not in {Connection.IDLE, Connection.CONNECTING, Connection.SYNCHRONIZING}


def _ask(consents: Consents, plugin: Any) -> bool:
    """Let everything run, as a user would who says yes each time."""
    consents.allow(plugin)
    return consents.allows(plugin)
