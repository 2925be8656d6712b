"""A connection that is gone, or of no use, before TLS begins on it: nothing is sent, and it is not left open."""

import contextlib
import gc
import select
import socket
import struct
import threading
import warnings
from collections.abc import Iterator

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster import client, flight
from desktop.cluster.flight import Flight
from desktop.cluster.proxies import Proxy
from desktop.cluster.transport import Transport
from desktop.errors import Cancelled, TlsError, Unreachable
from tests.helpers.proxy_server import ProxyServer, proxy
from tests.helpers.waiting import eventually
from tests.unit.cluster.small_server import serve
from tests.unit.cluster.talking import connected, get, read_request_only


@pytest.fixture(autouse=True)
def _nothing_is_left_open() -> Iterator[None]:
    """Fail a test that leaves a connection for the garbage collector to close."""
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        yield
        gc.collect()
    assert [str(each.message) for each in told] == []


@pytest.mark.skipif(not hasattr(select, "poll"), reason="how to learn of a reset without reading")
def test_a_connection_that_is_reset_before_tls_begins_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load balancer without a server behind it does that, and a server that stops listening."""
    dialled = threading.Event()

    def reset(connection: socket.socket) -> None:
        dialled.wait(20)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def dial(host: str, port: int, seconds: float, token: CancelToken) -> socket.socket:
        made = flight.dial(host, port, seconds, token)
        dialled.set()
        waiting = select.poll()
        waiting.register(made, select.POLLHUP)
        assert waiting.poll(20_000)
        return made

    monkeypatch.setattr(client, "dial", dial)
    with serve(reset) as port, pytest.raises(Unreachable) as caught:
        get(Transport(connected(port)))
    assert caught.value.code == "unreachable.closed"


def test_a_change_that_is_cancelled_right_before_tls_begins_was_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    token, attach = CancelToken(), Flight.attach

    def is_gone(sock: socket.socket) -> bool:
        with contextlib.suppress(OSError):
            return not sock.getpeername()
        return True

    def attach_and_cancel(flight: Flight, sock: socket.socket) -> None:
        attach(flight, sock)
        token.cancel()
        eventually(lambda: is_gone(sock))

    monkeypatch.setattr(Flight, "attach", attach_and_cancel)
    with serve(read_request_only) as port, pytest.raises(Cancelled):
        Transport(connected(port)).call("PUT", "/x", token, body={}, changes=True)


NAMELESS = ["a..example", ".", "a" * 64, "a\0b", "\ud800"]


@pytest.mark.parametrize("name", NAMELESS, ids=ascii)
def test_no_connection_is_made_for_a_tls_server_name_that_no_certificate_can_have(name: str) -> None:
    asked: list[object] = []
    with serve(asked.append) as port, pytest.raises(TlsError) as caught:
        get(Transport(connected(port, tls_server_name=name)))
    assert (caught.value.code, asked) == ("tls.wrong-name", [])


def test_no_proxy_is_asked_for_a_server_whose_name_cannot_be_one() -> None:
    with proxy(ProxyServer()) as by, pytest.raises(Unreachable) as caught:
        get(Transport(connected(0, server="https://a..example", proxy=Proxy("http", "127.0.0.1", by.port))))
    assert caught.value.code == "unreachable.name-unknown"
    assert caught.value.facts["host"] == "a..example"
    assert by.seen == []
