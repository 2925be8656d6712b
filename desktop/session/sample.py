"""The sample cluster: a folder of manifests that ships with the application, copied so that it can be changed."""

import shutil
import tempfile
from pathlib import Path

from desktop import replacing
from desktop.errors import FileError
from desktop.paths import data_dir, resource


def sample_path() -> Path:
    """Return the folder of the user's own copy; it is made by ``prepare`` when the sample is first opened."""
    return data_dir() / "sample"


def prepare() -> Path:
    """Return the folder of the user's copy, made now if it is not there; raises FileError."""
    path = sample_path()
    return path if path.is_dir() else reset()


def reset() -> Path:
    """Make the user's copy as it was shipped (what was changed in it is gone) and return it; raises FileError."""
    path = sample_path()
    try:
        with tempfile.TemporaryDirectory(prefix=".sample-", dir=path.parent) as folder:
            fresh = Path(folder) / "new"
            shutil.copytree(resource("sample"), fresh, copy_function=shutil.copyfile)
            if path.exists():
                replacing.replace(path, Path(folder) / "old")
            replacing.replace(fresh, path)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise FileError("file.not-written", path=str(path), reason=reason) from error
    return path
