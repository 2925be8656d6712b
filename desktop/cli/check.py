"""``bulkhead check``: say what is wrong with files of policies, as the API server would and before it does.

A folder is taken for a cluster: its policies are held against all that it holds. Of files alone nothing is said that
needs to know the pods.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.cli.sources import Commands, add_output
from desktop.cluster import folder_files
from desktop.cluster.folder_picture import Picture
from desktop.errors import FileError
from desktop.language import tr, tr_n
from desktop.manifest import checking, reader
from desktop.manifest.checking import Checked
from desktop.policy.findings import Finding, Place, Severity, format_path
from desktop.policy.profile import CLUSTER_WIDE, DEFAULT, PROFILES, Profile
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import Coverage, Kind
from desktop.reach.snapshot import Put, Snapshot
from desktop.session.advising import advised, with_policies
from desktop.wording import findings, kinds
from desktop.wording.plain import plain

_STANDARD_INPUT = "-"
_START = Place(1, 1, 1, 1)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help=tr("check files of NetworkPolicies"),
        description=tr(
            "Check files of NetworkPolicies as the API server would. The exit code is 1 when it would refuse "
            "something, or a file cannot be read."
        ),
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help=tr("a file, a folder, or - for standard input"))
    parser.add_argument(
        "--profile",
        choices=sorted(PROFILES),
        default=DEFAULT.name,
        help=tr("the capabilities to expect of the cluster (default: %(default)s)"),
    )
    add_output(parser)
    parser.set_defaults(command=_check)


@dataclass(frozen=True, slots=True)
class _Report:
    """What was found in a file; ``policies`` is how many it holds, ``folder`` the one that it was sought out in."""

    path: str
    policies: int
    findings: tuple[Finding, ...]
    checked: Checked | None = None
    text: str = ""
    folder: str = ""


def _check(arguments: argparse.Namespace) -> int:
    profile = PROFILES[arguments.profile]
    reports = _advised([_check_file(path, profile, folder) for path, folder in _files(arguments.paths)], profile)
    notes = {each.code: each for report in reports for each in report.findings if each.code in CLUSTER_WIDE}
    reports = [_without(CLUSTER_WIDE, report) for report in reports]
    if arguments.output == "json":
        values = [_values(report.path, each) for report in reports for each in report.findings]
        print(json.dumps([*values, *(_values("", replace(each, path=())) for each in notes.values())], indent=2))
    else:
        told = [_line(report.path, each) for report in reports for each in report.findings]
        print(*told, *(_note(profile, each) for each in notes.values()), _summary(reports), sep="\n")
    return 1 if _count(reports, Severity.ERROR) else 0


def _files(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return each file once, with the folder that it was sought out in: a folder stands for all manifests in it."""
    found: dict[str, str] = {}
    for path in paths:
        if path == _STANDARD_INPUT or not Path(path).is_dir():
            found[path] = ""
        else:
            inside = folder_files.find(Path(path))
            found.update(dict.fromkeys((str(Path(path, origin)) for origin in (*inside.files, *inside.problems)), path))
    return list(found.items())


def _check_file(path: str, profile: Profile, folder: str) -> _Report:
    try:
        data = _data(path)
        text = data.decode(errors="strict" if len(data) <= reader.MAX_BYTES else "replace")
    except FileError as error:
        return _Report(path, 0, (Finding(error.code, Severity.ERROR, facts=error.facts),))
    except UnicodeDecodeError:
        return _Report(path, 0, reader.read_bytes(data).findings)
    checked = checking.check(text, profile=profile)
    policies = sum(checking.is_policy(entry.value) for entry in checked.entries)
    return _Report(path, policies, checked.findings, checked, text, folder)


def _advised(reports: Sequence[_Report], profile: Profile) -> list[_Report]:
    """Add advice, which rests on all of a folder, or on all files that were named."""
    pictures = {folder: _picture(folder) for folder in {report.folder for report in reports}}
    for report in reports:
        if report.checked is not None:
            pictures[report.folder] = with_policies(
                pictures[report.folder], report.checked.entries, report.path if report.folder else ""
            )
    told = []
    for report in reports:
        found = report.findings
        if report.checked is not None:
            found = advised(report.checked, Sight(pictures[report.folder]), profile).findings
        if report.folder:
            found = _in_a_folder(found, report.text, report.policies)
        told.append(replace(report, findings=found))
    return told


def _picture(folder: str) -> Snapshot:
    """Return what a folder holds, all that there is; of no folder nothing is known."""
    snapshot = Snapshot()
    if folder:
        picture = Picture(Path(folder))
        picture.refresh(CancelToken())
        snapshot = snapshot.apply(map(Put, picture.things.values()))
        for kind in Kind:
            snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    return snapshot


def _without(codes: frozenset[str], report: _Report) -> _Report:
    return replace(report, findings=tuple(each for each in report.findings if each.code not in codes))


def _in_a_folder(found: tuple[Finding, ...], text: str, policies: int) -> tuple[Finding, ...]:
    """Leave out what is no fault in a folder: it may hold other things than policies, and templates of Helm."""
    if not policies:
        found = tuple(each for each in found if not each.code.startswith("document."))
    not_yaml = [each for each in found if each.code.startswith("yaml.")]
    if not_yaml and "{{" in text:
        template = Finding("folder.template", Severity.WARNING, place=not_yaml[0].place)
        return template, *(each for each in found if each not in not_yaml)
    return found


def _data(path: str) -> bytes:
    """Read a file, up to the first byte that is too much."""
    try:
        if path == _STANDARD_INPUT:
            return sys.stdin.buffer.read(reader.MAX_BYTES + 1)
        with Path(path).open("rb") as file:
            return file.read(reader.MAX_BYTES + 1)
    except OSError as error:
        raise FileError("file.not-read", path=path, reason=error.strerror or type(error).__name__) from error


def _note(profile: Profile, finding: Finding) -> str:
    """One line about the cluster as a whole."""
    return f"profile {profile.name}: {finding.severity.value}: {_message(finding)} [{plain(finding.code)}]"


def _message(finding: Finding) -> str:
    return " ".join(filter(None, (findings.sentence(finding), findings.hint(finding))))


def _line(path: str, finding: Finding) -> str:
    """One line as compilers write it, so that editors find the place; its form is for programs, so not translated."""
    place = finding.place or _START
    where = f"{plain(path)}:{place.line}:{place.column}"
    return f"{where}: {finding.severity.value}: {_message(finding)} [{plain(finding.code)}]"


def _values(path: str, finding: Finding) -> dict[str, object]:
    place = finding.place or _START
    return {
        "path": path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "severity": finding.severity.value,
        "code": finding.code,
        "field": format_path(finding.path),
        "message": _message(finding),
        "reason": findings.reason(finding),
        "fix": findings.fix_words(finding.fix) if finding.fix else "",
    }


def _count(reports: Sequence[_Report], severity: Severity) -> int:
    return sum(each.severity is severity for report in reports for each in report.findings)


def _summary(reports: Sequence[_Report]) -> str:
    return tr(
        "{files}, {policies}: {errors}, {warnings}",
        files=tr_n("{count} file", "{count} files", len(reports)),
        policies=kinds.counted(Kind.NETWORK_POLICY, sum(report.policies for report in reports)),
        errors=tr_n("{count} error", "{count} errors", _count(reports, Severity.ERROR)),
        warnings=tr_n("{count} warning", "{count} warnings", _count(reports, Severity.WARNING)),
    )
