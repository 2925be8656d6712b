"""Following a picture ends at the same connections as computing them anew, whatever happened on the way."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.reach.objects import Coverage, Kind, Namespace, Pod, Service
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Change, Gone, Put, Snapshot
from desktop.reach.standing import Standing
from tests.helpers.clusters import (
    NAMESPACES,
    known,
    labels,
    pods,
    policies,
    snapshots,
    stored,
    stored_tiered,
    tiered_policies,
    workloads,
)
from tests.helpers.reach import cells_shown, ends_of, shown
from tests.property.test_engine import all_settings

_names = st.sampled_from(NAMESPACES)
changes: st.SearchStrategy[Change] = st.one_of(
    policies().map(lambda policy: Put(stored(policy))),
    st.builds(lambda namespace, name: Gone(Kind.NETWORK_POLICY, namespace, name), _names, st.sampled_from("pqr")),
    st.integers(0, 7).flatmap(lambda index: pods(f"pod-{index}")).map(Put),
    st.builds(lambda namespace, index: Gone(Kind.POD, namespace, f"pod-{index}"), _names, st.integers(0, 7)),
    st.builds(lambda name, more: Put(Namespace(name, {"kubernetes.io/metadata.name": name, **more})), _names, labels),
    st.builds(lambda name: Gone(Kind.NAMESPACE, "", name), _names),
    tiered_policies().map(lambda policy: Put(stored_tiered(policy))),
    workloads().map(Put),
)
Step = list[Change] | Coverage


@given(
    snapshots(),
    st.lists(st.one_of(st.lists(changes, min_size=1, max_size=3), st.sampled_from(Coverage)), max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
    all_settings,
)
def test_following_equals_computing_anew(
    snapshot: Snapshot, steps: list[Step], looks: list[bool], settings: Settings
) -> None:
    standing = Standing.of(snapshot, settings)
    for step, look in zip(steps, looks, strict=False):
        snapshot = snapshot.covering(Kind.NETWORK_POLICY, step) if isinstance(step, Coverage) else snapshot.apply(step)
        if look:  # what was looked at is kept, and must not be kept for too long
            _ = standing.matrix.cells(0)
        standing = standing.follow(snapshot)
    anew = Standing.of(snapshot, settings)
    ends = ends_of(snapshot)
    for source in ends:
        for destination in ends:
            if not (isinstance(source, str) and isinstance(destination, str)):
                assert shown(standing.reach, source, destination) == shown(anew.reach, source, destination)
    assert standing.columns.workloads == anew.columns.workloads
    assert cells_shown(standing.matrix) == cells_shown(anew.matrix)
    assert standing.matrix.caveats == anew.matrix.caveats


def test_what_happens_elsewhere_leaves_what_is_known() -> None:
    snapshot = known(Snapshot().apply([Put(Pod("x", "a", {"app": "a"})), Put(Pod("y", "b", {"app": "b"}))]))
    standing = Standing.of(snapshot, Settings())
    reach = standing.reach
    followed = standing.follow(snapshot.apply([Put(Service("x", "s"))]))
    assert followed.reach.sides == reach.sides
    assert standing.follow(snapshot.apply([Put(Pod("x", "c", {"app": "other"}))])).made.ports is standing.made.ports
