"""Where a command gets its cluster from: a folder of manifests or a context, read so that Ctrl+C always ends it."""

import argparse
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TypeAlias, TypeVar

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Gateway
from desktop.cluster.notices import Hear, Notice, PluginEnded
from desktop.errors import BulkheadError, ConsentNeeded
from desktop.language import tr
from desktop.session.consents import Consents
from desktop.session.settings import Settings
from desktop.session.state import Progress
from desktop.wording import errors, notices, states

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

T = TypeVar("T")


def add_source(parser: argparse.ArgumentParser) -> None:
    """Let a command take the cluster it is about."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--context", help=tr("a context of the kubeconfig"))
    source.add_argument("--folder", type=Path, help=tr("a folder of manifests"))
    add_kubeconfig(parser)


def add_kubeconfig(parser: argparse.ArgumentParser) -> None:
    """Let a command take another kubeconfig than the usual ones."""
    parser.add_argument("--kubeconfig", type=Path, help=tr("the kubeconfig to use instead of the usual ones"))


def add_output(parser: argparse.ArgumentParser, *more: str) -> None:
    """Let a command print for people or for programs."""
    parser.add_argument("-o", "--output", choices=("text", "json", *more), default="text", help=tr("how to print"))


def complain(error: BulkheadError) -> None:
    """Tell of an error and what can be done about it."""
    print(tr("Error: {sentence}", sentence=errors.sentence(error)), file=sys.stderr)
    if isinstance(error, ConsentNeeded):
        hint = tr("Open the cluster in the window once: it shows what would run, and asks.")
    else:
        hint = errors.hint(error)
    for words in filter(None, (hint, errors.said(error))):
        print(words, file=sys.stderr)


def open_gateway(folder: Path | None, context: str | None, kubeconfig_file: Path | None) -> Gateway:
    """Return the cluster of a folder or else of a context; nothing is contacted yet. Raises ConfigError, FileError."""
    if folder is not None:
        from desktop.cluster.folder import FolderGateway  # noqa: PLC0415  each source imports its own half only

        return FolderGateway(folder)
    from desktop.cluster import connection, kubeconfig  # noqa: PLC0415
    from desktop.cluster.live import LiveGateway  # noqa: PLC0415  costs a second, which checking files need not wait

    loaded = kubeconfig.load((), (kubeconfig_file,)) if kubeconfig_file else kubeconfig.load()
    for error in loaded.file_errors:
        complain(error)
    chosen, allows = loaded.find(context or ""), Consents(Settings()).allows
    return LiveGateway(connection.connection(loaded, chosen, allows=allows, hear=_hear(chosen.name)))


def _hear(title: str) -> Hear:
    def tell(notice: Notice) -> None:
        if not isinstance(notice, PluginEnded):
            print(notices.sentence(title, notice), file=sys.stderr)

    return tell


def interruptible(job: Callable[[CancelToken], T]) -> T:
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


class ProgressLine:
    """Shows how far a list is, on one line of the terminal; nothing where there is none."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(self, *_: object) -> None:
        self._write("")

    def show(self, progress: Progress) -> None:
        """Show how far a list is."""
        self._write(states.progress_words(progress))

    def _write(self, text: str) -> None:
        if self._terminal:
            # Blanks rather than a terminal's own code to erase with, which not every console of Windows knows.
            blank = " " * (shutil.get_terminal_size().columns - 1)
            print(f"\r{blank}\r{text}", end="", file=sys.stderr, flush=True)
