"""The kinds of objects that a cluster is read for, and how much of one may be known. Light to import."""

from enum import Enum


class Kind(Enum):
    """The kinds a cluster is read for; Calico's take their API's name along, as kubectl writes them."""

    NAMESPACE = "Namespace"
    POD = "Pod"
    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    DAEMON_SET = "DaemonSet"
    REPLICA_SET = "ReplicaSet"
    REPLICATION_CONTROLLER = "ReplicationController"
    JOB = "Job"
    CRON_JOB = "CronJob"
    SERVICE = "Service"
    NETWORK_POLICY = "NetworkPolicy"
    ADMIN_NETWORK_POLICY = "AdminNetworkPolicy"
    BASELINE_ADMIN_NETWORK_POLICY = "BaselineAdminNetworkPolicy"
    CLUSTER_NETWORK_POLICY = "ClusterNetworkPolicy"
    CILIUM_NETWORK_POLICY = "CiliumNetworkPolicy"
    CILIUM_CLUSTERWIDE_NETWORK_POLICY = "CiliumClusterwideNetworkPolicy"
    CALICO_NETWORK_POLICY = "NetworkPolicy.projectcalico.org"
    CALICO_GLOBAL_NETWORK_POLICY = "GlobalNetworkPolicy.projectcalico.org"


class Coverage(Enum):
    """How much of a kind is known."""

    UNKNOWN = "unknown"  # not listed yet
    COMPLETE = "complete"
    PARTIAL = "partial"  # only in the namespaces the user named
    FORBIDDEN = "forbidden"  # not permitted to list: never shown as empty


WORKLOAD_KINDS = frozenset(
    {
        Kind.DEPLOYMENT,
        Kind.STATEFUL_SET,
        Kind.DAEMON_SET,
        Kind.REPLICA_SET,
        Kind.REPLICATION_CONTROLLER,
        Kind.JOB,
        Kind.CRON_JOB,
    }
)
TIERED_KINDS = frozenset({Kind.ADMIN_NETWORK_POLICY, Kind.BASELINE_ADMIN_NETWORK_POLICY, Kind.CLUSTER_NETWORK_POLICY})
"""Cluster-wide policies in tiers before and after NetworkPolicies."""
FOREIGN_KINDS = frozenset(
    {
        Kind.CILIUM_NETWORK_POLICY,
        Kind.CILIUM_CLUSTERWIDE_NETWORK_POLICY,
        Kind.CALICO_NETWORK_POLICY,
        Kind.CALICO_GLOBAL_NETWORK_POLICY,
    }
)
"""Policies of network plug-ins, of which only the presence is known."""
CLUSTER_WIDE = TIERED_KINDS | {
    Kind.NAMESPACE,
    Kind.CILIUM_CLUSTERWIDE_NETWORK_POLICY,
    Kind.CALICO_GLOBAL_NETWORK_POLICY,
}
"""The kinds whose objects stand in no namespace."""
