"""HTTP/1.1 over one connection: requests in, answers and streams out, faults between."""

import gzip
import select
import socket
import ssl
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.helpers.api_server import reading
from tests.helpers.api_server.access import User
from tests.helpers.api_server.faults import Fault, Kind
from tests.helpers.api_server.service import JSON, Answer, Request, Stream, refused
from tests.helpers.api_server.status import Refusal

if TYPE_CHECKING:
    from tests.helpers.api_server.server import ApiServer

_COMPRESSED_FROM = 128 * 1024  # bytes; smaller answers go out as they are, as the real server does
_TICK = 0.02  # seconds between looks whether a request that is never answered may end

_REASONS = {
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    500: ("InternalError", "Internal error occurred: a fault is switched on"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
}


class Handler(BaseHTTPRequestHandler):
    """Serves the requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    server: "ApiServer"  # type: ignore[assignment]  # the base class only carries it
    connection: ssl.SSLSocket

    def setup(self) -> None:
        """Ask who it is while the handshake is fresh: of one who has gone nothing is known any more."""
        super().setup()
        self._user = self._certificate()

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  names given by the base class

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  name given by the base class
        """Say nothing: the server keeps its own log."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(self.command, parts.path, query, headers, self.rfile.read(length), self._user)
        seen = self.server.note(request)
        fault = self.server.faults.take(request)
        if fault and fault.kind is Kind.BLACK_HOLE:
            self._wait_for_ever()
            return
        answer = self._answer(request, fault)
        seen.code = answer.code if isinstance(answer, Answer) else 200
        if fault and fault.kind is Kind.LOSE:
            self._break()
        elif isinstance(answer, Answer):
            self._send(answer, request, fault)
        else:
            self._stream(answer, fault)

    def _answer(self, request: Request, fault: Fault | None) -> Answer | Stream:
        match fault:
            case Fault(kind=Kind.ANSWER, code=code, headers=headers):
                reason, message = _REASONS.get(code, ("", "a fault is switched on"))
                return refused(Refusal(code, reason, message), *headers)
            case Fault(kind=Kind.REDIRECT, location=location):
                return Answer(307, b"", headers=[("Location", location)])
            case Fault(kind=Kind.EXPIRE):
                if request.is_watch:
                    return Stream(reading.expired_watch(self.server.store))
                return refused(Refusal(410, "Expired", "the provided resource version has expired"))
            case Fault(kind=Kind.CLOSE):
                return Stream(iter(()))
        link = reading.Link(self._gone, lambda: self.server.faults.hushed(request))
        return self.server.service.answer(request, link)

    def _certificate(self) -> User | None:
        peer: Any = self.connection.getpeercert()
        if not peer:
            return None
        subject = dict(pair for part in peer["subject"] for pair in part)
        return User(subject["commonName"], (subject["organizationName"], "system:authenticated"))

    def _gone(self) -> bool:
        """Whether the client has hung up, or the server is to end."""
        if self.server.closing or self.connection.fileno() == -1:
            return True
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable)

    def _wait_for_ever(self) -> None:
        self.close_connection = True
        while not self._gone():
            time.sleep(_TICK)

    def _break(self) -> None:
        """Break the connection without a word."""
        self.close_connection = True
        socket.socket.shutdown(self.connection, socket.SHUT_RDWR)

    def _send(self, answer: Answer, request: Request, fault: Fault | None) -> None:
        body, headers = answer.body, list(answer.headers)
        if len(body) > _COMPRESSED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
            body = self.server.compressed(self.path, body)
            headers.append(("Content-Encoding", "gzip"))
        headers.append(("Content-Length", str(len(body))))
        self._head(answer.code, answer.content_type, headers)
        self._body([body], fault)

    def _stream(self, stream: Stream, fault: Fault | None) -> None:
        with self.server.counted_watch():
            self._head(200, JSON, [("Transfer-Encoding", "chunked")])
            self._body((b"%x\r\n%b\r\n" % (len(line), line) for line in stream.lines), fault)
            if not self.close_connection:
                self.wfile.write(b"0\r\n\r\n")

    def _head(self, code: int, content_type: str, headers: list[tuple[str, str]]) -> None:
        self.send_response_only(code)
        for name, value in (("Cache-Control", "no-cache, private"), ("Content-Type", content_type), *headers):
            self.send_header(name, value)
        self.end_headers()

    def _body(self, pieces: Iterable[bytes], fault: Fault | None) -> None:
        sent = 0
        for piece in pieces:
            if fault and fault.kind is Kind.CUT and sent + len(piece) > fault.after:
                self.wfile.write(piece[: fault.after - sent])
                self._break()
                return
            if fault and fault.kind is Kind.SLOW:
                self._drip(piece, fault.rate)
            else:
                self.wfile.write(piece)
            sent += len(piece)

    def _drip(self, piece: bytes, rate: int) -> None:
        step = max(1, round(rate * _TICK))
        for start in range(0, len(piece), step):
            if self._gone():
                self.close_connection = True
                return
            self.wfile.write(piece[start : start + step])
            time.sleep(step / rate)


def compress(body: bytes) -> bytes:
    """Compress an answer, fast rather than small."""
    return gzip.compress(body, compresslevel=1, mtime=0)
