"""The big clusters of the benchmarks are what they say they are."""

import json
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.reach.objects import Kind, Pod, StoredPolicy
from desktop.reach.snapshot import Replaced, Snapshot
from tests.contract.api_servers import live_gateway
from tests.helpers.cluster_of import ClusterOf
from tests.helpers.server_process import running_server


def test_a_process_serves_a_cluster_of_the_size_asked_for(tmp_path: Path) -> None:
    with running_server(tmp_path, ClusterOf(namespaces=3, pods=20, policies=7)) as server:
        gateway = live_gateway(Path(server.kubeconfig))
        snapshot = Snapshot()
        for kind in gateway.kinds:
            things = gateway.list(kind, None, CancelToken(), lambda done, left: None).things
            snapshot = snapshot.apply([Replaced(kind, None, things)])
        gateway.close()
    kinds = (Kind.NAMESPACE, Kind.POD, Kind.NETWORK_POLICY, Kind.DEPLOYMENT, Kind.SERVICE)
    assert [snapshot.count(kind) for kind in kinds] == [3, 20, 7, 5, 5]
    assert set(snapshot.pods) <= set(snapshot.namespaces)
    policies = [thing for thing in snapshot.things(Kind.NETWORK_POLICY) if isinstance(thing, StoredPolicy)]
    assert all(policy.policy for policy in policies)
    pods = [thing for thing in snapshot.things(Kind.POD) if isinstance(thing, Pod)]
    assert len({pod.ips for pod in pods}) == 20
    assert all(pod.owner and pod.ports for pod in pods)


def test_pods_and_policies_are_as_large_as_real_ones() -> None:
    objects = ClusterOf(namespaces=2, pods=10, policies=10).objects()
    pods = [len(json.dumps(pod, separators=(",", ":"))) for pod in objects["pods"]]
    policies = [len(json.dumps(policy, separators=(",", ":"))) for policy in objects["networkpolicies"]]
    assert 2000 < min(pods) <= max(pods) < 3000
    assert 900 < min(policies) <= max(policies) < 1500
