"""A screen of its own (Xvfb), a program on it, and a hand on its mouse and keyboard (xdotool)."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

MISSING = [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None]
"""The tools of the system that are needed here and not there."""

_PATIENCE_S = 20.0


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; fail with ``what`` if it never does."""
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)


@contextmanager
def screen() -> Iterator[str]:
    """Start a screen and give its DISPLAY."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


class Program:
    """The running program, as seen and touched from outside."""

    def __init__(self, display: str, home: Path, *, within: Sequence[str] = (), **environment: str) -> None:
        """Start it on a screen; ``within`` is a command that runs it, in a network of its own say."""
        self._environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "HOME": str(home),
            "BULKHEAD_HOME": str(home / "bulkhead"),
            "LANGUAGE": "en",
            "LC_ALL": "C.UTF-8",
            **environment,
        }
        self._errors = (home / "stderr").open("w+")
        self._process = subprocess.Popen(
            [*within, sys.executable, "-m", "tests.helpers.located_program"],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

    def find(self, name: str) -> tuple[int, int]:
        """Return where the thing of this name is, as soon as it is there."""
        found: list[tuple[int, int]] = []

        def there() -> bool:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            assert self._process.poll() is None, f"the program has ended: {self.said()}"
            self._process.stdin.write(json.dumps({"name": name}) + "\n")
            self._process.stdin.flush()
            place = json.loads(self._process.stdout.readline())
            if place:
                found.append((place[0], place[1]))
            return bool(place)

        wait_until(there, f"{name!r} on the screen")
        return found[0]

    def point(self, name: str) -> None:
        """Move the mouse to a thing, so that its window gets the keys."""
        x, y = self.find(name)
        self._hand("mousemove", str(x), str(y))

    def click(self, name: str) -> None:
        """Click on a thing."""
        self.point(name)
        self._hand("click", "1")

    def press(self, *keys: str) -> None:
        """Press keys, such as ``ctrl+a``, for the window under the mouse."""
        self._focus()
        self._hand("key", *keys)

    def type(self, text: str) -> None:
        """Type a text into the window under the mouse."""
        self._focus()
        self._hand("type", "--delay", "4", text)

    def said(self) -> str:
        """Return what the program wrote on its standard error."""
        self._errors.flush()
        return Path(self._errors.name).read_text()

    def close(self) -> int:
        """Leave by Ctrl+Q and return the exit code."""
        self.press("ctrl+q")
        try:
            return self._process.wait(10)
        finally:
            self.end()

    def end(self) -> None:
        """End the program in any case, as a crash would: it has no say in it."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                stream.close()

    def _focus(self) -> None:
        """Give the keyboard to the window under the mouse, as a window manager does; there is none here."""
        told = self._hand("getmouselocation", "--shell")
        self._hand("windowfocus", dict(line.split("=") for line in told.split())["WINDOW"])

    def _hand(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environment, check=True, timeout=30, capture_output=True, text=True
        )
        time.sleep(0.15)  # a person is no quicker
        return done.stdout
