"""Renaming and removing files as other systems do it, where Windows refuses that for a moment.

It renames and removes no file that somebody has open, be it a scanner of viruses, or a thread of ours that reads it.
What is refused is tried again, for a second at the most.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.3) if os.name == "nt" else ()
"""Seconds between the tries."""


def replace(source: Path, target: Path) -> None:
    """Rename a file or folder to ``target``; a file that is there is replaced. Raises OSError."""
    _patiently(lambda: source.replace(target))


def unlink(path: Path, *, missing_ok: bool = False) -> None:
    """Remove a file; raises OSError."""
    _patiently(lambda: path.unlink(missing_ok=missing_ok))


def _patiently(act: Callable[[], object]) -> None:
    for pause in _PAUSES:
        try:
            act()
        except PermissionError:
            time.sleep(pause)
        else:
            return
    act()
