"""Laying one policy over another gives what the server's own merge would."""

from typing import Any

import pytest

from desktop.cluster.overlay import laid_over

Json = dict[str, Any]


def policy(spec: Json | None = None, **metadata: object) -> Json:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "namespace": "shop", **metadata},
        "spec": spec if spec is not None else {"podSelector": {}},
    }


@pytest.mark.parametrize(
    ("intent", "there", "merged"),
    [
        pytest.param(
            policy(labels={"a": "new", "b": "1"}),
            policy(labels={"a": "old", "theirs": "yes"}),
            policy(labels={"a": "new", "theirs": "yes", "b": "1"}),
            id="labels-by-key",
        ),
        pytest.param(
            policy(annotations={"a": "new"}),
            policy(annotations={"theirs": "yes"}),
            policy(annotations={"theirs": "yes", "a": "new"}),
            id="annotations-by-key",
        ),
        pytest.param(policy(), policy(labels={"a": "1"}), policy(labels={"a": "1"}), id="what-is-left-out-stays"),
        pytest.param(
            policy({"podSelector": {"matchLabels": {"app": "new"}}}),
            policy({"podSelector": {"matchLabels": {"role": "old"}}, "egress": [{}]}),
            policy({"podSelector": {"matchLabels": {"app": "new"}}, "egress": [{}]}),
            id="a-selector-is-one-piece-and-other-fields-of-the-spec-stay",
        ),
        pytest.param(
            policy({"podSelector": {}, "ingress": [{"ports": [{"port": 80}]}], "policyTypes": ["Ingress"]}),
            policy({"podSelector": {}, "ingress": [{}, {}], "policyTypes": ["Ingress", "Egress"]}),
            policy({"podSelector": {}, "ingress": [{"ports": [{"port": 80}]}], "policyTypes": ["Ingress"]}),
            id="lists-of-the-spec-are-one-piece-each",
        ),
        pytest.param(
            policy(finalizers=["b", "c"]),
            policy(finalizers=["a", "b"]),
            policy(finalizers=["a", "b", "c"]),
            id="finalizers-are-a-set",
        ),
        pytest.param(
            policy(ownerReferences=[{"uid": "1", "name": "new"}, {"uid": "3"}]),
            policy(ownerReferences=[{"uid": "1", "name": "old"}, {"uid": "2"}]),
            policy(ownerReferences=[{"uid": "1", "name": "new"}, {"uid": "2"}, {"uid": "3"}]),
            id="owner-references-by-uid",
        ),
        pytest.param(
            policy(labels="no map", finalizers="no list"),
            policy(labels={"a": "1"}),
            policy(labels={"a": "1"}, finalizers=[]),
            id="what-has-the-wrong-shape-adds-nothing",
        ),
    ],
)
def test_each_field_merges_by_its_type(intent: Json, there: Json, merged: Json) -> None:
    assert laid_over(intent, there) == merged
