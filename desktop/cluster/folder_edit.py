"""The text of a file with one policy changed, added or taken out, and the same meaning as before everywhere else."""

import json

from desktop.errors import FileError
from desktop.manifest import slices
from desktop.manifest.checking import Entry
from desktop.manifest.items import is_flow, objects
from desktop.manifest.reader import Document, Reading, read


def with_policy(reading: Reading, old: Entry | None, new: Entry, origin: str) -> str:
    """Return the file's text with ``new`` in the place of ``old`` (None: at the end).

    In a JSON file, and among items in brackets, JSON is written. Raises FileError where that would change another
    object or the file can hold no other.
    """
    is_json = origin.endswith(".json")
    if old is None:
        if is_json and reading.text.strip():
            raise FileError("folder.json-holds-one", path=origin)
        text = slices.append(reading.text, _json(new) if is_json else new.text)
        return _checked(reading, None, new, text, origin)
    in_brackets = old.document.parent is not None and is_flow(reading.text, old.document.start)
    own = _json(new) if is_json or in_brackets else new.text
    return _checked(reading, old, new, slices.replace(reading.text, old.document, own), origin)


def without_policy(reading: Reading, old: Entry, origin: str) -> str:
    """Return the file's text without a policy; raises FileError where it cannot be taken out by itself."""
    try:
        text = slices.remove(reading.text, old.document)
    except slices.NotSeparable as error:
        raise _entangled(origin) from error
    return _checked(reading, old, None, text, origin)


def _checked(reading: Reading, old: Entry | None, new: Entry | None, text: str, origin: str) -> str:
    """Return the new text if it reads as the old but for the one policy."""
    written = [] if new is None else [json.dumps(new.value, sort_keys=True)]
    documents = list(objects(reading))
    at = len(documents) if old is None else [document.start for document in documents].index(old.document.start)
    before = [_meaning(document) for document in documents]
    expected = before[:at] + written + before[at + (old is not None) :]
    if [_meaning(document) for document in objects(read(text))] != expected:
        raise _entangled(origin)
    return text


def _meaning(document: Document) -> str:
    return document.text if document.value is None else json.dumps(document.value, sort_keys=True)


def _entangled(origin: str) -> FileError:
    return FileError("folder.entangled", path=origin)


def _json(entry: Entry) -> str:
    """Return a policy as JSON: as it was written if that is JSON."""
    try:
        json.loads(entry.text)
    except ValueError:
        text = json.dumps(entry.value, ensure_ascii=False, indent=2)
        return "".join(_escaped(character) for character in text) + "\n"
    return entry.text


def _escaped(character: str) -> str:
    if character.isprintable() or character == "\n" or character > "\uffff":
        return character
    return f"\\u{ord(character):04x}"
