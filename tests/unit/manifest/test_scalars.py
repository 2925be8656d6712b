"""Scalars are read as kubectl reads them; its answers are recorded, and asked for again where it is installed."""

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.manifest import reader, scalars
from tests.helpers import kubectl

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "cases" / "kubectl-scalars.json").read_text(encoding="utf-8")
)


def same(ours: object, theirs: object) -> bool:
    """Compare as JSON: kubectl prints a large float as a whole number, and true is not 1."""
    if isinstance(ours, float) and isinstance(theirs, int) and not isinstance(theirs, bool):
        return ours == float(theirs) and abs(theirs) >= 2**63
    return type(ours) is type(theirs) and ours == theirs


def read(text: str) -> Any:
    (document,) = reader.read(text).documents
    assert not document.findings
    return document.value


@pytest.mark.parametrize(("written", "value"), RECORDED["values"], ids=[v[0] for v in RECORDED["values"]])
def test_a_value_is_read_as_by_kubectl(written: str, value: object) -> None:
    assert same(read(f"v: {written}\n")["v"], value)


@pytest.mark.parametrize(("written", "key"), RECORDED["keys"])
def test_a_key_is_read_as_by_kubectl(written: str, key: str) -> None:
    assert read(f"? {written}\n: 1\n") == {key: 1}


@pytest.mark.parametrize("written", RECORDED["refused"])
def test_a_value_that_kubectl_refuses_is_an_error(written: str) -> None:
    assert next(finding.code for finding in reader.read(f"v: {written}\n").findings) in {
        "yaml.not-finite",
        "yaml.not-of-tag",
    }


@pytest.mark.parametrize("written", RECORDED["refused_keys"])
def test_a_key_that_kubectl_refuses_is_an_error(written: str) -> None:
    assert [finding.code for finding in reader.read(f"? {written}\n: 1\n").findings] == ["yaml.key"]


def test_the_record_is_long_enough() -> None:
    assert len(RECORDED["values"]) >= 80


@kubectl.needs_kubectl
def test_kubectl_still_reads_what_is_recorded(tmp_path: Path) -> None:
    values = "".join(f"  - {written}\n" for written, _ in RECORDED["values"])
    assert kubectl.reads_field(values, tmp_path) == [value for _, value in RECORDED["values"]]
    keys = "".join(f"  - ? {written}\n    : 1\n" for written, _ in RECORDED["keys"])
    assert kubectl.reads_field(keys, tmp_path) == [{key: 1} for _, key in RECORDED["keys"]]


@kubectl.needs_kubectl
@pytest.mark.parametrize("written", [*RECORDED["refused"][:3], *RECORDED["refused"][-3:]])
def test_kubectl_still_refuses_what_is_recorded(written: str, tmp_path: Path) -> None:
    assert kubectl.reads_field(f"  v: {written}\n", tmp_path) is None


def test_binary_that_is_no_text_is_refused_where_kubectl_would_mangle_it() -> None:
    with pytest.raises(scalars.NotOfTag):
        scalars.resolve("/w==", scalars.BINARY)


@pytest.mark.parametrize("written", ["!foo 1", "!!python/none x", "!!set {a}", "!!timestamp 2026-01-01", "!!map [1]"])
def test_language_tags_are_refused(written: str) -> None:
    assert [finding.code for finding in reader.read(f"v: {written}\n").findings] == ["yaml.tag"]
