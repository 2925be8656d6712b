"""The test server, or one of the clusters of the contract, for one test."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.contract.api_servers import RealCluster, served_subject
from tests.contract.folders import folder_subject
from tests.contract.subjects import REAL_CLUSTER, Subject
from tests.helpers.api_server import ApiServer
from tests.helpers.raw_client import RawClient


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    """Give a running server with the namespaces ``shop`` and ``other``."""
    with ApiServer() as server:
        for name in ("shop", "other"):
            server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        yield server


@pytest.fixture
def raw(api_server: ApiServer) -> Iterator[RawClient]:
    """Give a plain client as the server's admin."""
    with RawClient(api_server.kubeconfig()) as client:
        yield client


@pytest.fixture(scope="session")
def real_cluster() -> Iterator[RealCluster]:
    """Give the real cluster, with one namespace for the whole run."""
    cluster = RealCluster(Path(REAL_CLUSTER))
    yield cluster
    cluster.remove()


@pytest.fixture
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    """Give the cluster that a test is parametrized with; no thread of its gateways is left behind."""
    before = set(threading.enumerate())
    with _opened(request, tmp_path) as opened:
        yield opened
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(2)
    assert not [thread.name for thread in left if thread.is_alive()]


def _opened(request: pytest.FixtureRequest, tmp_path: Path) -> AbstractContextManager[Subject]:
    match request.param:
        case "folder":
            return folder_subject(tmp_path)
        case "test-server":
            return served_subject(tmp_path)
        case _:
            cluster: RealCluster = request.getfixturevalue("real_cluster")
            return cluster.subject()
