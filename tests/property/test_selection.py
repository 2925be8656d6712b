"""Counting over the index equals trying every selector on every pod."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy.objects import LabelSelector, NetworkPolicy, Operator, Requirement
from desktop.reach.objects import Pod, StoredPolicy
from desktop.reach.selection import counts, pods_of, policies_of
from desktop.reach.snapshot import Put, Snapshot

KEYS, VALUES = st.sampled_from(["app", "tier", "role"]), st.sampled_from(["", "x", "y"])
LABELS = st.dictionaries(KEYS, VALUES)
REQUIREMENTS = st.builds(
    Requirement, KEYS, st.sampled_from(Operator), st.lists(VALUES, min_size=1, max_size=2).map(tuple)
)
SELECTORS = st.builds(
    LabelSelector,
    LABELS.map(lambda labels: tuple(sorted(labels.items()))),
    st.lists(REQUIREMENTS, max_size=3).map(tuple),
)


@given(
    st.lists(st.tuples(LABELS, st.booleans()), max_size=20),
    st.lists(SELECTORS, max_size=6),
)
def test_counts_equal_the_pods_selected_one_by_one(
    pods: list[tuple[dict[str, str], bool]], selectors: list[LabelSelector]
) -> None:
    policies = [NetworkPolicy("a", f"p{i}", selector) for i, selector in enumerate(selectors)]
    snapshot = Snapshot().apply(
        [Put(Pod("a", f"pod{i}", labels, host_network=host)) for i, (labels, host) in enumerate(pods)]
        + [Put(StoredPolicy("a", policy.name, policy, b"{}")) for policy in policies]
    )
    selected = {policy.name: pods_of(snapshot, policy).pods for policy in policies}
    assert counts(snapshot, "a") == {name: len(found) for name, found in selected.items()}
    for pod in snapshot.pods.get("a", {}).values():
        assert [entry.name for entry in policies_of(snapshot, pod)] == [
            n for n, found in sorted(selected.items()) if pod in found
        ]
