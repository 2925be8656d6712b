"""The commands that need no screen, and no Qt: ``bulkhead sync`` and ``bulkhead check``."""

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from desktop.cancellation import CancelToken
from desktop.cluster import folder_files
from desktop.cluster.gateway import Gateway
from desktop.errors import ApiError, BulkheadError, Cancelled, FileError, Forbidden
from desktop.language import tr, tr_n, use_language
from desktop.manifest import checking, reader
from desktop.policy.findings import Finding, Place, Severity, format_path
from desktop.policy.profile import DEFAULT, PROFILES, Profile
from desktop.reach.objects import FOREIGN_KINDS, TIERED_KINDS, Coverage, Kind
from desktop.session.state import Progress
from desktop.wording import errors, findings, kinds, states, times
from desktop.wording.plain import plain

INTERRUPTED = 130
"""The exit code after Ctrl+C, as shells have it."""

_STANDARD_INPUT = "-"
_START = Place(1, 1, 1, 1)
_ERASE_LINE = "\r\x1b[K"

T = TypeVar("T")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for; return 0, 1 where something is wrong, or 130 after Ctrl+C (2: wrong usage)."""
    _speak()
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.command(arguments)
        sys.stdout.flush()
    except (Cancelled, KeyboardInterrupt):
        print(tr("Cancelled."), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough; Python is not to flush it again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except BulkheadError as error:
        _complain(error)
        return 1
    return code


def _speak() -> None:
    """Speak the language of the environment, and never fail on a character that the terminal does not have."""
    named = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    use_language(next((name for name in named if name), "").split(":"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _complain(error: BulkheadError) -> None:
    print(tr("Error: {sentence}", sentence=errors.sentence(error)), file=sys.stderr)
    if hint := errors.hint(error):
        print(hint, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bulkhead")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sync = commands.add_parser(
        "sync",
        help=tr("list everything of a cluster or folder once"),
        description=tr(
            "List everything of a cluster or folder once, and print how many objects of each kind there are and how "
            "long each took. The exit code is 1 when a kind could not be listed, or policies may not be."
        ),
    )
    source = sync.add_mutually_exclusive_group(required=True)
    source.add_argument("--context", help=tr("a context of the kubeconfig"))
    source.add_argument("--folder", type=Path, help=tr("a folder of manifests"))
    sync.add_argument("--kubeconfig", type=Path, help=tr("the kubeconfig to use instead of the usual ones"))
    sync.set_defaults(command=_sync)
    check = commands.add_parser(
        "check",
        help=tr("check files of NetworkPolicies"),
        description=tr(
            "Check files of NetworkPolicies as the API server would. The exit code is 1 when it would refuse "
            "something, or a file cannot be read."
        ),
    )
    check.add_argument("paths", nargs="+", metavar="PATH", help=tr("a file, a folder, or - for standard input"))
    check.add_argument(
        "--profile",
        choices=sorted(PROFILES),
        default=DEFAULT.name,
        help=tr("the capabilities to expect of the cluster (default: %(default)s)"),
    )
    check.set_defaults(command=_check)
    for command in (sync, check):
        command.add_argument("-o", "--output", choices=("text", "json"), default="text", help=tr("how to print"))
    return parser


# Listing a cluster


@dataclass(frozen=True, slots=True)
class _Listed:
    """What became of listing a kind, and the seconds it took."""

    kind: Kind
    coverage: Coverage
    count: int
    seconds: float
    error: ApiError | None = None


def _sync(arguments: argparse.Namespace) -> int:
    title = arguments.context or str(arguments.folder)
    version, listed = _interruptible(lambda token: _list_all(arguments, token))
    if arguments.output == "json":
        print(json.dumps(_sync_values(title, version, listed), indent=2))
    else:
        print(*_sync_lines(title, version, listed), sep="\n")
    refused = any(each.error for each in listed)
    policies_known = any(each.kind is Kind.NETWORK_POLICY and each.coverage is Coverage.COMPLETE for each in listed)
    return 1 if refused or not policies_known else 0


def _interruptible(job: Callable[[CancelToken], T]) -> T:
    """Run a job on another thread, so that Ctrl+C is heard wherever the job blocks, and cancels it."""
    token = CancelToken()
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(job, token)
        try:
            while not wait([future], timeout=0.1).done:
                pass
        except KeyboardInterrupt:
            token.cancel()
        return future.result()


def _list_all(arguments: argparse.Namespace, token: CancelToken) -> tuple[str, tuple[_Listed, ...]]:
    """List every kind; returns the server's version too (empty where it does not say)."""
    gateway = _gateway(arguments)
    try:
        with _Progress() as progress:
            version = _version(gateway, token)
            return version, tuple(_list(gateway, kind, token, progress) for kind in gateway.kinds)
    finally:
        gateway.close()


def _gateway(arguments: argparse.Namespace) -> Gateway:
    if arguments.folder:
        from desktop.cluster.folder import FolderGateway  # noqa: PLC0415  each source imports its own half only

        return FolderGateway(arguments.folder)
    from desktop.cluster import connection, kubeconfig  # noqa: PLC0415
    from desktop.cluster.live import LiveGateway  # noqa: PLC0415  costs a second, which checking files need not wait

    named = arguments.kubeconfig
    loaded = kubeconfig.load((), (named,)) if named else kubeconfig.load()
    for error in loaded.file_errors:
        _complain(error)
    return LiveGateway(connection.connection(loaded, loaded.find(arguments.context)))


def _version(gateway: Gateway, token: CancelToken) -> str:
    try:
        return gateway.version(token).text
    except Forbidden:
        return ""


def _list(gateway: Gateway, kind: Kind, token: CancelToken, progress: "_Progress") -> _Listed:
    started = time.monotonic()
    coverage, count, refusal = Coverage.COMPLETE, 0, None
    try:
        listing = gateway.list(kind, None, token, lambda done, total: progress.show(Progress(done, total, kind)))
        count = len(listing.things)
    except Forbidden:
        coverage = Coverage.FORBIDDEN
    except ApiError as error:
        coverage, refusal = Coverage.UNKNOWN, error
    return _Listed(kind, coverage, count, time.monotonic() - started, refusal)


class _Progress:
    """Shows how far a list is, on one line of the terminal; nothing where there is none."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._write("")

    def show(self, progress: Progress) -> None:
        self._write(states.progress_words(progress))

    def _write(self, text: str) -> None:
        if self._terminal:
            print(_ERASE_LINE + text, end="", file=sys.stderr, flush=True)


def _sync_lines(title: str, version: str, listed: Sequence[_Listed]) -> Iterator[str]:
    yield tr("{title}: version {version}", title=plain(title), version=plain(version)) if version else plain(title)
    for each in listed:
        if each.kind in TIERED_KINDS | FOREIGN_KINDS and each.coverage is Coverage.COMPLETE and not each.count:
            continue  # few clusters have these at all
        words = errors.sentence(each.error) if each.error else states.coverage_words(each.coverage, each.count)
        what, took = kinds.plural(each.kind), times.duration(each.seconds)
        yield tr("{what}: {words} ({duration})", what=what, words=words, duration=took)
    yield tr("Together: {duration}", duration=times.duration(sum(each.seconds for each in listed)))


def _sync_values(title: str, version: str, listed: Sequence[_Listed]) -> dict[str, object]:
    return {
        "cluster": title,
        "version": version,
        "seconds": round(sum(each.seconds for each in listed), 3),
        "kinds": [
            {
                "kind": each.kind.value,
                "coverage": each.coverage.value,
                "count": each.count if each.coverage is Coverage.COMPLETE else None,
                "seconds": round(each.seconds, 3),
                "error": errors.sentence(each.error) if each.error else None,
            }
            for each in listed
        ],
    }


# Checking files


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
