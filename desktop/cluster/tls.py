"""The TLS settings of a connection, made in memory: no private key ever stands in a file that others could read."""

import contextlib
import os
import ssl
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from desktop.cluster.connection import Connection
from desktop.cluster.identity import NOBODY, Identity
from desktop.errors import ConfigError


def ssl_context(connection: Connection, identity: Identity = NOBODY) -> ssl.SSLContext:
    """Return the context for a connection and who we are there; the connection's own certificate comes first.

    Raises ConfigError when a certificate or key cannot be used.

    It trusts as Go does, for kubectl is the measure: any certificate given as an authority is an anchor (a chain need
    not reach a root), and the extensions that newer Pythons demand by default are not demanded.
    """
    context = _context(verified=not connection.insecure)
    if not connection.insecure and connection.authority:
        _trust(context, connection.authority)
    elif not connection.insecure:
        context.load_default_certs()
    _prove(context, connection, identity)
    return context


def _prove(context: ssl.SSLContext, connection: Connection, identity: Identity) -> None:
    """Have the context show our certificate to who asks for one."""
    if connection.client_certificate:
        _load_client_certificate(context, connection.client_certificate, connection.client_key)
    elif identity.certificate:
        _load_client_certificate(context, identity.certificate, identity.key)


def _context(*, verified: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _trust(context: ssl.SSLContext, authority: bytes) -> None:
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cadata=authority.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError("tls.authority-unreadable") from error


def proxy_context(connection: Connection, identity: Identity = NOBODY) -> ssl.SSLContext:
    """Return the context for a proxy that is spoken to by TLS: the system's authorities count, and the cluster's.

    As with kubectl, a proxy that asks for a certificate is shown ours. Unlike kubectl, the system's authorities count
    beside the cluster's, and ``tls-server-name`` is the server's alone: a proxy is seldom the cluster's, and what goes
    through it is encrypted for the server, which has to prove itself to the cluster's authority all the same.
    """
    context = _context(verified=not connection.insecure)
    if not connection.insecure:
        context.load_default_certs()
        if connection.authority:
            _trust(context, connection.authority)
    _prove(context, connection, identity)
    return context


class _Encrypted(Exception):
    """The key asks for a passphrase."""


def _no_passphrase() -> str:
    """Refuse, where OpenSSL would ask on the terminal."""
    raise _Encrypted


def _load_client_certificate(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Give the context our certificate; the ssl module takes it from files only."""
    try:
        with _as_files(certificate, key) as (certificate_file, key_file):
            context.load_cert_chain(certificate_file, key_file, password=_no_passphrase)
    except _Encrypted as error:
        raise ConfigError("tls.client-key-encrypted") from error
    except ssl.SSLError as error:
        mismatch = error.reason == "KEY_VALUES_MISMATCH"
        raise ConfigError("tls.client-key-mismatch" if mismatch else "tls.client-certificate-unreadable") from error
    except OSError as error:
        raise ConfigError("tls.client-certificate-unreadable") from error


@contextlib.contextmanager
def _as_files(certificate: bytes, key: bytes) -> Iterator[tuple[str, str]]:
    """Offer two secrets under two paths, for as long as the block runs."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        offer = _memory_file
    elif hasattr(os, "mkfifo"):
        offer = _pipe
    else:
        offer = _private_file
    with offer(certificate) as first, offer(key) as second:
        yield first, second


@contextlib.contextmanager
def _memory_file(content: bytes) -> Iterator[str]:
    """Linux: a file that has no name in any folder and dies with the process."""
    with os.fdopen(os.memfd_create("bulkhead", os.MFD_CLOEXEC), "wb") as file:
        file.write(content)
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}"


@contextlib.contextmanager
def _pipe(content: bytes) -> Iterator[str]:
    """Other POSIX systems: a named pipe in a private folder; the content passes through memory only."""
    with tempfile.TemporaryDirectory(prefix="bulkhead-") as folder:  # made with mode 0700
        path = os.path.join(folder, "pipe")  # noqa: PTH118  the ssl module wants a string anyway
        os.mkfifo(path, 0o600)
        writer = threading.Thread(target=_write_to_pipe, args=(path, content), name="tls-key", daemon=True)
        writer.start()
        try:
            yield path
        finally:
            _drain(path, writer)


def _drain(path: str, writer: threading.Thread) -> None:
    """Be the reader that the writer waits for where OpenSSL gave up before it came to this pipe."""
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    while writer.is_alive():
        with contextlib.suppress(BlockingIOError):
            os.read(reader, 65536)
        writer.join(0.001)
    os.close(reader)


def _write_to_pipe(path: str, content: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), open(path, "wb", buffering=0) as pipe:  # noqa: PTH123
        pipe.write(content)


@contextlib.contextmanager
def _private_file(content: bytes) -> Iterator[str]:
    """Windows, the last resort: a file in the user's own temporary folder, gone at once."""
    handle, path = tempfile.mkstemp(prefix="bulkhead-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        yield path
    finally:
        Path(path).unlink()
