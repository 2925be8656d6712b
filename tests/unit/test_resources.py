"""The sample cluster and the templates that ship are right, but for the mistakes that the sample is to show."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop.cancellation import CancelToken
from desktop.cluster.folder_picture import Picture
from desktop.paths import resource
from desktop.policy.codec import parse_policy
from desktop.policy.findings import Finding, Severity
from desktop.policy.objects import Direction, NetworkPolicy
from desktop.policy.profile import DEFAULT, limits
from desktop.policy.rules import check
from desktop.policy.selectors import matches
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Put, Snapshot
from desktop.session.rows import PolicyTable

Document = dict[str, Any]

WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}


def documents(folder: str) -> Iterator[tuple[Path, Document]]:
    for path in sorted(resource(folder).rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            yield path.relative_to(resource(folder)), document


SAMPLE = list(documents("sample"))
POLICIES = [document for _, document in SAMPLE if document["kind"] == "NetworkPolicy"]
TEMPLATES = list(documents("templates"))


def template(workload: Document) -> Document:
    spec = workload["spec"]["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else workload["spec"]
    found: Document = spec["template"]
    return found


def of(*kinds: str) -> list[Document]:
    return [document for _, document in SAMPLE if document["kind"] in kinds]


def selected(policy: NetworkPolicy) -> list[str]:
    return [
        workload["metadata"]["name"]
        for workload in of(*WORKLOADS)
        if workload["metadata"]["namespace"] == policy.namespace
        and not template(workload)["spec"].get("hostNetwork")
        and matches(policy.pod_selector, template(workload)["metadata"]["labels"])
    ]


def test_the_sample_is_a_shop_of_three_teams() -> None:
    kinds = Counter(document["kind"] for _, document in SAMPLE)
    folders = {path.parts[0] for path, _ in SAMPLE if len(path.parts) > 1}

    assert folders == {"storefront", "payments", "platform"}
    assert sum(kinds[kind] for kind in WORKLOADS) == 25
    assert all(kinds[kind] for kind in WORKLOADS)
    assert kinds["NetworkPolicy"] == 15
    assert not kinds["Pod"]  # pods come from the templates of the workloads
    assert "25 workloads and 15 network policies" in (resource("sample") / "README.md").read_text(encoding="utf-8")


def test_no_two_things_of_the_sample_have_one_name() -> None:
    names = Counter((d["kind"], d["metadata"].get("namespace"), d["metadata"]["name"]) for _, d in SAMPLE)

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("policy", POLICIES, ids=[policy["metadata"]["name"] for policy in POLICIES])
def test_the_server_would_take_each_policy_of_the_sample(policy: Document) -> None:
    assert check(policy) == ()
    assert policy["metadata"]["namespace"] in {namespace["metadata"]["name"] for namespace in of("Namespace")}
    assert [each for each in limits(parse_policy(policy), DEFAULT) if each.severity is Severity.WARNING] == []


def test_namespaces_carry_the_label_that_policies_choose_them_by() -> None:
    for namespace in of("Namespace"):
        assert namespace["metadata"]["labels"]["kubernetes.io/metadata.name"] == namespace["metadata"]["name"]


def test_each_workload_selects_the_pods_that_it_makes() -> None:
    for workload in of("Deployment", "StatefulSet", "DaemonSet"):
        labels = template(workload)["metadata"]["labels"]
        assert workload["spec"]["selector"]["matchLabels"].items() <= labels.items(), workload["metadata"]["name"]


def test_each_service_leads_to_ports_that_are_there() -> None:
    for service in of("Service"):
        ports = {
            port["name"]: port.get("protocol", "TCP")
            for workload in of(*WORKLOADS)
            if workload["metadata"]["namespace"] == service["metadata"]["namespace"]
            and service["spec"]["selector"].items() <= template(workload)["metadata"]["labels"].items()
            for port in template(workload)["spec"]["containers"][0]["ports"]
        }
        for port in service["spec"]["ports"]:
            assert ports[port["targetPort"]] == port.get("protocol", "TCP"), service["metadata"]["name"]


def test_one_policy_of_the_sample_selects_no_pod() -> None:
    assert [p.name for p in map(parse_policy, POLICIES) if not selected(p)] == ["settlement"]


def test_one_policy_of_the_sample_forgot_dns() -> None:
    policies = [parse_policy(policy) for policy in POLICIES]
    restricted = {
        (policy.namespace, workload)
        for policy in policies
        if policy.rules(Direction.EGRESS) is not None
        for workload in selected(policy)
    }
    resolving = {
        (policy.namespace, workload)
        for policy in policies
        for rule in policy.rules(Direction.EGRESS) or ()
        if {(port.protocol, port.port) for port in rule.ports or ()} >= {("UDP", 53), ("TCP", 53)}
        for workload in selected(policy)
    }

    assert restricted - resolving == {("data", "orders-backup")}


def _found() -> list[Finding]:
    """Everything that is found in the sample as a cluster."""
    table, picture = PolicyTable(), Picture(resource("sample"))
    picture.refresh(CancelToken())
    snapshot = Snapshot().apply(Put(thing) for thing in picture.things.values())
    for kind in Kind:
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    table.show(snapshot)
    while table.has_unchecked:
        table.check_some()
    return [finding for row in table.all() for finding in row.findings]


def test_the_sample_shows_two_mistakes_that_are_meant_and_no_other() -> None:
    warnings = [each.code for each in _found() if each.severity is not Severity.INFO]
    assert sorted(warnings) == ["advice.dns-cut-off", "advice.selects-nothing"]


def test_the_sample_shows_what_policies_can_say() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in resource("sample").rglob("*.yaml"))

    for word in ("matchExpressions", "endPort", "ipBlock", "except", "operator: NotIn", "operator: Exists"):
        assert word in text, word
    policies = [parse_policy(policy) for policy in POLICIES]
    both = [
        peer
        for policy in policies
        for rule in (*(policy.ingress or ()), *(policy.egress or ()))
        for peer in rule.peers or ()
        if peer.namespace_selector is not None and peer.pod_selector is not None
    ]
    assert both
    assert any(
        policy.ingress is None and Direction.INGRESS in policy.directions for policy in map(parse_policy, POLICIES)
    )


@pytest.mark.parametrize(("path", "document"), TEMPLATES, ids=[str(path) for path, _ in TEMPLATES])
def test_each_template_is_one_policy_that_the_server_would_take(path: Path, document: Document) -> None:
    assert check(document) == ()
    assert document["metadata"]["name"] == path.stem


def test_there_is_a_template_for_each_common_need() -> None:
    assert {path.stem for path, _ in TEMPLATES} >= {
        "access-demo1", "deny-inbound", "deny-all", "allow-dns", "allow-same-namespace", "allow-from-namespace",
    }  # fmt: skip


def test_each_template_but_the_pages_own_example_begins_with_what_it_does() -> None:
    for path in resource("templates").glob("*.yaml"):
        assert path.stem == "access-demo1" or path.read_text(encoding="utf-8").startswith("# "), path.name


def test_the_pages_example_is_there_to_the_letter() -> None:
    text = (resource("templates") / "access-demo1.yaml").read_text(encoding="utf-8")

    assert text == PAGE


PAGE = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: access-demo1
  namespace: default
spec:
  podSelector:                  # The rule takes effect for pods with the role=db label.
    matchLabels:
      role: db
  ingress:                      # Ingress rule
  - from:
    - podSelector:              # Only allow the access of the pods labeled with role=frontend.
        matchLabels:
          role: frontend
    ports:                      # Only TCP can be used to access port 6379.
    - protocol: TCP
      port: 6379
"""
