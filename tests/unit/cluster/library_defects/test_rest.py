"""Watching, objects, caches, the asynchronous twin: P23, P24, P27, P28."""

import inspect
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, watch
from kubernetes.aio.config import exec_provider
from kubernetes.dynamic import discovery

import desktop
from desktop.cancellation import CancelToken
from desktop.cluster.connection import connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.live import LiveGateway
from desktop.cluster.reflector import Clock, Listed, Reflector, Report
from desktop.reach.objects import Kind
from tests.helpers.api_server import ApiServer, Fault
from tests.helpers.api_server import Kind as FaultKind
from tests.helpers.waiting import eventually
from tests.unit.cluster.library_defects.theirs_and_ours import theirs

_watch: Any = watch  # it has no types


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


def test_p27_no_cache_lies_where_others_could_put_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with ApiServer() as server:
        path = tmp_path / "config"
        made = gateway(server, path)
        made.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda _done, _total: None)
        made.version(CancelToken())
        made.close()
        assert list(folder.iterdir()) == []
    assert "gettempdir" in inspect.getsource(discovery.Discoverer.__init__)
    assert "getuid" not in inspect.getsource(discovery)  # whoever put the file there is believed


def test_p28_the_asynchronous_twin_is_not_used() -> None:
    source = inspect.getsource(exec_provider)
    assert "provideClusterInfo" not in source
    assert "cwd" not in source
    twin = re.compile(r"kubernetes\.aio|from kubernetes import .*aio|kubernetes_asyncio")
    assert not [file for file in Path(desktop.__file__).parent.rglob("*.py") if twin.search(file.read_text("utf-8"))]
