"""A person sees of an object what is theirs; what is hidden from them is not lost."""

import copy
import json
from typing import Any

import pytest

from desktop.manifest.presentation import LAST_APPLIED, as_yaml, present, restore

STORED: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {
        "name": "a",
        "namespace": "shop",
        "uid": "1",
        "resourceVersion": "2",
        "generation": 3,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "selfLink": "/x",
        "managedFields": [{"manager": "kubectl"}],
        "finalizers": ["example.com/a"],
        "annotations": {LAST_APPLIED: "{}", "note": "x"},
    },
    "spec": {"podSelector": {}, "future": 1},
    "status": {"conditions": []},
}


def test_an_object_is_read_as_yaml_without_what_the_server_keeps() -> None:
    text = as_yaml(json.dumps(STORED).encode())
    assert text.startswith("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: a\n")
    assert "uid" not in text


def test_what_the_server_keeps_is_not_shown() -> None:
    before = copy.deepcopy(STORED)
    assert present(STORED) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": "a",
            "namespace": "shop",
            "finalizers": ["example.com/a"],
            "annotations": {"note": "x"},
        },
        "spec": {"podSelector": {}, "future": 1},
    }
    assert before == STORED


def test_annotations_of_which_nothing_is_left_are_not_shown() -> None:
    assert present({"metadata": {"annotations": {LAST_APPLIED: "{}"}}}) == {"metadata": {}}
    assert present({"metadata": {"annotations": {}}}) == {"metadata": {"annotations": {}}}


@pytest.mark.parametrize("value", [{}, {"metadata": None}, {"metadata": "x"}, {"metadata": {"annotations": "x"}}])
def test_what_has_no_metadata_is_shown_as_it_is(value: dict[str, Any]) -> None:
    assert present(value) == value
    assert restore(value, value) == value


def test_the_hidden_annotation_comes_back_whatever_was_edited() -> None:
    shown = present(STORED)
    assert restore(shown, STORED)["metadata"] == {
        "name": "a",
        "namespace": "shop",
        "finalizers": ["example.com/a"],
        "annotations": {LAST_APPLIED: "{}", "note": "x"},
    }
    bare = {"metadata": {"name": "a"}}
    assert restore(bare, STORED) == {"metadata": {"name": "a", "annotations": {LAST_APPLIED: "{}"}}}
    assert bare == {"metadata": {"name": "a"}}


def test_an_annotation_that_the_edited_text_brings_itself_counts() -> None:
    edited = {"metadata": {"annotations": {LAST_APPLIED: "mine"}}}
    assert restore(edited, STORED) == edited


def test_nothing_is_added_where_nothing_was_hidden() -> None:
    assert restore({"metadata": {"name": "a"}}, {"metadata": {"name": "a"}}) == {"metadata": {"name": "a"}}
