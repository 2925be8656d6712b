"""What can go wrong on purpose: each fault names the requests it falls on and how often."""

import threading
from dataclasses import dataclass, replace
from enum import Enum

from tests.helpers.api_server.service import Request


class Kind(Enum):
    """How a request goes wrong."""

    ANSWER = "answer"  # a Status of ``code``, with ``headers``
    REDIRECT = "redirect"  # 307 to ``location``
    EXPIRE = "expire"  # 410: of a list as the answer, of a watch as its only event
    CLOSE = "close"  # a watch ends at once, in good order
    CUT = "cut"  # the connection breaks after ``after`` bytes of the answer's body
    LOSE = "lose"  # the request is carried out, then the connection breaks without an answer
    SLOW = "slow"  # the body comes at ``rate`` bytes a second
    BLACK_HOLE = "black-hole"  # never answered, never closed
    HUSH = "hush"  # nothing more comes on a watch, also on one that is open; nothing is closed


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault; empty conditions hold for every request, ``times`` 0 means for ever."""

    kind: Kind
    method: str = ""
    path: str = ""  # somewhere in the path
    watch: bool | None = None
    times: int = 0
    code: int = 500
    headers: tuple[tuple[str, str], ...] = ()
    location: str = ""
    after: int = 0
    rate: int = 0

    def falls_on(self, request: Request) -> bool:
        return (
            self.method in ("", request.method) and self.path in request.path and self.watch in (None, request.is_watch)
        )


class Faults:
    """The faults that are switched on; of those that fit a request the first counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._faults += faults

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, request: Request) -> Fault | None:
        """Return the fault that falls on this request; one that has fallen often enough is gone."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.kind is not Kind.HUSH and fault.falls_on(request):
                    if fault.times == 1:
                        del self._faults[index]
                    elif fault.times:
                        self._faults[index] = replace(fault, times=fault.times - 1)
                    return fault
            return None

    def hushed(self, request: Request) -> bool:
        """Whether nothing comes on this watch just now."""
        with self._lock:
            return any(fault.kind is Kind.HUSH and fault.falls_on(request) for fault in self._faults)
