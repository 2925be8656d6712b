"""Answers that say no, and connections that fail, as errors of ours. No header and no body ends up in one."""

import re
import socket
import ssl

import msgspec

from desktop.cluster.flight import Flight, unreachable
from desktop.errors import (
    AlreadyExists,
    ApiError,
    Cause,
    Conflict,
    ConnectionLost,
    Expired,
    FieldConflict,
    Forbidden,
    Invalid,
    NotFound,
    ServerError,
    TlsError,
    TooManyRequests,
    TransportError,
    Unauthorized,
    Unreachable,
)


class _Cause(msgspec.Struct):
    reason: str | None = None
    message: str | None = None
    field: str | None = None


class _Details(msgspec.Struct, rename="camel"):
    causes: list[_Cause] | None = None
    retry_after_seconds: int | None = None


class _Status(msgspec.Struct):
    """``meta/v1 Status``, as far as it is used."""

    kind: str | None = None
    code: int | None = None
    reason: str | None = None
    message: str | None = None
    details: _Details | None = None


_SIMPLE: dict[int, tuple[type[ApiError], str]] = {
    400: (Invalid, "api.bad-request"),
    401: (Unauthorized, "api.unauthorized"),
    403: (Forbidden, "api.forbidden"),
    404: (NotFound, "api.not-found"),
    410: (Expired, "api.expired"),
    413: (Invalid, "api.too-large"),
    422: (Invalid, "api.invalid"),
    429: (TooManyRequests, "api.too-many-requests"),
}


def api_error(code: int, body: bytes, *, retry_after: str = "", location: str = "", of_write: bool = False) -> ApiError:
    """Return the error that a failed answer means.

    ``body`` is the server's Status, or anything at all where something else answered in its place; ``retry_after``
    and ``location`` are the headers of these names; ``of_write``: something was to be changed.
    """
    try:
        status = msgspec.json.decode(body, type=_Status)
    except (msgspec.DecodeError, UnicodeDecodeError):
        status = _Status()
    is_status = status.kind == "Status"
    if not is_status:
        status = _Status()
    code = status.code or code
    details = status.details or _Details()
    told = (Cause(c.reason or "", c.message or "", c.field or "") for c in details.causes or ())
    causes = tuple(dict.fromkeys(told))  # an update of a policy is checked twice, and each fault told twice
    facts: dict[str, object] = {}
    error_type, name = _SIMPLE.get(code, (ApiError, "api.refused"))
    if code == 404 and not is_status:
        name = "api.not-served"
    elif code == 403 and of_write:
        name = _forbidden(status.message or "", causes)
    elif code == 409:
        error_type, name = _conflict(status.reason or "", causes)
    elif 300 <= code < 400:
        name, facts["location"] = "api.redirect", _host(location)
    elif code >= 500:
        error_type, name = ServerError, "api.server-error"
    elif code == 400:
        causes += _strict_causes(status.message or "")
    if code == 429 or code >= 500:
        facts["retry_after"] = _seconds(retry_after, details.retry_after_seconds)
    return error_type(
        name, status=code, reason=status.reason or "", message=status.message or "", causes=causes, **facts
    )


def _forbidden(message: str, causes: tuple[Cause, ...]) -> str:
    """Return the code of a write's 403: a right that is missing, or a thing that is not admitted from anybody.

    Every authorizer's refusal is worded by the API server (``ForbiddenMessage``: ``User "ann" cannot list ...``); the
    others come from admission: a namespace that is being deleted, a quota, a policy engine's webhook.
    """
    if any(cause.reason == "NamespaceTerminating" for cause in causes):
        return "api.namespace-terminating"
    return "api.forbidden" if not message or re.search(r'User ".*" cannot ', message) else "api.not-admitted"


def _seconds(header: str, in_details: int | None) -> int | None:
    """Return how long the server asks to wait, at most a day."""
    seconds = int(header) if re.fullmatch(r"[0-9]{1,9}", header) else in_details
    return None if seconds is None else max(0, min(seconds, 86_400))


def _conflict(reason: str, causes: tuple[Cause, ...]) -> tuple[type[ApiError], str]:
    if reason == "AlreadyExists":
        return AlreadyExists, "api.already-exists"
    if any(cause.reason == "FieldManagerConflict" for cause in causes):
        return FieldConflict, "api.field-conflict"
    return Conflict, "api.conflict"


def _strict_causes(message: str) -> tuple[Cause, ...]:
    """Find the fields that strict decoding names in its message only: ``unknown field "spec.ingres"``."""
    if "strict decoding error" not in message:
        return ()
    return tuple(
        Cause("UnknownField" if kind == "unknown" else "DuplicateField", f'{kind} field "{field}"', field)
        for kind, field in re.findall(r'(unknown|duplicate) field "([^"]*)"', message)
    )


def _host(location: str) -> str:
    """Return the host that a redirect names, and nothing else of it: the rest may hold a token."""
    found = re.match(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#]*)", location, re.IGNORECASE)
    return found[1] if found else ""


_CERTIFICATE_CODES = {
    9: "tls.not-yet-valid",
    10: "tls.expired",
    18: "tls.unknown-authority",
    19: "tls.unknown-authority",
    20: "tls.unknown-authority",
    21: "tls.unknown-authority",
    62: "tls.wrong-name",
    64: "tls.wrong-name",
}
"""OpenSSL's verification results (``X509_V_ERR_*``)."""


def connection_error(error: BaseException, flight: Flight, host: str, port: int) -> TransportError:
    """Return what an error of the transport means for the request on ``flight``."""
    chain = _chain(error)
    facts = {"host": host, "port": port}
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            code = _CERTIFICATE_CODES.get(link.verify_code, "tls.not-trusted")
            return TlsError(code, reason=link.verify_message, **facts)
        if isinstance(link, ssl.SSLError) and not isinstance(link, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            reason = link.reason or ""
            if "ALERT" in reason and any(word in reason for word in ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED")):
                # With TLS 1.3 the server judges our certificate after the handshake: it has read nothing of ours.
                return TlsError("tls.client-certificate-refused", reason=reason, **facts)
            if not flight.sent:
                is_plain = reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST")
                return TlsError("tls.not-spoken" if is_plain else "tls.failed", reason=reason, **facts)
        refusal = re.match(r"Tunnel connection failed: (\d{3})", str(link)) if isinstance(link, OSError) else None
        if refusal:
            return Unreachable("proxy.refused", status=int(refusal[1]), **facts)
    if any(isinstance(link, UnicodeError) for link in chain):
        return unreachable(socket.gaierror(), host, port)
    is_timeout = any(isinstance(link, TimeoutError) for link in chain)
    if flight.sent:
        return ConnectionLost("connection.timeout" if is_timeout else "connection.lost", **facts)
    return unreachable(TimeoutError() if is_timeout else ConnectionError(), host, port)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and those it stands for: the library carries them as causes or as arguments."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop(0)
        if link is not None and not any(link is known for known in found):
            found.append(link)
            # The client library's ApiException for a TLS error names no cause; it only happened amid one.
            behind = link.__cause__ or (link.__context__ if type(link).__name__ == "ApiException" else None)
            waiting += [behind, *(arg for arg in link.args if isinstance(arg, BaseException))]
    return found
