"""Where the DNS of a cluster is to be found: as far as its picture says, else where installers put it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.policy.containment import Wants
from desktop.policy.netset import Spans, parse_address, parse_cidr
from desktop.policy.objects import NAMESPACE_NAME
from desktop.reach.objects import Pod, Service
from desktop.reach.snapshot import Snapshot

_OPENSHIFT = "openshift-dns"
_NODE_CACHE = "169.254.0.0/16"  # NodeLocal DNSCache listens on a link-local address of each node
_NODE_CACHE_LABEL = ("k8s-app", "node-local-dns")
_DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class Servers:
    """The DNS servers: their namespace, the labels to choose them by, and the port that these pods listen on.

    ``space`` and ``pods`` are what is known of the labels of the namespace and of the pods, all of them where
    ``space_known`` and ``pods_known``; ``addresses`` those of the pods and their Service. ``cached``: each node has a
    cache of its own, which pods ask at an address of the node.
    """

    namespace: str
    labels: tuple[tuple[str, str], ...]
    port: int
    addresses: Spans
    cached: bool
    space: Mapping[str, str] = field(hash=False)
    space_known: bool
    pods: Mapping[str, str] = field(hash=False)
    pods_known: bool

    def may_be_meant(self, space: Wants, pods: Wants) -> bool:
        """Whether a peer that asks for these labels of namespaces and pods may mean the DNS servers."""
        return _may_meet(self.space, space, self.space_known) and _may_meet(self.pods, pods, self.pods_known)


def namespace_of_dns(snapshot: Snapshot) -> str:
    """Return the namespace of the DNS servers."""
    return _OPENSHIFT if _OPENSHIFT in snapshot.namespaces else "kube-system"


def servers(snapshot: Snapshot, namespace: str) -> Servers:
    """Return the DNS servers of a cluster."""
    openshift = namespace == _OPENSHIFT
    label, port = ("k8s-app", "kube-dns"), _DNS_PORT
    if openshift:
        label, port = ("dns.operator.openshift.io/daemonset-dns", "default"), 5353
    service = snapshot.services.get(namespace, {}).get("dns-default" if openshift else "kube-dns")
    labels = tuple(sorted(service.selector.items())) if service and service.selector else (label,)
    there = snapshot.pods.get(namespace, {}).values()
    pods = [pod for pod in there if set(labels) <= pod.labels.items()]
    known = snapshot.namespaces.get(namespace)
    texts = [*(service.cluster_ips if service else ()), *(ip for pod in pods for ip in pod.ips)]
    numbers = [number for text in texts if (number := parse_address(text)) is not None]
    cache = parse_cidr(_NODE_CACHE)
    return Servers(
        namespace,
        labels,
        (_target(service, pods) if service else None) or port,
        Spans.of([*((number, number) for number in numbers), *([cache.span] if cache else ())]),
        any(_NODE_CACHE_LABEL in pod.labels.items() for pod in there),
        {**(known.labels if known else {}), NAMESPACE_NAME: namespace},
        known is not None,
        pods[0].labels if pods else dict(labels),
        bool(pods),
    )


def _may_meet(labels: Mapping[str, str], asked: Wants, known: bool) -> bool:
    return all(values.admit(labels.get(key)) for key, values in asked.items() if known or key in labels)


def _target(service: Service, pods: list[Pod]) -> int | None:
    """Return the port of the pods that a Service leads to from the DNS port."""
    for port in service.ports:
        if port.port == _DNS_PORT:
            if isinstance(port.target, int):
                return port.target
            found = [each.port for pod in pods for each in pod.ports if each.name == port.target]
            return found[0] if found else None
    return None
