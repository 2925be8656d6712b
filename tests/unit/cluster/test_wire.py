"""The API server's JSON becomes the objects of a picture, and nothing in it is lost, guessed or fatal."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from desktop.cluster.gateway import Bookmark, Gone, Put
from desktop.cluster.resources import RESOURCES
from desktop.cluster.wire import Decoder
from desktop.errors import ApiError, Expired, TransportError
from desktop.policy.owner import Tool
from desktop.reach.objects import (
    WORKLOAD_KINDS,
    ContainerPort,
    Kind,
    Namespace,
    OwnerReference,
    Pod,
    Service,
    ServicePort,
    StoredPolicy,
    Thing,
    Workload,
)

Json = dict[str, Any]


def page_of(*items: object, **metadata: object) -> bytes:
    return json.dumps({"kind": "AnyList", "metadata": metadata, "items": items}).encode()


def read(kind: Kind, item: object) -> Thing:
    (thing,) = Decoder(kind).page(page_of(item)).things
    return thing


def meta(**more: object) -> Json:
    return {"name": "web", "namespace": "shop", "uid": "u-1", "resourceVersion": "7", **more}


CONTROLLED = [
    {"kind": "Node", "name": "n", "apiVersion": "v1", "uid": "1"},
    {"kind": "ReplicaSet", "name": "web-5d", "apiVersion": "apps/v1", "uid": "2", "controller": True},
]


def test_a_pod_is_read_with_the_ports_of_all_containers_that_serve() -> None:
    item = {
        "metadata": meta(labels={"app": "web"}, ownerReferences=CONTROLLED),
        "spec": {
            "nodeName": "n-1",
            "hostNetwork": True,
            "initContainers": [
                {"name": "setup", "ports": [{"containerPort": 1}]},
                {"name": "proxy", "restartPolicy": "Always", "ports": [{"name": "admin", "containerPort": 15000}]},
            ],
            "containers": [
                {"name": "a", "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}]},
                {"name": "b", "ports": [{"containerPort": 53, "protocol": "UDP", "hostPort": 53}]},
                {"name": "c"},
            ],
        },
        "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]},
    }
    assert read(Kind.POD, item) == Pod(
        "shop",
        "web",
        {"app": "web"},
        ("10.0.0.1", "fd00::1"),
        (ContainerPort("admin", 15000), ContainerPort("http", 80), ContainerPort("", 53, "UDP")),
        host_network=True,
        phase="Running",
        node="n-1",
        owner=OwnerReference("ReplicaSet", "web-5d"),
    )


@pytest.mark.parametrize(
    "item",
    [
        {"metadata": meta()},
        {"metadata": meta(labels=None, ownerReferences=None), "spec": None, "status": None},
        {
            "metadata": meta(labels={}, ownerReferences=[None]),
            "spec": {"containers": [None, {"ports": [None]}, {"ports": None}], "initContainers": None},
            "status": {"podIPs": [None, {"ip": ""}, {}]},
        },
    ],
)
def test_absent_null_and_empty_are_one(item: Json) -> None:
    assert read(Kind.POD, item) == Pod("shop", "web")


def test_an_old_servers_single_address_counts() -> None:
    assert read(Kind.POD, {"metadata": meta(), "status": {"podIP": "10.0.0.1"}}) == Pod(
        "shop", "web", ips=("10.0.0.1",)
    )


TEMPLATE = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"hostNetwork": True, "containers": [{"ports": [{"containerPort": 80}]}]},
}


@pytest.mark.parametrize(
    ("kind", "spec", "status", "replicas"),
    [
        (Kind.DEPLOYMENT, {"replicas": 3, "template": TEMPLATE}, {}, 3),
        (Kind.STATEFUL_SET, {"template": TEMPLATE}, {}, 1),
        (Kind.REPLICA_SET, {"replicas": 0, "template": TEMPLATE}, {}, 0),
        (Kind.REPLICATION_CONTROLLER, {"replicas": 2, "template": TEMPLATE}, {}, 2),
        (Kind.DAEMON_SET, {"template": TEMPLATE}, {"desiredNumberScheduled": 4}, 4),
        (Kind.JOB, {"parallelism": 2, "completions": 9, "template": TEMPLATE}, {}, 2),
        (Kind.CRON_JOB, {"jobTemplate": {"spec": {"parallelism": 5, "template": TEMPLATE}}}, {}, 5),
    ],
)
def test_a_workload_is_read_through_its_pod_template(kind: Kind, spec: Json, status: Json, replicas: int) -> None:
    item = {"metadata": meta(ownerReferences=CONTROLLED), "spec": spec, "status": status}
    owner = OwnerReference("ReplicaSet", "web-5d")
    ports = (ContainerPort("", 80),)
    assert read(kind, item) == Workload(kind, "shop", "web", {"app": "web"}, ports, replicas, True, owner)
    assert read(kind, {"metadata": meta()}) == Workload(
        kind, "shop", "web", replicas=0 if kind is Kind.DAEMON_SET else 1
    )


def test_a_service_is_read_with_the_ports_behind_it() -> None:
    ports = [
        {"name": "http", "port": 80, "targetPort": "web", "protocol": "TCP"},
        {"port": 53, "targetPort": 5353, "protocol": "UDP"},
        {"port": 443},
    ]
    spec = {"selector": {"app": "web"}, "ports": ports, "clusterIP": "10.1.0.1", "clusterIPs": ["10.1.0.1", "fd00::2"]}
    expected = (ServicePort("http", 80, "web"), ServicePort("", 53, 5353, "UDP"), ServicePort("", 443, 443))
    assert read(Kind.SERVICE, {"metadata": meta(), "spec": spec}) == Service(
        "shop", "web", {"app": "web"}, expected, ("10.1.0.1", "fd00::2")
    )


@pytest.mark.parametrize("spec", [{}, {"selector": {}, "clusterIP": "None"}, {"clusterIPs": ["None"], "ports": None}])
def test_a_service_without_selector_or_address_has_none(spec: Json) -> None:
    assert read(Kind.SERVICE, {"metadata": meta(), "spec": spec}) == Service("shop", "web")


def test_a_namespace_is_read_with_its_labels() -> None:
    assert read(Kind.NAMESPACE, {"metadata": {"name": "shop", "labels": {"team": "a"}}}) == Namespace(
        "shop", {"team": "a"}
    )


FUTURE: Json = {
    "metadata": meta(
        creationTimestamp="2026-11-23T06:48:31Z",
        annotations={"note": "ünïcode"},
        managedFields=[{"manager": "kubectl-client-side-apply", "operation": "Update"}],
    ),
    "spec": {"podSelector": {}, "ingress": [{"from": [{"futurePeer": {"a": [1, 2.5, None]}}]}], "futureField": True},
}


def policy(item: object) -> StoredPolicy:
    thing = read(Kind.NETWORK_POLICY, item)
    assert isinstance(thing, StoredPolicy)
    return thing


def test_a_policy_is_kept_whole() -> None:
    stored = policy(FUTURE)
    assert json.loads(stored.raw) == {"kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1", **FUTURE}
    assert (stored.namespace, stored.name, stored.uid, stored.version) == ("shop", "web", "u-1", "7")
    assert stored.created == datetime(2026, 11, 23, 6, 48, 31, tzinfo=UTC)
    assert stored.owner is not None
    assert stored.owner.tool is Tool.KUBECTL
    assert stored.findings == ()


def test_a_peer_of_the_future_does_not_become_anyone() -> None:
    """The client library's models turn ``from: [{futurePeer: ...}]`` into ``from: [{}]``."""
    stored = policy(FUTURE)
    assert stored.policy is not None
    assert stored.policy.ingress is not None
    assert stored.policy.ingress[0].peers
    assert b"futurePeer" in stored.raw


def test_a_policy_in_a_list_and_in_a_watch_is_the_same() -> None:
    item = {"metadata": meta(), "spec": {"podSelector": {}}}
    headed = {"kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1", **item}
    listed = Decoder(Kind.NETWORK_POLICY).page(b'{"metadata":{},"items":[' + compact(item) + b"]}").things[0]
    event = Decoder(Kind.NETWORK_POLICY).event(b'{"type":"ADDED","object":' + compact(headed) + b"}\n")
    assert event == Put(listed, "7")


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def test_a_policy_that_cannot_be_read_is_there_with_its_reasons() -> None:
    stored = policy({"metadata": meta(), "spec": {"podSelector": {"matchLabels": {"app": 1}}}})
    assert stored.policy is None
    assert stored.findings
    assert stored.name == "web"
    assert b'"matchLabels"' in stored.raw


@pytest.mark.parametrize(
    "item",
    [{}, {"metadata": None}, {"metadata": 5, "spec": []}, {"metadata": {"name": 5, "creationTimestamp": "soon"}}],
)
def test_a_policy_of_any_shape_does_not_spoil_the_list(item: Json) -> None:
    good = {"metadata": meta(), "spec": {"podSelector": {}}}
    odd, fine = Decoder(Kind.NETWORK_POLICY).page(page_of(item, good)).things
    assert isinstance(odd, StoredPolicy)
    assert json.loads(odd.raw).get("metadata") == item.get("metadata")
    assert fine.name == "web"


@pytest.mark.parametrize("kind", RESOURCES)
def test_a_list_may_be_null_or_hold_null(kind: Kind, caplog: pytest.LogCaptureFixture) -> None:
    assert Decoder(kind).page(b'{"metadata":{},"items":null}').things == ()
    good = {"metadata": {"name": "fine"}}
    assert [thing.name for thing in Decoder(kind).page(page_of(None, good, 5)).things] == ["fine"]
    assert len(caplog.records) == 2  # what is left out is told
    caplog.clear()


def test_a_page_says_where_the_next_begins() -> None:
    page = Decoder(Kind.POD).page(page_of(resourceVersion="9", remainingItemCount=3, **{"continue": "abc"}))
    assert (page.version, page.next, page.remaining) == ("9", "abc", 3)
    assert Decoder(Kind.POD).page(page_of(resourceVersion="9")).next == ""


REFUSAL = b'{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"who are you?"}'
"""As some proxies send it with a status of 200."""


@pytest.mark.parametrize(
    "body", [b"", b"<html>Please log in</html>", b"[]", b'{"items": 5}', b"\xff", b"[" * 5000, REFUSAL]
)
def test_an_answer_that_is_no_list_is_an_error_and_never_an_empty_one(body: bytes) -> None:
    with pytest.raises(TransportError) as caught:
        Decoder(Kind.POD).page(body)
    assert caught.value.code == "answer.unreadable"


def line(type_: str, item: object) -> bytes:
    return json.dumps({"type": type_, "object": item}).encode() + b"\n"


def test_events_say_what_is_there_and_what_is_gone() -> None:
    decoder = Decoder(Kind.POD)
    item = {"metadata": meta(), "kind": "Pod"}
    assert decoder.event(line("ADDED", item)) == Put(Pod("shop", "web"), "7")
    assert decoder.event(line("MODIFIED", item)) == Put(Pod("shop", "web"), "7")
    assert decoder.event(line("DELETED", item)) == Gone(Kind.POD, "shop", "web", "7")
    assert decoder.event(line("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": "12"}})) == Bookmark("12")
    gone = Decoder(Kind.NAMESPACE).event(line("DELETED", {"metadata": {"name": "shop"}}))
    assert gone == Gone(Kind.NAMESPACE, "", "shop", "")


def test_what_is_of_another_namespace_than_was_asked_for_is_left_out() -> None:
    decoder = Decoder(Kind.POD, "other")
    assert decoder.page(page_of({"metadata": meta()})).things == ()
    assert decoder.event(line("ADDED", {"metadata": meta()})) == Bookmark("7")
    assert Decoder(Kind.NAMESPACE, "other").event(line("ADDED", {"metadata": {"name": "shop"}})) is not None


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_finished_is_gone(phase: str) -> None:
    finished = {"metadata": meta(), "status": {"phase": phase, "podIP": "10.0.0.1"}}
    running = {"metadata": meta(name="api"), "status": {"phase": "Running"}}
    assert [pod.name for pod in Decoder(Kind.POD).page(page_of(finished, running)).things] == ["api"]
    assert Decoder(Kind.POD).event(line("MODIFIED", finished)) == Gone(Kind.POD, "shop", "web", "7")


def test_lines_that_say_nothing_are_passed_over() -> None:
    assert Decoder(Kind.POD).event(b"\r\n") is None
    assert Decoder(Kind.POD).event(line("LATER-INVENTION", {"metadata": meta()})) is None


def test_an_error_event_is_raised_as_what_it_is() -> None:
    status = {"kind": "Status", "status": "Failure", "message": "too old resource version", "reason": "Expired"}
    with pytest.raises(Expired):
        Decoder(Kind.POD).event(line("ERROR", {**status, "code": 410}))
    with pytest.raises(ApiError) as caught:
        Decoder(Kind.POD).event(line("ERROR", "what?"))
    assert caught.value.status == 500


@pytest.mark.parametrize(
    "text", [b"{", b'{"type":"ADDED"}', b'{"type":"ADDED","object":5}', b'{"type":5,"object":{}}', b"null", b"\xff\xfe"]
)
@pytest.mark.parametrize("kind", [Kind.POD, Kind.NETWORK_POLICY])
def test_a_line_that_is_no_event_is_an_error(text: bytes, kind: Kind) -> None:
    with pytest.raises(TransportError):
        Decoder(kind).event(text)


def test_what_repeats_is_kept_once() -> None:
    items = [{"metadata": meta(labels={"app": "web"}, ownerReferences=CONTROLLED), **POD_WITH_PORT} for _ in range(2)]
    first, second = Decoder(Kind.POD).page(page_of(*items)).things
    assert isinstance(first, Pod)
    assert isinstance(second, Pod)
    assert first.labels is second.labels
    assert first.ports is second.ports
    assert first.owner is second.owner
    assert first.node is second.node


POD_WITH_PORT: Json = {"spec": {"nodeName": "node-17", "containers": [{"ports": [{"containerPort": 80}]}]}}


def test_every_kind_has_its_place_in_the_api() -> None:
    assert next(iter(RESOURCES)) is Kind.NAMESPACE
    assert set(RESOURCES) > WORKLOAD_KINDS
    policies, pods, namespaces = RESOURCES[Kind.NETWORK_POLICY], RESOURCES[Kind.POD], RESOURCES[Kind.NAMESPACE]
    assert policies.path("shop", "a b/c") == "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/a%20b%2Fc"
    assert policies.path() == "/apis/networking.k8s.io/v1/networkpolicies"
    assert pods.path("shop") == "/api/v1/namespaces/shop/pods"
    assert namespaces.path("shop") == "/api/v1/namespaces"
