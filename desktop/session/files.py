"""The application's own files: written whole or not at all, readable by the user alone, never silently lost."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from desktop import replacing
from desktop.errors import FileError


def write_private(path: Path, blocks: Iterable[bytes]) -> None:
    """Replace ``path`` with ``blocks`` at once, with mode 0600; raises FileError and then leaves the old file.

    The text is on the disk before it takes the name, so that a crash leaves either the old file or the new one.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file with mode 0600, in the same folder: only there is a rename atomic.
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        replacing.replace(temporary, path)
    except OSError as error:
        raise FileError("file.not-written", path=str(path), reason=error.strerror or type(error).__name__) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):  # after the rename it is no more
                temporary.unlink()


def write_for_user(path: Path, blocks: Iterable[bytes]) -> None:
    """Write a file that the user asked for, where they want it and with the rights they give new files.

    What ``blocks`` raise comes out; then, as after FileError, the file is as it was before.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.writelines(blocks)
        replacing.replace(part, path)
    except OSError as error:
        raise FileError("file.not-written", path=str(path), reason=error.strerror or type(error).__name__) from error
    finally:
        with contextlib.suppress(OSError):  # after the rename it is no more
            part.unlink()


def set_aside(path: Path) -> Path:
    """Rename a file that cannot be used to the first free ``<name>.broken-<n>`` and return that; raises FileError."""
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    try:
        replacing.replace(path, aside)
    except OSError as error:
        raise FileError("file.not-written", path=str(path), reason=error.strerror or type(error).__name__) from error
    return aside
