"""Where the API server keeps each kind."""

from dataclasses import dataclass
from urllib.parse import quote

from desktop.reach.objects import CLUSTER_WIDE, Kind


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind's place in the API: ``group`` is empty for the core API, ``plural`` is its name in paths.

    What is ``optional`` is served only where somebody installed it, or by some releases; ``instead`` is where other
    servers keep the same.
    """

    kind: Kind
    group: str
    plural: str
    version: str = "v1"
    optional: bool = False
    instead: "Resource | None" = None

    @property
    def api_version(self) -> str:
        """The ``apiVersion`` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_path(self) -> str:
        """The path of all that its version of the group has."""
        return f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"

    def path(self, namespace: str | None = None, name: str = "") -> str:
        """Return the path of all objects, of those of a namespace, or of one object."""
        path = self.group_path
        if namespace is not None and self.kind not in CLUSTER_WIDE:
            path += f"/namespaces/{quote(namespace, safe='')}"
        path += f"/{self.plural}"
        return f"{path}/{quote(name, safe='')}" if name else path


_TIERS = "policy.networking.k8s.io"
_CILIUM = "cilium.io"
_CALICO_STORED, _CALICO = "crd.projectcalico.org", "projectcalico.org"


def _calico(kind: Kind, plural: str) -> Resource:
    """Calico keeps its policies as resources of its own, and serves them under another name, or only there."""
    served = Resource(kind, _CALICO, plural, "v3", optional=True)
    return Resource(kind, _CALICO_STORED, plural, optional=True, instead=served)


def _cron_jobs() -> Resource:
    """Kubernetes 1.21 moved cron jobs; what a policy needs to know of them stayed as it was."""
    before = Resource(Kind.CRON_JOB, "batch", "cronjobs", "v1beta1", optional=True)
    return Resource(Kind.CRON_JOB, "batch", "cronjobs", optional=True, instead=before)


RESOURCES = {
    resource.kind: resource
    for resource in (
        Resource(Kind.NAMESPACE, "", "namespaces"),
        Resource(Kind.POD, "", "pods"),
        Resource(Kind.SERVICE, "", "services"),
        Resource(Kind.DEPLOYMENT, "apps", "deployments"),
        Resource(Kind.STATEFUL_SET, "apps", "statefulsets"),
        Resource(Kind.DAEMON_SET, "apps", "daemonsets"),
        Resource(Kind.REPLICA_SET, "apps", "replicasets"),
        Resource(Kind.REPLICATION_CONTROLLER, "", "replicationcontrollers"),
        Resource(Kind.JOB, "batch", "jobs"),
        _cron_jobs(),
        Resource(Kind.NETWORK_POLICY, "networking.k8s.io", "networkpolicies"),
        Resource(Kind.ADMIN_NETWORK_POLICY, _TIERS, "adminnetworkpolicies", "v1alpha1", optional=True),
        Resource(Kind.BASELINE_ADMIN_NETWORK_POLICY, _TIERS, "baselineadminnetworkpolicies", "v1alpha1", optional=True),
        Resource(Kind.CLUSTER_NETWORK_POLICY, _TIERS, "clusternetworkpolicies", "v1alpha2", optional=True),
        Resource(Kind.CILIUM_NETWORK_POLICY, _CILIUM, "ciliumnetworkpolicies", "v2", optional=True),
        Resource(
            Kind.CILIUM_CLUSTERWIDE_NETWORK_POLICY, _CILIUM, "ciliumclusterwidenetworkpolicies", "v2", optional=True
        ),
        _calico(Kind.CALICO_NETWORK_POLICY, "networkpolicies"),
        _calico(Kind.CALICO_GLOBAL_NETWORK_POLICY, "globalnetworkpolicies"),
    )
}
"""Every kind, namespaces first."""
