"""The command ``bulkhead``: the window, or one of the commands that need no screen."""

import argparse
import gc
import os
import sys
import time
from collections.abc import Sequence

from desktop import __version__

_STARTED = time.perf_counter()
_COMMANDS = {
    "sync": "list everything of a cluster or folder, and print counts and durations",
    "check": "check files of manifests, and exit with 1 on errors",
    "connections": "say who can talk to whom",
    "why": "say whether a connection is allowed, and by which rules",
    "compare": "say which connections differ between two clusters or folders, and exit with 1 if any does",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in _COMMANDS:
        from desktop import cli, faults  # noqa: PLC0415  each way in imports its own half only

        faults.guard()
        return cli.main(arguments)
    return _open_window(smoke_test=_parse(arguments).smoke_test)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    commands = "".join(f"\n  bulkhead {name:<11} {text}" for name, text in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="bulkhead",
        description="Manage Kubernetes NetworkPolicies on many clusters. Without a command the window opens.",
        epilog=f"commands (each with its own --help):{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"bulkhead {__version__}")
    parser.add_argument(
        "--smoke-test",
        action="store_true",
        help="open the window on the sample cluster, print how long it took as a line of JSON, and leave",
    )
    return parser.parse_args(arguments)


def _open_window(*, smoke_test: bool) -> int:
    from desktop import system_libraries  # noqa: PLC0415  the command line does without it

    gc.disable()  # until the window shows: what is imported meanwhile stays anyway
    complaint = system_libraries.missing_screen(os.environ)
    if not complaint:
        try:
            from desktop import app, faults  # noqa: PLC0415  importing Qt is what may fail here
        except ImportError as error:
            complaint = system_libraries.missing_for(error)
            if not complaint:
                raise
    if complaint:
        print(complaint, file=sys.stderr)
        return 1
    faults.guard()
    return app.run(started=_STARTED, smoke_test=smoke_test)


if __name__ == "__main__":
    sys.exit(main())
