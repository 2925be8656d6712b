"""One synchronization in a process of its own: ``python -m tests.benchmarks.sync_run (ours|library) KUBECONFIG``.

Lists namespaces, pods and network policies, and writes one line of JSON: the seconds from the first request to the
last object in its place (the import of the client library, which both need, left out), the peak memory of the process
in MB, and how many objects of each kind there are.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.helpers.memory import peak_mb

PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class Run:
    """What a synchronization took and found."""

    seconds: float
    peak: float
    counts: dict[str, int]


def ours(kubeconfig_path: Path) -> Run:
    """Synchronize as the program does: into a snapshot, which is indexed by namespace and name."""
    from desktop.cancellation import CancelToken  # noqa: PLC0415  what is measured is imported by itself
    from desktop.cluster import client, kubeconfig  # noqa: PLC0415
    from desktop.cluster.connection import connection  # noqa: PLC0415
    from desktop.cluster.live import LiveGateway  # noqa: PLC0415
    from desktop.reach.objects import Kind  # noqa: PLC0415
    from desktop.reach.snapshot import Replaced, Snapshot  # noqa: PLC0415

    assert client.ERRORS  # the library is there
    config = kubeconfig.load([kubeconfig_path])
    gateway = LiveGateway(connection(config, config.find(config.current)))
    kinds = (Kind.NAMESPACE, Kind.POD, Kind.NETWORK_POLICY)
    snapshot = Snapshot()
    started = time.perf_counter()
    for kind in kinds:
        listing = gateway.list(kind, None, CancelToken(), lambda done, left: None)
        snapshot = snapshot.apply([Replaced(kind, None, listing.things)])
    seconds = time.perf_counter() - started
    counts = {kind.value: snapshot.count(kind) for kind in kinds}
    gateway.close()
    return Run(seconds, peak_mb(), counts)


def library(kubeconfig_path: Path) -> Run:
    """Make the client library's own typed list calls for the same lists."""
    from kubernetes import client, config  # noqa: PLC0415  as above

    config.load_kube_config(str(kubeconfig_path))  # type: ignore[no-untyped-call]
    core, networking = client.CoreV1Api(), client.NetworkingV1Api()
    calls: dict[str, Callable[..., Any]] = {
        "Namespace": core.list_namespace,
        "Pod": core.list_pod_for_all_namespaces,
        "NetworkPolicy": networking.list_network_policy_for_all_namespaces,
    }
    started = time.perf_counter()
    lists = {kind: _all_pages(call) for kind, call in calls.items()}
    seconds = time.perf_counter() - started
    return Run(seconds, peak_mb(), {kind: len(items) for kind, items in lists.items()})


def _all_pages(call: Callable[..., Any]) -> list[Any]:
    items: list[Any] = []
    following = None
    while True:
        page = call(limit=PAGE_SIZE, _continue=following)
        items += page.items
        following = page.metadata._continue
        if not following:
            return items


if __name__ == "__main__":
    run = {"ours": ours, "library": library}[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.write(json.dumps(asdict(run)) + "\n")
