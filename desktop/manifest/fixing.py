"""A text put right: the fix of a finding made in its document, by the smallest edit; comments and all else stay."""

from collections.abc import Mapping
from typing import cast

from desktop.manifest import placing
from desktop.manifest.checking import survey
from desktop.manifest.reader import read
from desktop.policy.findings import Fix
from desktop.policy.fixes import applied


def fixed(text: str, number: int, fix: Fix) -> str:
    """Return ``text`` with a fix made in the object of this number (from 0).

    Raises LookupError where the text has no such object or place, as after it was edited meanwhile.
    """
    reading = read(text)
    document = survey(reading).entries[number].document
    value = cast(Mapping[str, object], applied(document.value, fix))  # fixes are made within objects
    return placing.put(reading.text, document, value)
