"""The one door to everything a person reads: English is the source, gettext catalogues the translations."""

import gettext
import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from desktop.paths import resource

_DOMAIN = "bulkhead"
_ENGLISH = {"en", "C", "POSIX"}
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(languages: Sequence[str]) -> str:
    """Use the first of ``languages`` (such as ``["zh_CN"]``) that has a catalogue, else English.

    English needs no catalogue: what is less wanted than English is not looked for. Returns the name of the language
    that is used, such as ``zh_CN``; empty for English.
    """
    global _catalogue  # noqa: PLW0603  the language is chosen once, at start
    wanted = list(takewhile(lambda name: re.split("[_.@]", name)[0] not in _ENGLISH, languages))
    folder = resource("translations")
    _catalogue = gettext.translation(_DOMAIN, folder, wanted, fallback=True)
    found = gettext.find(_DOMAIN, folder, wanted)
    return Path(found).relative_to(folder).parts[0] if found else ""


def tr(text: str, /, **values: object) -> str:
    """Return ``text`` in the user's language with ``{name}`` filled in from ``values``."""
    translated = _catalogue.gettext(text)
    return translated.format(**values) if values else translated


def tr_n(one: str, many: str, count: int, /, **values: object) -> str:
    """Like ``tr`` for a counted thing: ``{count}`` chooses the form."""
    return _catalogue.ngettext(one, many, count).format(count=count, **values)
