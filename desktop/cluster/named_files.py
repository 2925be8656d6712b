"""Reading the files that a kubeconfig names: small, ordinary, on this machine."""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop.errors import FileError

_WINDOWS = os.name == "nt"
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*([.:].*)?", re.I | re.S)
"""Names that Windows takes for devices, in whatever folder."""

LIMIT = 1 << 20
"""The most bytes of a token, certificate or key file that are read."""


def resolve(folder: Path, name: str) -> Path:
    """Return the path of ``name`` as a kubeconfig in ``folder`` means it; raises FileError.

    A kubeconfig may come from anywhere. A name on a file server would send the user's Windows credentials there, and
    nobody keeps a certificate in a device: such names are refused before anything is opened.
    """
    plain = name.replace("\\", "/")
    if plain.startswith("//"):  # \\server\share, \\.\device, \\?\anything
        raise FileError("file.not-local", path=name)
    if _WINDOWS and any(_DEVICE.fullmatch(part) for part in plain.split("/")):
        raise FileError("file.not-ordinary", path=name)
    return folder / name


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file as it was at some time: ``state`` is another once it was written to or replaced (None: not there)."""

    path: Path
    state: tuple[int, int, int] | None

    def is_current(self) -> bool:
        """Whether the file is as it was."""
        return _state(self.path) == self.state


def stamps(names: Iterable[tuple[Path, str | None]]) -> tuple[Stamp, ...]:
    """Return the present state of the files named, each from its folder; raises FileError."""
    paths = [resolve(folder, name) for folder, name in names if name]
    return tuple(Stamp(path, _state(path)) for path in paths)


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        stat_ = path.stat()
    except (OSError, ValueError):
        return None
    return stat_.st_ino, stat_.st_size, stat_.st_mtime_ns


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
