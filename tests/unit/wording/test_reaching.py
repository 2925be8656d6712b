"""A cluster's connection in plain words: each state answers the four questions that a person has."""

from datetime import datetime, timedelta, timezone

import pytest

from desktop.errors import (
    BulkheadError,
    ConfigError,
    Forbidden,
    ServerError,
    TlsError,
    Unauthorized,
    Unreachable,
)
from desktop.reach.objects import Coverage, Kind
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.state import Connection, Progress, SessionState
from desktop.wording.reaching import reaching, scrubbed, technical

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=timezone(timedelta(hours=1)))
ENTRY = ClusterEntry(
    "context:prod", Source.CONTEXT, "prod", context="prod", file="/home/me/.kube/config", server="https://prod:6443"
)
OFF = Unreachable("unreachable.timeout", host="prod", port=6443)


def said(connection: Connection, **more: object) -> list[str]:
    words = reaching(ENTRY, SessionState(connection, **more), NOW)  # type: ignore[arg-type]
    return [words.happened, words.since, words.trying, words.advice]


def test_a_lost_cluster_says_what_since_when_what_next_and_what_to_do() -> None:
    since, next_try = NOW - timedelta(minutes=5), NOW + timedelta(seconds=12)
    assert said(Connection.STALE, error=OFF, since=since, next_try=next_try) == [
        "prod:6443 does not answer.",
        "What is shown is as of 11:55:00 (5 minutes ago); what happened since is not known.",
        "The next try is in 12 s, at 12:00:12; you need not do anything for that.",
        "Check the network, the VPN, and the server's address in the kubeconfig.",
    ]


def test_a_try_that_is_due_is_being_made() -> None:
    assert said(Connection.OFFLINE, error=OFF, next_try=NOW - timedelta(seconds=1))[1:3] == [
        "Nothing of this cluster is known.",
        "It is being tried right now.",
    ]


def test_since_when_a_cluster_is_in_trouble_is_told_where_nothing_was_ever_seen_of_it() -> None:
    assert said(Connection.OFFLINE, error=OFF, troubled_since=NOW - timedelta(minutes=5))[1] == (
        "It has been so since 11:55:00 (5 minutes ago). Nothing of this cluster is known."
    )


def test_who_is_tried_again_by_itself_is_not_told_to_try() -> None:
    failed = ServerError("api.server-error", status=503, message="")
    soon = NOW + timedelta(seconds=12)
    assert said(Connection.OFFLINE, error=failed, next_try=soon)[3] == (
        "Wait: it is tried again by itself. If it lasts, ask whoever runs the cluster."
    )
    assert said(Connection.ERROR, error=failed)[3] == "Try again in a while."


def test_who_may_not_list_is_told_to_name_namespaces_and_that_nobody_tries_again() -> None:
    error = Forbidden("api.forbidden", status=403, message="no list")
    happened, since, trying, advice = said(Connection.FORBIDDEN, error=error)
    assert happened == "Not permitted: no list"
    assert since == "Nothing of this cluster is known."
    assert trying == "It is not tried again by itself. Synchronize asks anew."
    assert advice.splitlines() == [
        "If you may see some namespaces, name them: Cluster > Namespaces I May See.",
        "Ask whoever manages the cluster for this right.",
    ]


def test_what_may_not_be_listed_is_named_also_where_all_else_is_live() -> None:
    coverage = {Kind.POD: Coverage.FORBIDDEN, Kind.SERVICE: Coverage.FORBIDDEN, Kind.NAMESPACE: Coverage.COMPLETE}
    happened, since, trying, advice = said(Connection.LIVE, coverage=coverage, last_sync=NOW - timedelta(hours=2))
    assert happened == "Everything that you may see was listed, and each change is told as it happens."
    assert since == "All was last listed at 10:00:00 (2 hours ago), and followed from there."
    assert trying == ""
    assert advice.startswith("You may not list: Pods, Services.")


@pytest.mark.parametrize("connection", list(Connection))
@pytest.mark.parametrize(
    "error",
    [
        None,
        OFF,
        ConfigError("kubeconfig.no-server", context="prod", file="/k"),
        TlsError("tls.expired", host="prod", port=1),
        Unauthorized("api.unauthorized", status=401),
        ServerError("api.server-error", status=503, message="", retry_after=5),
    ],
)
def test_every_state_says_what_happened_and_something_more(connection: Connection, error: BulkheadError | None) -> None:
    progress = Progress(5, 10) if connection is Connection.SYNCHRONIZING else None
    happened, *more = said(connection, error=error, progress=progress, last_sync=NOW)
    assert happened
    assert any(more) or error is None  # such a state has an error, or a time


def test_the_facts_to_copy_name_everything_and_no_secret() -> None:
    try:
        raise OFF from TimeoutError("canary-in-a-cause")
    except Unreachable as error:
        state = SessionState(Connection.OFFLINE, error=error, next_try=NOW, coverage={Kind.POD: Coverage.FORBIDDEN})
    text = technical(ENTRY, state, NOW)
    for fact in ("context: prod", "https://prod:6443", "Unreachable unreachable.timeout", "TimeoutError", "forbidden"):
        assert fact in text
    assert "canary" not in text


def test_an_error_that_was_raised_again_from_itself_is_told_once() -> None:
    error = Unreachable("unreachable.refused", host="prod", port=1)
    error.__cause__ = error
    assert "caused by" not in technical(ENTRY, SessionState(Connection.OFFLINE, error=error), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer canary",
        "basic canary==",
        "https://me:canary@proxy.example:3128/x",
        "?access_token=canary&x=1",
        "password: canary",
        "client-secret=canary",
        "said eyJcanary.eyJzdWIiOiJ4In0.c2ln here",
        "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_taken_out_wherever_it_came_from(text: str) -> None:
    assert "canary" not in scrubbed(text)
    assert "[removed]" in scrubbed(text)


def test_ordinary_words_are_left_alone() -> None:
    text = 'pods is forbidden: User "ann" cannot list resource "pods" at https://prod.example:6443/api'
    assert scrubbed(text) == text
