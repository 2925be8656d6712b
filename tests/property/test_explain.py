"""The matrix and the explanation of a connection never disagree, whatever the policies and the settings."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy.tiers import TieredPolicy
from desktop.reach.explain import explain
from desktop.reach.objects import Coverage, Kind
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Put, Snapshot
from desktop.reach.standing import Standing
from tests.helpers.clusters import snapshots, stored_tiered, tiered_policies
from tests.helpers.reach import ends_of, shown
from tests.property.test_engine import all_settings


@given(snapshots(), st.lists(tiered_policies(), max_size=3), all_settings, st.booleans(), st.booleans())
def test_matrix_and_explanation_agree(
    snapshot: Snapshot, tiered: list[TieredPolicy], settings: Settings, hide_policies: bool, hide_namespaces: bool
) -> None:
    if hide_policies:
        snapshot = snapshot.covering(Kind.NETWORK_POLICY, Coverage.PARTIAL, frozenset({"x"}))
    if hide_namespaces:
        snapshot = Snapshot(
            pods=snapshot.pods,
            policies=snapshot.policies,
            namespaces={name: each for name, each in snapshot.namespaces.items() if name == "x"},
            coverage=snapshot.coverage,
            partial=snapshot.partial,
        )
    snapshot = snapshot.apply(Put(stored_tiered(policy)) for policy in tiered)
    reach = Standing.of(snapshot, settings).reach
    ends = ends_of(snapshot)
    for source in ends:
        for destination in ends:
            if isinstance(source, str) and isinstance(destination, str):
                continue
            for (protocol, port), verdict in shown(reach, source, destination).items():
                told = explain(snapshot, source, destination, protocol, port, settings)
                assert told.verdict is verdict, (source, destination, protocol, port, told)
