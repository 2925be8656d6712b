"""``bulkhead check``: say what is wrong with files of policies, as the API server would and before it does."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.cli.sources import Commands, add_output
from desktop.cluster import folder_files
from desktop.errors import FileError
from desktop.language import tr, tr_n
from desktop.manifest import checking, reader
from desktop.policy.findings import Finding, Place, Severity, format_path
from desktop.policy.profile import DEFAULT, PROFILES, Profile
from desktop.reach.objects import Kind
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
    """What was found in a file; ``policies`` is how many it holds."""

    path: str
    policies: int
    findings: tuple[Finding, ...]


def _check(arguments: argparse.Namespace) -> int:
    profile = PROFILES[arguments.profile]
    reports = [_check_file(path, profile, sought=sought) for path, sought in dict(_files(arguments.paths)).items()]
    if arguments.output == "json":
        print(json.dumps([_values(report.path, each) for report in reports for each in report.findings], indent=2))
    else:
        print(
            *(_line(report.path, each) for report in reports for each in report.findings), _summary(reports), sep="\n"
        )
    return 1 if _count(reports, Severity.ERROR) else 0


def _files(paths: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield each file, and whether it was only sought out: a folder stands for all manifests in it."""
    for path in paths:
        if path == _STANDARD_INPUT or not Path(path).is_dir():
            yield path, False
            continue
        found = folder_files.find(Path(path))
        yield from ((str(Path(path, origin)), True) for origin in (*found.files, *found.problems))


def _check_file(path: str, profile: Profile, *, sought: bool) -> _Report:
    try:
        data = _data(path)
        text = data.decode(errors="strict" if len(data) <= reader.MAX_BYTES else "replace")
    except FileError as error:
        return _Report(path, 0, (Finding(error.code, Severity.ERROR, facts=error.facts),))
    except UnicodeDecodeError:
        return _Report(path, 0, reader.read_bytes(data).findings)
    checked = checking.check(text, profile=profile)
    policies = sum(checking.is_policy(entry.value) for entry in checked.entries)
    found = _in_a_folder(checked.findings, text, policies) if sought else checked.findings
    return _Report(path, policies, found)


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
