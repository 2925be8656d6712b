"""Certificates of the test server, made once in a process: good ones, and ones to be refused."""

import ssl
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme  # costs 0.2 s, so it is imported when the first server starts


class Certificate(Enum):
    """The server's certificate."""

    GOOD = "good"
    EXPIRED = "expired"
    OTHER_NAME = "other-name"
    OTHER_CA = "other-ca"


@cache
def authority(name: str = "cluster") -> "trustme.CA":
    """Return the CA of that name."""
    import trustme  # noqa: PLC0415  see above

    return trustme.CA(organization_name=f"Test {name}")


def ca_pem(name: str = "cluster") -> str:
    """Return a CA's certificate."""
    return authority(name).cert_pem.bytes().decode()


@cache
def server_context(certificate: Certificate) -> ssl.SSLContext:
    """Return the server's side of TLS, which accepts client certificates of the cluster's CA."""
    signer = authority("other" if certificate is Certificate.OTHER_CA else "cluster")
    names = ("elsewhere.example",) if certificate is Certificate.OTHER_NAME else ("localhost", "127.0.0.1")
    now = datetime.now(UTC)
    ends = now - timedelta(days=1) if certificate is Certificate.EXPIRED else now + timedelta(days=1)
    leaf = signer.issue_cert(*names, not_before=now - timedelta(days=2), not_after=ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    authority().configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


@cache
def client_certificate(user: str, group: str) -> tuple[str, str]:
    """Return a client certificate and its key, as PEM, that name a user and a group."""
    leaf = authority().issue_cert(common_name=user, organization_name=group)
    return leaf.cert_chain_pems[0].bytes().decode(), leaf.private_key_pem.bytes().decode()
