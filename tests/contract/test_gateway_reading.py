"""What every gateway promises to tell, whatever cluster is behind it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Verb
from desktop.errors import Cancelled, NotFound
from desktop.policy.codec import parse_policy
from desktop.reach.objects import ContainerPort, Kind, Namespace, Pod, Service, ServicePort, StoredPolicy, Workload
from tests.contract.asking import WORLD, demo, every_api_server, every_cluster, listed, read, writing
from tests.contract.subjects import Subject
from tests.helpers.policies import DEMO_SPEC, Json


@every_cluster
def test_what_is_listed_is_what_is_there(subject: Subject) -> None:
    for name in ("access-demo1", "dotted.name", "open"):
        subject.other.put(demo(subject, name) if name != "open" else {**demo(subject, name), "spec": WORLD})
    there = subject.other.stored()
    found = listed(subject)
    assert found.keys() == there.keys() == {"access-demo1", "dotted.name", "open"}
    for name, thing in found.items():
        assert isinstance(thing, StoredPolicy)
        assert (thing.namespace, thing.policy) == (subject.namespace, parse_policy(there[name]))
        assert thing.uid
        assert thing.version


@every_cluster
def test_across_all_namespaces_the_same_is_listed(subject: Subject) -> None:
    subject.other.put(demo(subject))
    listing = subject.gateway.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda done, left: None)
    ours = {thing.name: thing for thing in listing.things if getattr(thing, "namespace", "") == subject.namespace}
    assert ours == listed(subject)


@every_cluster
def test_the_namespace_is_listed(subject: Subject) -> None:
    listing = subject.gateway.list(Kind.NAMESPACE, None, CancelToken(), lambda done, left: None)
    found = {thing.name: thing for thing in listing.things}[subject.namespace]
    assert isinstance(found, Namespace)
    assert found.labels["kubernetes.io/metadata.name"] == subject.namespace


@every_cluster
def test_a_listing_tells_how_far_it_is(subject: Subject) -> None:
    subject.other.put(demo(subject))
    told: list[tuple[int, int | None]] = []
    subject.gateway.list(Kind.NETWORK_POLICY, subject.namespace, CancelToken(), lambda *page: told.append(page))
    assert told[-1] == (1, 1)


_LABELS = {"app": "web", "tier": "front"}
_POD_SPEC: Json = {
    "automountServiceAccountToken": False,
    "nodeSelector": {"bulkhead-test": "no-node"},
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "main",
            "image": "web",
            "ports": [{"name": "http", "containerPort": 8080}],
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}
"""A pod that every cluster takes, even where only restricted ones are, and that no node of it runs."""
_TEMPLATE: Json = {"metadata": {"labels": _LABELS}, "spec": _POD_SPEC}
_JOB_TEMPLATE: Json = {**_TEMPLATE, "spec": {**_POD_SPEC, "restartPolicy": "Never"}}
_PORTS = (ContainerPort("http", 8080),)
_SCALED: Json = {"replicas": 2, "selector": {"matchLabels": _LABELS}, "template": _TEMPLATE}
_WORKLOADS: list[tuple[Kind, str, Json, int]] = [
    (Kind.DEPLOYMENT, "apps/v1", _SCALED, 2),
    (Kind.REPLICA_SET, "apps/v1", _SCALED, 2),
    (Kind.STATEFUL_SET, "apps/v1", {**_SCALED, "serviceName": "web"}, 2),
    (Kind.DAEMON_SET, "apps/v1", {"selector": {"matchLabels": _LABELS}, "template": _TEMPLATE}, 1),
    (Kind.JOB, "batch/v1", {"template": _JOB_TEMPLATE}, 1),
    (
        Kind.CRON_JOB,
        "batch/v1",
        {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": _JOB_TEMPLATE}}},
        1,
    ),
]


def named(subject: Subject, api_version: str, kind: str, spec: Json, **metadata: Any) -> Json:
    about = {"name": "web", "namespace": subject.namespace, **metadata}
    return {"apiVersion": api_version, "kind": kind, "metadata": about, "spec": spec}


@every_cluster
@pytest.mark.parametrize(
    ("kind", "api_version", "spec", "replicas"), _WORKLOADS, ids=[kind.value for kind, *_ in _WORKLOADS]
)
def test_workloads_are_listed_with_the_labels_and_ports_of_their_pods(
    subject: Subject, kind: Kind, api_version: str, spec: Json, replicas: int
) -> None:
    subject.other.put(named(subject, api_version, kind.value, spec))
    found = listed(subject, kind)["web"]
    assert isinstance(found, Workload)
    assert (found.kind, found.namespace, found.ports) == (kind, subject.namespace, _PORTS)
    assert _LABELS.items() <= found.template_labels.items()
    if kind is not Kind.CRON_JOB and kind is not Kind.DAEMON_SET:
        assert found.replicas == replicas


@every_cluster
def test_services_are_listed_with_where_they_lead(subject: Subject) -> None:
    spec = {"selector": _LABELS, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
    subject.other.put(named(subject, "v1", "Service", spec))
    found = listed(subject, Kind.SERVICE)["web"]
    assert isinstance(found, Service)
    assert (found.selector, found.ports) == (_LABELS, (ServicePort("http", 80, "http"),))


@every_cluster
def test_pods_are_listed_with_labels_and_ports(subject: Subject) -> None:
    subject.other.put(named(subject, "v1", "Pod", _POD_SPEC, labels=_LABELS))
    found = listed(subject, Kind.POD)["web"]
    assert isinstance(found, Pod)
    assert (found.namespace, found.labels, found.ports) == (subject.namespace, _LABELS, _PORTS)
    assert not found.host_network


@every_cluster
def test_a_policy_is_read_as_it_is(subject: Subject) -> None:
    subject.other.put(demo(subject))
    document = read(subject)
    assert (document.namespace, document.name) == (subject.namespace, "access-demo1")
    assert document.value["spec"] == DEMO_SPEC
    assert yaml.safe_load(document.text) == demo(subject)


@every_cluster
def test_what_is_listed_and_what_is_read_are_the_same_object(subject: Subject) -> None:
    subject.other.put(demo(subject))
    thing, document = listed(subject)["access-demo1"], read(subject)
    assert isinstance(thing, StoredPolicy)
    assert (thing.uid, thing.version) == (document.uid, document.version)


@every_cluster
def test_a_policy_that_is_not_there_is_not_found(subject: Subject) -> None:
    with pytest.raises(NotFound):
        read(subject, "missing")


@every_cluster
def test_a_namespace_without_policies_lists_none(subject: Subject) -> None:
    assert listed(subject) == {}
    listing = subject.gateway.list(Kind.NETWORK_POLICY, "nowhere", CancelToken(), lambda done, left: None)
    assert listing.things == ()


@every_cluster
def test_nothing_is_done_for_who_has_cancelled(subject: Subject) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        subject.gateway.list(Kind.NETWORK_POLICY, None, token, lambda done, left: None)
    with pytest.raises(Cancelled):
        subject.gateway.read(subject.namespace, "access-demo1", token)
    with pytest.raises(Cancelled):
        subject.gateway.write(writing(Verb.CREATE, demo(subject)), token)
    assert subject.other.stored() == {}


@every_cluster
def test_several_threads_may_ask_at_once(subject: Subject) -> None:
    subject.other.put(demo(subject))
    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda _: read(subject).text, range(40)))
    assert len(texts) == 1


@every_api_server
def test_a_listing_in_pages_equals_one_in_one_piece(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        subject.other.put(demo(subject, f"page-{number}"))
    whole = listed(subject)
    monkeypatch.setattr("desktop.cluster.live.PAGE_SIZE", 3)
    told: list[tuple[int, int | None]] = []
    listing = subject.gateway.list(
        Kind.NETWORK_POLICY, subject.namespace, CancelToken(), lambda *page: told.append(page)
    )
    assert {thing.name: thing for thing in listing.things} == whole
    assert len(whole) == 7
    assert told == [(3, 7), (6, 7), (7, 7)]


@every_api_server
def test_the_servers_version_is_told(subject: Subject) -> None:
    version = subject.gateway.version(CancelToken())
    assert version.major == 1
    assert version.minor >= 20
    assert version.text.startswith("v")
