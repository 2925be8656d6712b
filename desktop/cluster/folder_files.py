"""The files of a folder of manifests: finding them, reading them, and replacing one at once."""

import errno
import os
import secrets
import stat
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from desktop import replacing
from desktop.cluster import named_files
from desktop.errors import FileError
from desktop.manifest.reader import ENCODINGS, MAX_BYTES, Reading, mark_of, read_bytes

SUFFIXES = frozenset({".yaml", ".yml", ".json"})

_WINDOWS = os.name == "nt"

Stamp = tuple[int, ...]
"""What tells that a file is still the same: device, inode, size, and when its content and all else changed last."""


@dataclass(frozen=True, slots=True)
class Found:
    """Manifest files by their origin (the path from the folder, with ``/``), and what could not be looked at."""

    files: dict[str, Stamp]
    problems: dict[str, FileError]


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it was read (``stamp`` None: there is none yet); ``mark`` is its byte order mark."""

    reading: Reading
    stamp: Stamp | None
    mark: bytes = b""


NOTHING = Content(read_bytes(b""), None)
"""A file that is not there yet."""


def find(folder: Path) -> Found:
    """Look for manifests in a folder and those in it; raises FileError when it cannot be looked into.

    What starts with a point (``.git``) is left out. What links lead to is taken once, and where it really is if that
    is in the folder too.
    """
    files: dict[str, Stamp] = {}
    problems: dict[str, FileError] = {}
    seen: set[tuple[int, int]] = set()
    pending, links = [""], deque[str]()
    while pending or links:
        origin = pending.pop() if pending else links.popleft()
        path = folder / origin
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            if origin and not stat.S_ISDIR(status.st_mode):
                files[origin] = _stamp(status)
                continue
            with os.scandir(path) as entries:
                for entry in entries:
                    if _concerns_us(entry):
                        (links if entry.is_symlink() else pending).append(f"{origin}/{entry.name}".lstrip("/"))
        except OSError as error:
            if not origin:
                raise not_read(folder, error) from error
            problems[origin] = not_read(path, error)
    return Found(dict(sorted(files.items())), problems)


def read(path: Path) -> Content:
    """Read a file; raises FileError."""
    try:
        stamp = _stamp(path.stat())  # before the content: what changes in between is seen at the next look
    except OSError as error:
        raise not_read(path, error) from error
    data = named_files.read(path, MAX_BYTES)
    return Content(read_bytes(data), stamp, mark_of(data))


def check_writable(path: Path) -> None:
    """Raise FileError when the system would not let us replace a file."""
    target = path.resolve()
    # Windows replaces no file that is read-only.
    locked = _WINDOWS and target.exists() and not os.access(target, os.W_OK)
    if locked or not os.access(target.parent, os.W_OK | os.X_OK):
        raise not_written(path, OSError(errno.EACCES, os.strerror(errno.EACCES)))


def replace(path: Path, text: str, *, mark: bytes, expected: Stamp | None) -> bool:
    """Replace a file at once: whoever reads it sees the old or the new, and a crash leaves one of them.

    A link stays, and what it leads to is replaced; the mode stays too. The byte order ``mark`` says how the text is
    encoded. Returns False, and leaves everything as it is, when the file's stamp is not the ``expected`` one (None:
    there must be no file). Raises FileError.
    """
    try:
        target = path.resolve()
        fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            with fresh.open("xb") as file:
                file.write(mark + text.encode(ENCODINGS[mark]))
                file.flush()
                os.fsync(file.fileno())
            if not _is_still(target, expected):
                return False
            if expected is not None:
                fresh.chmod(stat.S_IMODE(target.stat().st_mode))
            replacing.replace(fresh, target)
            return True
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise not_written(path, error) from error


def remove(path: Path, *, expected: Stamp | None) -> bool:
    """Delete a file; returns False, and leaves it, when its stamp is not the ``expected`` one. Raises FileError."""
    try:
        if not _is_still(path, expected):
            return False
        replacing.unlink(path)
    except OSError as error:
        raise not_written(path, error) from error
    return True


def not_read(path: Path, error: OSError) -> FileError:
    """Return the error for a file or folder that the system does not let us read."""
    return FileError("file.not-read", path=str(path), reason=_reason(error))


def not_written(path: Path, error: OSError) -> FileError:
    """Return the error for a file that the system does not let us write."""
    return FileError("file.not-written", path=str(path), reason=_reason(error))


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _is_still(path: Path, expected: Stamp | None) -> bool:
    try:
        return _stamp(path.stat()) == expected
    except FileNotFoundError:
        return expected is None


def _concerns_us(entry: "os.DirEntry[str]") -> bool:
    return not entry.name.startswith(".") and (Path(entry.name).suffix in SUFFIXES or entry.is_dir())


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
