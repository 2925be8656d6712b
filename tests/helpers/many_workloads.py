"""A cluster of many workloads, as teams write policies: some namespaces closed but for what they name, some open."""

from collections.abc import Iterator

from desktop.policy.objects import Direction, IPBlock, LabelSelector, NetworkPolicy, Peer, Port, Rule
from desktop.reach.objects import ContainerPort, Kind, Namespace, OwnerReference, Pod, Thing, Workload
from desktop.reach.snapshot import Put, Snapshot
from tests.helpers.clusters import known, stored

_NAMES = ("web", "api", "worker", "cache", "db", "queue", "search", "mail", "cron", "report")
EVERY = LabelSelector()


def many_workloads(count: int = 200, pods_each: int = 2) -> Snapshot:
    """Return a cluster of ``count`` workloads, ten a namespace; the first namespace watches over all others."""
    namespaces = [f"team-{number:02}" for number in range(-(-count // len(_NAMES)))]
    things: list[Thing] = []
    for number, namespace in enumerate(namespaces):
        things.append(Namespace(namespace, {"kubernetes.io/metadata.name": namespace}))
        for place, name in enumerate(_NAMES[: count - number * len(_NAMES)]):
            things += _workload(namespace, name, number * len(_NAMES) + place, pods_each)
        things += map(stored, _policies(number, namespace, namespaces))
    return known(Snapshot().apply(Put(thing) for thing in things))


def _workload(namespace: str, name: str, number: int, pods: int) -> Iterator[Thing]:
    labels = {"app": name}
    yield Workload(Kind.DEPLOYMENT, namespace, name, labels, replicas=pods)
    for index in range(pods):
        ip = f"10.{number // 250}.{number % 250}.{index + 1}"
        ports = (ContainerPort("http", 8080),)
        yield Pod(namespace, f"{name}-{index}", labels, (ip,), ports, owner=OwnerReference("Deployment", name))


def app(name: str) -> LabelSelector:
    """Return what selects the pods of a workload."""
    return LabelSelector((("app", name),))


def _of(namespace: str) -> LabelSelector:
    return LabelSelector((("kubernetes.io/metadata.name", namespace),))


def _policies(number: int, namespace: str, namespaces: list[str]) -> Iterator[NetworkPolicy]:
    if number % 3 == 2:
        return
    watcher, before = namespaces[0], namespaces[max(0, number - 1)]
    yield NetworkPolicy(namespace, "default-deny", EVERY, ingress=(), policy_types=(Direction.INGRESS,))
    yield NetworkPolicy(
        namespace, "metrics", EVERY, ingress=(Rule((Peer(app("report"), _of(watcher)),), (Port("TCP", 9090),)),)
    )
    yield NetworkPolicy(
        namespace, "web", app("web"), ingress=(Rule((Peer(app("api"), _of(before)),), (Port("TCP", 8080),)),)
    )
    for source, target, port in (
        ("web", "api", 8080),
        ("api", "db", 5432),
        ("api", "cache", 6379),
        ("api", "queue", 5672),
    ):
        yield NetworkPolicy(namespace, target, app(target), ingress=(Rule((Peer(app(source)),), (Port("TCP", port),)),))
    yield NetworkPolicy(namespace, "jobs", app("db"), ingress=(Rule((Peer(app("cron")),), (Port("TCP", 5432),)),))
    if number % 4 == 1:
        outside = Peer(ip_block=IPBlock("0.0.0.0/0", ("10.0.0.0/8",)))
        yield NetworkPolicy(
            namespace,
            "outbound",
            app("worker"),
            egress=(Rule((Peer(app("queue")),), (Port("TCP", 5672),)), Rule((outside,), (Port("TCP", 443),))),
            policy_types=(Direction.EGRESS,),
        )
