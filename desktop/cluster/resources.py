"""Where the API server keeps each kind."""

from dataclasses import dataclass
from urllib.parse import quote

from desktop.reach.objects import Kind


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind's place in the API: ``group`` is empty for the core API, ``plural`` is its name in paths."""

    kind: Kind
    group: str
    plural: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """The ``apiVersion`` of its objects; v1 of every group."""
        return f"{self.group}/v1" if self.group else "v1"

    def path(self, namespace: str | None = None, name: str = "") -> str:
        """Return the path of all objects, of those of a namespace, or of one object."""
        path = f"/apis/{self.group}/v1" if self.group else "/api/v1"
        if namespace is not None and self.namespaced:
            path += f"/namespaces/{quote(namespace, safe='')}"
        path += f"/{self.plural}"
        return f"{path}/{quote(name, safe='')}" if name else path


RESOURCES = {
    resource.kind: resource
    for resource in (
        Resource(Kind.NAMESPACE, "", "namespaces", namespaced=False),
        Resource(Kind.POD, "", "pods"),
        Resource(Kind.SERVICE, "", "services"),
        Resource(Kind.DEPLOYMENT, "apps", "deployments"),
        Resource(Kind.STATEFUL_SET, "apps", "statefulsets"),
        Resource(Kind.DAEMON_SET, "apps", "daemonsets"),
        Resource(Kind.REPLICA_SET, "apps", "replicasets"),
        Resource(Kind.JOB, "batch", "jobs"),
        Resource(Kind.CRON_JOB, "batch", "cronjobs"),
        Resource(Kind.NETWORK_POLICY, "networking.k8s.io", "networkpolicies"),
    )
}
"""Every kind, namespaces first."""
