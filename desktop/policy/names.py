"""The syntax of names, labels and port names, as the API server checks it.

Each function returns what is wrong with a text, one word for each of the server's messages; nothing when it is right.
Lengths count bytes of UTF-8. Source: ``apimachinery/pkg/api/validate/content`` and ``pkg/util/validation``.
"""

import re

LABEL_LENGTH = 63
SUBDOMAIN_LENGTH = 253
PORT_NAME_LENGTH = 15

_DNS_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DNS_LABEL_ONLY = re.compile(_DNS_LABEL)
_SUBDOMAIN = re.compile(rf"{_DNS_LABEL}(\.{_DNS_LABEL})*")
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PORT_NAME = re.compile(r"[-a-z0-9]+")
_LETTER = re.compile(r"[a-z]")


def size(text: str) -> int:
    """Return a text's length in bytes, a lone surrogate being three as it is for the server."""
    return len(text.encode("utf-8", "surrogatepass"))


def subdomain_faults(text: str) -> tuple[str, ...]:
    """Check a DNS subdomain (RFC 1123), as names of objects are."""
    faults = ["too-long"] if size(text) > SUBDOMAIN_LENGTH else []
    if not _SUBDOMAIN.fullmatch(text):
        faults.append("syntax")
    return tuple(faults)


def dns_label_faults(text: str) -> tuple[str, ...]:
    """Check a DNS label (RFC 1123), as names of namespaces are."""
    faults = ["too-long"] if size(text) > LABEL_LENGTH else []
    if not _DNS_LABEL_ONLY.fullmatch(text):
        faults.append("dots" if _SUBDOMAIN.fullmatch(text) else "syntax")
    return tuple(faults)


def key_faults(text: str) -> tuple[str, ...]:
    """Check a label key (a "qualified name"): a name, or a DNS subdomain, a slash and a name."""
    prefix, slash, name = text.partition("/")
    if "/" in name:
        return ("syntax",)
    faults: list[str] = []
    if slash:
        faults += ["prefix-empty"] if not prefix else [f"prefix-{fault}" for fault in subdomain_faults(prefix)]
    else:
        name = prefix
    if not name:
        faults.append("empty")
    elif size(name) > LABEL_LENGTH:
        faults.append("too-long")
    if not _QUALIFIED.fullmatch(name):
        faults.append("syntax")
    return tuple(faults)


def value_faults(text: str) -> tuple[str, ...]:
    """Check a label value: empty, or as the name part of a key."""
    faults = ["too-long"] if size(text) > LABEL_LENGTH else []
    if text and not _QUALIFIED.fullmatch(text):
        faults.append("syntax")
    return tuple(faults)


def port_name_faults(text: str) -> tuple[str, ...]:
    """Check the name of a port (IANA service name, lower case)."""
    faults = ["too-long"] if size(text) > PORT_NAME_LENGTH else []
    if not _PORT_NAME.fullmatch(text):
        faults.append("characters")
    if not _LETTER.search(text):
        faults.append("no-letter")
    if "--" in text:
        faults.append("consecutive-hyphens")
    if text.startswith("-") or text.endswith("-"):
        faults.append("edge-hyphen")
    return tuple(faults)
