"""Pods that are answered for together have the same answers, to the last reason."""

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.policy.tiers import TieredPolicy
from desktop.reach.explain import End, explain
from desktop.reach.objects import Pod
from desktop.reach.questions import alike
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Put, Snapshot
from tests.helpers.clusters import ADDRESSES, snapshots, stored_tiered, tiered_policies
from tests.helpers.reach import PORTS


@given(snapshots(), st.lists(tiered_policies(), max_size=2), st.sampled_from((True, False, None)))
@settings(max_examples=30)
def test_pods_answered_for_together_have_the_same_answers(
    snapshot: Snapshot, tiered: list[TieredPolicy], blocks: bool | None
) -> None:
    reading = Settings(blocks_match_pods=blocks)
    snapshot = snapshot.apply(Put(stored_tiered(policy)) for policy in tiered)
    pods = tuple(pod for table in snapshot.pods.values() for pod in table.values())
    others: tuple[End, ...] = (*pods[:2], ADDRESSES[0])
    for other in others:
        for group in alike(snapshot, pods, (other,), reading):
            one, *more = group
            assert isinstance(one, Pod)
            for protocol, port in PORTS:
                out = explain(snapshot, one, other, protocol, port, reading)
                into = explain(snapshot, other, one, protocol, port, reading)
                for each in more:
                    if other not in (one, each):
                        assert explain(snapshot, each, other, protocol, port, reading) == out
                        assert explain(snapshot, other, each, protocol, port, reading) == into
