"""A value put in the place of an object's in a text of many; the other objects stay as they are."""

from collections.abc import Mapping
from typing import cast

from desktop.manifest import slices
from desktop.manifest.reader import Document
from desktop.manifest.rewriting import rewrite
from desktop.policy.origins import NOT_KNOWN, Origins

_SAID_BY_THE_LIST = ("apiVersion", "kind")


def put(text: str, document: Document, value: Mapping[str, object], origins: Origins = NOT_KNOWN) -> str:
    """Return ``text`` changed by the smallest edit so that a document of it reads as ``value``.

    ``origins`` tells what became of the entries of the document's lists.
    An item of a List may share what anchors name with others, or leave its kind to be said by the List: then the List
    is edited as a whole, so that these keep their meaning and it goes on doing so.
    """
    while (whole := document.parent) is not None and ("&" in whole.text or _is_typed(whole)):
        value, count = _with_item(whole, document.path, value)
        document, origins = whole, origins.within(document.path, count)
    changed = rewrite(document.text, value, origins)
    return text if changed == document.text else slices.replace(text, document, changed)


def _is_typed(whole: Document) -> bool:
    """Whether a List names the kind of its items."""
    return cast(Mapping[str, object], whole.value)["kind"] != "List"


def _with_item(
    whole: Document, path: tuple[str | int, ...], value: Mapping[str, object]
) -> tuple[Mapping[str, object], int]:
    """Return a List's value with another in the place of the item at ``path`` (a field, a number), and its length."""
    field, number = cast(tuple[str, int], path)
    held = cast(Mapping[str, list[Mapping[str, object]]], whole.value)
    items = held[field]
    said = [key for key in _SAID_BY_THE_LIST if key not in items[number]]
    own = {key: part for key, part in value.items() if key not in said}
    return {**held, field: [*items[:number], own, *items[number + 1 :]]}, len(items)
