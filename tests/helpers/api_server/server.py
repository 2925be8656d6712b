"""The server as tests hold it: start, look inside, change behind the client's back, break, stop."""

import base64
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import yaml

from tests.helpers.api_server import certificates, controllers, ownership, validation, wire, writing
from tests.helpers.api_server.access import Access
from tests.helpers.api_server.certificates import Certificate
from tests.helpers.api_server.faults import Faults
from tests.helpers.api_server.resources import BY_KIND, CUSTOM, NAMESPACES, NETWORK_POLICIES, RESOURCES, Json
from tests.helpers.api_server.service import Request, Service
from tests.helpers.api_server.store import Store, path_of
from tests.helpers.hanging_up import hang_up

_HOST = "127.0.0.1"
_BY_PLURAL = {resource.plural: resource for resource in (*CUSTOM, *RESOURCES)}


@dataclass
class Seen:
    """A request that came, and the code of its answer (0: none)."""

    request: Request
    code: int = 0


class ApiServer:
    """A TLS server on a free port of the loopback, from ``with`` to its end.

    ``faults`` go wrong on purpose, ``seen`` is every request so far, ``access`` the users and their rights,
    ``failures`` what went wrong unasked in the server itself (raised at the end). While ``deaf``, connections are
    accepted and nothing is ever said on them, not even a handshake.
    """

    def __init__(self, certificate: Certificate = Certificate.GOOD) -> None:
        self.store = Store()
        self.access = Access()
        self.service = Service(self.store, self.access)
        self.faults = Faults()
        self.seen: list[Seen] = []
        self.failures: list[str] = []
        self.closing = False
        self.deaf = False
        self.open_watches = 0
        self.port = 0
        self._context = certificates.server_context(certificate)
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._compressed: dict[tuple[str, int], bytes] = {}

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        assert error or not self.failures, "\n".join(self.failures)

    # --- being reached -------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"https://{_HOST}:{self.port}"

    @property
    def ca_pem(self) -> str:
        return certificates.ca_pem()

    def kubeconfig(self, user: str = "admin", *, namespace: str = "", cluster: Json | None = None) -> str:
        """Return a kubeconfig with a context for each user, ``user``'s being the current one.

        The contexts are named as the users: those with tokens, ``certificate`` (an admin by client certificate),
        ``anonymous``, and ``stranger`` with a token nobody knows. ``cluster`` replaces the settings of the cluster.
        """
        settings = cluster or {"server": self.url, "certificate-authority-data": _base64(self.ca_pem)}
        pem, key = certificates.client_certificate("certificate", "system:masters")
        users: dict[str, Json] = {name: {"token": token} for name, token in self.access.tokens.items()}
        users["certificate"] = {"client-certificate-data": _base64(pem), "client-key-data": _base64(key)}
        users |= {"anonymous": {}, "stranger": {"token": "canary-token-of-nobody"}}
        extra = {"namespace": namespace} if namespace else {}
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "test", "cluster": settings}],
                "users": [{"name": name, "user": value} for name, value in users.items()],
                "contexts": [{"name": name, "context": {"cluster": "test", "user": name, **extra}} for name in users],
                "current-context": user,
            }
        )

    def listen(self) -> None:
        """Accept connections (again), always on the same port."""
        listener = socket.create_server((_HOST, self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._start(self._accept, listener)

    def refuse(self) -> None:
        """Refuse connections, and break those that are there, until ``listen`` is called."""
        if self._listener:
            hang_up(self._listener)
            self._listener.close()
            self._listener = None
        self.hang_up()

    def hang_up(self) -> None:
        """Break every connection that is there."""
        with self._lock:
            for connection in self._connections:
                hang_up(connection)

    def close(self) -> None:
        """End everything; no thread is left."""
        self.closing = True
        self.store.close()
        self.refuse()
        while threads := self._taken_threads():
            for thread in threads:
                thread.join()

    # --- what is in the cluster ----------------------------------------------------------------------------------

    def add(self, *objects: Json, manager: str = "kubectl-create") -> None:
        """Put objects in as if ``manager`` had created them long ago; nothing is validated."""
        for obj in objects:
            resource = BY_KIND[obj["apiVersion"], obj["kind"]]
            new = writing.complete(resource, obj)
            if resource is NETWORK_POLICIES:
                new = validation.settle(new)
                owned = ownership.record_update({}, writing.EMPTY, new, manager, new["metadata"]["creationTimestamp"])
                new["metadata"]["managedFields"] = ownership.to_entries(owned, resource.api_version)
            self.store.put(resource, new)
            if resource is NAMESPACES:
                controllers.give_account(self.store, new["metadata"]["name"])

    def load(self, plural: str, objects: Iterable[Json]) -> None:
        """Put many complete objects in at once."""
        self.store.load(_BY_PLURAL[plural], objects)

    def get(self, plural: str, namespace: str, name: str) -> Json | None:
        """Return an object as it is stored, None if it is not there."""
        item = self.store.get(_BY_PLURAL[plural], path_of(namespace, name))
        return item.value() if item else None

    def names(self, plural: str) -> list[str]:
        """Return the paths (``namespace/name``) of all objects of a resource."""
        return [item.path for item in self.store.items(_BY_PLURAL[plural])]

    def change(self, plural: str, namespace: str, name: str, edit: Callable[[Json], object]) -> None:
        """Change an object behind the client's back: ``edit`` gets it and changes it in place."""
        resource = _BY_PLURAL[plural]
        with self.store.changed:
            item = self.store.get(resource, path_of(namespace, name))
            assert item, f"there is no {plural} {namespace}/{name}"
            obj = item.value()
            edit(obj)
            self.store.put(resource, obj)

    def remove(self, plural: str, namespace: str, name: str) -> None:
        """Take an object out behind the client's back."""
        self.store.remove(_BY_PLURAL[plural], path_of(namespace, name))

    def settle(self) -> None:
        """Let a cluster's controllers do their work. On their own they never come: this is a bare API server."""
        controllers.settle(self.store)

    def compact(self) -> None:
        """Forget history: watches and continue tokens from before have expired."""
        self.store.compact()

    # --- what was asked ------------------------------------------------------------------------------------------

    def requests(self, verb: str = "", plural: str = "") -> list[Seen]:
        """Return the requests of a verb (as RBAC names it) and resource so far."""
        with self._lock:
            seen = list(self.seen)
        return [
            each
            for each in seen
            if verb in ("", each.request.verb)
            and (not plural or (each.request.target and each.request.target.plural == plural))
        ]

    def count(self, verb: str = "", plural: str = "") -> int:
        """Count the requests of a verb and resource so far."""
        return len(self.requests(verb, plural))

    # --- for the handler -----------------------------------------------------------------------------------------

    def note(self, request: Request) -> Seen:
        """Keep a request in the log."""
        seen = Seen(request)
        with self._lock:
            self.seen.append(seen)
        return seen

    @contextmanager
    def counted_watch(self) -> Iterator[None]:
        """Count a watch as open while it lasts."""
        with self._lock:
            self.open_watches += 1
        try:
            yield
        finally:
            with self._lock:
                self.open_watches -= 1

    def compressed(self, path: str, body: bytes) -> bytes:
        """Compress an answer, once for each path and version."""
        key = (path, self.store.version)
        if key not in self._compressed:
            self._compressed[key] = wire.compress(body)
        return self._compressed[key]

    def _start(self, work: Callable[[socket.socket], None], argument: socket.socket) -> None:
        thread = threading.Thread(target=work, args=(argument,), name="api-server", daemon=True)
        with self._lock:
            self._threads = [each for each in self._threads if each.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _taken_threads(self) -> list[threading.Thread]:
        with self._lock:
            threads, self._threads = self._threads, []
        return threads

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._start(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secure = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._connections.add(secure)
        try:
            self._talk_on(secure)
        except OSError:
            return  # the client went away, or we hung up
        except Exception:  # noqa: BLE001  shown at the end
            self.failures.append(traceback.format_exc())
        finally:
            with self._lock:
                self._connections.discard(secure)
            secure.close()

    def _talk_on(self, secure: ssl.SSLSocket) -> None:
        if self.closing:
            return
        if self.deaf:
            while socket.socket.recv(secure, 4096):
                continue
            return
        secure.do_handshake()
        wire.Handler(secure, (_HOST, self.port), self)  # type: ignore[arg-type]  # it only carries the server


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
