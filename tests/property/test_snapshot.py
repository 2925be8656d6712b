"""Following events ends at the same picture as listing."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy.objects import Peer
from desktop.policy.tiers import Tier, TieredPolicy
from desktop.reach.objects import (
    CLUSTER_WIDE,
    TIERED_KINDS,
    WORKLOAD_KINDS,
    ForeignPolicy,
    Kind,
    Namespace,
    Pod,
    Service,
    StoredPolicy,
    Thing,
    TieredObject,
    Workload,
)
from desktop.reach.snapshot import Change, Gone, Put, Replaced, Snapshot, kind_of, touched

NAMES = st.sampled_from(["a", "b", "c"])
LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["x", "y"]), max_size=2)
THINGS: st.SearchStrategy[Thing] = st.one_of(
    st.builds(Namespace, NAMES, LABELS),
    st.builds(Pod, NAMES, NAMES, LABELS),
    st.builds(Workload, st.sampled_from(sorted(WORKLOAD_KINDS, key=str)), NAMES, NAMES, LABELS),
    st.builds(Service, NAMES, NAMES),
    st.builds(StoredPolicy, NAMES, NAMES, st.none(), st.sampled_from([b"{}", b"[]"])),
    st.builds(
        lambda kind, name, raw: TieredObject(kind, TieredPolicy(kind.value, name, Tier.ADMIN, 0, Peer()), raw),
        st.sampled_from(sorted(TIERED_KINDS, key=str)),
        NAMES,
        st.sampled_from([b"{}", b"[]"]),
    ),
    st.builds(ForeignPolicy, st.just(Kind.CALICO_NETWORK_POLICY), NAMES, NAMES),
    st.builds(ForeignPolicy, st.just(Kind.CALICO_GLOBAL_NETWORK_POLICY), st.just(""), NAMES),
)
KINDS = st.sampled_from(Kind)


def place(thing: Thing) -> tuple[Kind, str, str]:
    return kind_of(thing), "" if isinstance(thing, Namespace) else thing.namespace, thing.name


@st.composite
def listings(draw: st.DrawFn) -> Replaced:
    kind = draw(KINDS)
    namespace = None if kind in CLUSTER_WIDE else draw(st.none() | NAMES)
    things = draw(
        st.lists(THINGS.filter(lambda t: kind_of(t) is kind and namespace in (None, place(t)[1])), max_size=4)
    )
    return Replaced(kind, namespace, tuple({place(thing): thing for thing in things}.values()))


@st.composite
def removals(draw: st.DrawFn) -> Gone:
    kind = draw(KINDS)
    return Gone(kind, "" if kind in CLUSTER_WIDE else draw(NAMES), draw(NAMES))


CHANGES = st.lists(st.builds(Put, THINGS) | removals() | listings(), max_size=30)


def follow(changes: list[Change]) -> dict[tuple[Kind, str, str], Thing]:
    """The slow and obvious way: one flat table."""
    there: dict[tuple[Kind, str, str], Thing] = {}
    for change in changes:
        match change:
            case Put(thing):
                there[place(thing)] = thing
            case Gone(kind, namespace, name):
                there.pop((kind, namespace, name), None)
            case Replaced(kind, namespace, things):
                for key in [k for k in there if k[0] is kind and namespace in (None, k[1])]:
                    del there[key]
                there.update({place(thing): thing for thing in things})
    return there


@given(CHANGES)
def test_the_picture_after_events_equals_the_listing(changes: list[Change]) -> None:
    there = follow(changes)
    listed = Snapshot().apply(
        [Replaced(kind, None, tuple(t for t in there.values() if kind_of(t) is kind)) for kind in Kind]
    )
    assert Snapshot().apply(changes) == listed
    assert {place(thing): thing for kind in Kind for thing in listed.things(kind)} == there
    assert {kind: listed.count(kind) for kind in Kind} == {kind: sum(k[0] is kind for k in there) for kind in Kind}


@given(CHANGES, CHANGES)
def test_a_batch_equals_its_changes_one_by_one_and_leaves_the_picture_before(
    first: list[Change], then: list[Change]
) -> None:
    before = Snapshot().apply(first)
    kept = Snapshot().apply(first)
    one_by_one = before
    for change in then:
        one_by_one = one_by_one.apply([change])
    after = before.apply(then)
    assert after == one_by_one
    assert before == kept
    namespaced = [kind for kind in Kind if kind is not Kind.NAMESPACE]
    names = touched(before, after, *namespaced)
    for kind in namespaced:
        changed = {place(t)[1] for t in set(before.things(kind)) ^ set(after.things(kind))}
        assert changed <= names
