"""The search path that the user's programs are found on, also where a desktop icon started us.

A desktop starts programs with a path of its own; what the user added to theirs stands in the files that only a login
shell reads. So such a shell is asked, once.
"""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
from functools import cache

_WINDOWS = os.name == "nt"

LIMIT = 10.0
"""Seconds that the shell may take."""


@cache
def search_path() -> str:
    """Return PATH as the user's terminal has it; blocks for at most ``LIMIT`` seconds, once."""
    own = os.environ.get("PATH", os.defpath)
    return (_asked() or own) if is_from_desktop() else own


def is_from_desktop() -> bool:
    """Whether no terminal started us. On Windows, where programs everywhere have the same path, it does not matter."""
    if _WINDOWS or "TERM" in os.environ:
        return False
    return not any(_is_terminal(descriptor) for descriptor in (0, 1, 2))


def _is_terminal(descriptor: int) -> bool:
    with contextlib.suppress(OSError):
        return os.isatty(descriptor)
    return False


def _asked() -> str:
    """Ask the login shell; empty where it does not answer."""
    shell = os.environ.get("SHELL") or ("/bin/zsh" if sys.platform == "darwin" else "/bin/sh")
    mark = secrets.token_hex(8)  # the user's files may print anything around it
    # Interactive, for many write to the files that only interactive shells read.
    command = [shell, "-i", "-l", "-c", f'printf "%s" "{mark}""$PATH""{mark}"']
    try:
        process = subprocess.Popen(  # noqa: S603  the user's own shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interactive shell would take the terminal
        )
    except OSError:
        return ""
    with process:
        try:
            output, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return ""
    found = re.search(f"{mark}(.*){mark}", output.decode(errors="surrogateescape"), re.DOTALL)
    return found[1] if found else ""
