"""Cancelling: one token for one piece of work, passed down to whatever may block."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from desktop.errors import Cancelled


class CancelToken:
    """Tells a piece of work to stop. Any thread may cancel; the work checks, waits or registers on it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask the work to stop and end what it blocks on; a second call does nothing."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def check(self) -> None:
        """Raise Cancelled if the work should stop."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleep, but wake and raise Cancelled as soon as the work should stop."""
        if self._event.wait(seconds):
            raise Cancelled

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        """While the block runs, call ``callback`` (from the cancelling thread) when cancelled, at once if already."""
        with self._lock:
            already = self._event.is_set()
            if not already:
                self._callbacks.append(callback)
        if already:
            callback()
        try:
            yield
        finally:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)
