"""Whether what the program keeps for its user is for their eyes only."""

import os
import stat
from pathlib import Path


def assert_private(file: Path) -> None:
    """Check that nobody else may read a file, or look into its folder.

    On Windows that follows from where they lie, in the user's own folders, and no mode says so.
    """
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
