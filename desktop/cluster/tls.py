"""The TLS settings of a connection, made in memory: no private key is ever written to a file."""

import contextlib
import ssl

from desktop.cluster import pem, server_url, system_trust
from desktop.cluster.connection import Connection
from desktop.cluster.identity import NOBODY, Identity
from desktop.cluster.memory_paths import memory_path
from desktop.errors import ConfigError

_CIPHERS = "@SECLEVEL=1:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!AESCCM"
"""Python's own, and what Go offers besides: old load balancers know AES with SHA-1 only, old authorities have RSA keys
of 1024 bits. Signatures with SHA-1 are refused by both all the same."""

_KEY_IDENTIFIER, _UNKNOWN = b"\x06\x03\x55\x1d\x0e", b"\x06\x03\x55\x1d\x7f"
"""The name of an extension (DER of 2.5.29.14, ``subjectKeyIdentifier``: RFC 5280, 4.2.1.2), and one without a meaning.

OpenSSL passes over an authority whose key identifier is not what the server's certificate says, Go tries the key. An
authority that was renewed with its old key by another program, or another version of Go, has another identifier. So
it is trusted a second time, without one: nobody verifies the signature of what is trusted.
"""


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
        system_trust.load(context)
    _prove(context, connection, identity)
    return context


def _prove(context: ssl.SSLContext, connection: Connection, identity: Identity) -> None:
    """Have the context show our certificate to who asks for one."""
    certificate, key = connection.client_certificate, connection.client_key
    if not certificate:
        certificate, key = identity.certificate, identity.key
    if certificate:
        _load_client_certificate(context, pem.normal_certificates(certificate), pem.normal_key(key))


def _context(*, verified: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _trust(context: ssl.SSLContext, authority: bytes) -> None:
    """Trust the certificates in a text; raises ConfigError where there is none that can be used."""
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    usable = False
    for certificate in pem.certificates(authority):
        with contextlib.suppress(ssl.SSLError):
            context.load_verify_locations(cadata=certificate)
            usable = True
            context.load_verify_locations(cadata=certificate.replace(_KEY_IDENTIFIER, _UNKNOWN))
    if not usable:
        raise ConfigError("tls.authority-unreadable")


def proxy_context(connection: Connection, identity: Identity = NOBODY) -> ssl.SSLContext:
    """Return the context for a proxy that is spoken to by TLS.

    As with kubectl, whose settings for the server are the proxy's too: the cluster's authority counts, it is shown our
    certificate, it goes unverified where the server does, and ``client`` asks it for ``tls-server-name``. Unlike
    kubectl, the system's authorities count beside the cluster's, for a proxy is seldom the cluster's: it may learn its
    own password and the server's address, while what goes through it is encrypted for the server, which has to prove
    itself to the cluster's authority all the same.
    """
    unverified = connection.insecure and not server_url.is_plain(connection.server)
    context = _context(verified=not unverified)
    if not unverified:
        system_trust.load(context)
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
        with memory_path(certificate) as certificate_path, memory_path(key) as key_path:
            context.load_cert_chain(certificate_path, key_path, password=_no_passphrase)
    except _Encrypted as error:
        raise ConfigError("tls.client-key-encrypted") from error
    except ssl.SSLError as error:
        mismatch = error.reason == "KEY_VALUES_MISMATCH"
        raise ConfigError("tls.client-key-mismatch" if mismatch else "tls.client-certificate-unreadable") from error
    except OSError as error:
        raise ConfigError("tls.client-certificate-unreadable") from error
