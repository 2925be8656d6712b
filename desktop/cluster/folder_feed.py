"""What happens in a folder, for any number of watches: one look at it serves them all."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from desktop.cancellation import CancelToken
from desktop.cluster.folder_picture import Key, Picture, Problems
from desktop.errors import Expired
from desktop.reach.objects import Thing

POLL_SECONDS = 0.5
"""How often a watched folder is looked at; more seldom where a look takes long (a tenth of the time at most)."""

MOST_NEWS = 20_000
"""How many changes are remembered for watches that begin, or are behind."""

News = tuple[int, Key, Thing | None]
"""A change: its number, which object, and what it is now (None: no more)."""


class Feed:
    """Looks at a folder and numbers what changes. Any thread may call."""

    def __init__(self, folder: Path) -> None:
        self._looking = threading.Lock()  # guards the picture and the time of the last look
        self._picture = Picture(folder)
        self._looked = float("-inf")
        self._pause = POLL_SECONDS
        self._arrival = threading.Condition()  # guards what is below
        self._things: dict[Key, Thing] = {}
        self._news: deque[News] = deque(maxlen=MOST_NEWS)
        self._count = 0
        self._closed = False

    @property
    def problems(self) -> Problems:
        """What is wrong with which file, as of the last look."""
        return self._picture.problems

    def now(self, token: CancelToken) -> tuple[dict[Key, Thing], int]:
        """Look, and return all that is there and how many changes there were; raises FileError and Cancelled."""
        token.check()
        self._look(token, time.monotonic())
        with self._arrival:
            return self._things, self._count

    def after(self, number: int, token: CancelToken) -> Iterator[News]:
        """Return the changes after a number, as they happen.

        Ends when the feed is closed. Raises Expired, at once or amid the changes, when they are not remembered any
        more, FileError when the folder cannot be looked into, and Cancelled.
        """
        with self._arrival:
            self._check_remembered(number)
        return self._follow(number, token)

    def close(self) -> None:
        """End what follows the changes."""
        with self._arrival:
            self._closed = True
            self._arrival.notify_all()

    def _follow(self, number: int, token: CancelToken) -> Iterator[News]:
        with token.on_cancel(self._wake):
            while not self._closed:
                token.check()
                self._look(token, time.monotonic() - self._pause)
                with self._arrival:
                    if self._count == number and not token.cancelled and not self._closed:
                        self._arrival.wait(self._pause)
                    news = self._since(number)
                    number = self._count
                yield from news

    def _since(self, number: int) -> list[News]:
        self._check_remembered(number)
        return [self._news[index] for index in range(len(self._news) - (self._count - number), len(self._news))]

    def _check_remembered(self, number: int) -> None:
        if not self._count - len(self._news) <= number <= self._count:
            raise Expired("api.expired", status=410, reason="Expired")

    def _wake(self) -> None:
        with self._arrival:
            self._arrival.notify_all()

    def _look(self, token: CancelToken, since: float) -> None:
        """Look at the folder, unless somebody has done so since a point of time."""
        while not self._looking.acquire(timeout=0.1):
            token.check()
        try:
            if self._looked >= since:
                return
            started = time.monotonic()
            changes = self._picture.refresh(token)
            self._pause = max(POLL_SECONDS, 10 * (time.monotonic() - started))
            with self._arrival:
                for key, thing in changes:
                    self._count += 1
                    self._news.append((self._count, key, thing))
                self._things = self._picture.things
                self._arrival.notify_all()
            self._looked = started
        finally:
            self._looking.release()
