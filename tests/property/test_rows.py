"""Following a picture row by row ends at the same table as looking at it for the first time."""

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.policy.codec import parse_policy
from desktop.policy.profile import PROFILES
from desktop.reach.objects import (
    ContainerPort,
    Coverage,
    Kind,
    Namespace,
    Pod,
    Service,
    ServicePort,
    StoredPolicy,
    Workload,
)
from desktop.reach.snapshot import Change, Gone, Put, Replaced, Snapshot
from desktop.session.rows import PolicyTable
from desktop.session.state import PolicyRow

NAMES = st.sampled_from(["a", "b", "c"])
LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["x", "y"]), max_size=2)
SELECTORS = st.fixed_dictionaries({"matchLabels": LABELS})
PEERS = st.one_of(
    st.fixed_dictionaries({"podSelector": SELECTORS}),
    st.fixed_dictionaries({"namespaceSelector": SELECTORS}, optional={"podSelector": SELECTORS}),
    st.sampled_from(["10.0.0.1/32", "10.0.0.0/8", "10.1.0.0/16"]).map(lambda cidr: {"ipBlock": {"cidr": cidr}}),
)
RULE_PORTS = st.lists(st.sampled_from([{"port": 80}, {"port": "web"}, {"port": 53, "protocol": "UDP"}]), max_size=2)
SPECS = st.fixed_dictionaries(
    {"podSelector": SELECTORS},
    optional={
        "ingress": st.lists(
            st.fixed_dictionaries({"from": st.lists(PEERS, max_size=2), "ports": RULE_PORTS}), max_size=2
        ),
        "egress": st.lists(st.fixed_dictionaries({"to": st.lists(PEERS, max_size=2), "ports": RULE_PORTS}), max_size=2),
        "policyTypes": st.just(["Ingress", "Egress"]),
    },
)
PORTS = st.lists(st.builds(ContainerPort, st.just("web"), st.sampled_from([80, 8080])), max_size=1).map(tuple)


def stored(namespace: str, name: str, spec: dict[str, object]) -> StoredPolicy:
    value = {"metadata": {"namespace": namespace, "name": name}, "spec": spec}
    return StoredPolicy(namespace, name, parse_policy(value), msgspec.json.encode(value))


POLICIES = st.builds(stored, NAMES, NAMES, SPECS)
ADDRESSES = st.lists(st.sampled_from(["10.0.0.1", "10.1.0.1", "192.168.0.1"]), max_size=1).map(tuple)
PODS = st.builds(Pod, NAMES, NAMES, LABELS, ADDRESSES, PORTS, host_network=st.booleans())
SERVICES = st.builds(Service, NAMES, NAMES, LABELS, st.just((ServicePort("", 80, 8080),)), ADDRESSES)
NAMESPACES = st.builds(Namespace, NAMES, LABELS)
WORKLOADS = st.builds(Workload, st.just(Kind.DEPLOYMENT), NAMES, NAMES, LABELS)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(Put, POLICIES | PODS | WORKLOADS | SERVICES | NAMESPACES),
    st.builds(Gone, st.sampled_from([Kind.NETWORK_POLICY, Kind.POD, Kind.DEPLOYMENT, Kind.SERVICE]), NAMES, NAMES),
    st.builds(Gone, st.just(Kind.NAMESPACE), st.just(""), NAMES),
    st.builds(Replaced, st.just(Kind.POD), st.none(), st.lists(PODS, max_size=3).map(tuple)),
    st.builds(Replaced, st.just(Kind.NETWORK_POLICY), st.none(), st.lists(POLICIES, max_size=3).map(tuple)),
)
COVERAGES = st.tuples(
    st.sampled_from([Kind.POD, Kind.NAMESPACE, Kind.NETWORK_POLICY]),
    st.sampled_from(Coverage),
    st.frozensets(NAMES, max_size=2),
)
PROFILE_NAMES = st.sampled_from(sorted(PROFILES))
STEPS = st.lists(st.tuples(st.lists(CHANGES, max_size=4), st.none() | COVERAGES, st.none() | PROFILE_NAMES), max_size=6)


def checked(table: PolicyTable) -> dict[tuple[str, str], PolicyRow]:
    rows: dict[tuple[str, str], PolicyRow] = {}
    while table.has_unchecked:
        rows.update(table.check_some().rows)
    return rows


ALL_NAMESPACES = (Kind.NAMESPACE, Coverage.COMPLETE, frozenset[str]())


@given(STEPS)
@example(
    [([Put(stored("a", "a", {"podSelector": {}}))], ALL_NAMESPACES, None), ([Put(Namespace("a", {}))], None, None)]
)
@example(
    [
        ([Put(Namespace("a", {})), Put(stored("a", "a", {}))], ALL_NAMESPACES, None),
        ([Gone(Kind.NAMESPACE, "", "a")], None, None),
    ]
)
@example(
    [
        ([Put(stored("a", "shop", {}))], ALL_NAMESPACES, None),
        ([Put(Namespace("shops", {}))], None, None),
        ([Gone(Kind.NAMESPACE, "", "shops")], None, None),
    ]
)
def test_the_table_that_followed_equals_the_table_made_anew(
    steps: list[tuple[list[Change], tuple[Kind, Coverage, frozenset[str]] | None, str | None]],
) -> None:
    table, snapshot, told = PolicyTable(), Snapshot(), dict[tuple[str, str], PolicyRow]()
    for changes, coverage, profile in steps:
        snapshot = snapshot.apply(changes)
        if coverage is not None:
            kind, extent, namespaces = coverage
            snapshot = snapshot.covering(kind, extent, namespaces if extent is Coverage.PARTIAL else frozenset())
        table.use(PROFILES[profile] if profile else table.profile)
        for changed in (table.show(snapshot), table.check_some(2)):
            told.update(changed.rows)
            for key in changed.removed:
                del told[key]
    told.update(checked(table))
    anew = PolicyTable()
    anew.use(table.profile)
    anew.show(snapshot)
    checked(anew)
    expected = {row.key: row for row in anew.all()}
    assert {row.key: row for row in table.all()} == expected
    assert told == expected
