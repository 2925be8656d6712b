"""The engine says what the slow, obvious reading of the same policies says, for every pair and port."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.reach.engine import compute
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from tests.helpers.clusters import ADDRESSES, NUMBERS, snapshots
from tests.helpers.oracle import End, verdict
from tests.helpers.reach import bit_of

all_settings = st.builds(Settings, st.sampled_from((None, True, False)), st.booleans())


@given(snapshots(), all_settings)
def test_engine_equals_the_oracle(snapshot: Snapshot, settings: Settings) -> None:
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
                for port in (*NUMBERS, 99, 65535):
                    mask = reach.ports.mask_of(protocol, port)
                    certain = any(ends >> into & 1 and ports & mask for ends, ports in row.certain)
                    possible = any(ends >> into & 1 and ports & mask for ends, ports in row.possible)
                    said = True if certain else None if possible else False
                    told = verdict(snapshot, source, destination, protocol, port, settings)
                    assert said is told, (source, destination, protocol, port)
