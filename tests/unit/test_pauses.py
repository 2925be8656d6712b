"""The garbage collector does not stop the program while many objects come in."""

import gc

from desktop.pauses import many_objects


class Thing:
    def __init__(self) -> None:
        self.link: object = None


def test_nothing_is_collected_within_and_what_came_is_old_afterwards() -> None:
    with many_objects():
        with many_objects():
            assert not gc.isenabled()
        assert not gc.isenabled()
        things = [Thing() for _ in range(3000)]
    assert gc.isenabled()
    young = {id(found) for generation in (0, 1) for found in gc.get_objects(generation=generation)}
    assert not any(id(thing) in young for thing in things)


def test_cycles_made_within_are_collected_later() -> None:
    with many_objects():
        thing = Thing()
        thing.link = thing
        key = id(thing)
        del thing
    gc.collect()
    assert not any(id(found) == key and isinstance(found, Thing) for found in gc.get_objects())
    assert gc.get_freeze_count() == 0
