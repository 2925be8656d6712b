"""The shipped RBAC manifest grants what the program does in a cluster, and nothing more."""

from pathlib import Path
from typing import Any

import yaml

from desktop.cluster.resources import RESOURCES

MANIFEST = Path(__file__).parents[2] / "packaging" / "rbac.yaml"


def _rules(role: str) -> list[dict[str, Any]]:
    documents = {doc["metadata"]["name"]: doc for doc in yaml.safe_load_all(MANIFEST.read_text("utf-8")) if doc}
    rules = documents[role]["rules"]
    assert isinstance(rules, list)
    return rules


def test_a_viewer_may_read_exactly_the_kinds_that_are_read() -> None:
    readable = {
        (group, name)
        for rule in _rules("bulkhead-viewer")
        for group in rule.get("apiGroups", ())
        for name in rule.get("resources", ())
        if set(rule["verbs"]) == {"get", "list", "watch"}
    }
    everywhere = [place for resource in RESOURCES.values() for place in (resource, resource.instead) if place]
    assert readable == {(place.group, place.plural) for place in everywhere}


def test_reading_is_all_a_viewer_may_do() -> None:
    for rule in _rules("bulkhead-viewer"):
        if rule.get("resources") == ["selfsubjectaccessreviews"]:
            assert rule["verbs"] == ["create"]
        else:
            assert set(rule["verbs"]) <= {"get", "list", "watch"}


def test_an_editor_may_write_policies_alone() -> None:
    assert _rules("bulkhead-editor") == [
        {
            "apiGroups": ["networking.k8s.io"],
            "resources": ["networkpolicies"],
            "verbs": ["create", "update", "patch", "delete"],
        }
    ]
