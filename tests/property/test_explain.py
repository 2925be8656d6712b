"""The matrix and the explanation of a connection never disagree, whatever the policies and the settings."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy.tiers import TieredPolicy
from desktop.reach.engine import compute
from desktop.reach.explain import End, Verdict, explain
from desktop.reach.objects import Coverage, Kind
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Put, Snapshot
from tests.helpers.clusters import ADDRESSES, NUMBERS, snapshots, stored_tiered, tiered_policies
from tests.helpers.reach import bit_of
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
    reach = compute(snapshot, settings)
    pods = [pod for table in snapshot.pods.values() for pod in table.values()]
    ends: list[End] = [*pods, *ADDRESSES]
    for source in ends:
        row = reach.row(bit_of(reach, source))
        for destination in ends:
            if isinstance(source, str) and isinstance(destination, str):
                continue
            into = bit_of(reach, destination)
            for protocol in ("TCP", "UDP"):
                for port in (*NUMBERS, 99):
                    mask = reach.ports.mask_of(protocol, port)
                    certain = any(ends >> into & 1 and ports & mask for ends, ports in row.certain)
                    possible = any(ends >> into & 1 and ports & mask for ends, ports in row.possible)
                    shown = Verdict.ALLOWED if certain else Verdict.UNDECIDABLE if possible else Verdict.NOT_ALLOWED
                    told = explain(snapshot, source, destination, protocol, port, settings)
                    assert told.verdict is shown, (source, destination, protocol, port, told)
