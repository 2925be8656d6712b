"""Texts as the values of HTTP headers: UTF-8, without white space around them, as kubectl sends them."""

import re

_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def is_sendable(text: str) -> bool:
    """Whether a header can hold ``text``: no control characters, above all no line ends."""
    return _UNSENDABLE.search(text) is None


def as_sent(text: str) -> str:
    """Return a text whose Latin-1 bytes, which the transport sends, are the UTF-8 that the server expects."""
    return text.strip(" \t").encode().decode("latin-1")
