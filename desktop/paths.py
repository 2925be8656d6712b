"""Where the application's own files lie, and where it keeps the user's."""

import os
from pathlib import Path

import platformdirs

_NAME = "bulkhead"


def resource(name: str) -> Path:
    """Return the path of a shipped resource, such as ``"templates"``."""
    installed = Path(__file__).parent / "resources"
    root = installed if installed.is_dir() else Path(__file__).parents[1] / "resources"
    return root / name


def _private(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def data_dir() -> Path:
    """Return the folder of what the user would miss: the sample cluster, drafts (BULKHEAD_HOME moves it)."""
    home = os.environ.get("BULKHEAD_HOME")
    return _private(Path(home) / "data" if home else Path(platformdirs.user_data_dir(_NAME, appauthor=False)))


def config_dir() -> Path:
    """Return the folder of settings and the list of clusters."""
    home = os.environ.get("BULKHEAD_HOME")
    return _private(Path(home) / "config" if home else Path(platformdirs.user_config_dir(_NAME, appauthor=False)))


def cache_dir() -> Path:
    """Return the folder of what can be made anew: the last good picture of each cluster."""
    home = os.environ.get("BULKHEAD_HOME")
    return _private(Path(home) / "cache" if home else Path(platformdirs.user_cache_dir(_NAME, appauthor=False)))
