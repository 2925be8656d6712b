"""Where kubectl looks for files: the user's home, and lists of paths as the system writes them."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

_WINDOWS = os.name == "nt"


def home() -> Path:
    """Return the user's home as kubectl finds it; ``.kube`` lies there."""
    return _home_on_windows(os.environ) if _WINDOWS else Path.home()


def listed(text: str) -> list[str]:
    """Return the paths of a list such as PATH, without the empty ones.

    On Windows they may stand in quotes, wholly or in part, as for Go's ``filepath.SplitList``.
    """
    parts = re.findall(rf'(?:[^{os.pathsep}"]|"[^"]*"?)+', text) if _WINDOWS else text.split(os.pathsep)
    return [path for part in parts if (path := part.replace('"', "") if _WINDOWS else part)]


def _home_on_windows(environ: Mapping[str, str]) -> Path:
    """Return the home as client-go's ``homedir.HomeDir`` does: where a kubeconfig is, else the first to write to."""
    own, profile = environ.get("HOME", ""), environ.get("USERPROFILE", "")
    drive, path = environ.get("HOMEDRIVE", ""), environ.get("HOMEPATH", "")
    other = drive + path if drive and path else ""
    for name in filter(None, (own, other, profile)):
        if _mode(Path(name) / ".kube" / "config"):
            return Path(name)
    # In another order: it keeps to what other tools do that write there.
    named = [Path(name) for name in (own, profile, other) if name]
    there = [name for name in named if _mode(name)]
    good = [name for name in there if stat.S_ISDIR(_mode(name)) and _mode(name) & stat.S_IWUSR]
    return next(iter((*good, *there, *named)), Path())


def _mode(path: Path) -> int:
    """Return the mode of a file or folder, 0 where there is none to be seen."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0
