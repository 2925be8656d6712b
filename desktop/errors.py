"""The one tree of errors.

An error is a code and the facts behind it; the sentence a person reads is made from both in
``desktop.wording.errors``, in the person's language. Facts hold no secrets: no token, no key, no
request header, no answer body.
"""

from collections.abc import Mapping
from dataclasses import dataclass


class BulkheadError(Exception):
    """Something that went wrong, as a value: ``code`` says what, ``facts`` says to what."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Mapping[str, object] = facts

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value!r}" for name, value in self.facts.items())])


class Cancelled(BulkheadError):
    """The user, or the end of the program, asked the work to stop."""

    def __init__(self) -> None:
        super().__init__("cancelled")


class ConfigError(BulkheadError):
    """A kubeconfig entry or a setting that cannot be used as it stands."""


class ConsentNeeded(ConfigError):
    """The user has not yet let a program run; ``program`` is what would run (``desktop.cluster.plugin.Plugin``)."""

    def __init__(self, code: str, /, *, program: object, **facts: object) -> None:
        super().__init__(code, **facts)
        self.program = program


class FileError(BulkheadError):
    """A file or folder that cannot be read or written; ``path`` is among the facts."""


class SignInFailed(BulkheadError):
    """Whoever gives the credentials gave none.

    ``said`` is what a program told people about it. It may hold secrets: it is shown, but neither logged nor copied,
    and so is none of the facts.
    """

    def __init__(self, code: str, /, *, said: str = "", **facts: object) -> None:
        super().__init__(code, **facts)
        self.said = said


class TransportError(BulkheadError):
    """No answer came from the server."""


class Unreachable(TransportError):
    """No connection could be made: refused, no route, name unknown, timed out."""


class TlsError(TransportError):
    """The server's certificate, or ours, was not accepted."""


class ConnectionLost(TransportError):
    """The connection broke after the request was sent: whether it took effect is unknown."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause in a server's Status (``details.causes[]``): ``field`` is a path such as ``spec.ingress[0]``."""

    reason: str
    message: str
    field: str


class ApiError(BulkheadError):
    """The server answered with a Status of failure (``meta/v1 Status``).

    ``status`` is the HTTP code, ``reason`` the Status's reason, ``message`` the server's own words.
    """

    def __init__(
        self,
        code: str,
        /,
        *,
        status: int,
        reason: str = "",
        message: str = "",
        causes: tuple[Cause, ...] = (),
        **facts: object,
    ) -> None:
        super().__init__(code, status=status, reason=reason, message=message, **facts)
        self.status = status
        self.reason = reason
        self.message = message
        self.causes = causes


class Unauthorized(ApiError):
    """401: the credentials were not accepted."""


class Forbidden(ApiError):
    """403: the user may not do this, or the cluster admits it from nobody; the code tells which."""


class NotFound(ApiError):
    """404: the object, its namespace or the whole resource is not there."""


class AlreadyExists(ApiError):
    """409 AlreadyExists: an object of that name is there."""


class Conflict(ApiError):
    """409 Conflict: the object is no longer the one the change started from (resource version or uid)."""


class FieldConflict(ApiError):
    """409 with FieldManagerConflict causes: another manager owns a field that the apply would change."""


class Expired(ApiError):
    """410: the resource version or continue token is too old."""


class Invalid(ApiError):
    """400 or 422: the server refuses the object; ``causes`` name the fields where it does so."""


class TooManyRequests(ApiError):
    """429: the server asks to wait ``retry_after`` seconds (among the facts, may be None)."""


class ServerError(ApiError):
    """5xx: the server failed."""
