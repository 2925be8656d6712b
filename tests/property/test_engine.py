"""The engine says what the slow, obvious reading of the same policies says, for every pair and port."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from desktop.reach.engine import Reach
from desktop.reach.rows import Row
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing
from tests.helpers.clusters import snapshots
from tests.helpers.oracle import verdict
from tests.helpers.reach import ends_of, shown

all_settings = st.builds(Settings, st.sampled_from((None, True, False)), st.booleans())


@given(snapshots(), all_settings)
def test_engine_equals_the_oracle(snapshot: Snapshot, settings: Settings) -> None:
    reach = Standing.of(snapshot, settings).reach
    ends = ends_of(snapshot)
    for source in ends:
        for destination in ends:
            if isinstance(source, str) and isinstance(destination, str):
                continue
            for (protocol, port), said in shown(reach, source, destination).items():
                told = verdict(snapshot, source, destination, protocol, port, settings)
                assert said is told, (source, destination, protocol, port)


@given(snapshots(), all_settings)
def test_columns_say_what_rows_say(snapshot: Snapshot, settings: Settings) -> None:
    reach = Standing.of(snapshot, settings).reach
    everything = range(reach.ends.count + len(reach.ends.ranges))
    by_row = {(source, end, ports) for source in everything for end, ports in _single(reach, reach.row(source))}
    by_column = {(end, into, ports) for into in everything for end, ports in _single(reach, reach.column(into))}
    assert by_row == by_column


def _single(reach: Reach, row: Row) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each end with the ports open to it, for certain and possibly."""
    for end in range(reach.ends.count + len(reach.ends.ranges)):
        certain, possible = row.at(end)
        yield end, (certain, possible & ~certain)
