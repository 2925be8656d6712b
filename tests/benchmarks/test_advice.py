"""What advice on a big cluster costs, against trying the server's rules on the same policies in the same run."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from desktop.cluster.gateway import Put as Seen
from desktop.cluster.wire import Decoder
from desktop.policy import rules
from desktop.reach.objects import Coverage, Kind, Pod
from desktop.reach.snapshot import Put, Snapshot
from desktop.session.rows import PolicyTable
from tests.helpers.cluster_of import ClusterOf

MOST_OF_THE_RULES_TIME = 10.0
MOST_AFTER_AN_EVENT = 0.05  # of the first time
KINDS = {
    "namespaces": Kind.NAMESPACE,
    "pods": Kind.POD,
    "deployments": Kind.DEPLOYMENT,
    "services": Kind.SERVICE,
    "networkpolicies": Kind.NETWORK_POLICY,
}

pytestmark = [pytest.mark.benchmark(group="advice"), pytest.mark.timeout(300)]


def picture(cluster: ClusterOf) -> Snapshot:
    things = []
    for resource, objects in cluster.objects().items():
        decoder = Decoder(KINDS[resource])
        for each in objects:
            event = decoder.event(json.dumps({"type": "ADDED", "object": each}).encode())
            assert isinstance(event, Seen)
            things.append(Put(event.thing))
    snapshot = Snapshot().apply(things)
    for kind in Kind:
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    return snapshot


def seconds(job: Callable[[], object]) -> float:
    """Return the processor's seconds, whatever else the machine does."""
    start = time.process_time()
    job()
    return time.process_time() - start


def check_all(table: PolicyTable) -> float:
    """Seek all there is to find; return the seconds of the longest slice."""
    longest = 0.0
    while table.has_unchecked:
        longest = max(longest, seconds(table.check_some))
    return longest


@pytest.mark.parametrize("pods", [2_000, 20_000])
def test_advice_costs_a_few_times_what_the_servers_rules_do_and_an_event_next_to_nothing(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], pods: int
) -> None:
    cluster = ClusterOf(namespaces=pods // 40, pods=pods, policies=pods // 4)
    snapshot = picture(cluster)
    documents = [json.loads(each.raw) for table in snapshot.policies.values() for each in table.values()]
    yardstick = seconds(lambda: [rules.check(each) for each in documents])
    table = PolicyTable()
    table.show(snapshot)
    longest: list[float] = []
    whole = seconds(lambda: benchmark.pedantic(lambda: longest.append(check_all(table)), rounds=1))  # type: ignore[no-untyped-call]
    some_pod = next(iter(next(iter(snapshot.pods.values())).values()))
    other = snapshot.apply([Put(Pod(some_pod.namespace, "new", {"app": "another"}))])
    follow = seconds(lambda: (table.show(other), check_all(table)))
    alike = other.apply([Put(replace(some_pod, name="again"))])
    again = seconds(lambda: (table.show(alike), check_all(table)))
    ratio = whole / yardstick
    benchmark.extra_info |= {"seconds": whole, "rules": yardstick, "ratio": ratio, "longest_slice": longest[0]}
    with capsys.disabled():
        sys.stdout.write(
            f"\n{pods:6} pods, {cluster.policies:5} policies: {whole:5.2f} s, longest slice {longest[0] * 1e3:.0f} ms; "
            f"the rules {yardstick:5.2f} s; ratio {ratio:.2f}; after a new pod {follow * 1000:5.1f} ms, "
            f"after one like another {again * 1000:5.1f} ms\n"
        )
    assert ratio <= MOST_OF_THE_RULES_TIME
    if pods == 20_000:
        assert follow <= MOST_AFTER_AN_EVENT * whole
        assert again <= MOST_AFTER_AN_EVENT * whole
