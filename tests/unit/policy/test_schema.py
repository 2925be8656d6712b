"""A document is decoded as the API server decodes it: strictly, and null is not given."""

from typing import Any

import pytest

from desktop.policy.findings import format_path
from desktop.policy.schema import decode, type_name

Found = list[tuple[str, str]]


def found(document: object) -> Found:
    return [(finding.code, format_path(finding.path)) for finding in decode(document)[1]]


def test_every_known_field_is_accepted() -> None:
    document: dict[str, Any] = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": "p",
            "generateName": "p-",
            "namespace": "n",
            "selfLink": "",
            "uid": "u",
            "resourceVersion": "1",
            "generation": 1,
            "creationTimestamp": "2026-01-02T03:04:05Z",
            "deletionTimestamp": None,
            "deletionGracePeriodSeconds": 30,
            "labels": {"a": "b"},
            "annotations": {"a": "b"},
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "K", "name": "n", "uid": "u", "controller": True,
                 "blockOwnerDeletion": False}
            ],
            "finalizers": ["a/b"],
            "managedFields": [
                {"manager": "m", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-02T03:04:05Z",
                 "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}, "subresource": "status"}
            ],
        },
        "spec": {
            "podSelector": {
                "matchLabels": {"a": "b"},
                "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}],
            },
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {}, "namespaceSelector": {}}], "ports": [{"port": 1, "endPort": 2}]}],
            "egress": [{"to": [{"ipBlock": {"cidr": "::/0", "except": []}}], "ports": [{"protocol": "TCP"}]}],
        },
    }  # fmt: skip

    assert found(document) == []


UNKNOWN: list[tuple[dict[str, Any], str, str]] = [
    ({"status": {}}, "status", ""),
    ({"Spec": {}}, "Spec", "spec"),
    ({"metadata": {"lables": {}}}, "metadata.lables", "labels"),
    ({"metadata": {"clusterName": "x"}}, "metadata.clusterName", ""),
    ({"metadata": {"ownerReferences": [{"id": 1}]}}, "metadata.ownerReferences[0].id", "uid"),
    ({"metadata": {"managedFields": [{"field": 1}]}}, "metadata.managedFields[0].field", "fieldsV1"),
    ({"spec": {"podselector": {}}}, "spec.podselector", "podSelector"),
    ({"spec": {"podSelector": {"app": "web"}}}, "spec.podSelector.app", ""),
    ({"spec": {"podSelector": {"matchlabels": {}}}}, "spec.podSelector.matchlabels", "matchLabels"),
    ({"spec": {"podSelector": {"matchExpressions": [{"value": []}]}}},
     "spec.podSelector.matchExpressions[0].value", "values"),
    ({"spec": {"ingress": [{"to": []}]}}, "spec.ingress[0].to", "from"),
    ({"spec": {"egress": [{"from": []}]}}, "spec.egress[0].from", "to"),
    ({"spec": {"egress": [{"port": []}]}}, "spec.egress[0].port", "ports"),
    ({"spec": {"egress": [{"to": [{"ipblock": {}}]}]}}, "spec.egress[0].to[0].ipblock", "ipBlock"),
    ({"spec": {"egress": [{"to": [{"ipBlock": {"excepts": []}}]}]}}, "spec.egress[0].to[0].ipBlock.excepts", "except"),
    ({"spec": {"egress": [{"ports": [{"endport": 1}]}]}}, "spec.egress[0].ports[0].endport", "endPort"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "path", "meant"), UNKNOWN, ids=[case[1] for case in UNKNOWN])
def test_an_unknown_field_is_found_at_every_level_with_the_one_that_was_meant(
    document: dict[str, Any], path: str, meant: str
) -> None:
    (finding,) = decode(document)[1]

    assert (finding.code, format_path(finding.path)) == ("field.unknown", path)
    assert finding.facts["suggestion"] == meant


WRONG: list[tuple[object, str, str, str]] = [
    ([], "", "object", "list"),
    ("text", "", "object", "string"),
    ({"apiVersion": 1}, "apiVersion", "string", "number"),
    ({"metadata": "x"}, "metadata", "object", "string"),
    ({"metadata": {"generation": "1"}}, "metadata.generation", "integer", "string"),
    ({"metadata": {"generation": 1.0}}, "metadata.generation", "integer", "number"),
    ({"metadata": {"creationTimestamp": 1}}, "metadata.creationTimestamp", "timestamp", "number"),
    ({"metadata": {"labels": ["a"]}}, "metadata.labels", "object", "list"),
    ({"metadata": {"labels": {"a": {}}}}, "metadata.labels.a", "string", "object"),
    ({"metadata": {"labels": {"a.b/c": 1}}}, 'metadata.labels["a.b/c"]', "string", "number"),
    ({"metadata": {"finalizers": "a/b"}}, "metadata.finalizers", "list", "string"),
    ({"metadata": {"ownerReferences": [{"controller": "yes"}]}},
     "metadata.ownerReferences[0].controller", "boolean", "string"),
    ({"spec": {"egress": [{"ports": [{"port": False}]}]}}, "spec.egress[0].ports[0].port",
     "integer-or-string", "boolean"),
    ({"spec": {"egress": [{"ports": [{"port": 80.0}]}]}}, "spec.egress[0].ports[0].port",
     "integer-or-string", "number"),
    ({"spec": {"egress": [{"ports": [{"endPort": True}]}]}}, "spec.egress[0].ports[0].endPort", "integer", "boolean"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "path", "expected", "actual"), WRONG, ids=[case[1] for case in WRONG])
def test_a_wrong_type_is_found_with_what_it_should_be(document: object, path: str, expected: str, actual: str) -> None:
    (finding,) = decode(document)[1]

    assert (finding.code, format_path(finding.path)) == ("type.wrong", path)
    assert (finding.facts["expected"], finding.facts["actual"]) == (expected, actual)


def test_a_wrong_value_is_shown_where_it_is_short() -> None:
    facts = [finding.facts.get("value") for finding in decode({"kind": True, "metadata": {}, "apiVersion": 1})[1]]

    assert facts == ["true", "1"]
    assert "value" not in decode({"kind": []})[1][0].facts


@pytest.mark.parametrize(("field", "bits"), [("port", 32), ("endPort", 32)])
def test_a_number_has_to_fit(field: str, bits: int) -> None:
    def document(number: int) -> object:
        return {"spec": {"ingress": [{"ports": [{field: number}]}]}}

    limit = 2 ** (bits - 1)
    assert found(document(limit - 1)) == found(document(-limit)) == []
    path = f"spec.ingress[0].ports[0].{field}"
    assert found(document(limit)) == found(document(-limit - 1)) == [("number.out-of-range", path)]


def test_a_generation_may_be_as_large_as_64_bits_hold() -> None:
    assert found({"metadata": {"generation": 2**63 - 1}}) == []
    assert found({"metadata": {"generation": 2**63}}) == [("number.out-of-range", "metadata.generation")]


def test_null_leaves_a_field_out_and_is_the_empty_value_in_lists_and_maps() -> None:
    decoded, findings = decode(
        {
            "metadata": {"labels": {"a": None}, "finalizers": [None], "ownerReferences": None},
            "spec": {"ingress": [None], "podSelector": None, "policyTypes": [None]},
        }
    )

    assert findings == ()
    assert decoded == {
        "metadata": {"labels": {"a": ""}, "finalizers": [""]},
        "spec": {"ingress": [{}], "policyTypes": [""]},
    }
    assert decode(None) == ({}, ())


TIMES = {
    "2026-01-02T03:04:05Z": True,
    "2026-01-02T03:04:05.123456789Z": True,
    "2026-01-02T03:04:05,1Z": True,
    "2026-01-02T3:04:05Z": True,
    "2026-01-02T03:04:05+02:00": True,
    "2026-01-02T03:04:05-24:60": True,
    "2024-02-29T00:00:00Z": True,
    "0000-02-29T00:00:00Z": True,
    "2025-02-29T00:00:00Z": False,
    "2026-13-02T03:04:05Z": False,
    "2026-01-00T03:04:05Z": False,
    "2026-01-02T24:04:05Z": False,
    "2026-01-02T03:60:05Z": False,
    "2026-01-02T03:04:60Z": False,
    "2026-01-02T03:04:05": False,
    "2026-01-02T03:04:05+25:00": False,
    "2026-01-02T03:04:05+02:61": False,
    "2026-01-02T03:04:05+0200": False,
    "2026-01-02t03:04:05z": False,
    "2026-01-02 03:04:05Z": False,
    "2026-01-02": False,
    "2026-01-02T03:04:05Z\n": False,
    "": False,
}


@pytest.mark.parametrize(("text", "good"), TIMES.items(), ids=[repr(text) for text in TIMES])
def test_a_timestamp_is_read_as_go_reads_it(text: str, good: bool) -> None:
    expected: Found = [] if good else [("timestamp.syntax", "metadata.creationTimestamp")]
    assert found({"metadata": {"creationTimestamp": text}}) == expected


def test_the_types_have_their_json_names() -> None:
    values = [True, "", 1, 1.5, {}, [], (), None, object()]

    assert [type_name(value) for value in values] == [
        "boolean", "string", "number", "number", "object", "list", "list", "null", "unknown",
    ]  # fmt: skip
