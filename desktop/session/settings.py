"""Settings: one JSON file of named values, kept in memory, saved shortly after a change.

A name is a path such as ``ui/geometry`` or ``cluster/context:prod``. Names and fields this version does not know stay
in the file as they are, and a second running instance keeps what it changed: a save lays only our own changes over the
file as it is then. A file that cannot be read as JSON is set aside, never overwritten.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import TypeVar

from desktop.errors import BulkheadError, ConfigError, FileError
from desktop.paths import config_dir
from desktop.session.files import set_aside, write_private

T = TypeVar("T")
_REMOVED = object()
SAVE_DELAY = 0.5
"""Seconds between a change and its save, so that dragging a splitter does not write a hundred files."""


class Settings:
    """The settings, loaded when made. Any thread may read and change them; saving happens on a thread of its own."""

    def __init__(self, path: Path | None = None, save_delay: float = SAVE_DELAY) -> None:
        self._path = path or config_dir() / "settings.json"
        self._save_delay = save_delay
        self._lock = threading.Lock()  # guards the fields below
        self._saving = threading.Lock()  # one save at a time
        self._problems: list[BulkheadError] = []
        self._unfit: set[str] = set()  # names whose values did not fit
        self._changes: dict[str, object] = {}  # not saved yet: the new value, or _REMOVED
        self._timer: threading.Timer | None = None
        try:
            self._values = self._load()
        except FileError as error:
            self._values = {}
            self._problems.append(error)

    def get(self, name: str, type_: type[T], default: T) -> T:
        """Return the value of ``name`` as ``type_`` (dataclasses too), or ``default`` where none is set or none fits.

        A value that does not fit is told once among the problems and stays in the file until it is set anew.
        """
        with self._lock:
            if name not in self._values:
                return default
            value = self._values[name]
        if type(value) is type_:
            return value
        import msgspec  # noqa: PLC0415  not before the window shows: it takes a tenth of the time until then

        try:
            return msgspec.convert(value, type_)
        except msgspec.ValidationError as error:
            with self._lock:
                if name not in self._unfit:
                    self._unfit.add(name)
                    self._problems.append(ConfigError("settings.value", name=name, reason=str(error)))
            return default

    def set(self, name: str, value: object) -> None:
        """Set ``name`` to JSON data or to a dataclass; stored fields that the dataclass does not have stay."""
        import msgspec  # noqa: PLC0415  as above

        plain = msgspec.to_builtins(value)
        with self._lock:
            stored = self._values.get(name)
            if is_dataclass(value) and isinstance(stored, dict):
                plain = {**stored, **plain}
            self._values[name] = self._changes[name] = plain
            self._save_soon()

    def remove(self, name: str) -> None:
        """Forget ``name``."""
        with self._lock:
            if self._values.pop(name, _REMOVED) is not _REMOVED:
                self._changes[name] = _REMOVED
                self._save_soon()

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the names set that begin with ``prefix``, in the order they were first set."""
        with self._lock:
            return tuple(name for name in self._values if name.startswith(prefix))

    def take_problems(self) -> tuple[BulkheadError, ...]:
        """Return what went wrong since the last call, so that it can be told once."""
        with self._lock:
            problems, self._problems = tuple(self._problems), []
        return problems

    def flush(self) -> None:
        """Save what is not saved yet, now (blocks); a failure is among the problems, and tried again with the next."""
        with self._saving:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                changes, self._changes = self._changes, {}
            if not changes:
                return
            try:
                stored = _with(self._load(), changes)
                text = json.dumps(stored, ensure_ascii=False, indent=2)
                write_private(self._path, [text.encode(), b"\n"])
            except FileError as error:
                with self._lock:
                    self._changes = changes | self._changes
                    self._problems.append(error)

    def _save_soon(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._save_delay, self.flush)
            self._timer.name, self._timer.daemon = "settings", True
            self._timer.start()

    def _load(self) -> dict[str, object]:
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise FileError("file.not-read", path=str(self._path), reason=reason) from error
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            aside = set_aside(self._path)
            with self._lock:
                self._problems.append(FileError("settings.broken", path=str(self._path), aside=str(aside)))
            return {}
        return values


def _with(stored: dict[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    for name, value in changes.items():
        if value is _REMOVED:
            stored.pop(name, None)
        else:
            stored[name] = value
    return stored
