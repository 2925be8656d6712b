"""A path is written as the API server writes it."""

from desktop.policy.findings import Finding, Place, Severity, format_path


def test_a_path_is_written_as_the_server_writes_it() -> None:
    assert format_path(("spec", "ingress", 0, "from", 1)) == "spec.ingress[0].from[1]"
    assert format_path(("metadata", "labels", "example.com/app")) == 'metadata.labels["example.com/app"]'
    assert format_path(("metadata", "labels", "")) == 'metadata.labels[""]'
    assert format_path(()) == ""


def test_a_finding_is_shown_at_its_nearest_path_and_can_be_placed() -> None:
    finding = Finding("x", Severity.INFO, ("a",))

    assert finding.spot == ("a",)
    assert Finding("x", Severity.INFO, ("a",), exact=("a", "b")).spot == ("a", "b")
    assert finding.at(Place(1, 2, 1, 3)).place == Place(1, 2, 1, 3)
