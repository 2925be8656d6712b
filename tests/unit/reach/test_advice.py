"""A policy that selects nothing is told so, but only when that is sure and probably not meant."""

from desktop.policy.objects import LabelSelector, NetworkPolicy
from desktop.reach.advice import selecting_nothing
from desktop.reach.objects import Coverage, Kind, Pod, StoredPolicy, Thing, Workload
from desktop.reach.selection import counts
from desktop.reach.snapshot import Put, Snapshot

POLICY = StoredPolicy("shop", "p", NetworkPolicy("shop", "p", LabelSelector((("app", "db"),))), b"{}")


def codes(*things: Thing, coverage: Coverage = Coverage.COMPLETE) -> list[str]:
    snapshot = Snapshot().apply([Put(POLICY), *map(Put, things)]).covering(Kind.POD, coverage)
    return [finding.code for finding in selecting_nothing(snapshot, "shop", counts(snapshot, "shop")).values()]


def test_a_selector_that_no_pod_meets_is_told() -> None:
    assert codes(Pod("shop", "x", {"app": "web"}), Pod("other", "x", {"app": "db"})) == ["advice.selects-nothing"]


def test_a_selector_that_a_pod_meets_is_fine() -> None:
    assert codes(Pod("shop", "x", {"app": "db"})) == []


def test_only_host_network_pods_is_another_matter() -> None:
    assert codes(Pod("shop", "x", {"app": "db"}, host_network=True)) == ["advice.selects-host-network"]


def test_a_workload_without_pods_for_now_is_fine() -> None:
    assert codes(Workload(Kind.CRON_JOB, "shop", "x", {"app": "db"})) == []
    assert codes(Workload(Kind.DAEMON_SET, "shop", "x", {"app": "db"}, host_network=True)) == ["advice.selects-nothing"]


def test_nothing_is_said_while_the_pods_are_not_fully_known() -> None:
    for coverage in (Coverage.UNKNOWN, Coverage.PARTIAL, Coverage.FORBIDDEN):
        assert codes(coverage=coverage) == []
