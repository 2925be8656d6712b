"""Certificates and keys are found in a text wherever kubectl finds them (seen with kubectl 1.35), and not elsewhere."""

import ssl
from collections.abc import Callable

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from desktop.cluster import pem, tls
from desktop.cluster.connection import Connection
from desktop.errors import ConfigError

CA, OTHER = trustme.CA(), trustme.CA()
AUTHORITY, ANOTHER = CA.cert_pem.bytes(), OTHER.cert_pem.bytes()
MINE = CA.issue_cert("me@example.org")
CERTIFICATE, KEY = MINE.cert_chain_pems[0].bytes(), MINE.private_key_pem.bytes()


def block(label: str, body: str) -> bytes:
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()


def serial(authority: bytes) -> str:
    return f"{load_pem_x509_certificate(authority).serial_number:X}"


def trusted(context: ssl.SSLContext) -> set[str]:
    """Return the serial numbers of the authorities."""
    return {str(each["serialNumber"]).lstrip("0") for each in context.get_ca_certs()}


AROUND: dict[str, Callable[[bytes], bytes]] = {
    "text before and after": lambda text: b"# ours, since 2019\nsubject=CN = \xc3\xa9\n" + text + b"\nthe end",
    "text that is no UTF-8": lambda text: b"Gr\xfc\xdfe\n" + text,
    "CRLF": lambda text: text.replace(b"\n", b"\r\n"),
    "no line end at the end": bytes.strip,
    "blank lines": lambda text: text.replace(b"\n", b"\n\n"),
    "spaces at the ends of lines": lambda text: text.replace(b"\n", b"  \t\n"),
    "zero bytes after": lambda text: text + b"\0\0",
    "a damaged block before": lambda text: block("CERTIFICATE", "!!!") + text,
    "a damaged block after": lambda text: text + block("CERTIFICATE", "!!!"),
    "a block with no end before": lambda text: b"-----BEGIN CERTIFICATE-----\nYWJj\n" + text,
    "a block with no end after": lambda text: text + b"-----BEGIN CERTIFICATE-----\nYWJj\n",
    "another kind before": lambda text: block("X509 CRL", "YWJj") + block("EC PARAMETERS", "BggqhkjOPQMBBw==") + text,
    "another kind after": lambda text: text + block("X509 CRL", "YWJj"),
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_what_stands_around_a_certificate_or_key_does_not_matter(around: Callable[[bytes], bytes]) -> None:
    context = tls.ssl_context(Connection("https://a", around(AUTHORITY), around(CERTIFICATE), around(KEY)))
    assert trusted(context) == {serial(AUTHORITY)}


@pytest.mark.parametrize(
    "between", [b"", b"\n# the old one\n", block("CERTIFICATE", "YWJj"), block("CERTIFICATE", "!")]
)
def test_every_good_authority_of_a_bundle_counts(between: bytes) -> None:
    context = tls.ssl_context(Connection("https://a", AUTHORITY.strip() + b"\n" + between + ANOTHER + AUTHORITY))
    assert trusted(context) == {serial(AUTHORITY), serial(ANOTHER)}


def test_a_certificate_and_its_key_may_stand_in_one_file_in_any_order() -> None:
    for both in (CERTIFICATE + KEY, KEY + CERTIFICATE):
        tls.ssl_context(Connection("https://a", AUTHORITY, both, both))


RSA, EC = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize("key", [RSA, EC], ids=["RSA", "EC"])
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["PKCS 8", "its own"])
@pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"])
def test_a_key_is_known_by_what_it_is_not_by_what_it_is_called(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat, label: str
) -> None:
    body = b"".join(key.private_bytes(Encoding.PEM, form, NoEncryption()).splitlines()[1:-1]).decode()
    read = load_pem_private_key(pem.normal_key(block(label, body)), None)
    assert isinstance(read, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey))
    assert read.private_numbers() == key.private_numbers()


@pytest.mark.parametrize("text", [b"", KEY, block("CERTIFICATE", "YWJj"), ssl.PEM_cert_to_DER_cert(AUTHORITY.decode())])
def test_where_no_authority_is_found_nothing_is_trusted(text: bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        tls._trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), text)
    assert caught.value.code == "tls.authority-unreadable"
