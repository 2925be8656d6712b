"""Jobs off the UI thread: a few daemon workers, groups in which the newest job counts, an end that does not hang."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from desktop import turns
from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.session.state import Progress

T = TypeVar("T")
ProgressSink = Callable[[Progress], None]
Job = Callable[[CancelToken, ProgressSink], T]
"""A piece of work: plain data in and out; it watches the token and tells how far it is."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of a job: a value, or the error (Cancelled among them) that ended it."""

    value: T | None = None
    error: BulkheadError | None = None

    def unwrap(self) -> T:
        """Return the value, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # without an error the value is the job's own


def run(job: Job[T], token: CancelToken, progress: ProgressSink) -> Outcome[T]:
    """Run a job to its outcome; what is no BulkheadError is a fault of ours: logged, and told as ``unexpected``."""
    try:
        token.check()
        turns.give_way()
        return Outcome(job(token, progress))
    except BulkheadError as error:
        return Outcome(error=error)
    except Exception as fault:  # noqa: BLE001  whatever it is, somebody waits for the outcome
        _log.exception("a job failed unexpectedly")
        unexpected = BulkheadError("unexpected", exception=type(fault).__name__)
        unexpected.__cause__ = fault
        return Outcome(error=unexpected)


class Task:
    """A submitted job, by which it can be cancelled and waited for."""

    def __init__(self, group: str, work: Callable[[CancelToken], None]) -> None:
        self.group = group
        self.token = CancelToken()
        self._work = work
        self._finished = threading.Event()

    def cancel(self) -> None:
        """Ask the job to stop; ``done`` is still called, once."""
        self.token.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait (never in the UI thread) until it is finished; False if ``timeout`` seconds were not enough."""
        return self._finished.wait(timeout)

    def execute(self) -> None:
        """Do the work; called once, by a worker."""
        try:
            self._work(self.token)
        except Exception:  # noqa: BLE001  a listener's fault must not end the worker
            _log.exception("telling the outcome of a job failed")
        finally:
            self._finished.set()


def _unheard(_progress: Progress) -> None:
    """Progress nobody asked for."""


class TaskPool:
    """At most ``workers`` daemon threads, made as needed, that run submitted jobs in order of submission."""

    def __init__(self, name: str = "task", workers: int = 4) -> None:
        self._name = name
        self._workers = workers
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._open: dict[Task, None] = {}  # submitted and not finished, in order
        self._closed = False

    def submit(
        self, group: str, job: Job[T], done: Callable[[Outcome[T]], None], progressed: ProgressSink = _unheard
    ) -> Task:
        """Run ``job`` on a worker and call ``done`` there exactly once with its outcome.

        An unfinished older job of the same ``group`` is cancelled; an empty group cancels nothing. After
        ``cancel_all`` nothing runs any more and ``done`` is told Cancelled at once.
        """
        task = Task(group, lambda token: done(run(job, token, progressed)))
        with self._lock:
            refused = self._closed
            older = [other for other in self._open if group and other.group == group]
            if not refused:
                self._open[task] = None
                if len(self._threads) < min(self._workers, len(self._open)):
                    self._start_worker()
                self._queue.put(task)
        for other in older:
            other.cancel()
        if refused:
            task.cancel()
            task.execute()
        return task

    @property
    def idle(self) -> bool:
        """Whether no job is unfinished."""
        with self._lock:
            return not self._open

    def cancel(self, group: str) -> None:
        """Cancel the unfinished jobs of a group."""
        with self._lock:
            tasks = [task for task in self._open if task.group == group]
        for task in tasks:
            task.cancel()

    def cancel_all(self, timeout: float = 2.0) -> bool:
        """Close the pool: cancel every job and wait at most ``timeout`` seconds; whether all of them have ended."""
        with self._lock:
            self._closed = True
            tasks, threads = list(self._open), list(self._threads)
        for task in tasks:
            task.cancel()
        for _ in threads:
            self._queue.put(None)
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _start_worker(self) -> None:
        name = f"{self._name}-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while (task := self._queue.get()) is not None:
            task.execute()
            with self._lock:
                del self._open[task]
