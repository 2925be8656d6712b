"""Unsaved texts, kept on disk so that a crash costs nobody's work: one private file for each open editor.

A draft file is removed when its text was applied or discarded; what is left is offered again.
"""

import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import ClassVar

import msgspec

from desktop import replacing
from desktop.cluster.gateway import PolicyDocument
from desktop.errors import FileError
from desktop.paths import data_dir
from desktop.policy.draft import Draft
from desktop.session.files import set_aside, write_private

_SUFFIX = ".draft.json"


@dataclass(frozen=True, slots=True)
class FormDraft:
    """The form of a draft: more than its text, as it has what cannot be read too, and what is not ``decided`` yet."""

    fields: Draft
    decided: bool


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A text that was not applied, where it was meant to go, and the document it started from (None: a new text).

    ``cluster`` is the cluster's id in the catalog, ``title`` its name then. ``file`` is empty until it is on disk.
    ``form`` is there if the draft was seen as a form.
    """

    cluster: str
    title: str
    namespace: str
    text: str
    base: PolicyDocument | None
    changed: datetime
    file: str = ""
    form: FormDraft | None = None

    def is_about(self, cluster: str, base: PolicyDocument | None) -> bool:
        """Whether it is a draft for the same policy of the same cluster, or, like ``base``, for none yet."""
        return self.cluster == cluster and _key(self.base) == _key(base)


@dataclass(frozen=True, slots=True)
class Pending:
    """The drafts left on disk, newest first, and what went wrong in reading others (they are set aside, not lost)."""

    drafts: tuple[StoredDraft, ...]
    errors: tuple[FileError, ...]


class DraftFile:
    """The file of one open editor, which keeps it from being offered elsewhere. Thread-safe.

    Saves that come late, or after the end, change nothing.
    """

    _open: ClassVar[set[str]] = set()

    def __init__(self, file: str = "") -> None:
        self._file = file or str(_folder() / f"{secrets.token_hex(8)}{_SUFFIX}")
        self._lock = threading.Lock()
        self._newest = 0
        self._ended = False
        self._open.add(self._file)

    def save(self, draft: StoredDraft, number: int) -> None:
        """Write ``draft``, unless a save with a higher ``number`` came first; raises FileError."""
        values = asdict(replace(draft, file="")) | {"changed": draft.changed.isoformat()}
        text = json.dumps(values, default=_plain)
        with self._lock:
            if self._ended or number <= self._newest:
                return
            write_private(Path(self._file), [text.encode()])
            self._newest = number

    def remove(self, number: int) -> None:
        """Remove the file, as the text is as it was again; a save with a higher ``number`` stays. Raises FileError."""
        with self._lock:
            if number > self._newest:
                remove_draft(self._file)
                self._newest = number

    def end(self) -> None:
        """Remove the file for good: the text was applied or discarded. Raises FileError."""
        with self._lock:
            self._ended = True
            remove_draft(self._file)
        self.release()

    def release(self) -> None:
        """Let the draft be offered elsewhere, as its editor is closed."""
        self._open.discard(self._file)

    @classmethod
    def is_open(cls, file: str) -> bool:
        """Whether an editor of this program holds the file."""
        return file in cls._open


def remove_draft(file: str) -> None:
    """Remove the file of a stored draft; nothing happens where there is none. Raises FileError."""
    try:
        replacing.unlink(Path(file), missing_ok=True)
    except OSError as error:
        raise FileError("file.not-written", path=file, reason=error.strerror or type(error).__name__) from error


def discard_draft(file: str) -> None:
    """Remove the file of a draft that was left, unless an editor has it by now. Raises FileError."""
    if not DraftFile.is_open(file):
        remove_draft(file)


def pending_drafts() -> Pending:
    """Read the drafts that closed editors and earlier runs left. Blocks: to be run by a task."""
    drafts: list[StoredDraft] = []
    errors: list[FileError] = []
    for path in sorted(_folder().glob(f"*{_SUFFIX}")):
        if DraftFile.is_open(str(path)):
            continue
        try:
            drafts.append(_read(path))
        except FileNotFoundError:
            continue  # removed meanwhile by the editor it belongs to
        except FileError as error:
            errors.append(error)
    drafts.sort(key=lambda draft: draft.changed, reverse=True)
    return Pending(tuple(drafts), tuple(errors))


def now() -> datetime:
    """Return the time of a draft's last change."""
    return datetime.now(UTC)


def _read(path: Path) -> StoredDraft:
    try:
        values = json.loads(path.read_bytes())
        return replace(msgspec.convert(values, StoredDraft), file=str(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FileError("file.not-read", path=str(path), reason=error.strerror or type(error).__name__) from error
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise FileError("draft-file.broken", path=str(path), aside=str(set_aside(path))) from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"no JSON data: {value!r}")


def _key(base: PolicyDocument | None) -> tuple[str, str] | None:
    return (base.namespace, base.name) if base else None


def _folder() -> Path:
    return data_dir() / "drafts"
