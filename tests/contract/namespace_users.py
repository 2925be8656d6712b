"""Users who may see, or edit, one namespace and nothing else: bound there to the roles that come with the program.

They exist only in their bindings: the cluster's admin acts as them (impersonation), so that the same works on the test
server and on any real cluster. Nothing outside the namespace is made.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop.cluster.gateway import Gateway
from tests.contract.api_servers import allowed_by_review, live_gateway
from tests.contract.subjects import Json, Subject
from tests.helpers.raw_client import RawClient

MANIFEST = Path(__file__).parents[2] / "packaging" / "rbac.yaml"
_RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces"
_ROLES = {"viewer": ("viewer",), "editor": ("viewer", "editor")}
PATIENCE = 20.0
"""Seconds for a server to take note of a new binding."""


@dataclass
class NamespaceUsers:
    """``viewer`` and ``editor`` of a subject's namespace; ``kubeconfig`` has a context for each."""

    subject: Subject
    kubeconfig: Path
    _mark: str = field(default_factory=lambda: secrets.token_hex(4))
    _gateways: list[Gateway] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._admins = self.subject.kubeconfig.read_text(encoding="utf-8")
        self.kubeconfig.write_text(yaml.safe_dump(self._config()), encoding="utf-8")
        self._made: list[str] = []
        with self._admin() as admin:
            for kind, rules in _shipped_rules().items():
                self._make(admin, "roles", kind, {"rules": rules})
            for user, roles in _ROLES.items():
                for role in roles:
                    self._make(admin, "rolebindings", f"{user}-{role}", self._binding(user, role))
        self._wait()

    def gateway(self, user: str) -> Gateway:
        """Return a gateway of a user."""
        self._gateways.append(live_gateway(self.kubeconfig, user))
        return self._gateways[-1]

    def remove(self) -> None:
        """Take everything away again."""
        for gateway in self._gateways:
            gateway.close()
        with self._admin() as admin:
            for path in self._made:
                assert admin.ask("DELETE", path).status == 200, path

    def _admin(self) -> RawClient:
        return RawClient(self._admins, folder=self.subject.kubeconfig.parent)

    def _name(self, what: str) -> str:
        return f"bulkhead-test-{what}-{self._mark}"

    def _make(self, admin: RawClient, plural: str, name: str, content: Json) -> None:
        path = f"{_RBAC}/{self.subject.namespace}/{plural}"
        reply = admin.ask("POST", path, {"metadata": {"name": self._name(name)}, **content})
        if reply.status == 403:
            pytest.skip(f"the kubeconfig's user may not make {plural}")
        assert reply.status == 201, reply.value
        self._made.append(f"{path}/{self._name(name)}")

    def _binding(self, user: str, role: str) -> Json:
        group = "rbac.authorization.k8s.io"
        return {
            "roleRef": {"apiGroup": group, "kind": "Role", "name": self._name(role)},
            "subjects": [{"apiGroup": group, "kind": "User", "name": self._name(user)}],
        }

    def _config(self) -> Json:
        """Return the admin's kubeconfig as one file that stands anywhere, acting as each of the users."""
        config: Any = yaml.safe_load(self._admins)
        current = _named(config["contexts"], config["current-context"])["context"]
        cluster = _anchored(_named(config["clusters"], current["cluster"])["cluster"], self.subject.kubeconfig.parent)
        admin = _anchored(_named(config["users"], current["user"])["user"], self.subject.kubeconfig.parent)
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "viewer",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": user, "user": {**admin, "as": self._name(user)}} for user in _ROLES],
            "contexts": [{"name": user, "context": {"cluster": "c", "user": user}} for user in _ROLES],
        }

    def _wait(self) -> None:
        """Wait until the bindings count; skip where the cluster has other ideas of rights."""
        text = self.kubeconfig.read_text(encoding="utf-8")
        clients = {user: RawClient(text, user) for user in _ROLES}
        try:
            if clients["viewer"].ask("GET", "/version").status == 403:
                pytest.skip("the kubeconfig's user may not act as another")
            allowed = allowed_by_review(clients)
            if allowed("viewer", "delete", self.subject.namespace):
                pytest.skip("the cluster lets everybody do everything")
            _until(lambda: allowed("viewer", "list", self.subject.namespace))
            _until(lambda: allowed("editor", "create", self.subject.namespace))
        finally:
            for client in clients.values():
                client.close()


def _shipped_rules() -> dict[str, list[Json]]:
    """Return the rules of the roles in ``rbac.yaml``, as far as they may stand in a namespace."""
    roles = [role for role in yaml.safe_load_all(MANIFEST.read_text(encoding="utf-8")) if role]
    return {
        role["metadata"]["name"].removeprefix("bulkhead-"): [rule for rule in role["rules"] if "resources" in rule]
        for role in roles
    }


_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


def _anchored(stanza: Json, folder: Path) -> Json:
    """Make the paths in a stanza absolute."""
    return {key: str(folder.absolute() / value) if key in _FILES else value for key, value in stanza.items()}


def _named(entries: list[Json], name: str) -> Json:
    return next(entry for entry in entries if entry["name"] == name)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the server takes no note of the bindings"
        time.sleep(0.1)
