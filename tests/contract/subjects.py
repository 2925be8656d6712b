"""The clusters that the contract is held against: a folder, the test server, and a real cluster if one is named.

A subject is a gateway and *another hand*: a second way to the same cluster, by which a test sees what is really there
and changes things behind the gateway's back. A promise that only an API server can keep is tested on those alone.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
import yaml

from desktop.cluster.gateway import Gateway

Json = dict[str, Any]
Edit = Callable[[Json], object]

REAL_CLUSTER = os.environ.get("BULKHEAD_TEST_KUBECONFIG", "")
"""The kubeconfig of a real cluster, on whose current context the contract is to be held too; empty for none."""


class OtherHand(Protocol):
    """Another way to the same cluster. Names are those of policies in the subject's namespace."""

    def put(self, document: Json) -> None:
        """Add an object of any kind."""
        ...

    def edit(self, name: str, edit: Edit) -> None:
        """Change a policy in place."""
        ...

    def drop(self, name: str) -> None:
        """Remove a policy."""
        ...

    def stored(self) -> dict[str, Json]:
        """Return all policies by name."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A gateway, the namespace of its own that a test has there, and another hand.

    ``users`` are gateways to the same cluster for others than its admin; ``allowed(user, verb, namespace)`` is what the
    cluster itself answers when asked for a user's right to write policies; ``kubeconfig`` is an API server's, with its
    admin as the current user.
    """

    gateway: Gateway
    namespace: str
    other: OtherHand
    users: dict[str, Gateway] = field(default_factory=dict)
    allowed: Callable[[str, str, str], bool] = lambda user, verb, namespace: True
    kubeconfig: Path = Path()


def _real_cluster_marks() -> list[pytest.MarkDecorator]:
    """Let the tests reach the real cluster, wherever it is, or say why they are not run."""
    if not REAL_CLUSTER:
        return [pytest.mark.skip(reason="BULKHEAD_TEST_KUBECONFIG names no cluster")]
    config = yaml.safe_load(Path(REAL_CLUSTER).read_text(encoding="utf-8"))
    hosts = [urlsplit(entry["cluster"]["server"]).hostname or "" for entry in config["clusters"]]
    return [pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost", *hosts])]


API_SERVERS = ["test-server", pytest.param("real-cluster", marks=_real_cluster_marks())]
ALL = ["folder", *API_SERVERS]
