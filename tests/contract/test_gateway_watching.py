"""What every gateway promises to tell of changes, as they happen."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Bookmark, Gone, Put, Verb, WatchEvent
from desktop.errors import BulkheadError, Cancelled
from desktop.policy.codec import parse_policy
from desktop.reach.objects import Kind, StoredPolicy
from tests.contract.asking import all_policies, demo, every_cluster, open_to_all, write
from tests.contract.subjects import Subject


@contextmanager
def watched(subject: Subject, version: str) -> Iterator[Callable[[], Put | Gone]]:
    """Give what returns the next event (bookmarks apart); the watch is cancelled at the end, which takes under 1 s."""
    token = CancelToken()
    events: SimpleQueue[WatchEvent] = SimpleQueue()
    outcome: list[BulkheadError | None] = []

    def run() -> None:
        try:
            for event in subject.gateway.watch(Kind.NETWORK_POLICY, subject.namespace, version, token):
                events.put(event)
            outcome.append(None)
        except BulkheadError as error:
            outcome.append(error)

    def following() -> Put | Gone:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                event = events.get(timeout=0.1)
            except Empty:
                assert not outcome, f"the watch ended: {outcome}"
                continue
            if not isinstance(event, Bookmark):
                return event
        raise AssertionError("no event came")

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield following
    finally:
        started = time.monotonic()
        token.cancel()
        thread.join(10)
        assert time.monotonic() - started < 1
        assert not outcome[0] or isinstance(outcome[0], Cancelled)


@every_cluster
def test_a_watch_tells_creation_change_and_end_in_order(subject: Subject) -> None:
    version = all_policies(subject).version
    with watched(subject, version) as following:
        subject.other.put(demo(subject))
        made = following()
        subject.other.edit("access-demo1", open_to_all)
        changed = following()
        subject.other.drop("access-demo1")
        gone = following()
    assert isinstance(made, Put)
    assert isinstance(changed, Put)
    assert isinstance(made.thing, StoredPolicy)
    assert isinstance(changed.thing, StoredPolicy)
    assert made.thing.policy == parse_policy(demo(subject))
    assert changed.thing.policy == parse_policy(demo(subject, ingress=[{}]))
    assert (made.thing.uid, made.version != changed.version) == (changed.thing.uid, True)
    assert gone == Gone(Kind.NETWORK_POLICY, subject.namespace, "access-demo1", gone.version)


@every_cluster
def test_a_watch_begins_where_the_listing_ended(subject: Subject) -> None:
    subject.other.put(demo(subject, "old"))
    version = all_policies(subject).version
    subject.other.put(demo(subject, "new"))
    with watched(subject, version) as following:
        event = following()
    assert isinstance(event, Put)
    assert event.thing.name == "new"


@every_cluster
def test_what_is_written_through_the_gateway_is_told_as_it_was_answered(subject: Subject) -> None:
    version = all_policies(subject).version
    with watched(subject, version) as following:
        made = write(subject, Verb.CREATE, demo(subject)).document
        event = following()
    assert isinstance(event, Put)
    assert isinstance(event.thing, StoredPolicy)
    assert (event.thing.uid, event.thing.version) == (made.uid, made.version)
