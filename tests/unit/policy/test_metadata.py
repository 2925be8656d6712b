"""What the API server enforces about names, labels, annotations, owners and finalizers."""

from typing import Any

import pytest

from desktop.policy.findings import format_path
from desktop.policy.rules import check

Refused = list[tuple[str, str]]


def refused(metadata: object, old: object = None) -> Refused:
    stored = None if old is None else {"metadata": old}
    return [(finding.code, format_path(finding.path)) for finding in check({"metadata": metadata}, old=stored)]


NAMES: list[tuple[dict[str, Any], Refused]] = [
    ({"name": "a"}, []),
    ({"name": "a.b-c.9"}, []),
    ({"name": "a" * 253}, []),
    ({"name": "a" * 254}, [("name.too-long", "metadata.name")]),
    ({"name": "a..b"}, [("name.syntax", "metadata.name")]),
    ({"name": "a\n"}, [("name.syntax", "metadata.name")]),
    ({"name": "Ü" * 200}, [("name.too-long", "metadata.name"), ("name.syntax", "metadata.name")]),
    ({}, [("name.required", "metadata.name")]),
    ({"name": ""}, [("name.required", "metadata.name")]),
    ({"name": None, "generateName": None}, [("name.required", "metadata.name")]),
    ({"generateName": "web-"}, []),
    ({"generateName": "web"}, []),
    ({"generateName": "a" * 253}, []),
    ({"generateName": "Web-"}, [("generate-name.syntax", "metadata.generateName"), ("name.syntax", "metadata.name")]),
    ({"generateName": "-"}, [("generate-name.syntax", "metadata.generateName"), ("name.syntax", "metadata.name")]),
    ({"generateName": "--"}, [("name.syntax", "metadata.name")]),
    ({"generateName": "Web-", "name": "web"}, [("generate-name.syntax", "metadata.generateName")]),
    ({"generateName": "a" * 58 + "Z"}, [("generate-name.syntax", "metadata.generateName")]),
    ({"generateName": "a" * 300}, [("generate-name.too-long", "metadata.generateName")]),
    ({"generateName": 5}, [("type.wrong", "metadata.generateName")]),
    ({"name": 5}, [("type.wrong", "metadata.name")]),
    ({"name": "a", "namespace": ""}, []),
    ({"name": "a", "namespace": "shop-1"}, []),
    ({"name": "a", "namespace": "a.b"}, [("namespace.dots", "metadata.namespace")]),
    ({"name": "a", "namespace": "Shop"}, [("namespace.syntax", "metadata.namespace")]),
    ({"name": "a", "namespace": "a" * 64}, [("namespace.too-long", "metadata.namespace")]),
    ({"name": "a", "namespace": 1}, [("type.wrong", "metadata.namespace")]),
]


@pytest.mark.parametrize(("metadata", "expected"), NAMES, ids=[repr(case[0])[:60] for case in NAMES])
def test_names(metadata: object, expected: Refused) -> None:
    assert refused(metadata) == expected


def named(**metadata: object) -> dict[str, object]:
    return {"name": "a", **metadata}


def test_labels_are_checked_as_in_selectors() -> None:
    assert refused(named(labels={"ok": "yes", "not ok": "x", "b": "-"})) == [
        ("label-key.syntax", "metadata.labels"),
        ("label-value.syntax", "metadata.labels"),
    ]


def test_annotation_keys_may_be_in_capitals_and_values_anything() -> None:
    assert refused(named(annotations={"Example.COM/Note": "any text\n at all", "K\u212a\u0130": ""})) == []
    assert refused(named(annotations={"no spaces": "", "/x": "", "a" * 64: ""})) == [
        ("annotation-key.syntax", "metadata.annotations"),
        ("annotation-key.prefix-empty", "metadata.annotations"),
        ("annotation-key.too-long", "metadata.annotations"),
    ]


def test_annotations_hold_256_kib_together() -> None:
    assert refused(named(annotations={"a": "x" * (262143)})) == []
    assert refused(named(annotations={"a": "x" * 262143, "b": ""})) == [
        ("annotations.too-large", "metadata.annotations")
    ]
    assert refused(named(annotations={"a": "ü" * 131072})) == [("annotations.too-large", "metadata.annotations")]


def test_a_label_or_annotation_that_is_no_text_is_of_the_wrong_type() -> None:
    assert refused(named(labels={"a": True}, annotations={"b": 1})) == [
        ("type.wrong", "metadata.labels.a"),
        ("type.wrong", "metadata.annotations.b"),
    ]


OWNER = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "1"}
PATH = "metadata.ownerReferences"

OWNERS: list[tuple[object, Refused]] = [
    ([OWNER], []),
    ([{**OWNER, "controller": True}, {**OWNER, "controller": False}], []),
    ([{**OWNER, "apiVersion": "v1"}], []),
    ([{**OWNER, "apiVersion": "v1", "kind": "Event"}], [("owner-reference.event", PATH)]),
    ([{**OWNER, "apiVersion": "events.k8s.io/v1", "kind": "Event"}], []),
    ([{**OWNER, "apiVersion": "apps/"}], [("owner-reference.no-api-version", f"{PATH}.apiVersion")]),
    ([{**OWNER, "apiVersion": "/"}], [("owner-reference.no-api-version", f"{PATH}.apiVersion")]),
    ([{**OWNER, "apiVersion": "a/b/c"}], [("owner-reference.no-api-version", f"{PATH}.apiVersion")]),
    ([{**OWNER, "apiVersion": 1}], [("type.wrong", f"{PATH}[0].apiVersion")]),
    ([{**OWNER, "uid": None}], [("owner-reference.no-uid", f"{PATH}.uid")]),
    (
        [None],
        [
            ("owner-reference.no-api-version", f"{PATH}.apiVersion"),
            ("owner-reference.no-kind", f"{PATH}.kind"),
            ("owner-reference.no-name", f"{PATH}.name"),
            ("owner-reference.no-uid", f"{PATH}.uid"),
        ],
    ),
    (["web"], [("type.wrong", f"{PATH}[0]")]),
    ([{**OWNER, "controller": True}] * 3, [("owner-reference.second-controller", PATH)] * 2),
    ([{**OWNER, "controller": "true"}], [("type.wrong", f"{PATH}[0].controller")]),
]


@pytest.mark.parametrize(("references", "expected"), OWNERS, ids=[repr(case[0])[:70] for case in OWNERS])
def test_owner_references(references: object, expected: Refused) -> None:
    assert refused(named(ownerReferences=references)) == expected


def test_a_bad_owner_is_placed_where_it_stands() -> None:
    (finding,) = check({"metadata": named(ownerReferences=[OWNER, {**OWNER, "kind": ""}])})

    assert format_path(finding.spot) == "metadata.ownerReferences[1].kind"


FINALIZERS: list[tuple[object, Refused]] = [
    ([], []),
    (["example.com/clean-up", "kubernetes", "orphan"], []),
    (["orphan", "foregroundDeletion"], [("finalizer.contradictory", "metadata.finalizers")]),
    (["mine"], [("finalizer.unknown", "metadata.finalizers[0]")]),
    (["example.com/"], [("finalizer.empty", "metadata.finalizers"), ("finalizer.syntax", "metadata.finalizers")]),
    (["a b"], [("finalizer.syntax", "metadata.finalizers"), ("finalizer.unknown", "metadata.finalizers[0]")]),
    ([1], [("type.wrong", "metadata.finalizers[0]")]),
]


@pytest.mark.parametrize(("finalizers", "expected"), FINALIZERS, ids=[repr(case[0]) for case in FINALIZERS])
def test_finalizers(finalizers: object, expected: Refused) -> None:
    assert refused(named(finalizers=finalizers)) == expected


def test_an_object_that_is_being_deleted_takes_no_new_finalizer() -> None:
    old = named(finalizers=["a.b/c"], deletionTimestamp="2026-01-02T03:04:05Z")

    assert refused(named(finalizers=["a.b/c"]), old) == []
    assert refused(named(finalizers=[]), old) == []
    assert refused(named(finalizers=["a.b/c", "a.b/d", 5]), old) == [
        ("type.wrong", "metadata.finalizers[2]"),
        ("finalizer.added-late", "metadata.finalizers"),
    ]
    assert refused(named(finalizers=["a.b/d"]), named()) == []


def test_an_update_cannot_rename_or_move() -> None:
    old = named(namespace="shop")

    assert refused({"name": "b", "namespace": "web"}, old) == [
        ("name.changed", "metadata.name"),
        ("namespace.changed", "metadata.namespace"),
    ]
    assert refused(named(namespace="shop"), old) == []
    assert refused(named(), old) == []
    assert refused(named(namespace="web"), named()) == []


def test_metadata_of_the_wrong_type_is_told_once() -> None:
    assert refused([]) == [("type.wrong", "metadata")]
    assert refused("x", named()) == [("type.wrong", "metadata")]


def test_lone_surrogates_are_measured_and_refused_not_stumbled_over() -> None:
    assert refused({"name": "\ud800"}) == [("name.syntax", "metadata.name")]
    assert refused(named(annotations={"a": "\ud800" * 87382})) == [("annotations.too-large", "metadata.annotations")]
    assert refused({"generateName": "\ud800"}) == [
        ("generate-name.syntax", "metadata.generateName"),
        ("name.syntax", "metadata.name"),
    ]
