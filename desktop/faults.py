"""What may be written down of an exception: what it is and where it was raised.

The text of an exception that is not ours may hold what was sent, and so a secret; of ours it may not
(see ``desktop.errors``).
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType

from desktop.errors import BulkheadError

_log = logging.getLogger(__name__)


def lines(error: BaseException) -> Iterator[str]:
    """Yield type and places of an exception and of all that it came from, each once; of our own the code and facts."""
    known: list[BaseException] = []
    here: BaseException | None = error
    while here is not None and not any(here is other for other in known):
        known.append(here)  # one that was raised again "from" itself is its own cause
        text = f": {here}" if isinstance(here, BulkheadError) else ""
        yield f"{type(here).__module__}.{type(here).__qualname__}{text}"
        for frame in traceback.extract_tb(here.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        here = here.__cause__ or (None if here.__suppress_context__ else here.__context__)


class Formatter(logging.Formatter):
    """Writes exceptions into the log as ``lines`` tells them."""

    def formatException(  # noqa: N802  the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return what may be written down of an exception."""
        return "\n".join(lines(ei[1])) if ei[1] is not None else ""


def guard() -> None:
    """From now on let nothing that the program leaves behind when something goes wrong hold a secret; once, at start.

    The log goes to standard error; exceptions that nobody caught go there, too; memory is never dumped into a file.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    sys.excepthook = _in_main
    threading.excepthook = _in_thread
    sys.unraisablehook = _ignored
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  there is none elsewhere

        # A report of the system's on what went wrong holds parts of the memory.
        msvcrt.SetErrorMode(msvcrt.GetErrorMode() | msvcrt.SEM_NOGPFAULTERRORBOX)
    else:
        import resource  # noqa: PLC0415  there is none on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _in_main(_type: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    _log.critical("unexpected exception", exc_info=error)


def _in_thread(args: threading.ExceptHookArgs) -> None:
    _log.critical("unexpected exception in a thread", exc_info=args.exc_value)


def _ignored(unraisable: "sys.UnraisableHookArgs") -> None:
    _log.error("exception where nobody can catch it", exc_info=unraisable.exc_value)
