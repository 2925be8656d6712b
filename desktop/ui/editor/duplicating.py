"""A copy of a policy's text under a new name; everything else, comments too, stays as it is."""

from desktop.manifest.reader import read
from desktop.ui.editor.suggestions import quoted

_LONGEST_NAME = 253


def duplicated(text: str, name: str) -> str:
    """Return ``text``, a policy called ``name``, with ``-copy`` behind its name; unchanged where no name stands."""
    documents = read(text).documents
    value = documents[0].value if documents else None
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict) or metadata.get("name") != name:
        return text
    place = documents[0].place(("metadata", "name"))
    lines = text.split("\n")
    line = lines[place.line - 1]
    copy = quoted(f"{name[: _LONGEST_NAME - 5]}-copy")
    lines[place.line - 1] = line[: place.column - 1] + copy + line[place.end_column - 1 :]
    return "\n".join(lines)
