"""The review of a change in a big cluster: what it means is there soon, and the window never waits for it."""

import json
import time
from collections.abc import Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.cluster.gateway import Put as Seen
from desktop.cluster.wire import Decoder
from desktop.pauses import many_objects
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Put, Snapshot
from desktop.session.rows import make_row
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.review.delete_dialog import DeleteDialog
from tests.benchmarks.test_window import BIG, Heartbeat, tell
from tests.helpers.writing import WritingDesk

MOST_OF_A_GAP = 0.050
MOST_OF_A_MEANING = 1.0
KINDS = {
    "namespaces": Kind.NAMESPACE,
    "pods": Kind.POD,
    "deployments": Kind.DEPLOYMENT,
    "services": Kind.SERVICE,
    "networkpolicies": Kind.NETWORK_POLICY,
}
OPEN = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: open-{number}, namespace: team-{number:04}}}
spec: {{podSelector: {{}}, ingress: [{{}}], egress: [{{}}]}}
"""

pytestmark = [pytest.mark.benchmark(group="review"), pytest.mark.timeout(300)]


def picture() -> Snapshot:
    """Return the picture of the big cluster."""
    changes = []
    for resource, objects in BIG.objects().items():
        decoder = Decoder(KINDS[resource])
        for each in objects:
            seen = decoder.event(json.dumps({"type": "ADDED", "object": each}).encode())
            assert isinstance(seen, Seen)
            changes.append(Put(seen.thing))
    snapshot = Snapshot().apply(changes)
    for kind in Kind:
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    return snapshot


@pytest.fixture
def desk(qapp: object) -> Iterator[WritingDesk]:
    desk = WritingDesk()
    yield desk
    desk.close()


def reviewed(qtbot: QtBot, desk: WritingDesk, text: str) -> tuple[float, float]:
    """Review a text; the seconds until what it means is there, and the longest time the window stood still."""
    dialog = PolicyWindow(desk.context, desk.session, namespace="team-0001", document=None)
    dialog.show()
    qtbot.wait(300)
    heartbeat = Heartbeat()
    heartbeat.start()
    started = time.perf_counter()
    dialog.page.pane.edit.replace_text(text)
    dialog.page.submit()
    qtbot.waitUntil(lambda: bool(dialog.review.shown) and not dialog.review.meaning.computing, timeout=60_000)
    seconds = time.perf_counter() - started
    qtbot.wait(300)
    heartbeat.stop()
    assert dialog.review.meaning.boxes
    dialog.done(0)
    delete(dialog)
    return seconds, max(heartbeat.gaps)


@pytest.mark.usefixtures("as_in_the_application")
@pytest.mark.parametrize("policies", [1, 100])
def test_a_review_in_a_big_cluster_never_stalls_the_window(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], qtbot: QtBot, desk: WritingDesk, policies: int
) -> None:
    with many_objects():  # as a session takes them in
        desk.session.picture = picture()
    text = "---\n".join(OPEN.format(number=number) for number in range(policies))
    taken: list[tuple[float, float]] = []
    benchmark.pedantic(lambda: taken.append(reviewed(qtbot, desk, text)), rounds=4)  # type: ignore[no-untyped-call]
    first, later, gap = taken[0][0], min(taken[1:])[0], min(gap for _, gap in taken)
    tell(
        capsys,
        f"{BIG.pods} pods: what {policies} open policies mean is there after {first:.2f} s, the next time after "
        f"{later:.2f} s; gaps {', '.join(f'{gap * 1000:.0f}' for _, gap in taken)} ms",
    )
    assert later <= MOST_OF_A_MEANING
    assert gap <= MOST_OF_A_GAP


@pytest.mark.usefixtures("as_in_the_application")
def test_a_deletion_of_many_policies_never_stalls_the_window(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], qtbot: QtBot, desk: WritingDesk
) -> None:
    with many_objects():  # as a session takes them in
        desk.session.picture = picture()
    policies = [policy for table in desk.session.picture.policies.values() for policy in table.values()][:100]
    rows = [make_row(policy, 1, ()) for policy in policies]
    gaps: list[float] = []

    def look() -> None:
        heartbeat = Heartbeat()
        heartbeat.start()
        dialog = DeleteDialog(desk.context, desk.session, rows)
        dialog.show()
        qtbot.waitUntil(lambda: not dialog.busy and not dialog.meaning.computing, timeout=60_000)
        qtbot.wait(300)
        heartbeat.stop()
        gaps.append(max(heartbeat.gaps))
        assert len(dialog.list.texts()) > len(rows)
        dialog.done(0)
        delete(dialog)

    benchmark.pedantic(look, rounds=4)  # type: ignore[no-untyped-call]
    tell(capsys, f"{len(rows)} policies to be deleted: gaps {', '.join(f'{gap * 1000:.0f}' for gap in gaps)} ms")
    assert min(gaps) <= MOST_OF_A_GAP
