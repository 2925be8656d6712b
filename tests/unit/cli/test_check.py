"""``bulkhead check`` says what is wrong with manifests, to people and to programs."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from desktop import cli
from tests.unit.cli.manifests import DEPLOYMENT, GOOD, MISSPELT, SCTP, Write


def test_a_good_file_is_counted_and_nothing_else_is_said(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", write("good.yaml", GOOD)]) == 0
    assert capsys.readouterr().out == "1 file, 1 policy: 0 errors, 0 warnings\n"


def test_an_error_is_told_with_its_place_and_fails(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("bad.yaml", MISSPELT)
    assert cli.main(["check", path]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{path}:7:3: error: There is no field “ingres” here. Did you mean ingress? [field.unknown]",
        "1 file, 1 policy: 1 error, 0 warnings",
    ]


def test_programs_get_every_finding_as_an_object(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("bad.yaml", MISSPELT)
    assert cli.main(["check", "-o", "json", path]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "path": path,
            "line": 7,
            "column": 3,
            "end_line": 7,
            "end_column": 9,
            "severity": "error",
            "code": "field.unknown",
            "field": "spec.ingres",
            "message": "There is no field “ingres” here. Did you mean ingress?",
            "reason": "",
            "fix": "",
        }
    ]


def test_no_finding_is_an_empty_list_to_programs(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "-o", "json", write("good.yaml", GOOD)]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_a_profile_lacks_is_a_warning_that_does_not_fail(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("sctp.yaml", SCTP)
    assert cli.main(["check", path]) == 0
    assert "0 warnings" in capsys.readouterr().out
    assert cli.main(["check", "--profile", "cce-tunnel", path]) == 0
    said = capsys.readouterr().out
    assert f"{path}:9:17: warning: Rules for SCTP have no effect on this cluster" in said
    assert "[limit.sctp]" in said


def test_standard_input_is_checked_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MISSPELT.encode())))
    assert cli.main(["check", "-"]) == 1
    assert capsys.readouterr().out.startswith("-:7:3: error: ")


def test_a_folder_is_searched_for_manifests_and_other_objects_are_no_errors(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write("deep/down/bad.yml", MISSPELT)
    write(
        "good.json",
        '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a","namespace":"b"}}',
    )
    write("web.yaml", DEPLOYMENT)
    write("values.yaml", "replicas: 3\n")
    write("notes.txt", "::: not YAML")
    write(".git/hidden.yaml", "::: not YAML")
    assert cli.main(["check", str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0].rsplit(":", 2)[0] for line in said[:-1]] == [bad]
    assert said[-1] == "4 files, 2 policies: 1 error, 0 warnings"


def test_a_template_in_a_folder_is_a_warning_and_a_named_one_an_error(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("chart/policy.yaml", GOOD + "  ingress: {{ .Values.ingress }}\n  x: {{ nothing\n")
    assert cli.main(["check", str(tmp_path)]) == 0
    assert ": warning: This file is a template" in capsys.readouterr().out
    assert cli.main(["check", path]) == 1


def test_a_named_file_without_a_policy_is_an_error(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", write("web.yaml", DEPLOYMENT)]) == 1
    assert "Deployment web is no NetworkPolicy" in capsys.readouterr().out


PEERED = GOOD + "  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: web}}\n"
CLOSED = GOOD.replace("name: good", "name: closed") + "  policyTypes: [Egress]\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: db, labels: {app: db}}\nspec: {containers: []}\n"


def test_what_is_true_of_every_policy_is_said_once(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = write("one.yaml", PEERED), write("two.yaml", PEERED.replace("good", "other"))
    assert cli.main(["check", one, two, "--profile", "flannel"]) == 0
    said = capsys.readouterr().out
    assert said.count("[limit.enforcement]") == said.count("[limit.cluster-ip]") == 1
    assert "profile flannel: warning: " in said
    assert said.rstrip().endswith("2 warnings")  # the policies are duplicates of each other


def test_of_files_alone_nothing_is_claimed_that_needs_the_pods(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "-o", "json", write("closed.yaml", CLOSED), write("peered.yaml", PEERED)]) == 0
    found = {each["code"]: each for each in json.loads(capsys.readouterr().out)}
    assert set(found) == {"advice.dns-cut-off", "limit.cluster-ip"}
    assert found["advice.dns-cut-off"]["severity"] == "info"
    assert found["advice.dns-cut-off"]["fix"] == "Allow DNS"
    assert "RFC 1035" in found["advice.dns-cut-off"]["reason"]


def test_a_folder_is_held_against_all_that_it_holds(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("closed.yaml", CLOSED)
    write("peered.yaml", PEERED)
    write("pod.yaml", POD)
    assert cli.main(["check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "warning: Some of these pods cannot resolve names" in said
    assert "[advice.peer-no-pods]" in said


def test_a_folder_without_pods_may_be_a_part_and_claims_nothing_of_them(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("peered.yaml", PEERED)
    assert cli.main(["check", str(tmp_path)]) == 0
    assert "advice." not in capsys.readouterr().out


def test_a_file_given_twice_is_checked_once(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("good.yaml", GOOD)
    assert cli.main(["check", path, path]) == 0
    assert capsys.readouterr().out.startswith("1 file, 1 policy")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xff\xff", "yaml.not-utf8"), (b"# \xc3\xa4\n" * 1_000_000, "yaml.too-large"), (b"a:\n\tb: 1\n", "yaml.tab")],
)
def test_a_file_that_is_no_yaml_is_an_error_in_it(
    tmp_path: Path, content: bytes, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    assert cli.main(["check", str(path)]) == 1
    assert f"[{code}]" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_does_not_hide_the_others(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    bad = write("bad.yaml", MISSPELT)
    assert cli.main(["check", "missing.yaml", bad]) == 1
    said = capsys.readouterr().out
    assert "missing.yaml:1:1: error: missing.yaml cannot be read: No such file or directory. [file.not-read]" in said
    assert f"{bad}:7:3" in said


def test_a_hostile_file_name_is_shown_plain(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\u202e" if os.name == "nt" else "a\u202e\x1b"  # on Windows no file has a name with the second
    cli.main(["check", write(f"{name}.yaml", MISSPELT)])
    said = capsys.readouterr().out
    assert f"{ascii(name)[1:-1]}.yaml:7:3" in said
    assert not {"\u202e", "\x1b"} & set(said)
