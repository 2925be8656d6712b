"""Files that are no ordinary ones."""

import os
from pathlib import Path


def make_pipe(path: Path) -> None:
    """Make what cannot be read as a file: a pipe that nobody writes to, or a folder where there are no such pipes."""
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
    else:
        path.mkdir()
