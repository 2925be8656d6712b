"""The kinds of objects, and who looks after one."""

from collections.abc import Callable

from desktop.language import tr, tr_n
from desktop.policy.owner import Owner, Tool
from desktop.reach.objects import Kind
from desktop.wording.plain import plain

_COUNTED: dict[Kind, Callable[[int], str]] = {
    Kind.NAMESPACE: lambda n: tr_n("{count} namespace", "{count} namespaces", n),
    Kind.POD: lambda n: tr_n("{count} pod", "{count} pods", n),
    Kind.DEPLOYMENT: lambda n: tr_n("{count} deployment", "{count} deployments", n),
    Kind.STATEFUL_SET: lambda n: tr_n("{count} stateful set", "{count} stateful sets", n),
    Kind.DAEMON_SET: lambda n: tr_n("{count} daemon set", "{count} daemon sets", n),
    Kind.REPLICA_SET: lambda n: tr_n("{count} replica set", "{count} replica sets", n),
    Kind.JOB: lambda n: tr_n("{count} job", "{count} jobs", n),
    Kind.CRON_JOB: lambda n: tr_n("{count} cron job", "{count} cron jobs", n),
    Kind.SERVICE: lambda n: tr_n("{count} service", "{count} services", n),
    Kind.NETWORK_POLICY: lambda n: tr_n("{count} policy", "{count} policies", n),
}

_PLURAL: dict[Kind, Callable[[], str]] = {
    Kind.NAMESPACE: lambda: tr("Namespaces"),
    Kind.POD: lambda: tr("Pods"),
    Kind.DEPLOYMENT: lambda: tr("Deployments"),
    Kind.STATEFUL_SET: lambda: tr("Stateful sets"),
    Kind.DAEMON_SET: lambda: tr("Daemon sets"),
    Kind.REPLICA_SET: lambda: tr("Replica sets"),
    Kind.JOB: lambda: tr("Jobs"),
    Kind.CRON_JOB: lambda: tr("Cron jobs"),
    Kind.SERVICE: lambda: tr("Services"),
    Kind.NETWORK_POLICY: lambda: tr("Network policies"),
}


def counted(kind: Kind, count: int) -> str:
    """Return ``14 policies``, ``1 pod``; kinds of tools keep the name they are known by: ``3 CiliumNetworkPolicy``."""
    say = _COUNTED.get(kind)
    return say(count) if say else tr("{count} {kind}", count=count, kind=kind.value)


def plural(kind: Kind) -> str:
    """Return a kind's name as a heading: ``Network policies``."""
    say = _PLURAL.get(kind)
    return say() if say else kind.value


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
