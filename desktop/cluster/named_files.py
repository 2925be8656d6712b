"""Reading the files that a kubeconfig names: small, ordinary, on this machine."""

import os
import stat
from pathlib import Path

from desktop.errors import FileError

LIMIT = 1 << 20
"""The most bytes of a token, certificate or key file that are read."""


def resolve(folder: Path, name: str) -> Path:
    """Return the path of ``name`` as a kubeconfig in ``folder`` means it; raises FileError.

    A kubeconfig may come from anywhere. A name on a file server would send the user's Windows credentials there, and
    nobody keeps a certificate in a device: such names are refused before anything is opened.
    """
    if name.replace("\\", "/").startswith("//"):  # \\server\share, \\.\device, \\?\anything
        raise FileError("file.not-local", path=name)
    return folder / name


def read(path: Path, limit: int = LIMIT) -> bytes:
    """Return the content of ``path``; raises FileError when it is missing, too large or no ordinary file.

    A pipe or a terminal could block for ever.
    """
    text = str(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # asked first: to open a device may already do something
            raise FileError("file.not-ordinary", path=text)
        with open(path, "rb", opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileError("file.not-ordinary", path=text)
            content = file.read(limit + 1)
    except OSError as error:
        raise FileError("file.not-read", path=text, reason=error.strerror or type(error).__name__) from error
    except ValueError as error:  # a zero byte in the path
        raise FileError("file.not-read", path=text, reason="ValueError") from error
    if len(content) > limit:
        raise FileError("file.too-large", path=text, limit=limit)
    return content


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe put in its place meanwhile does not block."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
