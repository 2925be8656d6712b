"""Watching, objects, caches, the asynchronous twin: P23, P24, P27, P28."""

import asyncio
import base64
import hashlib
import json
import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme
from kubernetes import client, dynamic, watch
from kubernetes.aio import client as aio_client
from kubernetes.aio import config as aio_config

from desktop.cancellation import CancelToken
from desktop.cluster.clock import Clock
from desktop.cluster.connection import connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.live import LiveGateway
from desktop.cluster.reflector import Listed, Reflector, Report
from desktop.reach.objects import Kind
from tests.helpers.api_server import ApiServer, Fault
from tests.helpers.api_server import Kind as FaultKind
from tests.helpers.sign_in_program import kubeconfig, program
from tests.helpers.waiting import eventually
from tests.unit.cluster.library_defects.theirs_and_ours import VERSION, config, ours, theirs, write
from tests.unit.cluster.small_server import answer, read_request, serve, server_context

_watch: Any = watch  # these have no types
_dynamic: Any = dynamic
_aio_config: Any = aio_config
CA = trustme.CA()


def policy(name: str, **spec: object) -> dict[str, object]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"podSelector": {}, **spec},
    }


def gateway(server: ApiServer, path: Path) -> LiveGateway:
    path.write_text(server.kubeconfig())
    read = load([path])
    return LiveGateway(connection(read, read.find("admin")))


def test_p23_after_410_all_is_listed_anew_and_attempts_keep_their_distance(tmp_path: Path) -> None:
    with ApiServer() as server:
        path = tmp_path / "config"
        made, watcher = gateway(server, path), _watch.Watch()
        server.faults.add(Fault(FaultKind.EXPIRE, path="networkpolicies", watch=True))
        with client.ApiClient(theirs(path)) as library:
            stream = watcher.stream(
                client.NetworkingV1Api(library).list_network_policy_for_all_namespaces, resource_version="1"
            )
            with pytest.raises(client.ApiException):
                list(stream)
        versions = [seen.request.query["resourceVersion"] for seen in server.requests("watch", "networkpolicies")]
        assert versions == ["1", "1"]  # the same again, at once
        reports: list[Report] = []
        pauses: list[float] = []
        token = CancelToken()

        def sleep(token: CancelToken, seconds: float) -> None:
            pauses.append(seconds)
            token.check()

        reflector = Reflector(made, Kind.NETWORK_POLICY, None, reports.append, token, clock=Clock(sleep=sleep))
        thread = threading.Thread(target=reflector.run)
        thread.start()
        eventually(lambda: len([report for report in reports if isinstance(report, Listed)]) >= 4)
        token.cancel()
        thread.join(20)
        made.close()
    assert min(pauses) >= 0.8
    assert max(pauses) > 3


def test_p24_fields_that_nobody_knows_stay_and_a_null_spoils_nothing(tmp_path: Path) -> None:
    with ApiServer() as server:
        server.load("networkpolicies", [policy("a", ingress=[{"from": [{"futurePeer": {"x": 1}}]}])])
        path = tmp_path / "config"
        made = gateway(server, path)
        with client.ApiClient(theirs(path)) as library:
            api = client.NetworkingV1Api(library)
            (typed,) = api.list_network_policy_for_all_namespaces().items
            assert library.sanitize_for_serialization(typed)["spec"]["ingress"] == [{"from": [{}]}]
            read = made.read("default", "a", CancelToken())
            assert read.value["spec"]["ingress"] == [{"from": [{"futurePeer": {"x": 1}}]}]  # type: ignore[index]
            server.load("networkpolicies", [policy("b", ingress=[{"from": [None]}]), policy("c")])
            with pytest.raises(ValueError, match="validation error"):
                api.list_network_policy_for_all_namespaces()
        listing = made.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda _done, _total: None)
        made.close()
    assert {"b", "c"} <= {thing.name for thing in listing.things}


GROUP = "networking.k8s.io"
DISCOVERY: dict[str, object] = {
    "/version": json.loads(VERSION),
    "/apis": {
        "kind": "APIGroupList",
        "groups": [
            {
                "name": GROUP,
                "versions": [{"groupVersion": f"{GROUP}/v1", "version": "v1"}],
                "preferredVersion": {"groupVersion": f"{GROUP}/v1", "version": "v1"},
            }
        ],
    },
    "/api/v1": {"kind": "APIResourceList", "resources": []},
    f"/apis/{GROUP}/v1": {
        "kind": "APIResourceList",
        "resources": [{"name": "networkpolicies", "kind": "NetworkPolicy", "namespaced": True, "verbs": ["get"]}],
    },
}


def discovered(path: Path) -> str:
    """Return the name under which the library asks for policies."""
    with client.ApiClient(theirs(path)) as made:
        found = _dynamic.DynamicClient(made).resources.get(api_version=f"{GROUP}/v1", kind="NetworkPolicy")
    return str(found.name)


def test_p27_what_anybody_put_into_the_shared_folder_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "temp"
    shared.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    asked: list[str] = []

    def talk(connection: socket.socket) -> None:
        while got := read_request(connection):
            asked.append(got.decode().split(" ")[1])
            answer(connection, json.dumps(DISCOVERY.get(asked[-1], {"items": [], "metadata": {}})).encode())

    with serve(talk, server_context(CA, "127.0.0.1")) as port:
        url = f"https://127.0.0.1:{port}"
        authority = base64.b64encode(CA.cert_pem.bytes()).decode()
        path = write(tmp_path / "config", config({"server": url, "certificate-authority-data": authority}))
        assert discovered(path) == "networkpolicies"
        digest = hashlib.md5(url.encode(), usedforsecurity=False).hexdigest()
        cache = shared / f"osrcp-{digest}.json"  # a name that everybody can guess
        cache.write_text(cache.read_text().replace('"networkpolicies"', '"secrets"'))
        cache.chmod(0o666)
        if os.geteuid() == 0:
            os.chown(cache, 65534, 65534)  # it is not even ours
        assert discovered(path) == "secrets"
        kept = {each: each.read_bytes() for each in shared.iterdir()}
        asked.clear()
        read = load([path])
        made = LiveGateway(connection(read, read.find("x")))
        made.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda _done, _total: None)
        made.version(CancelToken())
        made.close()
    assert asked == [f"/apis/{GROUP}/v1/networkpolicies?limit=500", "/version"]
    assert {each: each.read_bytes() for each in shared.iterdir()} == kept


def asynchronously(path: Path) -> dict[str, str]:
    """Let the library's asynchronous twin sign in."""

    async def load_() -> dict[str, str]:
        settings = aio_client.Configuration()
        await _aio_config.load_kube_config(str(path), client_configuration=settings, persist_config=False)
        return dict(settings.api_key)

    return asyncio.run(load_())


def test_p28_the_asynchronous_twin_tells_a_program_nothing_and_does_not_find_it_where_its_file_stands(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = program(tmp_path / "bin")
    exec_ = {"command": str(made.path), "provideClusterInfo": True}
    assert asynchronously(kubeconfig(tmp_path / "bin" / "config", exec_))
    assert signed_in(tmp_path / "bin" / "config") == "Bearer abc"
    other, own = (made.told(run)["spec"] for run in (0, 1))
    assert "cluster" not in other  # type: ignore[operator]
    assert own["cluster"]["server"] == "https://127.0.0.1:1"  # type: ignore[index]
    path = kubeconfig(tmp_path / "bin" / "config", {"command": "./login"})
    assert asynchronously(path) == {}  # the requests go out anonymous
    assert "No such file or directory: './login'" in caplog.text
    caplog.clear()
    assert signed_in(path) == "Bearer abc"


def signed_in(path: Path) -> str:
    """Sign in our way."""
    source = ours(path).source
    assert source is not None
    return source.get(CancelToken()).authorization
