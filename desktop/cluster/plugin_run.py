"""Running a sign-in program: no shell, no input, a time limit, and nothing left of it when it is cancelled.

The protocol is ``client.authentication.k8s.io`` v1 and v1beta1, ``ExecCredential``: what the program is told stands in
``KUBERNETES_EXEC_INFO``, what it answers comes on its standard output.
"""

import contextlib
import json
import locale
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO

from desktop.cancellation import CancelToken
from desktop.cluster.job import Job
from desktop.cluster.plugin import Plugin
from desktop.errors import SignInFailed

LIMIT = 60.0
"""Seconds that a program may take."""

LIMIT_ASKING = 300.0
"""Seconds that it may take where it told people something: it may wait for them, in their browser."""

OUTPUT_LIMIT = 1 << 20
"""The most bytes of an answer that are read."""

_SAID_LIMIT = 4096
_GLANCE = 0.05
_WINDOWS = os.name == "nt"
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_LAST_WORDS = 1.0
"""Seconds for the rest of the output to come once the program has ended; a child of its may keep the pipe open."""


def run(plugin: Plugin, token: CancelToken, hear: Callable[[str], None]) -> bytes:
    """Run it and return what it answered; ``hear`` is told each line that is meant for people, as it comes.

    Raises SignInFailed, or Cancelled, and then nothing of it runs any more.
    """
    facts = {"command": str(plugin.path)}
    token.check()
    try:
        process = subprocess.Popen(  # noqa: S603  the user was asked
            [str(plugin.path), *plugin.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(plugin),
            start_new_session=True,
            creationflags=_NO_WINDOW,
        )
    except (OSError, ValueError) as error:  # the latter for a variable's name that no system takes
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SignInFailed("plugin.not-started", reason=reason, **facts) from error
    job = Job(process.pid) if _WINDOWS else None
    answer, said = _Answer(process.stdout), _Said(process.stderr, hear)
    try:
        limit = _wait(process, said, token)
        if limit:
            raise SignInFailed("plugin.timeout", limit=round(limit), said=said.text(), **facts)
        answer.join(_LAST_WORDS)
        said.join(_LAST_WORDS)
        if process.returncode != 0:
            raise SignInFailed("plugin.failed", status=process.returncode, said=said.text(), **facts)
        content = answer.content()
        if content is None:
            raise SignInFailed("plugin.answer-too-long", limit=OUTPUT_LIMIT, **facts)
        return content
    finally:
        _kill(process, job)


def _environment(plugin: Plugin) -> dict[str, str]:
    spec: dict[str, object] = {"interactive": False}
    if plugin.cluster is not None:
        spec["cluster"] = plugin.cluster
    info = {"apiVersion": plugin.version, "kind": "ExecCredential", "spec": spec}
    own = {**os.environ, "PATH": plugin.search_path}
    # Windows has each name once, however it is written.
    added = {name.upper() if _WINDOWS else name: value for name, value in plugin.variables}
    return {**own, **added, "KUBERNETES_EXEC_INFO": json.dumps(info)}


def _wait(process: "subprocess.Popen[bytes]", said: "_Said", token: CancelToken) -> float:
    """Wait for the end; returns the limit that was passed, or 0."""
    started = time.monotonic()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GLANCE)
            return 0.0
        token.check()
        limit = LIMIT_ASKING if said.anything else LIMIT
        if time.monotonic() - started >= limit:
            return limit


def _kill(process: "subprocess.Popen[bytes]", job: Job | None) -> None:
    """End the program, and what it started, unless it has ended by itself."""
    if process.poll() is None:
        if job is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        else:
            job.end()
            process.kill()  # where it got no job
        process.wait()
    if job is not None:
        job.close()


class _Answer:
    """What a program answers, read as it comes, so that it never waits for us."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._parts: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, args=(pipe,), name="sign-in answer", daemon=True)
        self._thread.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            left = OUTPUT_LIMIT + 1
            while part := os.read(pipe.fileno(), 1 << 16):
                if left > 0:
                    self._parts.put(part[:left])
                    left -= len(part)

    def join(self, seconds: float) -> None:
        """Wait for the end of the output."""
        self._thread.join(seconds)

    def content(self) -> bytes | None:
        """Return what came; None where it is too much."""
        parts = []
        while not self._parts.empty():
            parts.append(self._parts.get())
        content = b"".join(parts)
        return None if len(content) > OUTPUT_LIMIT else content


class _Said:
    """What a program tells people, handed on line by line; the end of it is kept."""

    def __init__(self, pipe: IO[bytes] | None, hear: Callable[[str], None]) -> None:
        self._hear = hear
        self._last = ""
        self.anything = False
        self._thread = threading.Thread(target=self._read, args=(pipe,), name="sign-in words", daemon=True)
        self._thread.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            while line := pipe.readline(_SAID_LIMIT):
                words = _words(line)
                self._last = (self._last + words)[-_SAID_LIMIT:]
                if text := words.strip():
                    self.anything = True
                    self._hear(text)

    def join(self, seconds: float) -> None:
        """Wait for the end of the output."""
        self._thread.join(seconds)

    def text(self) -> str:
        """Return the end of what it told."""
        return self._last.strip()


def _words(line: bytes) -> str:
    """Return what a program says to people; on Windows many write in an encoding of old."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(locale.getpreferredencoding(do_setlocale=False), errors="replace")
