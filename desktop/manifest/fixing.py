"""A text put right: the fix of a finding made in its document, by the smallest edit; comments and all else stay."""

import json
from collections.abc import Mapping
from typing import cast

from desktop.manifest import placing, slices
from desktop.manifest.checking import survey
from desktop.manifest.items import is_flow
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
    if is_flow(document.text.lstrip(), 0):  # a document written as JSON stays JSON
        return slices.replace(reading.text, document, json.dumps(value, indent=2, ensure_ascii=False))
    return placing.put(reading.text, document, value)
