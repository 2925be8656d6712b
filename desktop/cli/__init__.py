"""The commands that need no screen, and no Qt."""

import argparse
import errno
import io
import os
import sys
from collections.abc import Sequence

from desktop.cli import check, compare, connections, sync, why
from desktop.cli.sources import complain
from desktop.errors import BulkheadError, Cancelled
from desktop.language import tr, use_language

INTERRUPTED = 130
"""The exit code after Ctrl+C, as shells have it."""

_WINDOWS = os.name == "nt"
_NO_READER = (errno.EPIPE, errno.EINVAL) if _WINDOWS else (errno.EPIPE,)
"""What writing to a pipe fails with when nobody reads it any more; on Windows one or the other."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for and return the exit code.

    0, or 1 where something is wrong; 2 for wrong usage, and where 1 is an answer that could not be had; 130 after
    Ctrl+C.
    """
    _speak()
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.command(arguments)
        sys.stdout.flush()
    except (Cancelled, KeyboardInterrupt):
        print(tr("Cancelled."), file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        if error.errno not in _NO_READER:
            raise
        # Whoever read the output has seen enough; Python is not to flush it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except BulkheadError as error:
        complain(error)
        return arguments.failed if "failed" in arguments else 1
    return code


def _speak() -> None:
    """Speak the language of the environment, and never fail on a character that the terminal does not have."""
    named = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    use_language((next((name for name in named if name), "") or _language_of_windows()).split(":"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # On Windows a file or program would get it in an encoding of old that lacks most letters.
            encoding = "utf-8" if _WINDOWS and not stream.isatty() else None
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _language_of_windows() -> str:
    """Return the language that Windows speaks to the user, such as ``zh_CN``; empty elsewhere."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  for Windows alone
        import locale  # noqa: PLC0415

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bulkhead")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (sync, check, connections, why, compare):
        command.add(commands)
    return parser
