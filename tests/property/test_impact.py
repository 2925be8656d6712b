"""What a change is said to do is what comparing the connections before and after says, pair by pair."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy import selectors
from desktop.policy.objects import Direction, NetworkPolicy
from desktop.reach.compare import compare
from desktop.reach.impact import impact
from desktop.reach.objects import Kind, Pod
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Gone, Put, Snapshot
from desktop.reach.standing import Standing
from tests.helpers.clusters import NAMESPACES, policies, snapshots, stored, stored_tiered, tiered_policies
from tests.property.test_engine import all_settings

changed_policies = st.dictionaries(
    st.tuples(st.sampled_from(NAMESPACES), st.sampled_from("pqr")), st.one_of(st.none(), policies()), max_size=3
)


@given(snapshots(), st.lists(tiered_policies(), max_size=2), changed_policies, all_settings)
def test_an_impact_is_the_difference_it_makes(
    snapshot: Snapshot,
    tiered: list[object],
    wanted: dict[tuple[str, str], NetworkPolicy | None],
    settings: Settings,
) -> None:
    snapshot = snapshot.apply(Put(stored_tiered(policy)) for policy in tiered)  # type: ignore[arg-type]
    changes = {key: _renamed(key, policy) for key, policy in wanted.items()}
    after = snapshot.apply(
        Gone(Kind.NETWORK_POLICY, *key) if policy is None else Put(stored(policy)) for key, policy in changes.items()
    )
    told = impact(Standing.of(snapshot, settings), changes)
    new = [policy for policy in changes.values() if policy is not None]
    before_standing = Standing.of(snapshot, settings, new)
    matrices = before_standing.matrix, before_standing.follow(after).matrix
    expected = {(each.source, each.destination): each for each in compare(*matrices)}
    differences = list(told.differences())
    assert len(differences) == len({(each.source, each.destination) for each in differences})
    assert {(each.source, each.destination): each for each in differences} == expected
    for direction in Direction:
        was, becomes = (_selected(each, direction, settings) for each in (snapshot, after))
        assert {_name(pod) for pod in told.released[direction]} == was - becomes
        assert {_name(pod) for pod in told.isolated[direction]} == becomes - was
    losers = {end for each in expected.values() if each.closes for end in (each.source, each.destination)}
    assert not losers & set(told.losing_nothing)


def _renamed(key: tuple[str, str], policy: NetworkPolicy | None) -> NetworkPolicy | None:
    if policy is None:
        return None
    namespace, name = key
    return NetworkPolicy(namespace, name, policy.pod_selector, policy.ingress, policy.egress, policy.policy_types)


def _selected(snapshot: Snapshot, direction: Direction, settings: Settings) -> set[tuple[str, str]]:
    """The pods that a policy isolates, the slow way."""
    return {
        _name(pod)
        for namespace, table in snapshot.policies.items()
        for entry in table.values()
        for pod in snapshot.pods.get(namespace, {}).values()
        if entry.policy is not None
        and direction in entry.policy.directions
        and (settings.host_network_as_pods or not pod.host_network)
        and selectors.matches(entry.policy.pod_selector, pod.labels)
    }


def _name(pod: Pod) -> tuple[str, str]:
    return pod.namespace, pod.name
