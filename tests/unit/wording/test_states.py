"""A cluster's state is told truly: what is not known is not told as a number."""

from datetime import UTC, datetime

import pytest

from desktop.cluster.gateway import ServerVersion
from desktop.cluster.impersonation import Impersonation
from desktop.policy.owner import Owner, Tool
from desktop.reach.objects import Coverage, Kind
from desktop.session.state import Connection, Progress, SessionState
from desktop.wording import kinds
from desktop.wording.states import (
    connection_words,
    coverage_words,
    identity_words,
    kind_words,
    progress_words,
    status_words,
    version_words,
)

NOW = datetime(2026, 3, 4, 12, 10, 0, tzinfo=UTC)
THEN = datetime(2026, 3, 4, 12, 4, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("connection", "words"),
    [
        (Connection.IDLE, "Not opened"),
        (Connection.CONNECTING, "Connecting"),
        (Connection.SYNCHRONIZING, "Synchronizing"),
        (Connection.LIVE, "Live"),
        (Connection.STALE, "Stale since 12:04"),
        (Connection.FORBIDDEN, "Not permitted to list policies"),
        (Connection.OFFLINE, "Offline"),
        (Connection.ERROR, "Error"),
    ],
)
def test_every_state_of_a_connection_has_its_word(connection: Connection, words: str) -> None:
    assert connection_words(SessionState(connection, since=THEN), NOW) == words


def test_stale_since_an_unknown_time_is_still_stale() -> None:
    assert connection_words(SessionState(Connection.STALE), NOW) == "Stale"


@pytest.mark.parametrize(
    ("coverage", "words"),
    [
        (Coverage.UNKNOWN, "not listed yet"),
        (Coverage.COMPLETE, "0"),
        (Coverage.PARTIAL, "0 in the named namespaces"),
        (Coverage.FORBIDDEN, "not permitted to list"),
    ],
)
def test_none_is_told_apart_from_unknown(coverage: Coverage, words: str) -> None:
    assert coverage_words(coverage, 0) == words


def test_a_kind_that_may_not_be_listed_has_no_number() -> None:
    state = SessionState(coverage={Kind.POD: Coverage.FORBIDDEN, Kind.SERVICE: Coverage.COMPLETE}, counts={})
    assert kind_words(Kind.POD, state) == "Pods: not permitted to list"
    assert kind_words(Kind.SERVICE, state) == "0 services"
    assert kind_words(Kind.NAMESPACE, state) == "Namespaces: not listed yet"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_heading_and_both_numbers(kind: Kind) -> None:
    assert kinds.plural(kind)
    assert kinds.counted(kind, 1).startswith("1 ")
    assert kinds.counted(kind, 2) != kinds.counted(kind, 1).replace("1", "2")


def test_kinds_have_the_words_that_people_use() -> None:
    assert kinds.counted(Kind.STATEFUL_SET, 2) == "2 stateful sets"
    assert kinds.counted(Kind.NETWORK_POLICY, 1) == "1 policy"
    assert kinds.plural(Kind.NETWORK_POLICY) == "Network policies"


def test_progress_tells_the_total_only_where_the_server_said_it() -> None:
    assert progress_words(Progress(500, 2000, Kind.POD)) == "Pods: 500 of 2000"
    assert progress_words(Progress(500, None, Kind.POD)) == "Pods: 500"
    assert progress_words(Progress(500, None)) == "Objects: 500"


def test_the_status_line_tells_when_and_how_much() -> None:
    state = SessionState(
        Connection.LIVE,
        last_sync=THEN,
        coverage={Kind.NETWORK_POLICY: Coverage.COMPLETE, Kind.POD: Coverage.FORBIDDEN},
        counts={Kind.NETWORK_POLICY: 14},
    )
    assert status_words("prod", state, NOW) == (
        "prod: synchronized 12:04:31, Live · 14 policies · Pods: not permitted to list"
    )
    assert status_words("lab", SessionState(), NOW) == "lab: Not opened"


def test_a_folder_has_no_version() -> None:
    assert version_words(ServerVersion(0, 0, "")) == ""
    assert version_words(None) == ""
    assert version_words(ServerVersion(1, 36, "v1.36.0")) == "v1.36.0"


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        (None, ""),
        (Owner(Tool.KUBECTL, "kubectl-edit"), "kubectl"),
        (Owner(Tool.ARGO_CD, "shop"), "Argo CD: shop"),
        (Owner(Tool.HELM), "Helm"),
        (Owner(Tool.OTHER, "rancher"), "rancher"),
        (Owner(Tool.OTHER), "another tool"),
    ],
)
def test_an_owner_is_named_as_it_is_known(owner: Owner | None, words: str) -> None:
    assert kinds.owner_words(owner) == words


def test_whom_a_user_acts_as_is_told_whole_and_as_plain_text() -> None:
    acting_as = Impersonation("al\u202eice", "7", ("a", "b"), {"scope": ("x", "y")})
    assert identity_words(acting_as) == "Acting as al\\u202eice · UID 7 · groups: a, b · scope: x, y"
    assert identity_words(Impersonation("alice")) == "Acting as alice"
    assert identity_words(None) == ""
