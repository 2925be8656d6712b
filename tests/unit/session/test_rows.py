"""The policy table follows the picture, and looks only at what changed."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from desktop.policy.codec import parse_policy
from desktop.policy.findings import Finding, Severity
from desktop.policy.objects import LabelSelector
from desktop.policy.owner import Owner, Tool
from desktop.policy.profile import DEFAULT, PROFILES, for_version
from desktop.reach.objects import Coverage, Kind, Pod, StoredPolicy
from desktop.reach.selection import counts
from desktop.reach.snapshot import Gone, Put, Snapshot
from desktop.session.rows import PolicyTable, make_row


def stored(namespace: str, name: str, spec: Mapping[str, object], **more: object) -> StoredPolicy:
    value = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": namespace, "name": name},
        "spec": spec,
    }
    return StoredPolicy(namespace, name, parse_policy(value), msgspec.json.encode(value), **more)  # type: ignore[arg-type]


DB = stored("shop", "db", {"podSelector": {"matchLabels": {"app": "db"}}, "ingress": [{}]})
WEB = stored("web", "web", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})


def shown(table: PolicyTable, snapshot: Snapshot) -> dict[tuple[str, str], int | None]:
    return {key: row.pods for key, row in table.show(snapshot).rows.items()}


def with_pods(coverage: Coverage = Coverage.COMPLETE) -> Snapshot:
    pods = [Pod("shop", "db-0", {"app": "db"}), Pod("web", "web-0", {})]
    return Snapshot().apply([Put(DB), Put(WEB), *map(Put, pods)]).covering(Kind.POD, coverage)


def test_a_row_says_what_the_policy_says() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    policy = stored(
        "a",
        "p",
        {"podSelector": {"matchLabels": {"x": "y"}}, "policyTypes": ["Ingress", "Egress"], "egress": [{}, {}]},
        uid="u",
        version="7",
        created=created,
        owner=Owner(Tool.HELM, "shop"),
        origin="p.yaml",
    )
    row = make_row(policy, 3, ())
    assert (row.namespace, row.name, row.key, row.readable) == ("a", "p", ("a", "p"), True)
    assert row.selector == LabelSelector((("x", "y"),))
    assert (row.ingress, row.egress, row.pods) == (0, 2, 3)
    assert (row.uid, row.version, row.created, row.owner, row.origin) == (
        "u",
        "7",
        created,
        Owner(Tool.HELM, "shop"),
        "p.yaml",
    )


def test_a_direction_that_is_not_restricted_is_none() -> None:
    row = make_row(DB, 1, ())
    assert (row.ingress, row.egress) == (1, None)


def test_an_unreadable_policy_has_a_row_that_says_why() -> None:
    finding = Finding("type.wrong", Severity.ERROR, ("spec",))
    table = PolicyTable()
    broken = StoredPolicy("a", "p", None, b'{"spec": 1}', findings=(finding,))
    row = table.show(Snapshot().apply([Put(broken)]).covering(Kind.POD, Coverage.COMPLETE)).rows["a", "p"]
    assert (row.readable, row.ingress, row.egress, row.pods) == (False, None, None, None)
    assert row.findings == (finding,)


def test_the_same_finding_of_two_sources_is_told_once() -> None:
    finding = Finding("x", Severity.ERROR, ("spec",))
    assert make_row(DB, 1, (finding, Finding("x", Severity.ERROR, ("spec",)))).findings == (finding,)


def test_pods_are_not_counted_where_they_may_not_be_listed() -> None:
    for coverage in (Coverage.FORBIDDEN, Coverage.UNKNOWN):
        assert shown(PolicyTable(), with_pods(coverage)) == {("shop", "db"): None, ("web", "web"): None}
    partial = with_pods().covering(Kind.POD, Coverage.PARTIAL, frozenset({"shop"}))
    assert shown(PolicyTable(), partial) == {("shop", "db"): 1, ("web", "web"): None}


def test_what_becomes_known_of_pods_shows_in_every_row() -> None:
    table, before = PolicyTable(), with_pods(Coverage.UNKNOWN)
    table.show(before)
    assert shown(table, before.covering(Kind.POD, Coverage.COMPLETE)) == {("shop", "db"): 1, ("web", "web"): 1}


def test_an_event_changes_the_rows_of_its_namespace_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    table, before = PolicyTable(), with_pods()
    table.show(before)
    looked: list[str] = []

    def spy(snapshot: Snapshot, namespace: str) -> dict[str, int]:
        looked.append(namespace)
        return counts(snapshot, namespace)

    monkeypatch.setattr("desktop.session.rows.counts", spy)
    assert shown(table, before.apply([Put(Pod("shop", "db-1", {"app": "db"})), Put(Pod("quiet", "x"))])) == {
        ("shop", "db"): 2
    }
    assert looked == ["shop"]


def test_an_event_that_changes_no_row_tells_of_none() -> None:
    table, before = PolicyTable(), with_pods()
    table.show(before)
    assert table.show(before.apply([Put(Pod("shop", "other", {"app": "x"}))])).rows == {}


def test_a_policy_that_goes_takes_its_row_along() -> None:
    table, before = PolicyTable(), with_pods()
    table.show(before)
    changed = table.show(before.apply([Gone(Kind.NETWORK_POLICY, "shop", "db")]))
    assert (changed.rows, changed.removed) == ({}, {("shop", "db")})
    assert [row.key for row in table.all()] == [("web", "web")]
    while table.has_unchecked:
        table.check_some()


def codes(table: PolicyTable) -> dict[tuple[str, str], list[str]]:
    """Seek all there is to be found; return the codes of the policies about which something was."""
    while table.has_unchecked:
        table.check_some()
    return {row.key: [finding.code for finding in row.findings] for row in table.all() if row.findings}


def test_a_selector_that_picks_nothing_is_a_finding() -> None:
    idle = stored("shop", "idle", {"podSelector": {"matchLabels": {"app": "nobody"}}})
    table = PolicyTable()
    table.show(with_pods().apply([Put(idle)]))
    assert "advice.selects-nothing" in codes(table)["shop", "idle"]


def test_advice_is_taken_back_at_once_where_pods_may_no_longer_be_listed() -> None:
    idle = stored(
        "shop",
        "idle",
        {"podSelector": {"matchLabels": {"app": "nobody"}}, "ingress": [{"from": [{"podSelector": {}}]}]},
    )
    table, snapshot = PolicyTable(), with_pods().apply([Put(idle)])
    table.show(snapshot)
    assert codes(table)["shop", "idle"] == ["advice.selects-nothing"]
    changed = table.show(snapshot.covering(Kind.POD, Coverage.FORBIDDEN))
    assert changed.rows["shop", "idle"].findings == ()
    assert ("shop", "idle") not in codes(table)


def test_advice_stays_where_a_kind_comes_to_be_known_that_it_does_not_rest_on() -> None:
    table = PolicyTable()
    idle = stored("shop", "idle", {"podSelector": {"matchLabels": {"app": "nobody"}}})
    snapshot = with_pods().apply([Put(idle)])
    table.show(snapshot)
    assert codes(table)["shop", "idle"] == ["advice.selects-nothing"]
    table.show(snapshot.covering(Kind.CRON_JOB, Coverage.COMPLETE))
    assert codes(table)["shop", "idle"] == ["advice.selects-nothing"]


def test_the_limits_of_the_profile_are_findings_and_follow_it() -> None:
    table = PolicyTable()
    table.show(with_pods())
    before = codes(table)["web", "web"]
    table.use(for_version("", "v1.22.0"))
    assert codes(table)["web", "web"] == ["limit.outbound", *before]
    table.use(for_version("", "v1.22.0"))
    assert not table.has_unchecked
    table.use(PROFILES["upstream"])
    assert codes(table)["web", "web"] == before
    assert table.profile != DEFAULT


def test_what_is_true_of_all_policies_of_a_cluster_is_not_told_of_each() -> None:
    table = PolicyTable()
    peer = {"podSelector": {"matchLabels": {"app": "db"}}}
    table.show(with_pods().apply([Put(stored("shop", "p", {"podSelector": {}, "ingress": [{"from": [peer]}]}))]))
    table.use(PROFILES["flannel"])
    assert not {"limit.enforcement", "limit.cluster-ip"} & {code for each in codes(table).values() for code in each}


def test_the_servers_rules_are_tried_afterwards_and_once() -> None:
    bad = stored("shop", "bad", {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.1/8"}}]}]})
    table, snapshot = PolicyTable(), with_pods().apply([Put(bad)])
    assert table.show(snapshot).rows["shop", "bad"].findings == ()
    assert codes(table)["shop", "bad"] == ["cidr.host-bits"]
    assert table.check_some().rows == {}


def test_a_few_policies_are_looked_at_at_a_time() -> None:
    table = PolicyTable()
    table.show(Snapshot().apply([Put(stored("a", f"p{i}", {"podSelector": {}})) for i in range(5)]))
    table.check_some(2, seconds=60)
    assert table.has_unchecked
    table.check_some(3, seconds=60)
    assert not table.has_unchecked


def test_a_pod_replaced_by_one_like_it_has_no_policy_looked_at_again() -> None:
    table, snapshot = PolicyTable(), with_pods()
    table.show(snapshot)
    codes(table)
    table.show(snapshot.apply([Gone(Kind.POD, "shop", "db-0"), Put(Pod("shop", "db-1", {"app": "db"}))]))
    assert not table.has_unchecked
    table.show(snapshot.apply([Put(Pod("shop", "db-1", {"app": "other"}))]))
    assert table.has_unchecked
