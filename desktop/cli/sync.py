"""``bulkhead sync``: list everything once, and say how much there is and how long it took."""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop.cancellation import CancelToken
from desktop.cli import sources
from desktop.cli.sources import Commands, ProgressLine, add_output, add_source, interruptible
from desktop.cluster.gateway import Gateway
from desktop.errors import ApiError, Forbidden
from desktop.language import tr
from desktop.reach.objects import FOREIGN_KINDS, TIERED_KINDS, Coverage, Kind
from desktop.session.state import Progress
from desktop.wording import errors, kinds, states, times
from desktop.wording.plain import plain


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "sync",
        help=tr("list everything of a cluster or folder once"),
        description=tr(
            "List everything of a cluster or folder once, and print how many objects of each kind there are and how "
            "long each took. The exit code is 1 when a kind could not be listed, or policies may not be."
        ),
    )
    add_source(parser)
    add_output(parser)
    parser.set_defaults(command=_sync)


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
    version, listed = interruptible(lambda token: _list_all(arguments, token))
    if arguments.output == "json":
        print(json.dumps(_sync_values(title, version, listed), indent=2))
    else:
        print(*_sync_lines(title, version, listed), sep="\n")
    refused = any(each.error for each in listed)
    policies_known = any(each.kind is Kind.NETWORK_POLICY and each.coverage is Coverage.COMPLETE for each in listed)
    return 1 if refused or not policies_known else 0


def _list_all(arguments: argparse.Namespace, token: CancelToken) -> tuple[str, tuple[_Listed, ...]]:
    """List every kind; returns the server's version too (empty where it does not say)."""
    gateway = sources.open_gateway(arguments.folder, arguments.context, arguments.kubeconfig)
    try:
        with ProgressLine() as progress:
            version = _version(gateway, token)
            return version, tuple(_list(gateway, kind, token, progress) for kind in gateway.kinds)
    finally:
        gateway.close()


def _version(gateway: Gateway, token: CancelToken) -> str:
    try:
        return gateway.version(token).text
    except Forbidden:
        return ""


def _list(gateway: Gateway, kind: Kind, token: CancelToken, progress: ProgressLine) -> _Listed:
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
