"""Servers are verified as kubectl does, and our own key never stands in a file."""

import os
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from desktop.cancellation import CancelToken
from desktop.cluster import memory_paths, system_trust, tls
from desktop.cluster.connection import Connection
from desktop.cluster.transport import Transport
from desktop.errors import BulkheadError, ConfigError, TlsError
from tests.unit.cluster.small_server import always, serve, server_context

CA = trustme.CA()
OTHER = trustme.CA()
MINE = CA.issue_cert("me@example.org")
CERTIFICATE = b"".join(part.bytes() for part in MINE.cert_chain_pems)
KEY = MINE.private_key_pem.bytes()

Offer = Callable[[bytes], AbstractContextManager[str]]
if sys.platform == "win32":
    OFFERS: list[Offer] = [memory_paths.windows_pipe]
else:
    OFFERS = [memory_paths.memory_file, memory_paths.fifo]


def ask(connection: Connection) -> bytes:
    transport = Transport(connection)
    try:
        return transport.call("GET", "/version", CancelToken()).body
    finally:
        transport.close()


def trusting(port: int, **more: object) -> Connection:
    return replace(Connection(f"https://127.0.0.1:{port}", CA.cert_pem.bytes()), **more)  # type: ignore[arg-type]


@pytest.fixture
def temp_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be the only folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("offer", OFFERS)
def test_a_client_certificate_proves_who_we_are(
    offer: Offer, temp_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "memory_path", offer)
    with serve(always(b"hello"), server_context(CA, "127.0.0.1", clients=CA)) as port:
        assert ask(trusting(port, client_certificate=CERTIFICATE, client_key=KEY)) == b"hello"
    assert list(temp_folder.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_no_file_appears_anywhere_while_the_key_is_loaded(temp_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, list[Path]]] = []
    load = ssl.SSLContext.load_cert_chain

    def watching(context: ssl.SSLContext, certificate: str, key: str, password: Callable[[], str]) -> None:
        seen.append((certificate, key, list(temp_folder.iterdir())))
        load(context, certificate, key, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watching)
    tls.ssl_context(Connection("https://a", CA.cert_pem.bytes(), CERTIFICATE, KEY))
    ((certificate, key, files),) = seen
    assert certificate.startswith("/proc/self/fd/")
    assert key.startswith("/proc/self/fd/")
    assert files == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has pipes of its own")
def test_the_pipe_of_other_systems_is_closed_to_others_and_holds_nothing(temp_folder: Path) -> None:
    with memory_paths.fifo(KEY * 100) as path:  # more than a pipe holds, and never read
        assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
        assert stat.S_ISFIFO(Path(path).stat().st_mode)
    assert list(temp_folder.iterdir()) == []


@pytest.mark.skipif(sys.platform != "win32", reason="Windows only")
def test_another_process_finds_nothing_in_the_pipe_of_windows_and_we_do_after_it() -> None:
    with memory_paths.memory_path(KEY) as path:
        theirs = subprocess.run(
            [sys.executable, "-c", "import sys; print(open(sys.argv[1], 'rb').read())", path],
            capture_output=True,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        assert theirs.stdout.strip() == b"b''"
        assert Path(path).read_bytes() == KEY


@pytest.mark.parametrize("offer", OFFERS)
def test_a_secret_that_nobody_reads_is_waited_for_by_nobody(offer: Offer) -> None:
    with offer(KEY * 100):  # more than a pipe holds
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "tls-key"]


def encrypted() -> bytes:
    key = load_pem_private_key(KEY, None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


@pytest.mark.parametrize(
    ("authority", "certificate", "key", "code"),
    [
        (b"junk", b"", b"", "tls.authority-unreadable"),
        (b"\xff\xfe", b"", b"", "tls.authority-unreadable"),
        (KEY, b"", b"", "tls.authority-unreadable"),
        (b"-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n", b"", b"", "tls.authority-unreadable"),
        (b"", b"junk", KEY, "tls.client-certificate-unreadable"),
        (b"", CERTIFICATE, b"junk", "tls.client-certificate-unreadable"),
        (b"", CERTIFICATE, b"", "tls.client-certificate-unreadable"),
        (b"", CERTIFICATE, OTHER.issue_cert("x").private_key_pem.bytes(), "tls.client-key-mismatch"),
        (b"", CERTIFICATE, encrypted(), "tls.client-key-encrypted"),
    ],
)
@pytest.mark.parametrize("offer", OFFERS)
def test_what_cannot_be_used_is_an_error_that_shows_nothing(
    offer: Offer,
    authority: bytes,
    certificate: bytes,
    key: bytes,
    code: str,
    temp_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tls, "memory_path", offer)
    with pytest.raises(ConfigError) as caught:
        tls.ssl_context(Connection("https://a", authority, certificate, key))
    if "memory_file" not in offer.__name__ and code == "tls.client-key-mismatch":
        code = "tls.client-certificate-unreadable"  # OpenSSL asks a pipe for its place, and that error hides the other
    assert caught.value.code == code
    assert caught.value.facts == {}
    assert list(temp_folder.iterdir()) == []


NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("context", "code"),
    [
        (server_context(OTHER, "127.0.0.1"), "tls.unknown-authority"),
        (server_context(CA, "127.0.0.1", not_before=NOW - 2 * DAY, not_after=NOW - DAY), "tls.expired"),
        (server_context(CA, "127.0.0.1", not_before=NOW + DAY, not_after=NOW + 2 * DAY), "tls.not-yet-valid"),
        (server_context(CA, "elsewhere.example"), "tls.wrong-name"),
        (server_context(CA, "127.0.0.2"), "tls.wrong-name"),
        (None, "tls.not-spoken"),
    ],
)
def test_a_server_that_cannot_prove_itself_is_refused(context: ssl.SSLContext | None, code: str) -> None:
    def plain(connection: object) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")  # type: ignore[attr-defined]

    with serve(always() if context else plain, context) as port, pytest.raises(TlsError) as caught:
        ask(trusting(port))
    assert caught.value.code == code
    assert caught.value.facts["port"] == port


def test_the_systems_authorities_are_asked_where_none_is_given() -> None:
    with serve(always(), server_context(CA, "127.0.0.1")) as port, pytest.raises(TlsError) as caught:
        ask(Connection(f"https://127.0.0.1:{port}"))
    assert caught.value.code == "tls.unknown-authority"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps its authorities elsewhere")
def test_the_systems_authorities_are_found_where_kubectl_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder they may have any name; and OpenSSL may know none of this system's places."""
    (tmp_path / "ours").write_bytes(CA.cert_pem.bytes())
    (tmp_path / "README").write_text("nothing here")
    (tmp_path / "folder").mkdir()
    with serve(always(b"hello"), server_context(CA, "127.0.0.1")) as port:
        monkeypatch.setenv("SSL_CERT_DIR", f"/nowhere{os.pathsep}{tmp_path}")
        assert ask(Connection(f"https://127.0.0.1:{port}")) == b"hello"
        monkeypatch.delenv("SSL_CERT_DIR")
        monkeypatch.setattr(system_trust, "_FILES", (str(tmp_path / "nothing"), str(tmp_path / "ours")))
        with pytest.raises(TlsError):
            ask(Connection(f"https://127.0.0.1:{port}"))
        nowhere = ssl.DefaultVerifyPaths("", "", "SSL_CERT_FILE", "/x/cert.pem", "SSL_CERT_DIR", "/x/certs")
        monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
        assert ask(Connection(f"https://127.0.0.1:{port}")) == b"hello"


def test_an_unverified_server_is_talked_to_where_the_user_said_so() -> None:
    with serve(always(b"hello"), server_context(OTHER, "elsewhere.example")) as port:
        assert ask(Connection(f"https://127.0.0.1:{port}", insecure=True)) == b"hello"


def test_the_name_to_verify_may_be_another_than_the_address() -> None:
    with serve(always(b"hello"), server_context(CA, "api.internal")) as port:
        assert ask(trusting(port, tls_server_name="api.internal")) == b"hello"
        with pytest.raises(TlsError) as caught:
            ask(trusting(port, tls_server_name="other.internal"))
    assert caught.value.code == "tls.wrong-name"


def test_a_wildcard_right_below_a_top_level_domain_counts() -> None:
    with serve(always(b"hello"), server_context(CA, "*.lan")) as port:
        assert ask(trusting(port, tls_server_name="cluster.lan")) == b"hello"
        for name in ("lan", "a.cluster.lan", "cluster.internal", "cluster.lan.internal"):
            with pytest.raises(TlsError) as caught:
                ask(trusting(port, tls_server_name=name))
            assert caught.value.code == "tls.wrong-name"
    with serve(always(b"hello"), server_context(OTHER, "*.lan")) as port, pytest.raises(TlsError) as caught:
        ask(trusting(port, tls_server_name="cluster.lan"))
    assert caught.value.code == "tls.unknown-authority"


def test_an_intermediate_authority_is_trusted_by_itself() -> None:
    """Go takes every certificate given as an authority for an anchor."""
    intermediate = OTHER.create_child_ca()
    with serve(always(b"hello"), server_context(intermediate, "127.0.0.1")) as port:
        given = Connection(f"https://127.0.0.1:{port}", intermediate.cert_pem.bytes())
        assert ask(given) == b"hello"


def renewed(authority: trustme.CA, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a certificate of the same name as an authority's for a key, the key identifier not being made of it."""
    old = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    builder = x509.CertificateBuilder(old.subject, old.subject, key.public_key(), 7, NOW - DAY, NOW + DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return (
        builder.add_extension(x509.SubjectKeyIdentifier(b"new"), critical=False)
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
    )


def test_an_authority_that_was_renewed_with_its_old_key_is_trusted() -> None:
    """Its key identifier is another one where another program, or another version of Go, made the certificate."""
    key = load_pem_private_key(CA.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    with serve(always(b"hello"), server_context(CA, "127.0.0.1")) as port:
        assert ask(Connection(f"https://127.0.0.1:{port}", renewed(CA, key))) == b"hello"
        with pytest.raises(TlsError):
            ask(Connection(f"https://127.0.0.1:{port}", renewed(CA, ec.generate_private_key(key.curve))))


def small_rsa() -> tuple[bytes, bytes]:
    """Return a certificate for 127.0.0.1 that signed itself with a key as they were made long ago, and that key."""
    key = rsa.generate_private_key(65537, 1024)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "old")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - DAY, NOW + DAY)
    own = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = builder.add_extension(own, critical=False).sign(key, SHA256())
    return signed.public_bytes(Encoding.PEM), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_an_old_server_is_talked_to_where_kubectl_does(tmp_path: Path) -> None:
    """With a key that is still thought good enough by Go, and with ciphers that Go still offers."""
    certificate, key = small_rsa()
    (tmp_path / "both.pem").write_bytes(certificate + key)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-RSA-AES128-SHA:@SECLEVEL=0")
    old.load_cert_chain(tmp_path / "both.pem")
    with serve(always(b"hello"), old) as port:
        made = Connection(f"https://127.0.0.1:{port}", certificate, client_certificate=certificate, client_key=key)
        assert ask(made) == b"hello"


STRANGER = OTHER.issue_cert("me@example.org").private_key_and_cert_chain_pem.bytes()


@pytest.mark.parametrize("mine", [b"", STRANGER])
def test_a_server_that_does_not_accept_our_certificate_is_told_as_such(mine: bytes) -> None:
    with serve(always(), server_context(CA, "127.0.0.1", clients=CA)) as port, pytest.raises(BulkheadError) as caught:
        ask(trusting(port, client_certificate=mine, client_key=mine))
    # Where the server closes before its alert is read, the system reports no more than a broken connection.
    assert caught.value.code in ("tls.client-certificate-refused", "connection.lost")
