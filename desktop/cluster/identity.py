"""Who we are, where that has to be fetched: from a sign-in program or an identity provider.

One fetch serves all threads, and what it brought is kept, in memory only, until it expires or is refused.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from desktop.cancellation import CancelToken
from desktop.cluster import headers
from desktop.errors import Cancelled, ConfigError

_GLANCE = 0.05
_SHORTEST_LIFE = timedelta(seconds=10)
"""What expires sooner is used for so long all the same: clocks differ, and no program should run at each request."""

_FIRST_REST, _LONGEST_REST = 5.0, 300.0
"""Seconds before another fetch after one that failed, and after many that failed: it may open a window each time."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What proves who we are: an ``Authorization`` header, a client certificate with its key (PEM), or both."""

    authorization: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)


NOBODY = Identity()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An identity, and until when it lasts (None: until it is refused)."""

    identity: Identity
    until: datetime | None = None


Fetch = Callable[[CancelToken], Fetched]
"""Gets an identity anew; may block for long, and raises errors of ours."""


def bearer(token: str) -> str:
    """Return the header for a token; raises ConfigError, which does not show it, where no header can hold it."""
    if not headers.is_sendable(token):
        raise ConfigError("kubeconfig.token-invalid")
    return headers.as_sent(f"Bearer {token}")


class _Run:
    """A fetch under way: it is given up once nobody waits for it any more."""

    def __init__(self) -> None:
        self.token = CancelToken()
        self.done = threading.Event()
        self.waiting = 0
        self.fetched: Fetched | None = None
        self.error: BaseException | None = None


class IdentitySource:
    """Gives the identity to every request of a connection. Thread-safe."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._now, self._clock = fetch, now, clock
        self._lock = threading.Lock()
        self._run: _Run | None = None
        self._kept: Fetched | None = None
        self._kept_since = now()
        self._refusals = 0  # one after the other, of identities that never served
        self._failure: BaseException | None = None
        self._rest = 0.0
        self._rests_until = 0.0

    def get(self, token: CancelToken) -> Identity:
        """Return an identity that has not expired; raises what the fetch raises, or Cancelled."""
        with self._lock:
            if self._kept is not None and not self._has_expired(self._kept):
                return self._kept.identity
            if self._failure is not None and self._clock() < self._rests_until:
                raise self._failure.with_traceback(None)
            run = self._run = self._run or self._start()
            run.waiting += 1
        try:
            while not run.done.wait(_GLANCE):
                token.check()
            token.check()
        finally:
            with self._lock:
                run.waiting -= 1
                if not run.waiting and not run.done.is_set():
                    run.token.cancel()
                    self._run = None if self._run is run else self._run
        if run.fetched is None:
            raise (run.error or Cancelled()).with_traceback(None)
        return run.fetched.identity

    def accepted(self) -> None:
        """Note that the server knows us."""
        self._refusals = 0

    def refused(self, identity: Identity) -> bool:
        """Forget an identity that the server refused; whether to try with another.

        Only once: where the next one is refused too, programs and browsers do not help.
        """
        with self._lock:
            if self._kept is None or self._kept.identity != identity:
                return True  # another thread was quicker
            if self._refusals:
                return False
            self._refusals += 1
            self._kept = None
            return True

    def _has_expired(self, fetched: Fetched) -> bool:
        now = self._now()
        # The clock may have been set back since: then nobody knows.
        young = timedelta() <= now - self._kept_since < _SHORTEST_LIFE
        return fetched.until is not None and now >= fetched.until and not young

    def _start(self) -> _Run:
        """Begin a fetch; the lock is held."""
        run = _Run()
        threading.Thread(target=self._carry_out, args=(run,), name="sign-in", daemon=True).start()
        return run

    def _carry_out(self, run: _Run) -> None:
        try:
            run.fetched = self._fetch(run.token)
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            run.error = error
        with self._lock:
            run.done.set()
            if self._run is not run:
                return  # given up
            self._run = None
            if run.fetched is not None:
                self._kept, self._kept_since = run.fetched, self._now()
                self._failure, self._rest = None, 0.0
            elif not isinstance(run.error, Cancelled):
                self._failure = run.error
                self._rest = min(max(_FIRST_REST, self._rest * 2), _LONGEST_REST)
                self._rests_until = self._clock() + self._rest
