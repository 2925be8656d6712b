"""A value put in the place of an object's in a text of many; the other objects stay as they are."""

from collections.abc import Mapping
from typing import cast

from desktop.manifest import slices
from desktop.manifest.reader import Document
from desktop.manifest.rewriting import rewrite


def put(text: str, document: Document, value: object) -> str:
    """Return ``text`` changed by the smallest edit so that a document of it reads as ``value``.

    An item of a List may share what anchors name with others: then the List is edited as a whole, so that these keep
    their meaning.
    """
    while (whole := document.parent) is not None and "&" in whole.text:
        document, value = whole, _with_item(whole, document.path, value)
    changed = rewrite(document.text, value)
    return text if changed == document.text else slices.replace(text, document, changed)


def _with_item(whole: Document, path: tuple[str | int, ...], value: object) -> object:
    """Return the value of a List with another in the place of the item at ``path``, a field and a number."""
    field, number = cast(tuple[str, int], path)
    held = cast(Mapping[str, list[object]], whole.value)
    return {**held, field: [*held[field][:number], value, *held[field][number + 1 :]]}
