"""Files brought into the text: each becomes a further document, under a comment that names it; none is lost quietly."""

import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.errors import FileError
from desktop.language import tr
from desktop.manifest.reader import ENCODINGS, MAX_BYTES, mark_of
from desktop.wording.plain import plain

_START = re.compile(r"\A(?:\s*(?:#[^\n]*)?\n)*---[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that could be read as text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Import:
    """What became of the files: those read, in the order given, and an error for each other."""

    files: tuple[ImportedFile, ...]
    errors: tuple[FileError, ...]


def read_files(paths: Iterable[Path], existing: str, token: CancelToken) -> Import:
    """Read files, as long as they and the ``existing`` text together stay within what is read. Blocks.

    Error codes: ``import.too-large`` (``limit`` in bytes, for all together), ``import.not-utf8``, ``import.not-text``,
    ``file.not-ordinary``, ``file.not-read``. Raises Cancelled.
    """
    room = MAX_BYTES - len(existing.encode(errors="surrogatepass"))
    files: list[ImportedFile] = []
    errors: list[FileError] = []
    for path in paths:
        token.check()
        try:
            data = _read(path, room)
            files.append(ImportedFile(path.name, _decode(path, data)))
            room -= len(data)
        except FileError as error:
            errors.append(error)
    return Import(tuple(files), tuple(errors))


def addition(existing: str, files: Sequence[ImportedFile]) -> str:
    """Return what to add to the end of ``existing`` so that the files follow as documents of their own."""
    added = ""
    for file in files:
        before = existing + added
        if before and not before.endswith("\n"):
            added += "\n"
        if before.strip():
            added += "---\n"
        added += tr("# from {file}", file=plain(file.name)) + "\n"
        text = _START.sub(lambda start: start[0].rpartition("---")[0], file.text, count=1)
        added += text if text.endswith("\n") or not text else f"{text}\n"
    return added


def _read(path: Path, room: int) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe or a device might never end
            raise FileError("file.not-ordinary", path=str(path))
        with path.open("rb") as file:
            data = file.read(max(room, 0) + 1)
    except OSError as error:
        raise FileError("file.not-read", path=str(path), reason=error.strerror or type(error).__name__) from error
    if len(data) > room:
        raise FileError("import.too-large", path=str(path), limit=MAX_BYTES)
    return data


def _decode(path: Path, data: bytes) -> str:
    try:
        start = mark_of(data)
        text = data[len(start) :].decode(ENCODINGS[start])
    except UnicodeDecodeError as error:
        raise FileError("import.not-utf8", path=str(path), offset=error.start) from error
    if "\0" in text:
        raise FileError("import.not-text", path=str(path))
    return text.replace("\r\n", "\n")
