"""What the feeds of a session amount to: coverage, progress, and one honest state."""

from datetime import UTC, datetime, timedelta

from desktop.cluster import gateway
from desktop.cluster.reflector import Counted, Denied, Failing, Happened, Listed, Live, Report
from desktop.errors import BulkheadError, Forbidden, ServerError, TlsError, Unreachable
from desktop.reach.objects import Coverage, Kind, Pod, StoredPolicy, Thing
from desktop.reach.snapshot import Change, Gone, Put, Replaced, Snapshot
from desktop.session.feeds import AT_ONCE, FIRST_KINDS, Feed, Feeds, Scope
from desktop.session.state import Connection, Progress

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
POLICIES, PODS = Kind.NETWORK_POLICY, Kind.POD
POD = Pod("shop", "db")
OFF = Unreachable("unreachable")
NOT_ALLOWED = Forbidden("api.forbidden", status=403)


class Scene:
    """Feeds of a few scopes, and what each is made to say."""

    def __init__(self, *scopes: Scope) -> None:
        self.feeds = Feeds()
        self.scopes = scopes or (Scope(POLICIES), Scope(PODS))
        self.picture: datetime | None = None
        self.begin()

    def begin(self) -> None:
        self.now = {scope: Feed(scope) for scope in self.scopes}
        self.feeds.begin(list(self.now.values()), NOW)

    def say(
        self, scope: Scope | Kind, report: Report, feed: Feed | None = None, snapshot: Snapshot | None = None
    ) -> list[Change]:
        scope = scope if isinstance(scope, Scope) else Scope(scope)
        return self.feeds.hear(feed or self.now[scope], report, snapshot or Snapshot(), NOW)

    def complete(self, *scopes: Scope | Kind, things: tuple[Thing, ...] = ()) -> None:
        for scope in scopes:
            kind = scope if isinstance(scope, Kind) else scope.kind
            self.say(scope, Listed(kind, None, things))
            self.say(scope, Live(kind, None))

    def fail(self, kind: Kind, error: BulkheadError = OFF, since: datetime = NOW) -> None:
        self.say(kind, Failing(kind, None, error, since, 1.0))

    def deny(self, kind: Kind, *, listed: bool = False) -> list[Change]:
        return self.say(kind, Denied(kind, None, NOT_ALLOWED, listed, 120.0))

    def state(self) -> Connection:
        return self.feeds.connection(self.picture)[0]

    def since(self) -> datetime | None:
        return self.feeds.connection(self.picture)[1]

    def error(self) -> BulkheadError | None:
        return self.feeds.connection(self.picture)[2]


def test_the_way_from_connecting_to_live() -> None:
    scene = Scene()
    assert scene.state() is Connection.CONNECTING
    scene.say(POLICIES, Counted(POLICIES, None, 1, 2))
    assert scene.state() is Connection.SYNCHRONIZING
    scene.complete(POLICIES)
    assert scene.state() is Connection.SYNCHRONIZING
    scene.complete(PODS)
    assert scene.state() is Connection.LIVE
    assert scene.feeds.progress is None


def test_the_first_kinds_start_first_and_the_others_once_those_are_answered() -> None:
    scene = Scene(Scope(PODS), Scope(POLICIES), Scope(Kind.NAMESPACE))
    assert [feed.scope.kind for feed in scene.feeds.take_ready()] == [POLICIES, Kind.NAMESPACE]
    scene.complete(POLICIES)
    assert scene.feeds.take_ready() == []
    scene.deny(Kind.NAMESPACE)
    assert [feed.scope.kind for feed in scene.feeds.take_ready()] == [PODS]
    assert scene.feeds.take_ready() == []


def test_the_other_kinds_start_a_few_at_a_time_and_one_that_fails_holds_up_none() -> None:
    others = [kind for kind in Kind if kind not in FIRST_KINDS]
    scene = Scene(Scope(POLICIES), *map(Scope, others))
    assert len(scene.feeds.take_ready()) == 1
    scene.complete(POLICIES)
    started = [feed.scope.kind for feed in scene.feeds.take_ready()]
    assert len(started) == AT_ONCE
    assert scene.feeds.take_ready() == []
    scene.fail(started[0])
    scene.complete(started[1])
    scene.deny(started[2])
    again = [feed.scope.kind for feed in scene.feeds.take_ready()]
    assert len(again) == AT_ONCE
    assert not set(started) & set(again)


def test_when_the_next_try_is_is_known_while_something_fails() -> None:
    scene = Scene()
    assert scene.feeds.next_try is None
    scene.fail(POLICIES)
    scene.say(PODS, Failing(PODS, None, OFF, NOW, 30.0))
    assert scene.feeds.next_try == NOW + timedelta(seconds=1)
    scene.complete(POLICIES)
    assert scene.feeds.next_try == NOW + timedelta(seconds=30)
    scene.complete(PODS)
    assert scene.feeds.next_try is None


def test_progress_counts_objects_and_knows_the_total_once_all_said_theirs() -> None:
    scene = Scene()
    scene.feeds.take_ready()
    scene.say(POLICIES, Counted(POLICIES, None, 500, 700))
    assert scene.feeds.progress == Progress(500, None, POLICIES)
    scene.say(PODS, Counted(PODS, None, 0, 300))
    assert scene.feeds.progress == Progress(500, 1000, PODS)


def test_what_is_refused_does_not_hold_up_the_progress() -> None:
    scene = Scene()
    scene.deny(PODS)
    scene.say(POLICIES, Counted(POLICIES, None, 1, 2))
    assert scene.feeds.progress == Progress(1, 2, POLICIES)
    scene.complete(POLICIES)
    assert scene.state() is Connection.LIVE


def test_a_synchronization_is_complete_once() -> None:
    scene = Scene()
    assert not scene.feeds.take_completion()
    scene.complete(POLICIES)
    scene.deny(PODS)
    assert scene.feeds.take_completion()
    assert not scene.feeds.take_completion()
    scene.begin()
    scene.complete(POLICIES)
    scene.fail(PODS)
    assert not scene.feeds.take_completion()
    scene.complete(PODS)
    assert scene.feeds.take_completion()


def test_nothing_reached_and_nothing_known_is_offline() -> None:
    scene = Scene()
    scene.feeds.take_ready()
    scene.fail(POLICIES)
    assert scene.state() is Connection.OFFLINE
    assert scene.error() is OFF
    assert scene.feeds.progress is None


def test_a_certificate_that_is_not_trusted_is_an_error_of_the_configuration() -> None:
    scene = Scene()
    scene.feeds.take_ready()
    scene.fail(POLICIES, TlsError("tls"))
    assert scene.state() is Connection.ERROR


def test_an_older_picture_is_stale_since_its_time_until_all_is_listed() -> None:
    scene = Scene()
    scene.picture = EARLIER
    assert (scene.state(), scene.since()) == (Connection.STALE, EARLIER)
    scene.complete(POLICIES)
    assert (scene.state(), scene.since()) == (Connection.STALE, EARLIER)
    assert scene.feeds.progress is not None
    scene.complete(PODS)
    assert (scene.state(), scene.since()) == (Connection.LIVE, None)


def test_a_live_cluster_that_is_lost_is_stale_since_then_and_live_again_later() -> None:
    scene = Scene()
    scene.complete(POLICIES, PODS)
    scene.fail(PODS, since=EARLIER)
    scene.fail(POLICIES, ServerError("api.server-error", status=500))
    assert (scene.state(), scene.since()) == (Connection.STALE, EARLIER)
    assert isinstance(scene.error(), ServerError)
    scene.say(PODS, Live(PODS, None))
    scene.say(POLICIES, Live(POLICIES, None))
    assert scene.state() is Connection.LIVE


def test_what_may_not_be_listed_leaves_a_cluster_live_after_an_outage_too() -> None:
    scene = Scene()
    scene.complete(POLICIES)
    scene.deny(PODS)
    scene.fail(POLICIES, since=EARLIER)
    scene.fail(PODS)
    scene.say(POLICIES, Live(POLICIES, None))
    scene.deny(PODS)
    assert (scene.state(), scene.since()) == (Connection.LIVE, None)


def test_policies_that_may_not_be_listed_make_the_cluster_forbidden() -> None:
    scene = Scene()
    scene.deny(POLICIES)
    assert scene.state() is Connection.FORBIDDEN
    assert scene.error() is NOT_ALLOWED


def test_policies_allowed_in_one_named_namespace_are_enough() -> None:
    a, b = Scope(POLICIES, "a"), Scope(POLICIES, "b")
    scene = Scene(a, b)
    scene.say(a, Denied(POLICIES, "a", NOT_ALLOWED, listed=False, pause=120.0))
    scene.complete(b)
    assert scene.state() is Connection.LIVE
    assert scene.feeds.coverage(POLICIES) == (Coverage.PARTIAL, frozenset({"b"}))


def test_what_may_not_be_listed_is_no_failure_but_for_the_policies_which_are_asked_for_again() -> None:
    scene = Scene()
    scene.deny(PODS)
    assert scene.feeds.next_try is None
    scene.deny(POLICIES)
    assert scene.feeds.next_try == NOW + timedelta(seconds=120)
    scene.complete(POLICIES)
    assert (scene.state(), scene.feeds.next_try) == (Connection.LIVE, None)


def test_what_is_refused_is_marked_and_never_just_empty() -> None:
    scene = Scene()
    assert scene.feeds.coverage(PODS) is None
    assert scene.deny(PODS) == [Replaced(PODS, None, ())]
    assert scene.feeds.coverage(PODS) == (Coverage.FORBIDDEN, frozenset())
    scene.complete(POLICIES)
    assert scene.feeds.coverage(POLICIES) == (Coverage.COMPLETE, frozenset())


def test_what_may_be_listed_but_not_watched_stays_and_is_stale() -> None:
    scene = Scene()
    scene.complete(POLICIES, PODS)
    assert scene.deny(PODS, listed=True) == []
    assert (scene.state(), scene.since()) == (Connection.STALE, NOW)
    assert scene.feeds.coverage(PODS) == (Coverage.COMPLETE, frozenset())


def test_events_change_the_picture() -> None:
    scene = Scene()
    scene.complete(PODS)
    assert scene.say(PODS, Happened(PODS, None, gateway.Put(POD, "2"))) == [Put(POD)]
    assert scene.say(PODS, Happened(PODS, None, gateway.Gone(PODS, "shop", "db", "3"))) == [Gone(PODS, "shop", "db")]


def test_the_feed_before_keeps_delivering_until_the_new_one_has_listed() -> None:
    scene = Scene()
    scene.complete(POLICIES, PODS)
    old = scene.now[Scope(PODS)]
    scene.begin()
    assert scene.state() is Connection.SYNCHRONIZING
    assert scene.say(PODS, Happened(PODS, None, gateway.Put(POD, "2")), old) == [Put(POD)]
    scene.complete(PODS)
    assert old.token.cancelled
    assert scene.say(PODS, Happened(PODS, None, gateway.Put(POD, "2")), old) == []


def test_a_cancelled_synchronization_of_a_live_cluster_leaves_it_live() -> None:
    scene = Scene()
    scene.complete(POLICIES)
    scene.deny(PODS)
    scene.begin()
    scene.complete(POLICIES)
    scene.feeds.cancel_pending(NOW)
    assert scene.state() is Connection.LIVE
    assert scene.feeds.progress is None
    assert scene.now[Scope(PODS)].token.cancelled
    assert not scene.now[Scope(POLICIES)].token.cancelled


def test_a_cancelled_first_synchronization_stops_all_and_keeps_what_there_is() -> None:
    scene = Scene()
    scene.feeds.cancel_pending(NOW)
    assert scene.state() is Connection.IDLE
    scene.begin()
    scene.complete(POLICIES)
    scene.feeds.cancel_pending(NOW)
    assert (scene.state(), scene.since(), scene.error()) == (Connection.STALE, NOW, None)
    assert all(feed.token.cancelled for feed in scene.now.values())


def test_a_new_synchronization_does_not_leave_two_feeds_knocking_at_a_dead_server() -> None:
    scene = Scene()
    scene.complete(POLICIES, PODS)
    before = dict(scene.now)
    scene.fail(PODS, since=EARLIER)
    scene.begin()
    assert before[Scope(PODS)].token.cancelled
    assert not before[Scope(POLICIES)].token.cancelled
    assert (scene.state(), scene.since()) == (Connection.STALE, EARLIER)


def test_naming_namespaces_drops_what_an_older_picture_holds_of_others() -> None:
    old = Snapshot().apply([Put(POD), Put(Pod("hidden", "x"))])
    scope = Scope(PODS, "shop")
    scene = Scene(Scope(POLICIES, "shop"), scope)
    assert scene.say(scope, Listed(PODS, "shop", (POD,)), snapshot=old) == [
        Replaced(PODS, "hidden", ()),
        Replaced(PODS, "shop", (POD,)),
    ]


def test_a_scope_no_longer_wanted_is_stopped() -> None:
    scene = Scene()
    scene.complete(POLICIES, PODS, things=(StoredPolicy("a", "b", None, b"{}"),))
    before = scene.now
    scene.scopes = (Scope(POLICIES, "a"), Scope(PODS, "a"))
    scene.begin()
    assert all(feed.token.cancelled for feed in before.values())


def test_what_is_stopped_makes_no_progress() -> None:
    scene = Scene()
    scene.say(POLICIES, Counted(POLICIES, None, 1, 2))
    scene.feeds.stop(NOW)
    assert scene.feeds.progress is None
