"""The whole picture of a cluster or folder, for the commands that say who can talk to whom."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.cli import sources
from desktop.cli.sources import ProgressLine, interruptible
from desktop.cluster.folder import FolderGateway
from desktop.cluster.gateway import Gateway
from desktop.errors import Forbidden
from desktop.language import tr
from desktop.policy.profile import DEFAULT, PROFILES
from desktop.reach.caveats import Caveat
from desktop.reach.objects import Coverage, Kind
from desktop.reach.settings import NP_GUARD, Settings, settings_of
from desktop.reach.snapshot import Replaced, Snapshot
from desktop.reach.workloads import with_a_pod_each
from desktop.session.state import Progress
from desktop.wording import findings
from desktop.wording.connections import caveat_sentence
from desktop.wording.plain import plain


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster is to be found."""

    folder: Path | None
    context: str | None
    kubeconfig: Path | None


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Let a command read policies as another cluster, or another tool, does; without an answer its exit code is 2."""
    parser.set_defaults(failed=2)
    parser.add_argument(
        "--profile",
        choices=sorted(PROFILES),
        default=DEFAULT.name,
        help=tr("the capabilities to expect of the cluster (default: %(default)s)"),
    )
    parser.add_argument("--compat", choices=("np-guard",), help=tr("read policies as this other tool does"))


def settings(arguments: argparse.Namespace) -> Settings:
    """Return how policies are to be read."""
    return NP_GUARD if arguments.compat else settings_of(PROFILES[arguments.profile])


def caveat_values(caveats: Sequence[Caveat]) -> dict[str, object]:
    """Return what else may change the verdicts, for programs: the kinds, nothing where there is none."""
    return {"caveats": [{"kind": each.kind.value, "known": not each.hidden} for each in caveats]} if caveats else {}


def say_caveats(caveats: Iterable[Caveat]) -> None:
    """Tell what else may change the verdicts."""
    for caveat in dict.fromkeys(caveats):
        print(caveat_sentence(caveat), file=sys.stderr)


def pictures(arguments: argparse.Namespace, *places: Place) -> list[Snapshot]:
    """Read everything of some clusters; what of a folder cannot be read is told on the way."""
    found = interruptible(lambda token: [_picture(place, token) for place in places])
    return [with_a_pod_each(each) for each in found] if arguments.compat else found  # to np-guard each workload has one


def _picture(place: Place, token: CancelToken) -> Snapshot:
    gateway = sources.open_gateway(place.folder, place.context, place.kubeconfig)
    try:
        with ProgressLine() as line:
            snapshot = _read(gateway, token, line)
    finally:
        gateway.close()
    if isinstance(gateway, FolderGateway):
        for file, problems in gateway.problems:
            for problem in problems:
                print(f"{plain(file)}: {findings.sentence(problem)}", file=sys.stderr)
    return snapshot


def _read(gateway: Gateway, token: CancelToken, line: ProgressLine) -> Snapshot:
    snapshot = Snapshot()
    for kind in gateway.kinds:

        def show(done: int, total: int | None, kind: Kind = kind) -> None:
            line.show(Progress(done, total, kind))

        try:
            listing = gateway.list(kind, None, token, show)
        except Forbidden:
            snapshot = snapshot.covering(kind, Coverage.FORBIDDEN)
        else:
            snapshot = snapshot.apply([Replaced(kind, None, listing.things)]).covering(kind, Coverage.COMPLETE)
    return snapshot
