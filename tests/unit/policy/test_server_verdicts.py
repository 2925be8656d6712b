"""The verdicts of a real API server (Kubernetes 1.36, strict), found before anything is sent."""

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.policy.findings import Severity, format_path
from desktop.policy.rules import check

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "server-verdicts.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_the_verdict_is_the_servers(case: dict[str, Any]) -> None:
    findings = check(case["document"])

    assert bool(findings) is (case["status"] != 201)
    assert all(finding.severity is Severity.ERROR for finding in findings)
    refused = [
        [format_path(finding.path), finding.facts["reason"]] for finding in findings if "reason" in finding.facts
    ]
    assert refused == case.get("causes", [])
    undecodable = [format_path(finding.path) for finding in findings if "reason" not in finding.facts]
    assert undecodable == case.get("undecodable", [])
