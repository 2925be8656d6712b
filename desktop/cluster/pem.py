"""PEM (RFC 7468) as Go's ``encoding/pem`` and ``crypto/tls`` read it, for kubectl is the measure.

OpenSSL gives up at the first block that it cannot make sense of. Go passes over what is no block, over one that is
broken off or damaged, and over one of another kind; and what kind of key it is, it looks for in the key.
"""

import base64
import binascii
import re
import ssl
from collections.abc import Iterator

_BLOCK = re.compile(
    rb"^-----BEGIN (?P<label>[^\r\n]*?)-----\s+"
    rb"(?P<headers>(?:[^\n:-]+:[^\n]*\n)*)(?P<body>[A-Za-z0-9+/=\s]*)-----END (?P=label)-----",
    re.MULTILINE,
)

_KEY_LABELS = {0x30: "PRIVATE KEY", 0x02: "RSA PRIVATE KEY", 0x04: "EC PRIVATE KEY"}
"""What follows the version in a key (DER): its algorithm in PKCS #8, a number in PKCS #1, its octets in SEC 1."""


def certificates(text: bytes) -> list[bytes]:
    """Return the certificates in a text (DER, unchecked), in their order."""
    return [content for label, content in _blocks(text) if label == b"CERTIFICATE"]


def normal_certificates(text: bytes) -> bytes:
    """Return a text with nothing but the certificates in it, as OpenSSL reads it; the text itself where it has none."""
    return "".join(map(ssl.DER_cert_to_PEM_cert, certificates(text))).encode() or text


def normal_key(text: bytes) -> bytes:
    """Return a text with nothing but the first private key in it, under its right name, as OpenSSL reads it.

    A text without one, or with one that asks for a passphrase, is returned as it is.
    """
    for label, content in _blocks(text):
        if label == b"PRIVATE KEY" or label.endswith(b" PRIVATE KEY"):
            right = _key_label(content)
            if right is None:
                break
            body = base64.encodebytes(content).decode()
            return f"-----BEGIN {right}-----\n{body}-----END {right}-----\n".encode()
    return text


def _blocks(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    for block in _BLOCK.finditer(text):
        try:
            content = binascii.a2b_base64(re.sub(rb"\s", b"", block["body"]), strict_mode=True)
        except binascii.Error:
            continue
        if not block["headers"].startswith(b"Proc-Type:"):  # encrypted
            yield block["label"], content


def _key_label(key: bytes) -> str | None:
    """Return the name of a key's kind by what stands in it; None where it is none of the three."""
    found = re.match(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01]", key, re.DOTALL)
    return _KEY_LABELS.get(key[found.end()]) if found and found.end() < len(key) else None
