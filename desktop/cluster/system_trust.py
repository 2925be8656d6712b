"""The authorities that this system trusts, found where Go finds them (``crypto/x509``), for kubectl is the measure."""

import contextlib
import os
import re
import ssl
from functools import lru_cache
from pathlib import Path

_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Gentoo, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",  # Alpine
)

_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")


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
            for file in _not_found_by_hash(Path(folder), Path(folder).stat().st_mtime_ns, known.cafile):
                _load(context, file)


@lru_cache(maxsize=8)
def _not_found_by_hash(folder: Path, changed: int, loaded: str | None) -> list[Path]:
    """Return the files of a folder that OpenSSL does not find by itself, nor had ``loaded`` before.

    ``changed`` is when files came or went there: many clusters ask for the same hundreds of files.
    """
    files = {file: file.resolve() for file in sorted(folder.iterdir())}
    found = {target for file, target in files.items() if _HASHED.fullmatch(file.name)}
    found.update([Path(loaded).resolve()] if loaded else [])
    return [file for file, target in files.items() if target not in found]


def _load(context: ssl.SSLContext, file: Path | None) -> None:
    """Trust what stands in a file; one that holds no certificates, or cannot be read, is passed over."""
    with contextlib.suppress(OSError):
        if file:
            context.load_verify_locations(file)
