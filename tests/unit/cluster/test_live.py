"""What exactly is asked of an API server (that its answers are understood is the contract's business)."""

import json
from collections.abc import Generator, Mapping
from typing import Any

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.connection import Connection
from desktop.cluster.gateway import Deletion, PolicyDocument, ServerVersion, Verb, Write
from desktop.cluster.live import PAGE_SIZE, LiveGateway
from desktop.cluster.transport import Answer
from desktop.errors import Expired, TransportError
from desktop.reach.objects import Kind

Json = dict[str, Any]
POLICIES = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class FakeTransport:
    """Keeps the requests and gives prepared answers."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.calls: list[Json] = []

    def call(self, method: str, path: str, token: CancelToken, **more: Any) -> Answer:
        self.calls.append({"method": method, "path": path, **more})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer if isinstance(answer, bytes) else json.dumps(answer).encode(), ("careful",))

    def lines(self, path: str, token: CancelToken, **more: Any) -> Generator[bytes]:
        self.calls.append({"path": path, **more})
        return (line for line in [b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}', b""])


def gateway(*answers: object) -> tuple[LiveGateway, FakeTransport]:
    made = LiveGateway(Connection("https://a"), randint=lambda low, high: (low + high) // 2)
    transport = FakeTransport(*answers)
    made._transport = transport  # type: ignore[assignment]
    return made, transport


def policy(**metadata: object) -> Json:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "namespace": "shop", **metadata},
        "spec": {"podSelector": {}, "future": [1]},
    }


FILLED_IN: Json = {
    "uid": "u-1",
    "resourceVersion": "7",
    "generation": 3,
    "creationTimestamp": "2026-11-23T06:48:31Z",
    "managedFields": [{"manager": "kubectl"}],
    "selfLink": "/x",
}
STORED = policy(**FILLED_IN, annotations={LAST_APPLIED: "{}", "note": "mine"})
BASE = PolicyDocument("shop", "web", STORED, "text", "7", "u-1")


def written(write: Write, *, dry_run: bool = False) -> Json:
    made, transport = gateway(STORED)
    made.write(write, CancelToken(), dry_run=dry_run)
    (call,) = transport.calls
    return call


OURS = [("fieldManager", "bulkhead"), ("fieldValidation", "Strict")]


@pytest.mark.parametrize(
    ("verb", "method", "path", "content_type"),
    [
        (Verb.CREATE, "POST", POLICIES, "application/json"),
        (Verb.UPDATE, "PUT", f"{POLICIES}/web", "application/json"),
        (Verb.APPLY, "PATCH", f"{POLICIES}/web", "application/apply-patch+yaml"),
    ],
)
def test_each_verb_is_its_request_under_our_name_strict_and_without_force(
    verb: Verb, method: str, path: str, content_type: str
) -> None:
    write = Write(verb, "shop", "web", policy(), "", BASE)
    call = written(write)
    assert (call["method"], call["path"], call["content_type"]) == (method, path, content_type)
    assert call["query"] == OURS
    assert call["changes"] is True
    call = written(write, dry_run=True)
    assert call["query"] == [*OURS, ("dryRun", "All")]
    assert call["changes"] is False


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.APPLY])
def test_what_the_server_fills_in_is_not_sent_and_what_is_the_users_is(verb: Verb) -> None:
    value = policy(**FILLED_IN, annotations={LAST_APPLIED: "{}", "note": "mine"}) | {"status": {}}
    before = json.dumps(value)
    expected = policy(annotations={LAST_APPLIED: "{}", "note": "mine"})
    assert written(Write(verb, "shop", "web", value, ""))["body"] == expected
    assert json.dumps(value) == before


def test_an_update_names_the_object_and_version_it_started_from_and_keeps_what_was_hidden() -> None:
    edited = policy(annotations={"note": "new"})
    body = written(Write(Verb.UPDATE, "shop", "web", edited, "", BASE))["body"]
    assert body == policy(annotations={LAST_APPLIED: "{}", "note": "new"}, resourceVersion="7", uid="u-1")


def test_an_update_without_a_base_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="document it started from"):
        written(Write(Verb.UPDATE, "shop", "web", policy(), ""))


def test_what_comes_back_is_the_document_as_a_person_edits_it() -> None:
    made, _ = gateway(STORED)
    warned = made.write(Write(Verb.CREATE, "shop", "web", policy(), ""), CancelToken())
    assert warned.warnings == ("careful",)
    document = warned.document
    assert (document.namespace, document.name, document.version, document.uid) == ("shop", "web", "7", "u-1")
    assert document.value == STORED
    assert "managedFields" not in document.text
    assert "future" in document.text


def test_a_deletion_is_guarded_by_the_uid() -> None:
    for dry_run in (False, True):
        made, transport = gateway({})
        made.delete(Deletion("shop", "web", "u-1"), CancelToken(), dry_run=dry_run)
        (call,) = transport.calls
        assert (call["method"], call["path"]) == ("DELETE", f"{POLICIES}/web")
        assert call["body"]["preconditions"] == {"uid": "u-1"}
        assert call["body"]["dryRun"] == (["All"] if dry_run else [])  # a query beside a body would be overlooked
        assert call["changes"] is not dry_run


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ({"major": "1", "minor": "27+", "gitVersion": "v1.27.3-eks"}, ServerVersion(1, 27, "v1.27.3-eks")),
        ({"major": "", "minor": "x"}, ServerVersion(0, 0, "")),
        ({"major": None, "minor": 5}, ServerVersion(0, 5, "")),
    ],
)
def test_a_vendors_version_is_understood(answer: Json, version: ServerVersion) -> None:
    assert gateway(answer)[0].version(CancelToken()) == version


@pytest.mark.parametrize(
    ("status", "allowed"), [({"allowed": True}, True), ({"allowed": False}, False), ({}, False), (None, False)]
)
def test_a_right_is_there_only_where_the_server_says_so(status: Mapping[str, object] | None, allowed: bool) -> None:
    made, transport = gateway({"status": status})
    assert made.may("patch", "shop", CancelToken()) is allowed
    assert transport.calls[0]["body"]["spec"]["resourceAttributes"] == {
        "verb": "patch",
        "group": "networking.k8s.io",
        "resource": "networkpolicies",
        "namespace": "shop",
    }


def pods(*names: str, **metadata: object) -> Json:
    return {"metadata": metadata, "items": [{"metadata": {"name": name, "namespace": "shop"}} for name in names]}


def test_a_list_is_asked_for_in_pages_and_tells_how_far_it_is() -> None:
    first = pods("a", "b", resourceVersion="9", remainingItemCount=2, **{"continue": "next"})
    second = pods("c", resourceVersion="9", **{"continue": "more"})
    made, transport = gateway(first, second, pods("d", resourceVersion="9"))
    told: list[tuple[int, int | None]] = []
    listing = made.list(Kind.POD, None, CancelToken(), lambda done, total: told.append((done, total)))
    assert [thing.name for thing in listing.things] == ["a", "b", "c", "d"]
    assert listing.version == "9"
    assert told == [(2, 4), (3, None), (4, 4)]
    limit = ("limit", str(PAGE_SIZE))
    assert [call["query"] for call in transport.calls] == [
        [limit],
        [limit, ("continue", "next")],
        [limit, ("continue", "more")],
    ]


def test_a_list_that_expires_amid_its_pages_is_asked_for_anew_in_one_piece_once() -> None:
    expired = Expired("api.expired", status=410)
    first = pods("stale", **{"continue": "next"})
    made, transport = gateway(first, expired, pods("a", "b", resourceVersion="9"))
    listing = made.list(Kind.POD, "shop", CancelToken(), lambda *_: None)
    assert [thing.name for thing in listing.things] == ["a", "b"]
    assert transport.calls[-1]["query"] == []
    made, _ = gateway(first, expired, expired)
    with pytest.raises(Expired):
        made.list(Kind.POD, "shop", CancelToken(), lambda *_: None)


@pytest.mark.parametrize("version", ["8", "10", "0/x", ""])
def test_pages_of_different_times_are_not_put_together(version: str) -> None:
    """A server restored meanwhile, another one behind the same name, or one that goes on from an expired place."""
    first = pods("deleted-between", resourceVersion="9", **{"continue": "next"})
    made, transport = gateway(first, pods("b", resourceVersion=version), pods("a", "b", resourceVersion="11"))
    listing = made.list(Kind.POD, "shop", CancelToken(), lambda *_: None)
    assert ([thing.name for thing in listing.things], listing.version) == (["a", "b"], "11")
    assert transport.calls[-1]["query"] == []


@pytest.mark.parametrize("places", [["x", "x"], ["x", "y", "z", "x"]], ids=["the same page", "in a circle"])
def test_pages_that_lead_back_to_a_page_are_an_error_and_not_read_for_ever(places: list[str]) -> None:
    answers = [pods("a", resourceVersion="9", **{"continue": place}) for place in places]
    made, transport = gateway(*answers)
    with pytest.raises(TransportError) as caught:
        made.list(Kind.POD, "shop", CancelToken(), lambda *_: None)
    assert (caught.value.code, len(transport.calls)) == ("answer.unreadable", len(places))


def test_a_watch_asks_for_bookmarks_and_for_an_end_and_waits_little_longer() -> None:
    made, transport = gateway()
    events = list(made.watch(Kind.POD, "shop", "5", CancelToken()))
    assert [event.version for event in events] == ["9"]
    (call,) = transport.calls
    assert call["path"] == "/api/v1/namespaces/shop/pods"
    assert call["query"] == [
        ("watch", "true"),
        ("allowWatchBookmarks", "true"),
        ("resourceVersion", "5"),
        ("timeoutSeconds", "450"),
    ]
    assert call["read_limit"] == 480.0


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"[]", b"", b"\xff"])
def test_an_answer_that_is_no_object_is_an_error(body: bytes) -> None:
    with pytest.raises(TransportError) as caught:
        gateway(body)[0].read("shop", "web", CancelToken())
    assert caught.value.code == "answer.unreadable"
