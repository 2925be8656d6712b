"""Following a picture ends at the same connections as computing them anew, whatever happened on the way."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy.objects import IPBlock, LabelSelector, NetworkPolicy, Peer, Rule
from desktop.reach.explain import Verdict
from desktop.reach.objects import Coverage, Kind, Namespace, Pod, Service, Thing
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


def test_a_label_of_a_namespace_counts_as_soon_as_it_is_there() -> None:
    team = LabelSelector((("team", "a"),))
    policy = NetworkPolicy("x", "p", ingress=(Rule((Peer(None, team),)),))
    snapshot = _with(policy, Pod("x", "db"), Pod("y", "web"), Namespace("x"), Namespace("y"))
    standing = Standing.of(snapshot, Settings())
    labelled = snapshot.apply([Put(Namespace("y", {"team": "a"}))])
    web, db = Pod("y", "web"), Pod("x", "db")
    assert shown(standing.reach, web, db)["TCP", 99] is Verdict.NOT_ALLOWED
    assert shown(standing.follow(labelled).reach, web, db)["TCP", 99] is Verdict.ALLOWED


def test_a_new_block_below_leaves_pods_in_the_blocks_they_are_in() -> None:
    block = Peer(ip_block=IPBlock("10.0.0.0/8"))
    web, api, db = Pod("y", "web", ips=("10.0.0.7",)), Pod("y", "api"), Pod("x", "db")
    policy = NetworkPolicy("x", "p", ingress=(Rule((block,)),))
    snapshot = _with(policy, web, api, db, Namespace("x"), Namespace("y"))
    standing = Standing.of(snapshot, Settings(blocks_match_pods=True))
    assert shown(standing.reach, web, db)["TCP", 99] is Verdict.ALLOWED
    again = NetworkPolicy("y", "q", ingress=(Rule((block,)),))
    below = NetworkPolicy("z", "r", ingress=(Rule((Peer(ip_block=IPBlock("2.0.0.0/8")),)),))
    followed = standing.follow(snapshot.apply([Put(stored(again)), Put(stored(below))]))
    assert shown(followed.reach, web, db)["TCP", 99] is Verdict.ALLOWED
    assert shown(followed.reach, web, api)["TCP", 99] is Verdict.ALLOWED
    assert shown(followed.reach, db, api)["TCP", 99] is Verdict.NOT_ALLOWED


def _with(policy: NetworkPolicy, *things: Thing) -> Snapshot:
    return known(Snapshot().apply(Put(thing) for thing in (stored(policy), *things)))
