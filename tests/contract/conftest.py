"""The test server, for one test."""

from collections.abc import Iterator

import pytest

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
