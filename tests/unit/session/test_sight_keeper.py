"""What was looked at for one text serves the next: advice is the same as from a look at everything."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.policy.profile import DEFAULT
from desktop.reach.advice.advisor import advise
from desktop.reach.advice.sight import Sight
from desktop.reach.snapshot import Put, Snapshot
from desktop.session.sight_keeper import SightKeeper
from tests.helpers.clusters import snapshots


@given(st.lists(snapshots(), min_size=2, max_size=4))
def test_advice_on_one_picture_after_another_is_that_on_each_alone(pictures: list[Snapshot]) -> None:
    keeper = SightKeeper()
    mixed = [pictures[0]]
    for picture in pictures:  # some of the next picture in the place of the last, the rest the very same
        mixed.append(
            mixed[-1].apply(Put(thing) for kind in picture.coverage for thing in list(picture.things(kind))[:3])
        )
    for picture in mixed:
        for table in picture.policies.values():
            for stored in table.values():
                if stored.policy is not None:
                    with keeper.at(picture) as sight:
                        told = advise(stored.policy, DEFAULT, sight)
                    assert told == advise(stored.policy, DEFAULT, Sight(picture))
