"""Why something is off that the user may not do."""

from collections.abc import Sequence

from desktop.language import tr
from desktop.wording.lists import either
from desktop.wording.plain import plain

_MOST_NAMED = 3


def denied(verb: str, namespaces: Sequence[str], *, folder: bool) -> str:
    """Say that the user may not create, update or delete policies in any of these namespaces."""
    if folder:
        return tr("You may not write to this folder.")
    if len(namespaces) > _MOST_NAMED:
        return {
            "create": tr("The server says that you may not create policies in any namespace here."),
            "update": tr("The server says that you may not update policies in any namespace here."),
            "delete": tr("The server says that you may not delete policies in any namespace here."),
        }[verb]
    names = either(map(plain, namespaces))
    return {
        "create": tr("The server says that you may not create policies in {namespaces}.", namespaces=names),
        "update": tr("The server says that you may not update policies in {namespaces}.", namespaces=names),
        "delete": tr("The server says that you may not delete policies in {namespaces}.", namespaces=names),
    }[verb]
