"""The server's reasons lead to the fields they are about."""

import pytest

from desktop.errors import Cause, FieldConflict, Invalid, Unreachable
from desktop.policy.findings import Path
from desktop.ui.review.causes import OwnedField, cause_findings, owned_fields, parse_path


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("spec.ingress[0].from[1]", ("spec", "ingress", 0, "from", 1)),
        (".spec.ingress", ("spec", "ingress")),
        ("metadata.name", ("metadata", "name")),
        ("metadata.annotations[example.com/a]", ("metadata", "annotations", "example.com/a")),
        ('metadata.labels["a.b/c"]', ("metadata", "labels", "a.b/c")),
        ("", ()),
        ("<nil>", ("<nil>",)),
    ],
)
def test_a_field_as_the_server_writes_it_is_read_as_a_path(field: str, path: Path) -> None:
    assert parse_path(field) == path


def test_each_cause_is_a_finding_at_its_field() -> None:
    causes = (
        Cause("FieldValueInvalid", "Invalid value: 0: must be between 1 and 65535", "spec.ingress[0].ports[0].port"),
        Cause("FieldValueRequired", "Required value: must specify a peer", "spec.ingress[0].from[0]"),
    )
    found = cause_findings(Invalid("api.invalid", status=422, causes=causes))
    assert [finding.path for finding in found] == [
        ("spec", "ingress", 0, "ports", 0, "port"),
        ("spec", "ingress", 0, "from", 0),
    ]
    assert found[1].facts["message"] == "Required value: must specify a peer"


def test_the_other_manager_and_its_field_are_named() -> None:
    causes = (
        Cause("FieldManagerConflict", 'conflict with "gitops"', ".spec.ingress"),
        Cause("FieldManagerConflict", 'conflict with "kubectl" using networking.k8s.io/v1', ".spec.egress"),
        Cause("FieldManagerConflict", "conflict of another form", ".spec"),
    )
    error = FieldConflict("api.field-conflict", status=409, causes=causes)
    assert owned_fields(error) == (
        OwnedField("gitops", ".spec.ingress"),
        OwnedField("kubectl", ".spec.egress"),
        OwnedField("conflict of another form", ".spec"),
    )
    assert cause_findings(error) == ()


def test_an_error_without_an_answer_has_no_causes() -> None:
    assert cause_findings(Unreachable("connection.refused")) == ()
    assert owned_fields(None) == ()
