"""The resources the server serves, and which of them a path names."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object, as the API names it."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """The name in messages: ``networkpolicies.networking.k8s.io``, ``pods``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified_kind(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind


NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
PODS = Resource("", "v1", "pods", "Pod")
SERVICE_ACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount")
SERVICES = Resource("", "v1", "services", "Service")
DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment")
STATEFUL_SETS = Resource("apps", "v1", "statefulsets", "StatefulSet")
DAEMON_SETS = Resource("apps", "v1", "daemonsets", "DaemonSet")
REPLICATION_CONTROLLERS = Resource("", "v1", "replicationcontrollers", "ReplicationController")
REPLICA_SETS = Resource("apps", "v1", "replicasets", "ReplicaSet")
JOBS = Resource("batch", "v1", "jobs", "Job")
CRON_JOBS = Resource("batch", "v1", "cronjobs", "CronJob")
ROLES = Resource("rbac.authorization.k8s.io", "v1", "roles", "Role")
ROLE_BINDINGS = Resource("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")
NETWORK_POLICIES = Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")

RESOURCES = (
    NAMESPACES,
    PODS,
    SERVICE_ACCOUNTS,
    SERVICES,
    DEPLOYMENTS,
    STATEFUL_SETS,
    DAEMON_SETS,
    REPLICA_SETS,
    REPLICATION_CONTROLLERS,
    JOBS,
    CRON_JOBS,
    ROLES,
    ROLE_BINDINGS,
    NETWORK_POLICIES,
)
TOLD_ONLY = (
    Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", namespaced=False),
    Resource("networking.k8s.io", "v1", "ingresses", "Ingress"),
    Resource("networking.k8s.io", "v1", "ipaddresses", "IPAddress", namespaced=False),
    Resource("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR", namespaced=False),
)
"""What discovery tells of and nobody here asks for."""
CUSTOM = (
    Resource("policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy", False),
    Resource(
        "policy.networking.k8s.io", "v1alpha1", "baselineadminnetworkpolicies", "BaselineAdminNetworkPolicy", False
    ),
    Resource("policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies", "ClusterNetworkPolicy", False),
    Resource("cilium.io", "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy"),
    Resource("cilium.io", "v2", "ciliumclusterwidenetworkpolicies", "CiliumClusterwideNetworkPolicy", False),
    Resource("crd.projectcalico.org", "v1", "networkpolicies", "NetworkPolicy"),
    Resource("crd.projectcalico.org", "v1", "globalnetworkpolicies", "GlobalNetworkPolicy", False),
    Resource("projectcalico.org", "v3", "networkpolicies", "NetworkPolicy"),
    Resource("projectcalico.org", "v3", "globalnetworkpolicies", "GlobalNetworkPolicy", False),
    Resource("batch", "v1beta1", "cronjobs", "CronJob"),
)
"""What a server has only once it was installed, or before 1.25."""
BY_KIND = {(resource.api_version, resource.kind): resource for resource in (*RESOURCES, *CUSTOM)}
BY_PLURAL = {(resource.group, resource.version, resource.plural): resource for resource in (*RESOURCES, *CUSTOM)}


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names: a resource that is served or not, perhaps a namespace, perhaps one object."""

    group: str
    version: str
    plural: str
    namespace: str
    name: str

    @property
    def resource(self) -> Resource | None:
        return BY_PLURAL.get((self.group, self.version, self.plural))


def parse_path(path: str) -> Target | None:
    """Read ``/api/v1/...`` or ``/apis/<group>/<version>/...``; None for every other path."""
    match path.strip("/").split("/"):
        case ["api", version, *rest]:
            group = ""
        case ["apis", group, version, *rest]:
            pass
        case _:
            return None
    match rest:
        case ["namespaces"]:
            return Target(group, version, "namespaces", "", "")
        case ["namespaces", name]:
            return Target(group, version, "namespaces", name, name)
        case ["namespaces", namespace, plural]:
            return Target(group, version, plural, namespace, "")
        case ["namespaces", namespace, plural, name]:
            return Target(group, version, plural, namespace, name)
        case [plural]:
            return Target(group, version, plural, "", "")
        case [plural, name]:
            return Target(group, version, plural, "", name)
    return None
