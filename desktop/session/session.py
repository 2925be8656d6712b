"""One opened cluster: connected in the background, listed, watched, and always able to say what it knows.

Nothing is contacted before ``open`` or ``synchronize``. Every call returns at once but ``gateway`` and ``close``.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.cluster.clock import Clock
from desktop.cluster.gateway import FileProblems, Gateway, ReadsFiles, ServerVersion
from desktop.cluster.notices import Hear, unheard
from desktop.cluster.plugin import Allows, none_allowed
from desktop.cluster.pulse import Pulse
from desktop.cluster.reflector import Failing, Reflector
from desktop.errors import (
    BulkheadError,
    Cancelled,
    ConfigError,
    FileError,
    Forbidden,
    NotFound,
    SignInFailed,
    TlsError,
    Unauthorized,
)
from desktop.policy.profile import Profile, for_version
from desktop.reach.objects import CLUSTER_WIDE, Kind
from desktop.reach.settings import settings_of
from desktop.reach.snapshot import Snapshot
from desktop.reach.standing import Standing
from desktop.session import pictures, sample
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.feeds import Feed, Scope
from desktop.session.keeper import Keeper
from desktop.session.rights import Rights
from desktop.session.sessions import CLOSE_SECONDS
from desktop.session.sight_keeper import SightKeeper
from desktop.session.standing_keeper import StandingKeeper
from desktop.session.state import Connection, PolicyRow, SessionState, SessionUpdate
from desktop.session.tasks import ProgressSink, run

PICTURE_SECONDS = 60.0
"""The shortest time between two pictures on disk."""
VERSION_SECONDS = 30.0
"""The time between two questions for the server's version, while they fail."""

Connect = Callable[[ClusterEntry], Gateway]
_log = logging.getLogger(__name__)


def connect(entry: ClusterEntry, allows: Allows = none_allowed, hear: Hear = unheard) -> Gateway:
    """Make the gateway of an entry (blocks, and imports the client library); raises ConfigError or FileError.

    Nothing is contacted or run yet. ``allows`` says which sign-in programs may run, ``hear`` takes notices.
    """
    if entry.error is not None:
        raise entry.error
    if entry.source is not Source.CONTEXT:
        from desktop.cluster.folder import FolderGateway  # noqa: PLC0415  not before it is needed

        return FolderGateway(sample.prepare() if entry.source is Source.SAMPLE else Path(entry.path))
    from desktop.cluster import connection, kubeconfig  # noqa: PLC0415
    from desktop.cluster.live import LiveGateway  # noqa: PLC0415  costs a second

    loaded = kubeconfig.load(extra=[Path(entry.file)])
    for context in loaded.contexts:
        if (str(context.file), context.name) == (entry.file, entry.context):
            return LiveGateway(connection.connection(loaded, context, allows=allows, hear=hear))
    raise next(iter(loaded.file_errors), ConfigError("kubeconfig.no-such-context", name=entry.context))


class Session:
    """A cluster that can be opened. Any thread may call; the news are fetched with ``drain``."""

    def __init__(self, entry: ClusterEntry, connect: Connect = connect) -> None:
        self._entry = entry
        self._connect = connect
        self._keeper = Keeper(
            entry.id,
            insecure=entry.insecure,
            start=self._start,
            followed=self._followed,
            problems=None if entry.source is Source.CONTEXT else self._problems,
        )
        self._lock = threading.Lock()  # guards the fields below
        self._token: CancelToken | None = None  # of the synchronization being prepared; None: never opened
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._pictured = False  # whether the picture on disk was looked for
        self._foreign = 0  # how often the keeper has yet to forget what it shows of another cluster
        self._worn = False  # whether the next synchronization needs a new gateway
        self._saved: tuple[Snapshot, float] = (Snapshot(), -PICTURE_SECONDS)  # the picture on disk, and when
        self._following: frozenset[Reflector] = frozenset()
        self._pulse = CancelToken()
        self._gateway_lock = threading.Lock()
        self._picturing = threading.Lock()
        self._gateway: Gateway | None = None
        self._standing = StandingKeeper()
        self.rights = Rights()
        """What the user may do here, as far as it was asked."""
        self.sights = SightKeeper()
        """For advice on what is written for this cluster."""
        self.writing = threading.Lock()
        """Held by whoever writes: the writes to a cluster go one after the other."""

    @property
    def id(self) -> str:
        """The id of its entry."""
        return self._entry.id

    @property
    def entry(self) -> ClusterEntry:
        """The entry it was made for, as last told."""
        return self._entry

    @property
    def state(self) -> SessionState:
        """The state as of now."""
        return self._keeper.state

    @property
    def snapshot(self) -> Snapshot:
        """The picture as of now."""
        return self._keeper.snapshot

    @property
    def profile(self) -> Profile:
        """What the cluster can do, as far as it is known now."""
        version = self.state.version
        return for_version(self._entry.profile, version.release if version else None)

    def standing(self, snapshot: Snapshot) -> Standing:
        """Return the connections of a picture (takes time); what was computed for whoever asked last is used again."""
        return self._standing.at(snapshot, settings_of(self.profile))

    @property
    def rows(self) -> Mapping[tuple[str, str], PolicyRow]:
        """Every row of the policy table, by namespace and name."""
        return self._keeper.rows()

    def drain(self) -> SessionUpdate | None:
        """Return what is new since the last call, None where nothing is; for one reader."""
        return self._keeper.drain()

    @property
    def gateway(self) -> Gateway:
        """The cluster itself; making it may block. Raises ConfigError or FileError where it cannot be used."""
        with self._gateway_lock:
            if self._gateway is None:
                self._gateway = self._connect(self._entry)
            return self._gateway

    def open(self) -> None:
        """Show the last good picture, then connect, list and watch, in the background; once."""
        with self._lock:
            opened = self._token is not None
        if not opened:
            self.synchronize()

    def synchronize(self) -> None:
        """List everything anew, in the background, and follow it from there."""
        with self._lock:
            if self._closed:
                return
            if self._token is None:
                self._keeper.run()
                if self._entry.source is Source.CONTEXT:
                    self._spawn(f"pulse {self.id}", self._feel_pulse)
            else:
                self._token.cancel()
            self._token = token = CancelToken()
            self._worn = self._worn or _is_worn(self.state)
            self.rights.forget()
            self._keeper.connecting()
            self._spawn(f"synchronize {self.id}", lambda: self._prepare(token))

    def cancel(self) -> None:
        """Stop the running synchronization; what was known stays, and what was followed is followed on."""
        with self._lock:
            if self._token is not None:
                self._token.cancel()
                self._keeper.cancel()

    def change(self, entry: ClusterEntry) -> None:
        """Follow what changed about the cluster: its profile, the namespaces to read, its stanzas in the kubeconfig."""
        with self._lock:
            old, self._entry = self._entry, entry
            opened = self._token is not None
            elsewhere = entry.server != old.server
            rewritten = elsewhere or (entry.stanzas, entry.error is None) != (old.stanzas, old.error is None)
            self._worn = self._worn or rewritten
            if elsewhere:  # another cluster: nothing that is shown is true of it
                self._pictured, self._saved = False, (Snapshot(), -PICTURE_SECONDS)
                if self._token is not None:
                    self._token.cancel()
                    self._foreign += 1
                    self._keeper.forget(self._forgotten)
        if entry.profile != old.profile:
            self._use_profile(self.state.version)
        if opened and (rewritten or entry.namespaces != old.namespaces):
            self.synchronize()

    def close(self, timeout: float = CLOSE_SECONDS) -> bool:
        """Stop everything and wait at most ``timeout`` seconds; whether all threads have ended by then."""
        self.stop()
        return self.join(time.monotonic() + timeout)

    def stop(self) -> None:
        """Tell everything to stop, without waiting; the last picture goes to disk meanwhile."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._token is not None:
                self._token.cancel()
                self._pulse.cancel()
                self._keeper.close()
                self._threads.append(self._keeper.thread)
                self._spawn(f"picture {self.id}", self._save)

    def join(self, deadline: float) -> bool:
        """Wait until ``deadline`` (monotonic) for the threads to end; whether they have."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._gateway_lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            gateway, self._gateway = self._gateway, None
            self._gateway_lock.release()
            if gateway is not None:
                gateway.close()
        return not any(thread.is_alive() for thread in threads)

    def _spawn(self, name: str, work: Callable[[], None]) -> None:
        """Start a thread; the lock is held."""
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads = [*(other for other in self._threads if other.is_alive()), thread]
        thread.start()

    def _prepare(self, token: CancelToken) -> None:
        """Get ready for a synchronization and begin it; runs on a thread of its own."""

        def job(token: CancelToken, _progress: ProgressSink) -> None:
            with self._picturing:  # who begins right after another one has the picture, too
                with self._lock:
                    token.check()
                    pictured, self._pictured = self._pictured, True
                if not pictured:
                    self._show_picture()
            if self._worn:
                self._worn = False
                self._keeper.disconnect()
                with self.writing:  # a write that is under way still has its answer to come
                    self._disconnect()
            gateway = self.gateway
            feeds = [Feed(scope) for scope in self._scopes(gateway.kinds)]
            with self._lock:
                token.check()
                self._keeper.begin(feeds)
            self._ask_version(gateway, token)

        outcome = run(job, token, lambda _progress: None)
        if outcome.error is not None and not isinstance(outcome.error, Cancelled):
            self._keeper.fail(outcome.error)

    def _scopes(self, kinds: Sequence[Kind]) -> list[Scope]:
        """Return what is to be listed: each kind in the whole cluster, or in the namespaces the user named."""
        named: Sequence[str | None] = self._entry.namespaces or (None,)
        return [Scope(kind, name) for kind in kinds for name in ((None,) if kind in CLUSTER_WIDE else named)]

    def _disconnect(self) -> None:
        with self._gateway_lock:
            gateway, self._gateway = self._gateway, None
        if gateway is not None:
            gateway.close()

    def _ask_version(self, gateway: Gateway, token: CancelToken) -> None:
        """Ask for the server's version until it is told; not again before the cluster has answered anything."""
        while True:
            try:
                self._use_profile(gateway.version(token))
            except Cancelled:
                raise
            except (Forbidden, NotFound):
                return
            except BulkheadError as error:
                _log.info("the version of %s is not known yet: %s", self.id, error.code)
                while not self._keeper.reached.is_set():
                    token.wait(0.5)
                token.wait(VERSION_SECONDS)
            else:
                return

    def _use_profile(self, version: ServerVersion | None) -> None:
        self._keeper.use(for_version(self._entry.profile, version.release if version else None), version)

    def _start(self, feed: Feed) -> None:
        """Let a feed begin, on a thread of its own."""
        kind, namespace = feed.scope.kind, feed.scope.namespace
        name = f"{kind.value} {self.id}" + (f" {namespace}" if namespace else "")
        with self._lock:
            if not self._closed:
                self._spawn(name, lambda: self._follow(feed))

    def _follow(self, feed: Feed) -> None:
        kind, namespace = feed.scope.kind, feed.scope.namespace

        def job(token: CancelToken, _progress: ProgressSink) -> None:
            reflector = Reflector(self.gateway, kind, namespace, lambda report: self._keeper.tell(feed, report), token)
            with self._lock:
                self._following |= {reflector}
            try:
                reflector.run()
            finally:
                with self._lock:
                    self._following -= {reflector}

        outcome = run(job, feed.token, lambda _progress: None)
        if outcome.error is not None and not isinstance(outcome.error, Cancelled):
            self._keeper.tell(feed, Failing(kind, namespace, outcome.error, datetime.now(UTC), 0.0))

    def _feel_pulse(self) -> None:
        """Have all who follow the cluster ask anew once it is back in reach; runs on a thread of its own."""

        def ask() -> None:
            gateway = self._gateway
            if gateway is not None:
                gateway.knock(self._pulse)

        def job(token: CancelToken, _progress: ProgressSink) -> None:
            pulse = Pulse(ask, lambda: self._following, Clock())
            while True:
                token.wait(pulse.beat())

        run(job, self._pulse, lambda _progress: None)

    def _problems(self) -> FileProblems:
        gateway = self._gateway
        return gateway.problems if isinstance(gateway, ReadsFiles) else ()

    def _whose(self) -> pictures.Whose:
        return pictures.Whose(self.id, self._entry.context, self._entry.server)

    def _forgotten(self) -> None:
        """Take note that the keeper has forgotten another cluster (its thread)."""
        with self._lock:
            self._foreign -= 1

    def _show_picture(self) -> None:
        """Show the picture on disk; a folder needs none, it is always there."""
        if self._entry.source is not Source.CONTEXT:
            return
        whose = self._whose()
        try:
            picture = pictures.load(whose)
        except FileError as error:
            _log.warning("the last picture of %s cannot be read: %s", self.id, error)
            return
        if picture is None:
            return
        with self._lock:
            if whose == self._whose():  # the name may mean another cluster by now
                self._saved = (picture.snapshot, time.monotonic())
                self._use_profile(picture.version)
                self._keeper.show_picture(picture.snapshot, picture.last_sync, picture.version)

    def _followed(self, complete: bool) -> None:
        """Keep the picture on disk young, now that there is a new one."""
        with self._lock:
            if not self._closed and (complete or time.monotonic() - self._saved[1] >= PICTURE_SECONDS):
                self._spawn(f"picture {self.id}", self._save)

    def _save(self) -> None:
        with self._lock:
            whose, state, snapshot = self._whose(), self.state, self.snapshot
            foreign = self._foreign or self._entry.source is not Source.CONTEXT
            if foreign or state.last_sync is None or snapshot is self._saved[0]:
                return
            self._saved = (snapshot, time.monotonic())
        try:
            pictures.save(whose, pictures.Picture(snapshot, state.last_sync, state.version))
        except FileError as error:
            _log.warning("the last picture of %s was not kept: %s", self.id, error)


def _is_worn(state: SessionState) -> bool:
    """Whether a new gateway may do better: the kubeconfig, or a file it names, may be another by now."""
    return state.connection in {Connection.OFFLINE, Connection.ERROR} or isinstance(
        state.error, TlsError | Unauthorized | ConfigError | SignInFailed
    )
