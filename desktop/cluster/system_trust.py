"""The authorities that this system trusts, found where Go finds them (``crypto/x509``), for kubectl is the measure."""

import contextlib
import os
import ssl
from pathlib import Path

_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Gentoo, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",  # Alpine
)


def load(context: ssl.SSLContext) -> None:
    """Have the context trust them.

    OpenSSL knows the places of the system it was built for, which need not be this one, and reads of a folder in
    ``SSL_CERT_DIR`` only what is named by its hash.
    """
    context.load_default_certs()
    known = ssl.get_default_verify_paths()
    if os.name == "posix" and not (known.cafile or known.capath):
        _load(context, next((Path(file) for file in _FILES if Path(file).is_file()), None))
    for folder in filter(None, os.environ.get("SSL_CERT_DIR", "").split(os.pathsep)):
        with contextlib.suppress(OSError):
            for file in sorted(Path(folder).iterdir()):
                _load(context, file)


def _load(context: ssl.SSLContext, file: Path | None) -> None:
    """Trust what stands in a file; one that holds no certificates, or cannot be read, is passed over."""
    with contextlib.suppress(OSError):
        if file:
            context.load_verify_locations(file)
