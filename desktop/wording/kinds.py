"""The kinds of objects, and who looks after one."""

from collections.abc import Callable

from desktop.language import tr, tr_n
from desktop.policy.owner import Owner, Tool
from desktop.reach.kinds import Kind
from desktop.wording.plain import plain

_COUNTED: dict[Kind, Callable[[int], str]] = {
    Kind.NAMESPACE: lambda n: tr_n("{count} namespace", "{count} namespaces", n),
    Kind.POD: lambda n: tr_n("{count} pod", "{count} pods", n),
    Kind.DEPLOYMENT: lambda n: tr_n("{count} deployment", "{count} deployments", n),
    Kind.STATEFUL_SET: lambda n: tr_n("{count} stateful set", "{count} stateful sets", n),
    Kind.DAEMON_SET: lambda n: tr_n("{count} daemon set", "{count} daemon sets", n),
    Kind.REPLICA_SET: lambda n: tr_n("{count} replica set", "{count} replica sets", n),
    Kind.REPLICATION_CONTROLLER: lambda n: tr_n("{count} replication controller", "{count} replication controllers", n),
    Kind.JOB: lambda n: tr_n("{count} job", "{count} jobs", n),
    Kind.CRON_JOB: lambda n: tr_n("{count} cron job", "{count} cron jobs", n),
    Kind.SERVICE: lambda n: tr_n("{count} service", "{count} services", n),
    Kind.NETWORK_POLICY: lambda n: tr_n("{count} policy", "{count} policies", n),
    Kind.ADMIN_NETWORK_POLICY: lambda n: tr_n("{count} admin network policy", "{count} admin network policies", n),
    Kind.BASELINE_ADMIN_NETWORK_POLICY: lambda n: tr_n(
        "{count} baseline admin network policy", "{count} baseline admin network policies", n
    ),
    Kind.CLUSTER_NETWORK_POLICY: lambda n: tr_n(
        "{count} cluster network policy", "{count} cluster network policies", n
    ),
    Kind.CILIUM_NETWORK_POLICY: lambda n: tr_n("{count} Cilium network policy", "{count} Cilium network policies", n),
    Kind.CILIUM_CLUSTERWIDE_NETWORK_POLICY: lambda n: tr_n(
        "{count} Cilium cluster-wide network policy", "{count} Cilium cluster-wide network policies", n
    ),
    Kind.CALICO_NETWORK_POLICY: lambda n: tr_n("{count} Calico network policy", "{count} Calico network policies", n),
    Kind.CALICO_GLOBAL_NETWORK_POLICY: lambda n: tr_n(
        "{count} Calico global network policy", "{count} Calico global network policies", n
    ),
}

_PLURAL: dict[Kind, Callable[[], str]] = {
    Kind.NAMESPACE: lambda: tr("Namespaces"),
    Kind.POD: lambda: tr("Pods"),
    Kind.DEPLOYMENT: lambda: tr("Deployments"),
    Kind.STATEFUL_SET: lambda: tr("Stateful sets"),
    Kind.DAEMON_SET: lambda: tr("Daemon sets"),
    Kind.REPLICA_SET: lambda: tr("Replica sets"),
    Kind.REPLICATION_CONTROLLER: lambda: tr("Replication controllers"),
    Kind.JOB: lambda: tr("Jobs"),
    Kind.CRON_JOB: lambda: tr("Cron jobs"),
    Kind.SERVICE: lambda: tr("Services"),
    Kind.NETWORK_POLICY: lambda: tr("Network policies"),
    Kind.ADMIN_NETWORK_POLICY: lambda: tr("Admin network policies"),
    Kind.BASELINE_ADMIN_NETWORK_POLICY: lambda: tr("Baseline admin network policies"),
    Kind.CLUSTER_NETWORK_POLICY: lambda: tr("Cluster network policies"),
    Kind.CILIUM_NETWORK_POLICY: lambda: tr("Cilium network policies"),
    Kind.CILIUM_CLUSTERWIDE_NETWORK_POLICY: lambda: tr("Cilium cluster-wide network policies"),
    Kind.CALICO_NETWORK_POLICY: lambda: tr("Calico network policies"),
    Kind.CALICO_GLOBAL_NETWORK_POLICY: lambda: tr("Calico global network policies"),
}


def counted(kind: Kind, count: int) -> str:
    """Return ``14 policies``, ``1 pod``."""
    return _COUNTED[kind](count)


def plural(kind: Kind) -> str:
    """Return a kind's name as a heading: ``Network policies``."""
    return _PLURAL[kind]()


def owner_words(owner: Owner | None) -> str:
    """Return who looks after an object: ``Argo CD: shop``, ``kubectl``, or nothing where it is not known."""
    if owner is None:
        return ""
    tool: str = owner.tool.value
    if owner.tool is Tool.OTHER:
        return plain(owner.name) or tr("another tool")
    if not owner.name or owner.tool in {Tool.KUBECTL, Tool.BULKHEAD}:
        return tool
    return tr("{tool}: {name}", tool=tool, name=plain(owner.name))
