"""Requests to one API server: raw JSON in, raw JSON out; every failure an error of ours.

The client library behind it is imported at the first request (it takes up to a second), off the UI thread.
"""

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode, urlsplit

from desktop import __version__, turns
from desktop.cancellation import CancelToken
from desktop.cluster import failures
from desktop.cluster.connection import Connection
from desktop.cluster.flight import CURRENT, Flight
from desktop.cluster.identity import NOBODY, Identity
from desktop.cluster.notices import ServerWarns
from desktop.cluster.pace import Pace
from desktop.errors import (
    BulkheadError,
    Cancelled,
    ConnectionLost,
    TlsError,
    TooManyRequests,
    TransportError,
    Unauthorized,
)

if TYPE_CHECKING:
    import urllib3

    from desktop.cluster.client import Rest

CONNECT_LIMIT = 15.0
"""Seconds for a connection to be made."""

READ_LIMIT = 60.0
"""Seconds without a byte of the answer before the connection counts as lost."""

ERROR_BODY_LIMIT = 1 << 20
"""The most bytes of an answer that says no which are read."""

LINE_LIMIT = 32 << 20
"""The longest line of a watch that is believed; the server's own limit for an object is a tenth of it."""

RETRIES, LONGEST_RETRY = 3, 10
"""How often a patient request is made again, and the seconds that it waits at the most before."""

LOOK_EVERY = 10.0
"""Seconds between two looks at whether the files of certificates have changed."""

_RENEW_AT_MOST_EVERY = 10.0
"""Seconds between two readings of the credentials on account of refused requests."""

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer. ``warnings``: the texts of its ``Warning: 299`` headers, each once."""

    body: bytes
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    read_limit: float = READ_LIMIT


@dataclass(frozen=True, slots=True)
class _Link:
    """A connection's settings, who we are, and the pools made from both; replaced as a whole when one is renewed."""

    connection: Connection
    identity: Identity
    rest: "Rest"

    @property
    def authorization(self) -> str:
        """The header of the next request; empty where none is sent."""
        return self.connection.authorization() or self.identity.authorization


class Transport:
    """A connection's way to its server. Thread-safe; contacts nothing until the first request."""

    def __init__(self, connection: Connection) -> None:
        parts = urlsplit(connection.server)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._connection = connection
        self._pace = Pace()
        self._link: _Link | None = None
        self._link_lock = threading.Lock()
        self._renewed_at = -_RENEW_AT_MOST_EVERY
        self._looked_at = time.monotonic()
        self._flights: set[Flight] = set()
        self._flights_lock = threading.Lock()
        self._closed = False

    def call(
        self,
        method: str,
        path: str,
        token: CancelToken,
        *,
        query: Query = (),
        body: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        changes: bool = False,
        patient: bool = False,
    ) -> Answer:
        """Make a request and return the whole answer; raises TransportError and ApiError.

        A ``form`` is sent as browsers do. ``changes`` marks a request that may change something: it is never repeated,
        and once it is sent, to cancel it raises ConnectionLost rather than Cancelled, for nobody knows then whether it
        took effect. A ``patient`` request is made again where a busy server says when (``Retry-After``).
        """
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = content_type
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self._connection.compression:
            headers["Accept-Encoding"] = "gzip"
        request = _Request(method, path, query, headers, body, form)

        def fly(link: _Link, flight: Flight) -> Answer:
            with self._flying(flight, changes=changes):
                response = self._send(link, flight, request)
                with contextlib.closing(response):  # an error that is kept would keep the connection open
                    content = response.read()
                    response.release_conn()
                return Answer(content, _warnings(response.headers.getlist("Warning")))

        def go() -> Answer:
            return self._with_fresh_credentials(lambda link: _repeated_if_stale(fly, link, token, once=changes), token)

        return _patiently(go, token) if patient else go()

    def lines(self, path: str, token: CancelToken, *, query: Query, read_limit: float) -> Generator[bytes]:
        """Start a request whose answer comes line by line; returns as soon as the server agreed to it.

        The lines end when the server ends the answer; an unfinished last line is dropped. ``read_limit``: the longest
        silence in seconds. Raises TransportError and ApiError, the former also amid the lines.
        """
        # Not compressed: a compressor would keep events back until it has enough of them.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        # A watch is answered at once, and silent only then: a longer silence is that of a dead connection.
        request = _Request("GET", path, query, headers, read_limit=min(READ_LIMIT, read_limit))

        def fly(link: _Link, flight: Flight) -> Generator[bytes]:
            flight.patience = read_limit
            with contextlib.ExitStack() as until_open:
                until_open.enter_context(self._flying(flight))
                response = self._send(link, flight, request)
                until_open.callback(response.close)
                if not response.headers.get("Content-Type", "application/json").startswith("application/json"):
                    raise TransportError("answer.unreadable")  # a page to log in, for one
                return _lines(response, flight.token, until_open.pop_all())

        return self._with_fresh_credentials(lambda link: _repeated_if_stale(fly, link, token), token)

    def knock(self, path: str, token: CancelToken) -> None:
        """Ask for a path as who we are known as now; raises TransportError and ApiError.

        Nobody signs in for it, and nothing is read again. Before the first request of another kind it asks nothing.
        """
        with self._link_lock:
            link = self._link
        if link is None:
            return
        request = _Request("GET", path, (), {"Accept": "application/json"}, read_limit=CONNECT_LIMIT)
        flight = Flight(token)
        with self._flying(flight), contextlib.closing(self._send(link, flight, request)) as response:
            response.read(ERROR_BODY_LIMIT)

    def close(self) -> None:
        """Break off what is under way and let go of all connections."""
        with self._flights_lock:
            self._closed = True
            flights = list(self._flights)
        for flight in flights:
            flight.sever()
        with self._link_lock:
            if self._link is not None:
                self._link.rest.close()

    def _send(self, link: _Link, flight: Flight, request: _Request) -> "urllib3.HTTPResponse":
        """Send a request and wait for the head of a good answer; raises ApiError for any other."""
        headers = link.rest.headers(request.headers)
        headers["User-Agent"] = f"bulkhead/{__version__}"
        if authorization := link.authorization:
            headers["Authorization"] = authorization
        if link.connection.acting_as:
            for name, value in link.connection.acting_as.headers():
                headers.add(name, value)
        query = f"?{urlencode(request.query)}" if request.query else ""
        self._pace.wait(flight.token)
        turns.give_way()  # fifty clusters at once have hundreds of requests to make
        before = CURRENT.set(flight)
        try:
            response: urllib3.HTTPResponse = link.rest.request(  # type: ignore[no-untyped-call]
                request.method,
                link.connection.server + request.path + query,
                headers=headers,
                body=request.body,
                post_params=request.form,
                _request_timeout=(CONNECT_LIMIT, request.read_limit),
            ).response
        finally:
            CURRENT.reset(before)
        if response.status != 401 and link.connection.source:
            link.connection.source.accepted()
        if request.method == "GET":  # a write tells of its warnings itself
            for text in _warnings(response.headers.getlist("Warning")):
                link.connection.hear(ServerWarns(text))
        if 200 <= response.status < 300:
            return response
        with contextlib.closing(response):
            content = response.read(ERROR_BODY_LIMIT)
        get = response.headers.get
        raise failures.api_error(
            response.status,
            content,
            retry_after=get("Retry-After", ""),
            location=get("Location", ""),
            of_write=request.method != "GET",
        )

    @contextlib.contextmanager
    def _flying(self, flight: Flight, *, changes: bool = False) -> Iterator[None]:
        """For the time of the block let the flight be severed, and turn the library's errors into ours."""
        with self._flights_lock:
            if self._closed:
                raise Cancelled
            self._flights.add(flight)
        try:
            with flight.token.on_cancel(flight.sever):
                flight.token.check()
                yield
        except TransportError as error:
            raise self._with_proxy(error) from error
        except BulkheadError:
            raise
        except Exception as error:
            if not isinstance(error, _library_errors()):
                raise  # a fault of ours
            if (self._closed or flight.token.cancelled) and not (changes and flight.sent):
                raise Cancelled from error
            raise self._with_proxy(failures.connection_error(error, flight, self._host, self._port)) from error
        finally:
            flight.land()
            with self._flights_lock:
                self._flights.discard(flight)

    def _with_proxy(self, error: TransportError) -> TransportError:
        """Let an error name the proxy, where there is one on the way."""
        proxy = self._connection.proxy
        return type(error)(error.code, **{"proxy": str(proxy), **error.facts}) if proxy else error

    def _with_fresh_credentials(self, request: Callable[[_Link], _T], token: CancelToken) -> _T:
        """Make a request; where the server does not know us (any more), get all credentials anew, once."""
        link = self._current_link(token)
        try:
            return request(link)
        except (Unauthorized, TlsError) as error:
            source = link.connection.source
            refused = isinstance(error, Unauthorized) or error.code == "tls.client-certificate-refused"
            if not (refused and source and source.refused(link.identity)) and not self._renew(link.connection):
                raise
        return request(self._current_link(token))

    def _current_link(self, token: CancelToken) -> _Link:
        """Return the link with an identity that is good now; it is fetched where there is none, which may take long."""
        self._follow_files()
        while True:
            connection = self._connection
            identity = connection.source.get(token) if connection.source else NOBODY
            with self._link_lock:
                if connection is not self._connection:
                    continue  # renewed meanwhile
                link = self._link
                if link is not None and link.connection is connection and link.identity == identity:
                    return link
                self._link = fresh = _linked(connection, identity, link)
                if link is not None and link.rest is not fresh.rest:
                    link.rest.close()
                return fresh

    def _follow_files(self) -> None:
        """Read everything again where a certificate file is no longer as it was; now and then."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            connection = self._connection
            if not all(stamp.is_current() for stamp in connection.files):
                self._renew(connection)

    def _renew(self, old: Connection) -> bool:
        """Read everything again; whether there is anything to try anew. One caller reads for all."""
        with self._link_lock:
            if self._connection is not old:
                return True
            renew = old.renew
            if renew is None or time.monotonic() - self._renewed_at < _RENEW_AT_MOST_EVERY:
                return False
            self._renewed_at = time.monotonic()
            try:
                connection = renew()
                if (connection.server, connection.acting_as) != (old.server, old.acting_as):
                    return False  # another cluster or somebody else by now: not what is shown
                before = self._link
                fresh = _linked(connection, before.identity if before else NOBODY, before)
            except BulkheadError as error:  # such as a certificate that is written just now: the last good one serves
                _log.info("credentials could not be read again: %s", error)
                return False
            self._connection, self._link = connection, fresh
            if before is not None and before.rest is not fresh.rest:
                before.rest.close()
            return True


def _linked(connection: Connection, identity: Identity, before: _Link | None) -> _Link:
    """Make a link; what leaves the pools as they are keeps them."""
    if before is not None and before.connection == connection and before.identity.certificate == identity.certificate:
        return _Link(connection, identity, before.rest)
    return _Link(connection, identity, _rest(connection, identity))


def _rest(connection: Connection, identity: Identity) -> "Rest":
    from desktop.cluster import client, tls  # noqa: PLC0415  the client library takes a second to import

    is_secure = connection.server.startswith("https:")
    context = tls.ssl_context(connection, identity) if is_secure else None
    proxy = connection.proxy
    proxy_context = tls.proxy_context(connection, identity) if proxy and proxy.scheme == "https" else None
    return client.Rest(context, connection.tls_server_name, proxy, proxy_context)


def _library_errors() -> tuple[type[Exception], ...]:
    from desktop.cluster import client  # noqa: PLC0415  see _rest

    return client.ERRORS


def _patiently(request: Callable[[], _T], token: CancelToken) -> _T:
    """Make a request, and again for as often as the server asks to wait a little: it has done nothing then."""
    for _ in range(RETRIES):
        try:
            return request()
        except TooManyRequests as error:
            seconds = error.facts.get("retry_after")
            if not isinstance(seconds, int) or seconds > LONGEST_RETRY:
                raise
            token.wait(seconds)
    return request()


def _repeated_if_stale(
    fly: Callable[[_Link, Flight], _T], link: _Link, token: CancelToken, *, once: bool = False
) -> _T:
    """Make a request, and once more where it went out on an old connection that the server had closed meanwhile."""
    flight = Flight(token)
    try:
        return fly(link, flight)
    except ConnectionLost:
        if once or flight.dialled:
            raise
    return fly(link, Flight(token))


def _lines(response: "urllib3.HTTPResponse", token: CancelToken, resources: contextlib.ExitStack) -> Generator[bytes]:
    """Yield the lines of an answer as they come, then let go of ``resources``."""
    with resources:
        pending: list[bytes] = []
        length = 0
        while chunk := response.read1(1 << 16):
            first, *others = chunk.split(b"\n")
            pending.append(first)
            length += len(first)
            if length > LINE_LIMIT:
                raise TransportError("answer.too-long", limit=LINE_LIMIT)
            for part in others:
                yield b"".join(pending)
                pending, length = [part], len(part)
        token.check()


def _warnings(headers: Sequence[str]) -> tuple[str, ...]:
    """Return the texts of ``Warning: 299 - "..."`` headers (RFC 7234, 5.5), each once, in their order."""
    texts = (text for header in headers for text in re.findall(r'\b299 \S+ "((?:[^"\\]|\\.)*)"', header))
    return tuple(dict.fromkeys(re.sub(r"\\(.)", r"\1", text) for text in texts))
