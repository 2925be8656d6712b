"""Following a picture row by row ends at the same table as looking at it for the first time."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from desktop.policy.codec import parse_policy
from desktop.policy.profile import PROFILES
from desktop.reach.objects import Coverage, Kind, Pod, StoredPolicy, Workload
from desktop.reach.snapshot import Change, Gone, Put, Replaced, Snapshot
from desktop.session.rows import PolicyTable
from desktop.session.state import PolicyRow

NAMES = st.sampled_from(["a", "b", "c"])
LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["x", "y"]), max_size=2)
SPECS = st.fixed_dictionaries(
    {"podSelector": st.fixed_dictionaries({"matchLabels": LABELS})},
    optional={"egress": st.just([{"ports": [{"protocol": "SCTP"}]}]), "policyTypes": st.just(["Ingress", "Egress"])},
)


def stored(namespace: str, name: str, spec: dict[str, object]) -> StoredPolicy:
    value = {"metadata": {"namespace": namespace, "name": name}, "spec": spec}
    return StoredPolicy(namespace, name, parse_policy(value), msgspec.json.encode(value))


POLICIES = st.builds(stored, NAMES, NAMES, SPECS)
PODS = st.builds(Pod, NAMES, NAMES, LABELS, host_network=st.booleans())
WORKLOADS = st.builds(Workload, st.just(Kind.DEPLOYMENT), NAMES, NAMES, LABELS)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(Put, POLICIES | PODS | WORKLOADS),
    st.builds(Gone, st.sampled_from([Kind.NETWORK_POLICY, Kind.POD, Kind.DEPLOYMENT]), NAMES, NAMES),
    st.builds(Replaced, st.just(Kind.POD), st.none(), st.lists(PODS, max_size=3).map(tuple)),
    st.builds(Replaced, st.just(Kind.NETWORK_POLICY), st.none(), st.lists(POLICIES, max_size=3).map(tuple)),
)
COVERAGES = st.tuples(st.sampled_from(Coverage), st.frozensets(NAMES, max_size=2))
PROFILE_NAMES = st.sampled_from(sorted(PROFILES))
STEPS = st.lists(st.tuples(st.lists(CHANGES, max_size=4), st.none() | COVERAGES, st.none() | PROFILE_NAMES), max_size=6)


@given(STEPS)
def test_the_table_that_followed_equals_the_table_made_anew(
    steps: list[tuple[list[Change], tuple[Coverage, frozenset[str]] | None, str | None]],
) -> None:
    table, snapshot, told = PolicyTable(), Snapshot(), dict[tuple[str, str], PolicyRow]()
    for changes, coverage, profile in steps:
        snapshot = snapshot.apply(changes)
        if coverage is not None:
            kind, namespaces = coverage
            snapshot = snapshot.covering(Kind.POD, kind, namespaces if kind is Coverage.PARTIAL else frozenset())
        for changed in (table.show(snapshot), table.use(PROFILES[profile] if profile else table.profile)):
            told.update(changed.rows)
            for key in changed.removed:
                del told[key]
    anew = PolicyTable()
    anew.use(table.profile)
    anew.show(snapshot)
    expected = {row.key: row for row in anew.all()}
    assert {row.key: row for row in table.all()} == expected
    assert told == expected
